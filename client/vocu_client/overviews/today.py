"""The day at a glance: its figures, the operation's day, open clocks, what waits to be sent, and alarms."""

from datetime import date
from itertools import takewhile

from msgspec import Struct

from vocu.compilation.counting import counts
from vocu.compilation.ledger import Ledger, Report
from vocu.operation.statements import Phase
from vocu_client.overviews.clocks import Clocks
from vocu_client.overviews.days import Days, local_day, midnight
from vocu_client.store.outbox import Outbox
from vocu_client.store.replica import Replica
from vocu_client.view import View


class Figures(Struct, frozen=True, kw_only=True):
    """What came in since midnight in the operation's zone: reports and returns that count, tests among them only before
    the operational phase."""

    reports: int
    seizures: int
    arrests: int
    controls: int
    nil_returns: int
    countries: int


class Alarm(Struct, frozen=True):
    """Something is untrusted: when (UTC milliseconds), the code, a sentence, and the evidence."""

    at: int
    code: str
    message: str
    evidence: str


class Today(Struct, frozen=True, kw_only=True):
    """`number` of `days` is None before the first day and after the last one; `waiting` and `refused` count the outbox;
    `clocks` are those of `Clocks.open_counts`; `missing` the past days for which this country filed nothing."""

    day: str
    phase: Phase
    number: int | None
    days: int
    figures: Figures
    clocks: dict[str, int]
    missing: tuple[str, ...]
    filed: bool
    pending: int
    waiting: int
    refused: int
    alarms: tuple[Alarm, ...]


def today(view: View, outbox: Outbox, replica: Replica, clocks: Clocks, days: Days, now: int) -> Today | None:
    """The day to which `now` (UTC milliseconds) belongs; None before this desk has seen its operation."""
    ledger = view.ledger
    if ledger is None:
        return None
    genesis = ledger.genesis
    day = local_day(genesis, now)
    starts, ends = date.fromisoformat(genesis.starts_day), date.fromisoformat(genesis.ends_day)
    running = genesis.starts_day <= day <= genesis.ends_day
    states = outbox.counts()
    return Today(
        day=day,
        phase=ledger.phase,
        number=(date.fromisoformat(day) - starts).days + 1 if running else None,
        days=(ends - starts).days + 1,
        figures=_figures(ledger, midnight(genesis, day)),
        clocks=clocks.open_counts(now),
        missing=days.missing(now),
        filed=(view.settings.ncp, day) in ledger.returns,
        pending=len(days.pending()),
        waiting=states.get("queued", 0) + states.get("sent", 0),
        refused=states.get("refused", 0),
        alarms=tuple(Alarm(*alarm) for alarm in replica.alarms()),
    )


def _figures(ledger: Ledger, since: int) -> Figures:
    rehearsing = ledger.phase == "PRE_OPERATIONAL"
    new = takewhile(lambda report: report.received.at >= since, reversed(ledger.reports.values()))
    reports = [report for report in new if _shown(report, rehearsing)]
    stats = [report.stat for report in reports if report.stat is not None]
    filed = [
        each
        for each in ledger.returns.values()
        if each.received.at >= since and (each.relation == "test") == rehearsing
    ]
    return Figures(
        reports=len(stats),
        seizures=sum(stat.seizures for stat in stats),
        arrests=sum(stat.persons_arrested or 0 for stat in stats),
        controls=sum(check.checked for each in filed for check in each.form.checks),
        nil_returns=sum(each.form.kind == "nil" for each in filed),
        countries=len({report.owner for report in reports} | {each.ncp for each in filed}),
    )


def _shown(report: Report, rehearsing: bool) -> bool:
    if rehearsing:
        return report.relation == "test" and report.withdrawn is None and not report.restricted
    return counts(report)
