"""A crowd for half an hour: does a hub that keeps being used need more memory or more time than in its first minute?

Real sessions, the hub's own limits, posts at even intervals. One line for each minute goes to `soak.csv`, and the lines
become `soak.svg`.
"""

import csv
import statistics
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from bench import processes
from bench.fanout import Stage
from bench.operation import Operation
from bench.plot import Line, Panel, draw
from bench.report import table

DESKS, PUBLISHERS, PER_SECOND = 200, 8, 50


@dataclass(frozen=True)
class Minute:
    """What was seen in it, and at its end the hub's memory, and how much of that it has allocated itself."""

    minute: int
    entries: int
    memory_mib: float
    own_mib: float
    cores: float
    ack_p50_ms: float
    ack_p99_ms: float
    all_p50_ms: float
    all_p99_ms: float


async def run(operation: Operation, minutes: int, folder: Path) -> list[Minute]:
    """Post for so many minutes; the CSV in `folder` grows as they pass."""
    home = operation.copy("soaked")
    processes.restore_limits(home)
    seen: list[Minute] = []
    with processes.hub(home) as server, (folder / "soak.csv").open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(each.name for each in fields(Minute))
        stage = await Stage.set(server, operation)
        for minute in range(1, minutes + 1):
            found = await stage.at_rate(PER_SECOND, 60)
            each = Minute(
                minute,
                stage.tally.sent,
                round(server.memory_mib(), 1),
                round(server.own_mib(), 1),
                round(found.server_cores, 3),
                *(round(ms, 2) for ms in (*found.ack_ms, *found.all_ms)),
            )
            seen.append(each)
            lines.writerow(astuple(each))
            file.flush()
        stage.close()
    (folder / "soak.svg").write_text(draw(_panels(seen)), encoding="utf-8")
    return seen


def report(seen: list[Minute]) -> str:
    """The first minute, the middle and the last, and how much memory came with how many entries."""
    heads = ["Minute", "entries", "MiB", "cores", "ack p50 / p99 ms", "to all p50 / p99 ms"]
    rows = [
        [
            str(each.minute),
            f"{each.entries:,}",
            f"{each.memory_mib:.1f}",
            f"{each.cores:.2f}",
            f"{each.ack_p50_ms:.1f} / {each.ack_p99_ms:.1f}",
            f"{each.all_p50_ms:.1f} / {each.all_p99_ms:.1f}",
        ]
        for each in dict.fromkeys((seen[0], seen[len(seen) // 2], seen[-1]))
    ]
    return table(heads, rows) + f"\n{_growth(seen)}\n"


def _growth(seen: list[Minute]) -> str:
    """What the hub allocates for an entry: the straight line from where the newest entries fill their share."""
    settled = [each for each in seen if each.minute >= min(5, len(seen) // 2)]
    entries = [each.entries for each in settled]
    if len(settled) < 2:
        return "Two minutes or more show how memory grows."
    grows = statistics.linear_regression(entries, [each.own_mib for each in settled]).slope
    return f"From minute {settled[0].minute} on {grows * 100_000:.1f} MiB for 100,000 entries."


def _panels(seen: list[Minute]) -> Iterator[Panel]:
    minutes = [float(each.minute) for each in seen]
    memory = [Line("in use", [m.memory_mib for m in seen]), Line("allocated", [m.own_mib for m in seen])]
    yield Panel("Memory of the hub, MiB", minutes, memory)
    yield Panel(
        "From a post to its receipt, ms",
        minutes,
        [Line("p50", [m.ack_p50_ms for m in seen]), Line("p99", [m.ack_p99_ms for m in seen])],
    )
    yield Panel(
        f"From a post to all {DESKS} desks, ms",
        minutes,
        [Line("p50", [m.all_p50_ms for m in seen]), Line("p99", [m.all_p99_ms for m in seen])],
    )
