"""A desk of a large operation: how soon it opens, how fast each of its pages comes, and what a busy hub changes."""

import asyncio
import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from starlette.routing import Route

from bench import browsing, large_log
from bench.browsing import Browsing
from bench.large_log import LargeLog
from bench.visiting import Answers, DeskProcess, Visitor
from vocu_client import Home
from vocu_client.web.app import PAGES

TARGET_MS = 300
NOT_HERE = (
    "/live", "/enter", "/unlock", "/waiting", "/start", "/login", "/officers", "/account", "/handover", "/approvals",
    "/consultations", "/operation/newsletter/send",
)  # fmt: skip
"""A stream; pages before there is a desk that is open; those of a team; and what waits for today's figures."""
MORE = (
    "/?group=seizures&commodity=drugs", "/now/feed?before=20000", "/now/new?since={size}", "/messages?q=red+lorry",
    "/messages?scope=ocu", "/messages/newer?since={size}", "/seizures?mode=road&sort=quantity",
    "/seizures?commodity=drugs&sort=place&page=2", "/seizures?q=cocaine+post", "/seizures/map?commodity=drugs",
    "/seizures/newer?at={size}", "/results/T01?sort=seizures", "/form/places?q=ter", "/form/hs?q=2402",
)  # fmt: skip
"""Pages with what people search, filter and sort, and parts as pages ask for them; `size`: of the log, less 100."""
INDEXING_SECONDS = 240


@dataclass(frozen=True)
class Opening:
    """Seconds from the start of `vocu desk`: until its log is restored and it serves, until its first page came, until
    all indexes were complete; and resident memory then."""

    served: float
    first_page: float
    indexed: float
    mib_before: float
    mib: float
    meanwhile: Answers


def open_desk(home: Home) -> tuple[Opening, DeskProcess, Visitor]:
    """Start the desk, ask for its first page at once, then for the indexes' progress until nothing is left to do."""
    begin = time.perf_counter()
    desk = DeskProcess(home)
    served = time.perf_counter() - begin
    visitor = Visitor(desk)
    visitor.get("/")
    first_page, mib_before = time.perf_counter() - begin, desk.memory_mib()
    meanwhile = []
    while b"So far" in visitor.get("/messages?q=lorry")[1] or b"Still looking" in visitor.get("/operation/hits")[1]:
        meanwhile.append(visitor.get("/")[0])
        time.sleep(0.5)
        if time.perf_counter() - begin > INDEXING_SECONDS:
            raise RuntimeError("the indexes do not get complete")
    indexed = time.perf_counter() - begin
    found = Opening(served, first_page, indexed, mib_before, desk.memory_mib(), Answers("/", meanwhile or [0.0], 0))
    return found, desk, visitor


def addresses(log: LargeLog) -> Iterator[str]:
    """Every page that stands on its own, one of each kind of event, and what people ask of the large ones."""
    ids = log.story.ids
    of_one = {
        "/seizures/{id}": ids["seizure"],
        "/seizures/{id}/status": ids["seizure"],
        "/seizures/{id}/files": ids["seizure"],
        "/messages/{id}": ids["message"],
        "/warnings/{id}": ids["warning"],
        "/questions/{id}": ids["question"],
        "/questions/{id}/answer": ids["question"],
        "/newsletters/{day}": log.newsletter,
        "/results/{table}": "T01",
        "/operation/members/{ncp}": log.operation.members[0].ncp,
    }
    for route in (route for routes in PAGES for route in routes):
        if not isinstance(route, Route) or "GET" not in (route.methods or ()) or route.path.startswith(NOT_HERE):
            continue
        if route.path in of_one:
            yield route.path.partition("{")[0] + of_one[route.path] + route.path.partition("}")[2]
        elif "{" not in route.path:
            yield route.path
    yield from (address.format(size=log.entries - 100) for address in MORE)


def ask_all(visitor: Visitor, every: Iterable[str], requests: int) -> list[Answers]:
    """All pages so often, in an order that is not theirs, downloads thrice; each once before, which is not counted."""
    pages = [Answers(address, [], len(visitor.get(address)[1]) / 1024) for address in every]
    rounds = [page for page in pages for _ in range(3 if page.download else requests)]
    random.Random(3).shuffle(rounds)
    for page in rounds:
        page.ms.append(visitor.get(page.address)[0])
    return pages


@dataclass(frozen=True)
class Pages:
    """What was found of a desk of that log."""

    log: LargeLog
    opening: Opening
    answers: list[Answers]
    browsing: Browsing


async def measure(folder: Path, entries: int, requests: int, seconds: float) -> Pages:
    """Fill a log, open the organiser's desk, ask for every page so often, then watch three of them for so long."""
    log = await large_log.make(folder, entries)
    with log.serve() as server:
        opening, desk, visitor = await asyncio.to_thread(open_desk, log.home)
        with desk:
            answers = await asyncio.to_thread(ask_all, visitor, list(addresses(log)), requests)
            others = [page.address for page in answers if not page.download]
            return Pages(log, opening, answers, await browsing.measure(log, server, desk, others, seconds))
