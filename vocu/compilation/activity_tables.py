"""The results tables about what countries did: participation, controls, warnings, data status."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from vocu.compilation.counting import Counted, credited, is_restricted, returns
from vocu.compilation.exchange_sections import instant, is_answered, waiting_for
from vocu.compilation.ledger import Ledger, Reply, Warned
from vocu.compilation.schedule import calendar_date
from vocu.compilation.table import COMMODITY, COUNTRY, EMPTY, Cell, Column, Table, coded, count_columns, table
from vocu.operation.events import POSTERS

MINUTE_MS = 60_000


def compile_all(ledger: Ledger, reports: list[Counted], follow_ups: list[Counted]) -> list[Table]:
    """T01, T10, T11 and T18."""
    return [
        _participation(ledger, reports, follow_ups),
        _controls(ledger),
        _warnings(ledger),
        _status(ledger, reports, follow_ups),
    ]


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


def _participation(ledger: Ledger, reports: list[Counted], follow_ups: list[Counted]) -> Table:
    measures = _measured(ledger, reports, follow_ups)
    columns = [COUNTRY, Column("name", "Name"), Column("role", "Role", "code", "role"), Column("active", "Takes part")]
    rows = (
        (
            ncp,
            party.name,
            party.role,
            _yes(party.active),
            *(measures[name][ncp] for name in _PARTICIPATION),
        )
        for ncp, party in sorted(ledger.parties.items())
    )
    return table("T01", "Participation", [*columns, *count_columns(_PARTICIPATION)], rows)


def _yes(fact: bool) -> str:
    return "yes" if fact else "no"


def _measured(ledger: Ledger, reports: list[Counted], follow_ups: list[Counted]) -> dict[str, Counter[str]]:
    measures: dict[str, Counter[str]] = {name: Counter() for name in _PARTICIPATION}
    for entry in reports:
        for ncp in credited(entry):
            measures["reports"][ncp] += 1
            measures["seizures"][ncp] += entry.stat.seizures
    measures["follow_ups"].update(ncp for entry in follow_ups for ncp in credited(entry))
    measures["restricted"].update(report.owner for report in ledger.reports.values() if is_restricted(report))
    for filed in returns(ledger):
        measures["nil_days" if filed.form.kind == "nil" else "control_days"][filed.ncp] += 1
        for check in filed.form.checks:
            measures["controls"][filed.ncp] += check.checked
            measures["with_result"][filed.ncp] += check.with_result
    measures["missing_days"].update(ncp for ncp, _ in _missing(ledger))
    for warned in ledger.warnings.values():
        measures["warnings"][warned.author] += 1
        measures["feedback"].update({reply.ncp for reply in warned.replies})
    for asked in ledger.questions.values():
        measures["questions"][asked.author] += 1
        measures["answers"].update({reply.ncp for reply in asked.replies})
    return measures


def _missing(ledger: Ledger) -> Iterator[tuple[str, str]]:
    """Each participant that reports, with each day of the operation up to the newest issue's on which it filed no
    return."""
    genesis = ledger.genesis
    newest = max((issue.day for issue in ledger.issues), default="")
    day, last = calendar_date(genesis.starts_day), min(newest, genesis.ends_day)
    while (text := day.isoformat()) <= last:
        for ncp, party in ledger.parties.items():
            if party.active and party.role in POSTERS and (ncp, text) not in ledger.returns:
                yield ncp, text
        day += timedelta(days=1)


# --- T10, T11 ---


def _controls(ledger: Ledger) -> Table:
    checked: Counter[tuple[str, ...]] = Counter()
    with_result: Counter[tuple[str, ...]] = Counter()
    for filed in returns(ledger):
        for check in filed.form.checks:
            how = (check.transport_mode, check.location_type, check.selection_reason, check.indicator)
            key = (filed.ncp, check.kind, *(code or EMPTY for code in how))
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
    return table("T10", "Controls and detections", columns, rows)


def _warnings(ledger: Ledger) -> Table:
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
    rows = (row for warned in ledger.warnings.values() for row in _warning_rows(ledger, warned))
    return table("T11", "Warnings, feedback and seizures", columns, rows)


def _warning_rows(ledger: Ledger, warned: Warned) -> Iterator[tuple[Cell, ...]]:
    told = (warned.id, instant(warned.received.at), warned.author, warned.form.commodity)
    waiting = waiting_for(ledger, warned)
    for ncp in sorted(warned.form.addressees):
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


# --- T18 ---


def _status(ledger: Ledger, reports: list[Counted], follow_ups: list[Counted]) -> Table:
    known = ledger.reports.values()
    counting = reports + follow_ups
    figures = {
        "reports_in_phase": len(reports),
        "reports_follow_up": len(follow_ups),
        "reports_test": sum(report.relation == "test" for report in known),
        "reports_restricted": sum(map(is_restricted, known)),
        "reports_withdrawn": sum(report.withdrawn is not None and report.relation != "test" for report in known),
        "reports_amended": sum(len(entry.report.revisions) > 1 for entry in counting),
        "reports_unconfirmed": sum(entry.report.unconfirmed for entry in counting),
        "reports_pending": sum(any(line.quantity is None for line in entry.stat.goods) for entry in counting),
        "returns_in_phase": len(returns(ledger)),
        "returns_follow_up": len(returns(ledger, "follow_up")),
        "returns_test": len(returns(ledger, "test")),
        "returns_replaced": sum(bool(filed.replaced) for filed in ledger.returns.values()),
        "returns_late": sum(_is_late(ledger, day, filed.received.index) for (_, day), filed in ledger.returns.items()),
        "returns_missing": sum(1 for _ in _missing(ledger)),
        "warnings_waiting": sum(bool(waiting_for(ledger, warned)) for warned in ledger.warnings.values()),
        "questions_unanswered": sum(not is_answered(asked) for asked in ledger.questions.values()),
        "newsletters": len(ledger.issues),
    }
    columns = (Column("item", "Item", "code", "status_item"), *count_columns({"count": "Count"}))
    return table("T18", "Data status", columns, figures.items())


def _is_late(ledger: Ledger, day: str, index: int) -> bool:
    """Whether a return came only after its day's newsletter had been compiled."""
    return any(issue.day == day and issue.position <= index for issue in ledger.issues)
