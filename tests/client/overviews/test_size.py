"""However large the log is, an answer looks at and opens about as much as it shows; bench/pages.py has the times."""

import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest
from msgspec import Struct

from tests.client.overviews.seen import nobody_read
from tests.core.compilation.logs import Check, Log, goods, seizure
from vocu.form.messages import Answer, Feedback, Question, WarningNotice
from vocu.form.report import Company, Route, SeizureNominal, Stop
from vocu.form.returns import DailyReturn
from vocu.operation import bodies, events
from vocu.operation.header import PartSlip
from vocu.operation.verified import Accepted
from vocu_client.overviews import Overviews
from vocu_client.overviews.filtering import Filter
from vocu_client.reading import Reading

COUNTRIES = [f"{first}{second}" for first in "ABCDE" for second in "ABCDEFGHIJ"]
ENTRIES, SEIZURES = 5_000, 500
PAGE = 50
MOST_LOOKED_AT = 10 * PAGE
"""Entries that an answer of one page may look at, of the 5,000 that there are."""
KINDS = ("tobacco.cigarettes", "drugs.cocaine", "drugs.heroin", "cash.banknotes", "ipr.toys")
SEALED = {
    part: PartSlip(p=part, enc="epoch", epoch=1, sha256="A" * 43, size=1)  # type: ignore[arg-type]
    for part in ("text", "nominal")
}


class Counted(list[Accepted]):
    """Entries that count how often one is looked at; going through all of them counts as all."""

    looked_at = 0

    def __getitem__(self, where: Any) -> Any:
        found = super().__getitem__(where)
        self.looked_at += len(found) if isinstance(where, slice) else 1
        return found

    def __iter__(self) -> Iterator[Accepted]:
        self.looked_at += len(self)
        return super().__iter__()


class LargeView:
    """What overviews see of a view, without bytes and keys."""

    def __init__(self, log: Log) -> None:
        self.state, self.ledger, self.posed = log.state, log.ledger, log.state.posed
        self.settings = SimpleNamespace(ncp="AA", device="A" * 22)
        self.acts = Counted(
            Accepted(index, at, b"", None, sealed(act)) for index, (at, act, _) in enumerate(log.entries)
        )
        self.size = len(self.acts)
        self.opened = 0

    def open(self, accepted: Accepted, part: str) -> Struct:
        self.opened += 1
        if part == "nominal":
            number = accepted.index % 2000
            return SeizureNominal(seals=(f"S{number:06}",), companies=(Company(name=f"Example {number}"),))
        return bodies.Text(subject="lorry", body=f"A red lorry, number {accepted.index}, left the terminal at noon.")


def sealed(act: Any) -> Any:
    """The act with the slips of what would be sealed."""
    if act is None:
        return None
    parts = [SEALED["text"]] if act.header.type in ("message_posted", "question_asked", "warning_issued") else []
    parts += [SEALED["nominal"]] if act.header.type == "seizure_reported" else []
    header = msgspec.structs.replace(act.header, parts=(*act.header.parts, *parts))
    return msgspec.structs.replace(act, header=header)


def large_log() -> Log:
    chance = random.Random(1)
    log = Log(*COUNTRIES)
    log.open("OPERATIONAL")
    messages: list[str] = []
    warnings: list[str] = []
    every = ENTRIES // SEIZURES
    while log.position < ENTRIES:
        ncp, step = chance.choice(COUNTRIES), log.position
        at = log.state.at + 60_000
        if step % every == 0:
            line = goods(chance.choice(KINDS), chance.choice([None, Decimal(chance.randrange(1, 10**6))]), "KGM")
            way = Route(departure=Stop(country="MA"), destination=Stop(country=chance.choice(COUNTRIES)))
            stat = seizure(line, place=f"PLACE {step % 200}", route=way, warning_answered=(warnings or [None])[-1])
            log.post(ncp, events.SeizureReported(stat=stat), at=at)
        elif step % every == 1:
            day = f"2024-01-{15 + step // every % 5}"
            checks = (Check(kind="vehicles", checked=3, with_result=0),)
            form = DailyReturn(day=day, kind="control", running="well", checks=checks)
            log.post(ncp, events.DailyReturnFiled(stat=form), at=at)
        elif step % 100 == 2:
            notice = WarningNotice(addressees=(ncp,), commodity="drugs.cocaine", action="control")
            warnings.append(log.post("PL", events.WarningIssued(stat=notice), at=at))
            log.post(ncp, events.FeedbackGiven(stat=Feedback(result="nothing_found")), ref=warnings[-1])
        elif step % 100 == 4:
            question = Question(kind="question", addressees=("PL",), subject="consignment")
            asked = log.post(ncp, events.QuestionAsked(stat=question), at=at)
            log.post("PL", events.QuestionAnswered(stat=Answer(result="answered")), ref=asked)
        else:
            ref = chance.choice(messages[-50:]) if messages and step % 3 else None
            to = ("AA", ncp) if step % 7 == 0 and ncp != "AA" else "all"
            messages.append(log.post(ncp, events.MessagePosted(), ref=ref, to=to, at=at))
    return log


class Large(msgspec.Struct):
    view: Any
    overviews: Any
    now: int


@pytest.fixture(scope="module")
def large() -> Large:
    log = large_log()
    view = LargeView(log)
    reading = Reading(cast(Any, view))
    outbox, replica = SimpleNamespace(counts=dict), SimpleNamespace(alarms=list)
    overviews = Overviews(cast(Any, view), reading, cast(Any, outbox), cast(Any, replica))
    overviews.catch_up()
    return Large(view, overviews, log.state.at)


ANSWERS: dict[str, Callable[[Any, int], Any]] = {
    "the feed": lambda seen, _: seen.feed.page(),
    "the feed, deep down": lambda seen, _: seen.feed.page(before=500),
    "the feed of one country's seizures of cocaine": lambda seen, _: seen.feed.page(
        group="seizures", country="CC", commodity="drugs.cocaine"
    ),
    "the feed of what there is not": lambda seen, _: seen.feed.page(group="messages", commodity="tobacco"),
    "new in the feed": lambda seen, _: seen.feed.counts(ENTRIES - 100),
    "conversations": lambda seen, _: seen.threads.page(nobody_read),
    "conversations of a kind that is rare": lambda seen, _: seen.threads.page(nobody_read, scope="national"),
    "unread": lambda seen, _: seen.threads.unread(nobody_read),
    "warnings": lambda seen, now: seen.clocks.chains(now),
    "open clocks": lambda seen, now: seen.clocks.open_counts(now),
    "questions": lambda seen, now: seen.clocks.questions(now),
    "the days of this country": lambda seen, now: (seen.days.filed(now), seen.days.pending()),
    "all seizures": lambda seen, _: seen.seizures.find(),
    "seizures by day, filtered and searched": lambda seen, _: seen.seizures.find(
        Filter(commodity="drugs", text="cocaine place"), sort="day"
    ),
    "points and ways": lambda seen, _: (seen.seizures.points(Filter()), seen.seizures.ways(Filter())),
    "choices": lambda seen, _: seen.seizures.choices(),
    "the board": lambda seen, now: seen.board.rows(now),
    "the day": lambda seen, now: seen.today(now),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_looks_at_and_opens_little(name: str, large: Large) -> None:
    view, answer = large.view, ANSWERS[name]
    opened, looked_at = view.opened, view.acts.looked_at
    answer(large.overviews, large.now)
    assert view.opened - opened <= PAGE
    assert view.acts.looked_at - looked_at <= MOST_LOOKED_AT


def test_the_first_look_at_a_page_opens_no_more_than_it_shows(large: Large) -> None:
    before = large.view.opened
    page = large.overviews.feed.page(before=ENTRIES // 2)
    assert large.view.opened - before <= len(page.items)


def test_what_came_since_is_taken_in_once(large: Large) -> None:
    before = large.view.acts.looked_at
    large.overviews.catch_up()
    assert large.view.acts.looked_at == before


def test_search_and_hits_are_built_in_slices_until_all_is_in_them(large: Large) -> None:
    seen, slices = large.overviews, 1
    while not seen.index_some(1):
        slices += 1
    assert slices > 1
    assert seen.search.progress.done == seen.search.progress.of > ENTRIES // 2
    assert len(seen.hits.found()) == 400
    opened = large.view.opened
    assert seen.search.find("lorry 4999")
    assert large.view.opened == opened
    seen.threads.search("red lorry", nobody_read, limit=20)
    assert large.view.opened - opened <= PAGE
