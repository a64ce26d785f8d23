"""The results tables about what countries did: participation, risk indicators, controls, warnings."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from vocu.compilation.counting import returns
from vocu.compilation.definitions import defined
from vocu.compilation.exchange_sections import instant, waiting_for
from vocu.compilation.filtering import Filter
from vocu.compilation.ledger import Ledger, Relation, Reply, Return, Warned
from vocu.compilation.schedule import calendar_date
from vocu.compilation.seizure_tables import credited
from vocu.compilation.table import COMMODITY, COUNTRY, EMPTY, REPORTS, Cell, Column, Table, coded, count_columns
from vocu.form.returns import Check
from vocu.operation.events import POSTERS

if TYPE_CHECKING:
    from vocu.compilation.selection import Selection

MINUTE_MS = 60_000


def compile_all(ledger: Ledger, reports: "Selection", follow_ups: "Selection", restricted: "Selection") -> list[Table]:
    """T01, T09, T10 and T11."""
    only = reports.only
    return [
        _participation(ledger, reports, follow_ups, restricted),
        _indicators(ledger, reports),
        _controls(ledger, only),
        _warnings(ledger, only),
    ]


def filed(ledger: Ledger, only: Filter, relation: Relation = "in_phase") -> list[Return]:
    """The daily returns that count, of the countries and the period of a filter."""
    return [item for item in returns(ledger, relation) if only.names_any((item.ncp,)) and only.covers(item.form.day)]


def checks(ledger: Ledger, only: Filter) -> Iterator[tuple[str, Check]]:
    """The checks of these returns in the modes of the filter, each with whose it is."""
    for item in filed(ledger, only):
        yield from ((item.ncp, check) for check in item.form.checks if only.goes_by(check.transport_mode))


# --- T01 ---

_PARTICIPATION = {
    "reports": "Reports",
    "seizures": "Seizures",
    "follow_ups": "Follow-up reports",
    "restricted": "Restricted reports",
    "controls": "Controls",
    "with_result": "Controls with result",
    "control_days": "Days with a control return",
    "nil_days": "Days with a nil return",
    "missing_days": "Days without a return",
    "warnings": "Warnings issued",
    "feedback": "Feedback given",
    "questions": "Questions asked",
    "answers": "Answers given",
}


def _participation(ledger: Ledger, reports: "Selection", follow_ups: "Selection", restricted: "Selection") -> Table:
    measures = _measured(ledger, reports, follow_ups, restricted)
    columns = [
        COUNTRY,
        Column("name", "Name"),
        Column("role", "Role", "code", "role"),
        Column("active", "Takes part"),
        *count_columns(_PARTICIPATION),
        Column("national_report", "National report in"),
    ]
    rows = (
        (
            ncp,
            party.name,
            party.role,
            _yes(party.active),
            *(measures[name][ncp] for name in _PARTICIPATION),
            _yes(ncp in ledger.national_reports) if party.role in POSTERS else EMPTY,
        )
        for ncp, party in sorted(ledger.parties.items())
        if reports.only.names_any((ncp,))
    )
    return defined("T01", columns, rows)


def _yes(fact: bool) -> str:
    return "yes" if fact else "no"


def _measured(
    ledger: Ledger, reports: "Selection", follow_ups: "Selection", restricted: "Selection"
) -> dict[str, Counter[str]]:
    only = reports.only
    measures: dict[str, Counter[str]] = {name: Counter() for name in _PARTICIPATION}
    for (ncp,), figures in reports.by_key("credited", spread=credited(reports)):
        measures["reports"][ncp] = figures.reports
        measures["seizures"][ncp] = figures.seizures
    for name, found in (("follow_ups", follow_ups), ("restricted", restricted)):
        for (ncp,), figures in found.by_key("credited", spread=credited(found)):
            measures[name][ncp] = figures.reports
    for item in filed(ledger, only):
        measures["nil_days" if item.form.kind == "nil" else "control_days"][item.ncp] += 1
    for ncp, check in checks(ledger, only.without("modes")):
        measures["controls"][ncp] += check.checked
        measures["with_result"][ncp] += check.with_result
    measures["missing_days"].update(ncp for ncp, day in missing(ledger) if only.covers(day))
    for warned in ledger.warnings.values():
        if only.covers_instant(warned.received.at):
            measures["warnings"][warned.author] += 1
            measures["feedback"].update({reply.ncp for reply in warned.replies})
    for asked in ledger.questions.values():
        if only.covers_instant(asked.received.at):
            measures["questions"][asked.author] += 1
            measures["answers"].update({reply.ncp for reply in asked.replies})
    return measures


def missing(ledger: Ledger) -> Iterator[tuple[str, str]]:
    """Each participant that reports, with each day of the operation up to the newest issue's on which it filed no
    return. What was before it came in, by the issue that covers the day, is not missing."""
    genesis = ledger.genesis
    day = calendar_date(genesis.starts_day)
    for issue in ledger.issues:
        while (text := day.isoformat()) <= min(issue.day, genesis.ends_day):
            for ncp, party in ledger.parties.items():
                reports = party.active and party.role in POSTERS and party.admitted < issue.position
                if reports and (ncp, text) not in ledger.returns:
                    yield ncp, text
            day += timedelta(days=1)


# --- T09 ---


def _indicators(ledger: Ledger, reports: "Selection") -> Table:
    """A report that names several indicators is a hit of each."""
    hits = dict(reports.by_key("indicators", "transport_mode", spread=_each_indicator))
    checked: Counter[tuple[str, ...]] = Counter()
    with_result: Counter[tuple[str, ...]] = Counter()
    for _, check in checks(ledger, reports.only):
        key = (check.indicator or EMPTY, check.transport_mode or EMPTY)
        checked[key] += check.checked
        with_result[key] += check.with_result
    columns = (
        Column("indicator", "Indicator"),
        coded("transport_mode"),
        REPORTS,
        *count_columns({"checked": "Checked", "with_result": "With result"}),
        Column("validated", "Validated"),
    )
    rows = (
        (
            *key,
            hits[key].reports if key in hits else 0,
            checked[key],
            with_result[key],
            _yes(key in hits) if key[0] else EMPTY,
        )
        for key in sorted(hits.keys() | checked.keys())
    )
    return defined("T09", columns, rows)


def _each_indicator(indicators: str, mode: str) -> list[tuple[str, str]]:
    return [(indicator, mode) for indicator in indicators.split() or [EMPTY]]


# --- T10, T11 ---


def _controls(ledger: Ledger, only: Filter) -> Table:
    checked: Counter[tuple[str, ...]] = Counter()
    with_result: Counter[tuple[str, ...]] = Counter()
    for ncp, check in checks(ledger, only):
        how = (check.transport_mode, check.location_type, check.selection_reason, check.indicator)
        key = (ncp, check.kind, *(code or EMPTY for code in how))
        checked[key] += check.checked
        with_result[key] += check.with_result
    columns = [
        COUNTRY,
        Column("kind", "What was checked", "code", "check_kind"),
        *(coded(name) for name in ("transport_mode", "location_type", "selection_reason")),
        Column("indicator", "Indicator"),
        *count_columns({"checked": "Checked", "with_result": "With result"}),
    ]
    rows = ((*key, count, with_result[key]) for key, count in sorted(checked.items()))
    return defined("T10", columns, rows)


def _warnings(ledger: Ledger, only: Filter) -> Table:
    columns = [
        Column("warning", "Warning"),
        Column("issued_at", "Issued at (UTC)", "instant"),
        Column("issued_by", "Issued by", "code", "country"),
        COMMODITY,
        Column("addressee", "Addressee", "code", "country"),
        Column("result", "Feedback", "code", "feedback_result"),
        Column("reason", "Reason", "code", "feedback_reason"),
        *count_columns(
            {"answer_minutes": "Minutes to the first feedback", "seizure_minutes": "Minutes to the seizure report"}
        ),
        Column("seizure_report", "Seizure report"),
        Column("waiting", "Still waited for"),
    ]
    taken = (
        warned
        for warned in ledger.warnings.values()
        if only.covers_instant(warned.received.at)
        and only.takes(warned.form.commodity)
        and only.goes_by(warned.form.transport_mode)
    )
    rows = (row for warned in taken for row in _warning_rows(ledger, warned, only))
    return defined("T11", columns, rows)


def _warning_rows(ledger: Ledger, warned: Warned, only: Filter) -> Iterator[tuple[Cell, ...]]:
    told = (warned.id, instant(warned.received.at), warned.author, warned.form.commodity)
    waiting = waiting_for(ledger, warned)
    for ncp in sorted(warned.form.addressees):
        if not only.names_any((ncp, warned.author)):
            continue
        replies = [reply for reply in warned.replies if reply.ncp == ncp]
        yield (*told, ncp, *_feedback(ledger, warned, replies), _yes(ncp in waiting))


def _feedback(ledger: Ledger, warned: Warned, replies: list[Reply]) -> tuple[Cell, ...]:
    if not replies:
        return (EMPTY,) * 5
    form = replies[-1].form
    report = ledger.reports.get(form.seizure_report or "")
    minutes = _minutes(warned, replies[0].received.at)
    to_seizure = EMPTY if report is None else _minutes(warned, report.received.at)
    return form.result, form.reason or EMPTY, minutes, to_seizure, form.seizure_report or EMPTY


def _minutes(warned: Warned, at: int) -> int:
    """Whole minutes since the warning; below zero where the report came first."""
    return (at - warned.received.at) // MINUTE_MS
