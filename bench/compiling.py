"""A newsletter and all results tables from a ledger of many reports."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec

from bench.operation import Operation
from vocu.compilation.newsletter import compile_newsletter
from vocu.compilation.tables import compile_tables
from vocu.form.report import SeizureReport
from vocu.operation.act import Act
from vocu.operation.events import SeizureReported, kind_of
from vocu.operation.header import EVERYONE, Head, Header, PartSlip
from vocu_client.demo.generator import Generator

REPETITIONS = 3
NO_DIGEST = "A" * 43
MINUTE = 60_000


@dataclass(frozen=True)
class Compiling:
    """Seconds: counting all reports into the ledger, one newsletter, all tables (the best of three)."""

    reports: int
    counting: float
    newsletter: float
    tables: float


def measure(operation: Operation, reports: int) -> Compiling:
    """Made-up reports of every participant, spread over the days of the operation; the newsletter is its last day's."""
    ledger, state = operation.ledger, operation.state
    state.phase = "OPERATIONAL"  # what is reported before is a test, and never compiled
    acts = _acts(operation, reports)
    begin = time.perf_counter()
    for act in acts:
        ledger.take(ledger.position, ledger.at + MINUTE, act, state)
    counting = time.perf_counter() - begin

    def newsletter() -> None:
        compile_newsletter(
            ledger,
            day=ledger.genesis.ends_day,
            number=1,
            position=ledger.position,
            root=NO_DIGEST,
            window_from=ledger.genesis.created_at,
            window_to=ledger.at,
            since=0,
        )

    return Compiling(reports, counting, _best(newsletter), _best(lambda: compile_tables(ledger)))


def _acts(operation: Operation, reports: int) -> list[Act]:
    generator, genesis = Generator(7), operation.state.genesis
    first = date.fromisoformat(genesis.starts_day)
    days = (date.fromisoformat(genesis.ends_day) - first).days + 1
    acts = []
    for number in range(reports):
        member = operation.members[number % len(operation.members)]
        form = generator.seizure(member.ncp, first + timedelta(days=number % days))
        stat = {name: form[name] for name in SeizureReport.__struct_fields__ if name in form}
        event = SeizureReported(stat=msgspec.convert(stat, SeizureReport))
        header = Header(
            v="vocu/1",
            op=operation.state.op,
            id=generator.event_id(),
            type=kind_of(event),
            sender=member.device,
            to=EVERYONE,
            roster=NO_DIGEST,
            ts=genesis.created_at,
            salt="A" * 22,
            head=Head(0, NO_DIGEST),
            dseq=number,
            prev=NO_DIGEST,
            parts=(PartSlip(p="stat", enc="clear", sha256=NO_DIGEST, size=1),),
        )
        acts.append(Act(header, event, b""))
    return acts


def _best(work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(REPETITIONS):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return min(seconds)
