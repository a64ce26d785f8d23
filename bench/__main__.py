"""`python -m bench [PART …]`: measures, and prints the tables of docs/performance.md in Markdown."""

import argparse
import tempfile
import time
from pathlib import Path

import psutil
import uvloop

from bench import (
    capacity,
    catch_up,
    compiling,
    disk,
    engines,
    fanout,
    pages,
    peers,
    processes,
    profiling,
    report,
    soak,
    stores,
)
from bench.operation import prepare

PARTS = ("disk", "fanout", "catch-up", "profile", "compile", "engines", "pages")
ON_ITS_OWN = ("capacity", "peers", "soak")
"""Parts that take long, or need what not every machine has; they run only where they are named."""
ON_A_HUB = frozenset(PARTS) - {"engines", "pages"}


def main() -> None:
    options = _options()
    processes.pin(psutil.Process(), processes.CLIENT_CORE)
    begin = time.monotonic()
    print(report.machine(), flush=True)
    with tempfile.TemporaryDirectory(prefix="vocu-bench-", dir=options.folder) as folder:
        uvloop.run(_measure(options, Path(folder)))
    print(f"Measured in {time.monotonic() - begin:.0f} s.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "parts",
        nargs="*",
        metavar="PART",
        help=f"{', '.join(PARTS)}: all these if none is named; {', '.join(ON_ITS_OWN)}",
    )
    parser.add_argument("--desks", type=int, default=100, help="desks that are connected (default: %(default)s)")
    parser.add_argument("--publishers", type=int, default=8, help="desks among them that post (default: %(default)s)")
    parser.add_argument("--window", type=int, default=32, help="posts outstanding at saturation (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="of the fan-out (default: %(default)s)")
    parser.add_argument("--posts", type=int, default=6000, help="at saturation, per round (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=8, help="at 20 posts/s, per round (default: %(default)s)")
    parser.add_argument("--entries", type=int, default=20_000, help="to catch up with (default: %(default)s)")
    parser.add_argument("--reports", type=int, default=20_000, help="to compile (default: %(default)s)")
    parser.add_argument(
        "--million", type=int, default=1_000_000, help="reports for the engines to table (default: %(default)s)"
    )
    parser.add_argument(
        "--large", type=int, default=50_000, help="entries of the desk's log, 2,000 or more (default: %(default)s)"
    )
    parser.add_argument("--requests", type=int, default=30, help="for each page (default: %(default)s)")
    parser.add_argument("--watched", type=float, default=20, help="seconds of entries coming in (default: %(default)s)")
    parser.add_argument("--minutes", type=int, default=30, help="of the soak (default: %(default)s)")
    parser.add_argument("--results", type=Path, default=Path(), help="where soak.csv and soak.svg go (default: here)")
    parser.add_argument("--folder", type=Path, help="where to put the hubs: on the disk to be measured")
    options = parser.parse_args()
    unknown = set(options.parts) - {*PARTS, *ON_ITS_OWN}
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join((*PARTS, *ON_ITS_OWN))}")
    options.parts = options.parts or PARTS
    return options


async def _measure(options: argparse.Namespace, folder: Path) -> None:
    if "engines" in options.parts:  # first: it needs the memory and both cores
        (folder / "engines").mkdir()
        _show(report.engines(engines.compare(folder / "engines", options.million), options.million))
    if ON_A_HUB.intersection(options.parts):
        await _measure_hub(options, folder)
    for part in ON_ITS_OWN:
        if part in options.parts:
            (folder / part).mkdir()
            await _measure_alone(part, options, folder / part)
    if "pages" in options.parts:
        (folder / "pages").mkdir()
        _show(report.pages(await pages.measure(folder / "pages", options.large, options.requests, options.watched)))


async def _measure_hub(options: argparse.Namespace, folder: Path) -> None:
    parts = options.parts
    per_round = int(fanout.RATE * options.seconds) + options.posts
    needed = max(options.rounds * per_round if "fanout" in parts else 1, options.entries if "catch-up" in parts else 1)
    needed = max(needed, options.posts)
    operation = await prepare(folder, options.desks, options.publishers, -(-needed // options.publishers))
    post = operation.posts[0][0]
    if "disk" in parts:
        _show(report.disk(disk.measure(folder, post, seconds=3) | stores.measure(folder, post, seconds=3)))
    if "fanout" in parts:
        found = await fanout.compare(
            operation, rounds=options.rounds, seconds=options.seconds, posts=options.posts, window=options.window
        )
        _show(report.fanout(found, len(post), options.window))
        _show(report.targets(found))
    if "catch-up" in parts:
        _show(report.catch_up(await catch_up.measure(operation, options.entries)))
    if "profile" in parts:
        _show(report.profile(await profiling.measure(operation, options.posts, options.window)))
    if "compile" in parts:
        _show(report.compiling(compiling.measure(operation, options.reports)))


async def _measure_alone(part: str, options: argparse.Namespace, folder: Path) -> None:
    match part:
        case "capacity":
            needed = capacity.posts_needed(options.seconds, options.posts)
            operation = await prepare(folder, capacity.DESKS[-1], options.publishers, -(-needed // options.publishers))
            async for text in capacity.measure(operation, options.seconds, options.posts):
                _show(text)
        case "peers":
            needed = options.rounds * (int(fanout.RATE * options.seconds) + options.posts)
            operation = await prepare(folder, options.desks, options.publishers, -(-needed // options.publishers))
            found = await peers.compare(
                operation, rounds=options.rounds, seconds=options.seconds, posts=options.posts, window=options.window
            )
            _show(peers.report(found))
        case "soak":
            needed = options.minutes * 60 * soak.PER_SECOND
            operation = await prepare(folder, soak.DESKS, soak.PUBLISHERS, -(-needed // soak.PUBLISHERS))
            _show(soak.report(await soak.run(operation, options.minutes, options.results)))


def _show(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
