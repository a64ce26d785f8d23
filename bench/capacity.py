"""What one hub holds: more desks, more posts a second, a longer log; each step on a hub of its own, bounded in time."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from bench import processes
from bench.fanout import RATE, Round, Stage
from bench.operation import Operation
from bench.report import table

DESKS = (50, 100, 200, 500, 1000)
RATES = (20, 100, 300, 1000, 2000)
"""Posts a second to 100 desks; the ladder ends where half of them take longer than `TOO_LATE_MS`."""
LENGTHS = (10_000, 50_000, 100_000)
AUDIENCE, WINDOW, FILLING_WINDOW, AT_ONCE = 100, 32, 256, 5_000
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


def posts_needed(seconds: float, posts: int) -> int:
    """Of all publishers together."""
    return max(int(RATE * seconds) + posts, int(sum(RATES) * seconds), LENGTHS[-1])


async def measure(operation: Operation, seconds: float, posts: int) -> AsyncIterator[str]:
    """Three tables, each as soon as it is known."""
    yield _crowds([await _crowd(operation, desks, seconds, posts) for desks in DESKS])
    yield _rates([each async for each in _ladder(operation, seconds)])
    yield _logs([await _length(operation, entries) for entries in LENGTHS])


async def _ladder(operation: Operation, seconds: float) -> AsyncIterator[tuple[int, Round]]:
    with processes.hub(operation.copy("rates")) as server:
        stage = await Stage.set(server, operation, desks=AUDIENCE)
        for rate in RATES:
            found = await stage.at_rate(rate, seconds)
            yield rate, found
            if found.all_ms[0] > TOO_LATE_MS:
                break
        stage.close()


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


async def _length(operation: Operation, entries: int) -> Length:
    folder = operation.copy(f"length-{entries}")
    with processes.hub(folder) as server:
        stage = await Stage.set(server, operation, desks=len(operation.posts))
        for _ in range(entries // AT_ONCE):
            await stage.saturated(AT_ONCE, FILLING_WINDOW)
        stage.close()
        mib = server.memory_mib()
    begin = time.perf_counter()
    with processes.hub(folder) as server:
        return Length(entries, mib, _size(folder), time.perf_counter() - begin, server.memory_mib())


def _size(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("hub.sqlite*")) / 2**20


def _crowds(found: list[Crowd]) -> str:
    return table(
        ["Desks", "MiB, none → all connected", "KiB a desk", f"to all p50 / p99 ms, {RATE}/s", "cores",
         "posts/s at most", "deliveries/s", "to all p50 / p99 ms"],
        [
            [
                f"{each.desks:,}",
                f"{each.empty_mib:.0f} → {each.mib:.0f}",
                f"{(each.mib - each.empty_mib) / each.desks * 1024:.0f}",
                _both(each.calm.all_ms),
                f"{each.calm.server_cores:.2f}",
                f"{each.full.posts_per_second:,.0f}",
                f"{each.full.deliveries_per_second:,.0f}",
                _both(each.full.all_ms),
            ]
            for each in found
        ],
    )  # fmt: skip


def _rates(found: list[tuple[int, Round]]) -> str:
    heads = [f"Posts/s wanted, {AUDIENCE} desks", "came", "hub's cores", "ack p50 / p99 ms", "to all p50 / p99 ms"]
    rows = [
        [
            f"{rate:,}",
            f"{each.posts_per_second:,.0f}",
            f"{each.server_cores:.2f}",
            _both(each.ack_ms),
            _both(each.all_ms),
        ]
        for rate, each in found
    ]
    return table(heads, rows)


def _logs(found: list[Length]) -> str:
    heads = ["Entries", "MiB while they came", "file, MiB", "s to start again", "MiB then"]
    rows = [
        [
            f"{each.entries:,}",
            f"{each.mib:.0f}",
            f"{each.file_mib:.0f}",
            f"{each.start_seconds:.1f}",
            f"{each.idle_mib:.0f}",
        ]
        for each in found
    ]
    more = found[-1].mib - found[0].mib
    growth = more / (found[-1].entries - found[0].entries) * 100_000
    return f"{table(heads, rows)}\n100,000 entries more take {growth:.1f} MiB of memory.\n"


def _both(ms: tuple[float, float]) -> str:
    return f"{ms[0]:.1f} / {ms[1]:.1f}"
