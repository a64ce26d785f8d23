"""Three pages stay open in a real browser while twenty entries a second come to their desk through the hub."""

import asyncio
import random
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from playwright.async_api import Page, async_playwright

from bench.large_log import LargeLog, Posting
from bench.processes import Server
from bench.visiting import Answers, DeskProcess, Visitor
from vocu.log.entry import parse_leaf
from vocu.operation import events
from vocu.operation.events import Event
from vocu.protocol.frames import Receipt

RATE = 20
AFTERWARDS_SECONDS = 4
"""What came last has so long to appear."""
ASKING_SECONDS = 0.25
"""A pause between the requests of somebody else."""
LONGEST_MS = 200
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
OPEN: dict[str, type[Event] | None] = {
    "/": None,
    "/seizures": events.SeizureReported,
    "/messages": events.MessagePosted,
}
"""The pages, and which of the new entries each counts; None: all of them."""
LOOK = """
window.bench = {tasks: [], requests: 0, shown: []};
new PerformanceObserver((list) => bench.tasks.push(...list.getEntries().map((task) => task.duration)))
  .observe({type: "longtask", buffered: true});
document.addEventListener("htmx:beforeRequest", () => bench.requests++);
document.addEventListener("htmx:afterSettle", (event) => {
  const since = document.querySelector("#feed #since");
  if (since ? event.detail.target.id !== "feed" : !event.detail.target.matches("[hx-get*='/newer?']")) return;
  const text = since ? since.value : event.detail.target.textContent.replace(/[^0-9]/g, "") || "0";
  bench.shown.push([performance.timeOrigin + performance.now(), Number(text)]);
});
"""
"""What a page notes of itself: long tasks, requests, and what it shows when. The feed names the size of the log that it
shows; the others count what came since they were made."""


@dataclass
class Watched:
    """One open page. `delays`: milliseconds from the hub's clock in each entry to the page's that shows it."""

    address: str
    tasks: list[float]
    requests: int
    delays: list[float] = field(default_factory=list)
    missing: int = 0


@dataclass(frozen=True)
class Browsing:
    """`cores`: the processor time of the desk, for each second of posting and of what it took to show the last."""

    cores: float
    seconds: float
    posted: int
    pages: list[Watched]
    meanwhile: list[Answers]


async def measure(log: LargeLog, server: Server, desk: DeskProcess, others: Sequence[str], seconds: float) -> Browsing:
    """Open the pages, post, and look at what became of it. `others`: pages that somebody else asks for meanwhile."""
    async with async_playwright() as playwright:
        chromium = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium"))), None)
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        context = await browser.new_context(base_url=desk.address, locale="en-GB")
        await context.add_init_script(LOOK)
        pages = {address: await context.new_page() for address in OPEN}
        await next(iter(pages.values())).goto(desk.link)
        for address, page in pages.items():
            await page.goto(address)
        await asyncio.sleep(2)  # scripts are loaded, the streams are open
        stopped = asyncio.Event()
        asking = asyncio.create_task(_ask(Visitor(desk), others, stopped))
        begin, before = time.perf_counter(), desk.cpu_seconds()
        posted = await _post(log, server, seconds)
        await asyncio.sleep(AFTERWARDS_SECONDS)
        cores = (desk.cpu_seconds() - before) / (time.perf_counter() - begin)
        stopped.set()
        meanwhile = await asking
        watched = [await _watched(page, address, posted) for address, page in pages.items()]
        await browser.close()
    return Browsing(cores, seconds, len(posted), watched, meanwhile)


async def _post(log: LargeLog, server: Server, seconds: float) -> list[tuple[Event, Receipt]]:
    """Seizures and messages of everybody at even intervals; what was posted, in the order of the log."""
    members = log.operation.members
    postings = {each.ncp: await Posting.begin(server, log.operation, each, log.entries) for each in members}
    sent: dict[str, list[Event]] = {ncp: [] for ncp in postings}
    begin, today = time.perf_counter(), datetime.now(UTC).date()
    for number in range(int(RATE * seconds)):
        await asyncio.sleep(max(0.0, begin + number / RATE - time.perf_counter()))
        (letter,) = log.story.letters(today, 1, seizures=0.5)
        postings[letter.member.ncp].post(letter, log.view, log.epoch, time.time_ns() // 1_000_000)
        sent[letter.member.ncp].append(letter.event)
    await asyncio.sleep(1)
    posted = [pair for ncp, posting in postings.items() for pair in zip(sent[ncp], posting.receipts, strict=True)]
    for posting in postings.values():
        posting.close()
    return sorted(posted, key=lambda pair: pair[1].index)


async def _ask(visitor: Visitor, others: Sequence[str], stopped: asyncio.Event) -> list[Answers]:
    found = {address: Answers(address, [], 0) for address in others}
    while not stopped.is_set():
        address = random.choice(others)
        found[address].ms.append((await asyncio.to_thread(visitor.get, address))[0])
        await asyncio.sleep(ASKING_SECONDS)
    return [answers for answers in found.values() if answers.ms]


async def _watched(page: Page, address: str, posted: list[tuple[Event, Receipt]]) -> Watched:
    seen: dict[str, Any] = await page.evaluate("bench")
    found = Watched(address, seen["tasks"], seen["requests"])
    counted = OPEN[address]
    expected = [receipt for event, receipt in posted if counted is None or isinstance(event, counted)]
    for number, receipt in enumerate(expected, 1):
        needed = receipt.index + 1 if counted is None else number
        at = next((at for at, shown in seen["shown"] if shown >= needed), None)
        if at is None:
            found.missing += 1
        else:
            found.delays.append(at - parse_leaf(receipt.leaf_data).hub_ms)
    return found
