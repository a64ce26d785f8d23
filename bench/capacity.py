"""What one hub holds: more desks, more posts a second, a longer log; each step on a hub of its own, bounded in time."""

import time
from dataclasses import dataclass, field
from pathlib import Path

from bench import processes
from bench.fanout import RATE, Round, Stage
from bench.operation import Operation
from bench.report import table

DESKS = (50, 100, 200, 500, 1000)
RATES = (20, 100, 300, 1000, 2000)
"""Posts a second to 100 desks; the ladder ends where half of them take longer than `TOO_LATE_MS`."""
LENGTHS = (10_000, 50_000, 100_000)
AUDIENCE, WINDOW, AT_ONCE = 100, 32, 5_000
TOO_LATE_MS = 500.0


@dataclass(frozen=True)
class Crowd:
    """So many desks at one hub: what they cost while it idles, at 20 posts/s, and at its limit."""

    desks: int
    empty_mib: float
    mib: float
    calm: Round
    full: Round


@dataclass(frozen=True)
class Length:
    """A log of so many entries: the hub's memory, its file, and how long it reads before it listens again."""

    entries: int
    mib: float
    file_mib: float
    start_seconds: float
    idle_mib: float


@dataclass
class Capacity:
    crowds: list[Crowd] = field(default_factory=list)
    rates: list[tuple[int, Round]] = field(default_factory=list)
    lengths: list[Length] = field(default_factory=list)


def posts_needed(seconds: float, posts: int) -> int:
    """Of all publishers together."""
    return max(int(RATE * seconds) + posts, int(sum(RATES) * seconds), LENGTHS[-1])


async def measure(operation: Operation, seconds: float, posts: int) -> Capacity:
    found = Capacity()
    for desks in DESKS:
        found.crowds.append(await _crowd(operation, desks, seconds, posts))
    with processes.hub(operation.copy("rates")) as server:
        stage = await Stage.set(server, operation, desks=AUDIENCE)
        for rate in RATES:
            found.rates.append((rate, await stage.at_rate(rate, seconds)))
            if found.rates[-1][1].all_ms[0] > TOO_LATE_MS:
                break
        stage.close()
    found.lengths = await _lengths(operation)
    return found


async def _crowd(operation: Operation, desks: int, seconds: float, posts: int) -> Crowd:
    with processes.hub(operation.copy(f"crowd-{desks}")) as server:
        empty = server.memory_mib()
        stage = await Stage.set(server, operation, desks=desks)
        mib = server.memory_mib()
        calm = await stage.at_rate(RATE, seconds)
        # The more desks, the fewer posts come to the same number of deliveries.
        full = await stage.saturated(max(500, min(posts, posts * AUDIENCE // desks)), WINDOW)
        stage.close()
    return Crowd(desks, empty, mib, calm, full)


async def _lengths(operation: Operation) -> list[Length]:
    found = []
    for entries in LENGTHS:
        folder = operation.copy(f"length-{entries}")
        with processes.hub(folder) as server:
            stage = await Stage.set(server, operation, desks=len(operation.posts))
            for _ in range(entries // AT_ONCE):
                await stage.saturated(AT_ONCE, 256)
            stage.close()
            mib = server.memory_mib()
        begin = time.perf_counter()
        with processes.hub(folder) as server:
            seconds = time.perf_counter() - begin
            found.append(Length(entries, mib, _size(folder), seconds, server.memory_mib()))
    return found


def _size(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("hub.sqlite*")) / 2**20


def report(found: Capacity) -> str:
    crowds = table(
        ["Desks", "MiB, none → all connected", "KiB a desk", f"to all p50 / p99 ms, {RATE}/s", "cores",
         "posts/s at most", "deliveries/s", "to all p50 / p99 ms"],
        [
            [
                f"{each.desks:,}",
                f"{each.empty_mib:.0f} → {each.mib:.0f}",
                f"{(each.mib - each.empty_mib) / each.desks * 1024:.0f}",
                _both(each.calm),
                f"{each.calm.server_cores:.2f}",
                f"{each.full.posts_per_second:,.0f}",
                f"{each.full.deliveries_per_second:,.0f}",
                _both(each.full),
            ]
            for each in found.crowds
        ],
    )  # fmt: skip
    rates = table(
        [f"Posts/s wanted, {AUDIENCE} desks", "came", "hub's cores", "ack p50 / p99 ms", "to all p50 / p99 ms"],
        [
            [
                f"{rate:,}",
                f"{each.posts_per_second:,.0f}",
                f"{each.server_cores:.2f}",
                f"{each.ack_ms[0]:.1f} / {each.ack_ms[1]:.1f}",
                _both(each),
            ]
            for rate, each in found.rates
        ],
    )
    lengths = table(
        ["Entries", "MiB while they came", "file, MiB", "s to start again", "MiB then"],
        [
            [
                f"{each.entries:,}",
                f"{each.mib:.0f}",
                f"{each.file_mib:.0f}",
                f"{each.start_seconds:.1f}",
                f"{each.idle_mib:.0f}",
            ]
            for each in found.lengths
        ],
    )
    first, last = found.lengths[0], found.lengths[-1]
    growth = (last.mib - first.mib) / (last.entries - first.entries) * 100_000
    return f"{crowds}\n{rates}\n{lengths}\n100,000 entries more take {growth:.1f} MiB of memory.\n"


def _both(each: Round) -> str:
    return f"{each.all_ms[0]:.1f} / {each.all_ms[1]:.1f}"
