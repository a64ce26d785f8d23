"""The figures as the Markdown tables of docs/performance.md."""

import os
import platform
import sqlite3
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from statistics import median

from bench.browsing import LONGEST_MS
from bench.browsing import RATE as BROWSING_RATE
from bench.catch_up import CatchUp
from bench.compiling import Compiling
from bench.engines import Found
from bench.fanout import BARE, HUB, RATE, Contestant, Round
from bench.pages import TARGET_MS, Pages
from bench.profiling import Profile
from bench.visiting import Answers

LIBRARIES = ("cryptography", "msgspec", "uvicorn", "uvloop", "websockets")


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = list(heads)
    lines = [heads, ["---", *["--:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def machine() -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{_processor()}, {os.cpu_count()} cores; {platform.system()} {platform.release()}; Python "
        f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}; {versions}. "
        f"Load before the run: {os.getloadavg()[0]:.2f}.\n"
    )


def disk(found: dict[str, float]) -> str:
    return table(["Durable posts of one writer", "per s"], [[how, f"{rate:,.0f}"] for how, rate in found.items()])


def fanout(found: dict[str, Contestant], post: int, window: int) -> str:
    """Medians of the rounds."""
    heads = [
        "Server", "posts/s", "deliveries/s", "CPU µs per delivery", "server, client cores",
        f"ack p50 / p99 ms, {window} outstanding", "to all",
        f"ack p50 / p99 ms, {RATE}/s", "to all", "CPU µs per delivery", "MiB idle → after",
    ]  # fmt: skip
    rows = []
    for name, each in found.items():
        full, calm = each.saturated, each.at_rate
        rows.append(
            [
                name,
                f"{_median(full, _posts):,.0f}",
                f"{_median(full, lambda r: r.deliveries_per_second):,.0f}",
                f"{_median(full, _cpu):.2f}",
                f"{_median(full, lambda r: r.server_cores):.2f}, {_median(full, lambda r: r.client_cores):.2f}",
                _both(full, lambda r: r.ack_ms),
                _both(full, lambda r: r.all_ms),
                _both(calm, lambda r: r.ack_ms),
                _both(calm, lambda r: r.all_ms),
                f"{_median(calm, _cpu):.1f}",
                f"{each.idle_mib:.0f} → {each.after_mib:.0f}",
            ]
        )
    return f"A post is a frame of {post} bytes.\n\n" + table(heads, rows)


def targets(found: dict[str, Contestant]) -> str:
    """Medians of the ratios, each of two neighbouring rounds."""
    bare, hub = found[BARE], found[HUB]
    rows = [
        ["1", "posts/s, hub ÷ bare", "≥ 1.0", _ratio(hub.saturated, bare.saturated, _posts)],
        ["5", "CPU per delivery, hub ÷ bare", "≤ 1.0", _ratio(hub.saturated, bare.saturated, _cpu)],
        ["6", f"post to all at {RATE}/s, p50, hub ÷ bare", "≤ 2.0", _ratio(hub.at_rate, bare.at_rate, _all_p50)],
        ["9", "memory with all desks connected, MiB", "≤ 60", f"{hub.idle_mib:.0f}"],
    ]
    return table(["#", "Target", "wanted", "found"], rows)


def catch_up(found: CatchUp) -> str:
    rows = [
        ["served by the hub, to a client that only counts", f"{found.served:,.0f}", _share(found.served, found)],
        ["Ed25519 verification of the same events, nothing else", f"{found.bare_verify:,.0f}", "1.00"],
        ["a real desk: received, verified, kept", f"{found.verified:,.0f}", _share(found.verified, found)],
        ["the same, on all cores of the machine", f"{found.on_all_cores:,.0f}", _share(found.on_all_cores, found)],
        ["on one, event signatures not checked", f"{found.unchecked:,.0f}", _share(found.unchecked, found)],
    ]
    return (
        table([f"Catching up with {found.entries:,} entries", "per s", "÷ Ed25519"], rows)
        + f"\nOpening one sealed text at the desk, read from its disk: {found.open_us:,.0f} µs.\n"
    )


def compiling(found: Compiling) -> str:
    rows = [
        ["count them into the ledger", f"{found.counting:.2f}"],
        ["one newsletter", f"{found.newsletter:.2f}"],
        ["all results tables", f"{found.tables:.2f}"],
    ]
    return table([f"{found.reports:,} reports", "s"], rows)


_ENGINES = {
    "vocu": "vocu: all tables, through the ledger's facts",
    "polars": "Polars: twelve group-bys",
    "duckdb": "DuckDB: the same",
    "sqlite": "SQLite in memory: the same",
    "python": "plain Python: ten tables from the reports",
}


def engines(found: list[Found], reports: int) -> str:
    """One run each; the most memory that the process had, with what it started with."""
    heads = [f"{reports:,} reports", "read, s", "tables, s", "again, s", "again, CPU s", "MiB"]
    rows = [
        [
            _ENGINES[each.contestant],
            f"{each.reading:.1f}",
            f"{each.first:.2f}",
            f"{each.again:.2f}",
            f"{each.cpu:.2f}",
            f"{each.mib}",
        ]
        for each in found
    ]
    return table(heads, rows)


def profile(found: Profile) -> str:
    rows = [
        [f"`{line.function}`", line.thread, f"{line.us:.1f}", f"{line.us / found.us:.0%}", f"{line.calls:.2f}"]
        for line in found.lines
    ]
    heads = [f"Own time of {found.us:,.0f} µs per post", "thread", "µs per post", "share", "calls per post"]
    return table(heads, rows)


def _posts(each: Round) -> float:
    return each.posts_per_second


def _cpu(each: Round) -> float:
    return each.cpu_us_per_delivery


def _all_p50(each: Round) -> float:
    return each.all_ms[0]


SLOWEST = 20


def pages(found: Pages) -> str:
    """The desk as it opens, its slowest pages and all others together, and what a browser saw while entries came."""
    log, opening, pages = found.log, found.opening, [each for each in found.answers if not each.download]
    slowest = sorted(pages, key=lambda page: -page.at(0.95))
    others = Answers(f"the other {len(slowest) - SLOWEST} pages and parts", [], 0)
    for page in slowest[SLOWEST:]:
        others.ms.extend(page.ms)
    late = [page.address for page in slowest if page.at(0.95) >= TARGET_MS]
    longest = max((task for page in found.browsing.pages for task in page.tasks), default=0.0)
    meanwhile = Answers("all pages, meanwhile", [ms for page in found.browsing.meanwhile for ms in page.ms], 0)
    parts = [
        f"A replica of {log.entries:,} entries with {log.seizures:,} seizures of {len(log.operation.members)} "
        f"countries (made in {log.seconds:.0f} s).",
        table(
            ["From the start of `vocu desk`", "s", "resident MiB"],
            [
                ["restored from disk, and served", f"{opening.served:.1f}", ""],
                ["the first page was here", f"{opening.first_page:.1f}", f"{opening.mib_before:.0f}"],
                ["search, receipts and hits complete", f"{opening.indexed:.1f}", f"{opening.mib:.0f}"],
            ],
        ),
        f"Meanwhile the page *Now* took {_spread(opening.meanwhile)}.",
        table(["Page", "KiB", "p50 ms", "p95", "max"], [_answers(page) for page in (*slowest[:SLOWEST], others)]),
        table(["Download", "KiB", "p50 ms", "p95", "max"], [_answers(page) for page in found.answers if page.download]),
        table(
            [
                f"Open in Chromium, {BROWSING_RATE} entries/s for {found.browsing.seconds:.0f} s",
                "requests",
                "long tasks",
                "longest ms",
                "hub to page, p50 ms",
                "p95",
                "never shown",
            ],
            [
                [
                    f"`{page.address}`",
                    str(page.requests),
                    str(len(page.tasks)),
                    f"{max(page.tasks, default=0):.0f}",
                    *(f"{Answers('', page.delays or [0.0], 0).at(share):,.0f}" for share in (0.5, 0.95)),
                    str(page.missing),
                ]
                for page in found.browsing.pages
            ],
        ),
        f"Every other page, asked for meanwhile by somebody else ({len(meanwhile.ms)} requests): {_spread(meanwhile)}. "
        f"The desk took {found.browsing.cores:.2f} of a core.",
        table(
            ["Target", "wanted", "found"],
            [
                ["p95 of every page, ms", f"< {TARGET_MS}", f"{slowest[0].at(0.95):.0f}"],
                ["longest task of a page's main thread, ms", f"≤ {LONGEST_MS}", f"{longest:.0f}"],
            ],
        ),
    ]
    return "\n\n".join(part.rstrip() for part in parts) + (f"\n\nToo slow: {', '.join(late)}.\n" if late else "\n")


def _answers(page: Answers) -> list[str]:
    name = f"`{page.address}`" if page.address.startswith("/") else page.address
    size = f"{page.kib:,.0f}" if page.kib else ""
    return [name, size, f"{page.at(0.5):.0f}", f"{page.at(0.95):.0f}", f"{max(page.ms):.0f}"]


def _spread(answers: Answers) -> str:
    return f"p50 {answers.at(0.5):.0f}, p95 {answers.at(0.95):.0f}, at most {max(answers.ms):.0f} ms"


def _median(rounds: list[Round], figure: Callable[[Round], float]) -> float:
    return median(map(figure, rounds))


def _both(rounds: list[Round], figure: Callable[[Round], tuple[float, float]]) -> str:
    return f"{median(figure(each)[0] for each in rounds):.1f} / {median(figure(each)[1] for each in rounds):.1f}"


def _ratio(ours: list[Round], theirs: list[Round], figure: Callable[[Round], float]) -> str:
    ratios = [figure(a) / figure(b) for a, b in zip(ours, theirs, strict=True)]
    return f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def _share(rate: float, found: CatchUp) -> str:
    return f"{rate / found.bare_verify:.2f}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
