"""The hub next to what somebody might use in its place, in one run: brokers, chat servers, bare libraries.

The peers come from `../shared/bench`, which starts each of them and speaks its protocol over raw connections. Where
that folder or a program is missing, its peer is left out, and the reason is told.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

from bench import processes
from bench.catch_up import served
from bench.fanout import RATE, Round, Stage
from bench.operation import Operation
from bench.report import table

SHARED = Path(__file__).resolve().parents[2] / "shared" / "bench"
PYTHON, SYNAPSE = "VOCU_PEERS_PYTHON", "VOCU_SYNAPSE_PYTHON"
"""In the environment: interpreters that have the peers' clients (hiredis for Redis), and Synapse itself."""
PROGRAMS = {
    "websockets": "",
    "nats": "nats-server",
    "redis": "redis-server",
    "mosquitto": "mosquitto",
    "prosody-sqlite": "prosody",
    "ejabberd-sqlite": "ejabberdctl",
    "synapse-sqlite": "",
}
SLOW = ("synapse-sqlite",)
"""Twenty posts a second are too many for them: they get two."""
FILL_SECONDS = 20
HUB = "vocu hub"


@dataclass(frozen=True)
class Figures:
    """One round. Times are in milliseconds: (median, 99th percentile); `after_mib` is the proportional set size."""

    posts_per_second: float
    cpu_us_per_delivery: float
    calm_ack: tuple[float, float]
    calm_all: tuple[float, float]
    full_all: tuple[float, float]
    idle_mib: float
    after_mib: float
    served: float | None = None


@dataclass
class Comparison:
    """All rounds by contestant, and why some did not take part."""

    rounds: dict[str, list[Figures]] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)

    def median(self, name: str, read: Callable[[Figures], float]) -> float:
        return median(map(read, self.rounds[name]))

    def served(self, name: str) -> float | None:
        found = [each.served for each in self.rounds[name] if each.served is not None]
        return median(found) if found else None


async def compare(operation: Operation, *, rounds: int, seconds: float, posts: int, window: int) -> Comparison:
    """The hub and every peer that can run here, in turns: whatever disturbs this machine disturbs them alike."""
    found = Comparison(absent=dict(_missing()))
    desks, publishers = len(operation.members), len(operation.posts)
    with processes.hub(operation.copy("among-peers")) as server:
        stage = await Stage.set(server, operation)
        idle = server.memory_mib()
        for _ in range(rounds):
            calm = await stage.at_rate(RATE, seconds)
            full = await stage.saturated(posts, window)
            found.rounds.setdefault(HUB, []).append(_of_hub(calm, full, idle, server.memory_mib()))
            for name in [each for each in PROGRAMS if each not in found.absent]:
                try:
                    found.rounds.setdefault(name, []).append(
                        _of_peer(await asyncio.to_thread(_run, name, desks, publishers, window, seconds))
                    )
                except (subprocess.SubprocessError, ValueError) as error:
                    found.absent[name] = f"it failed ({_last_line(error)})"
        stage.close()
        rate = await served(server, operation, operation.members[-1], rounds * (int(RATE * seconds) + posts))
    found.rounds[HUB] = [replace(each, served=rate) for each in found.rounds[HUB]]
    return found


def _missing() -> list[tuple[str, str]]:
    if not SHARED.is_dir():
        return [(name, "the folder ../shared/bench is not here") for name in PROGRAMS]
    absent = [(name, f"{each} is not installed") for name, each in PROGRAMS.items() if each and not _which(each)]
    return absent if os.environ.get(SYNAPSE) else [*absent, ("synapse-sqlite", f"{SYNAPSE} names no interpreter")]


def _which(program: str) -> str | None:
    return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def _run(name: str, desks: int, publishers: int, window: int, seconds: float) -> dict[str, Any]:
    calm = ["--rate", "2", "--sat-seconds", "20", "--warm", "5"] if name in SLOW else ["--rate", str(RATE)]
    command = [
        *(os.environ.get(PYTHON, sys.executable), str(SHARED / "fanout.py"), name),
        *("--n", str(desks), "--pubs", str(publishers), "--window", str(window), "--reps", "1"),
        *("--rate-seconds", str(seconds), "--fill-limit", str(FILL_SECONDS), *calm),
        *("--server-core", str(processes.SERVER_CORE), "--client-core", str(processes.CLIENT_CORE)),
    ]
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=400, env=os.environ | {"PATH": path}
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _of_hub(calm: Round, full: Round, idle: float, after: float) -> Figures:
    return Figures(
        posts_per_second=full.posts_per_second,
        cpu_us_per_delivery=full.cpu_us_per_delivery,
        calm_ack=calm.ack_ms,
        calm_all=calm.all_ms,
        full_all=full.all_ms,
        idle_mib=idle,
        after_mib=after,
    )


def _of_peer(answer: dict[str, Any]) -> Figures:
    (calm,), (full,) = answer["rate"], answer["sat"]
    return Figures(
        posts_per_second=full["posts_s"],
        cpu_us_per_delivery=full["server_cpu_us_per_delivery"],
        calm_ack=_both(calm["ack"]),
        calm_all=_both(calm["all"]),
        full_all=_both(full["all"]),
        idle_mib=answer["rss_idle_mib"],
        after_mib=full["rss_mib"],
        served=next((each["per_s"] for each in answer.get("catchup", [])), None),
    )


def _both(quantiles: dict[str, float]) -> tuple[float, float]:
    return quantiles.get("p50_ms", float("nan")), quantiles.get("p99_ms", float("nan"))


def _last_line(error: Exception) -> str:
    said = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
    return said[-1][:120] if said else type(error).__name__


# --- as tables ---


def report(found: Comparison) -> str:
    """Medians of the rounds, then what the targets ask for."""
    heads = ["Server", "posts/s", "CPU µs per delivery", f"ack p50 / p99 ms, {RATE}/s", "to all", "to all, saturated",
             "MiB idle → after", "served at catch-up, entries/s"]  # fmt: skip
    rows = [[name, *_cells(found, name)] for name in found.rounds if found.rounds[name]]
    absent = "".join(f"- Not measured: {name}; {why}.\n" for name, why in sorted(found.absent.items()))
    return "\n".join((table(heads, rows), table(["#", "Target", "wanted", "found"], _targets(found)), absent))


def _cells(found: Comparison, name: str) -> list[str]:
    def read(part: Callable[[Figures], float], digits: int = 0) -> str:
        return f"{found.median(name, part):,.{digits}f}"

    rate = found.served(name)
    return [
        read(lambda each: each.posts_per_second),
        read(lambda each: each.cpu_us_per_delivery, 2),
        f"{read(lambda each: each.calm_ack[0], 1)} / {read(lambda each: each.calm_ack[1], 1)}",
        f"{read(lambda each: each.calm_all[0], 1)} / {read(lambda each: each.calm_all[1], 1)}",
        f"{read(lambda each: each.full_all[0], 1)} / {read(lambda each: each.full_all[1], 1)}",
        f"{read(lambda each: each.idle_mib)} → {read(lambda each: each.after_mib)}",
        "" if rate is None else f"{rate:,.0f}",
    ]


def _posts(each: Figures) -> float:
    return each.posts_per_second


def _cpu(each: Figures) -> float:
    return each.cpu_us_per_delivery


TARGETS: tuple[tuple[str, str, str, str, Callable[[Figures], float]], ...] = (
    ("1", "posts/s", "websockets", "≥ 1.0", _posts),
    ("2", "posts/s", "synapse-sqlite", "≥ 100", _posts),
    ("3", "posts/s", "ejabberd-sqlite", "≥ 15", _posts),
    ("3", "posts/s", "prosody-sqlite", "≥ 30", _posts),
    ("4", "posts/s", "nats", "≥ 1.0", _posts),
    ("4", "posts/s", "redis", "≥ 0.9", _posts),
    ("5", "CPU per delivery", "websockets", "≤ 1.0", _cpu),
    ("5", "CPU per delivery", "synapse-sqlite", "≤ 1/150", _cpu),
    ("6", f"post to all at {RATE}/s, p50", "websockets", "≤ 2.0", lambda each: each.calm_all[0]),
    ("6", f"post to all at {RATE}/s, p50", "redis", "≤ 1.25", lambda each: each.calm_all[0]),
    ("6", f"post to all at {RATE}/s, p99", "redis", "≤ 2.0", lambda each: each.calm_all[1]),
    ("7", "served at catch-up", "nats", "≥ 1.0", lambda each: each.served or float("nan")),
    ("7", "served at catch-up", "ejabberd-sqlite", "≥ 20", lambda each: each.served or float("nan")),
)
"""Number, what, beside whom, wanted, how it is read; each the hub's figure divided by the peer's."""


def _targets(found: Comparison) -> list[list[str]]:
    rows = []
    for number, what, peer, wanted, read in TARGETS:
        if found.rounds.get(peer):
            ours = [read(each) for each in found.rounds[HUB]]
            pairs = [our / read(each) for our, each in zip(ours, found.rounds[peer], strict=False)]
            ratios = sorted(ratio for ratio in pairs if ratio == ratio)
            if ratios:
                shown = f"{median(ratios):.3g} ({ratios[0]:.3g} to {ratios[-1]:.3g})"
                rows.append([number, f"{what}, hub ÷ {peer}", wanted, shown])
    return rows
