"""Where the hub's time goes while posts come as fast as it takes them."""

import pstats
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import processes
from bench.fanout import Stage
from bench.operation import Operation

LINES = 15


@dataclass(frozen=True)
class Line:
    """One function: its own processor time and its calls, per post."""

    thread: str
    function: str
    us: float
    calls: float


@dataclass(frozen=True)
class Profile:
    """The costliest functions, and the processor time of all of them per post (µs)."""

    posts: int
    us: float
    lines: list[Line]


async def measure(operation: Operation, posts: int, window: int) -> Profile:
    """The profiler itself makes Python dearer than what is written in C: shares are rough."""
    folder = operation.copy("profiled")
    with processes.hub(folder, "profiled") as server:
        stage = await Stage.set(server, operation)
        server.signal(signal.SIGUSR1)
        await stage.saturated(posts, window)
        stage.close()
    lines = [line for path in sorted(folder.glob("*.prof")) for line in _lines(path, posts)]
    lines.sort(key=lambda line: -line.us)
    return Profile(posts, sum(line.us for line in lines), lines[:LINES])


def _lines(path: Path, posts: int) -> Iterator[Line]:
    for (file, _, name), (_, calls, own, _, _) in pstats.Stats(str(path)).stats.items():  # type: ignore[attr-defined]
        yield Line(path.stem, _shown(file, name), own / posts * 1e6, calls / posts)


def _shown(file: str, name: str) -> str:
    """`sequencer/replica.py admit`, or what the builtin says of itself."""
    where = "/".join(Path(file).parts[-2:])
    return name.strip("<>") if file == "~" else f"{where} {name}"
