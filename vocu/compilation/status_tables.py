"""The results tables about the data themselves: what counts and what does not, and what has been corrected."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from vocu.compilation.activity_tables import missing
from vocu.compilation.corrections import changed_fields
from vocu.compilation.counting import returns
from vocu.compilation.definitions import defined
from vocu.compilation.exchange_sections import is_answered, waiting_for
from vocu.compilation.filtering import Filter
from vocu.compilation.ledger import Ledger, Report
from vocu.compilation.seizure_sections import amounts
from vocu.compilation.table import COUNTRY, EMPTY, Cell, Column, Table, count_columns
from vocu.form.report import SeizureReport

if TYPE_CHECKING:
    from vocu.compilation.selection import Selection

COUNTING = ("in_phase", "follow_up")


def compile_all(ledger: Ledger, known: "Selection") -> list[Table]:
    """T18 and T18C; `known` are all reports, whatever their standing."""
    return [_status(ledger, known), _corrections(ledger, known.only)]


# --- T18 ---


def _status(ledger: Ledger, known: "Selection") -> Table:
    reports: Counter[str] = Counter()
    for found in known.standings():
        reports[found.standing] += found.reports
        if found.standing in COUNTING:
            for kind in ("amended", "unconfirmed", "pending"):
                reports[kind] += found.reports if getattr(found, kind) else 0
    only = known.only
    filed = {key: item for key, item in ledger.returns.items() if only.names_any((item.ncp,))}
    warned = [each for each in ledger.warnings.values() if only.names_any((each.author, *each.form.addressees))]
    asked = [each for each in ledger.questions.values() if only.names_any((each.author, *each.form.addressees))]
    kinds = ("in_phase", "follow_up", "test", "restricted", "withdrawn", "amended", "unconfirmed", "pending")
    figures = {
        **{f"reports_{kind}": reports[kind] for kind in kinds},
        **{
            f"returns_{kind}": sum(item.relation == kind for item in filed.values())
            for kind in ("in_phase", "follow_up", "test")
        },
        "returns_replaced": sum(bool(item.replaced) for item in filed.values()),
        "returns_late": sum(_is_late(ledger, day, item.received.index) for (_, day), item in filed.items()),
        "returns_missing": sum(only.names_any((ncp,)) for ncp, _ in missing(ledger)),
        "warnings_waiting": sum(bool(waiting_for(ledger, each)) for each in warned),
        "questions_unanswered": sum(not is_answered(each) for each in asked),
        "newsletters": len(ledger.issues),
    }
    columns = (Column("item", "Item", "code", "status_item"), *count_columns({"count": "Count"}))
    return defined("T18", columns, figures.items())


def _is_late(ledger: Ledger, day: str, index: int) -> bool:
    """Whether a return came only after its day's newsletter had been compiled."""
    return any(issue.day == day and issue.position <= index for issue in ledger.issues)


# --- T18C ---


def _corrections(ledger: Ledger, only: Filter) -> Table:
    columns = (
        COUNTRY,
        Column("what", "What", "code", "correction"),
        Column("day", "Day", "day"),
        Column("report_number", "Report number"),
        Column("report", "Seizure report"),
        Column("amendment_reason", "Reason for the amendment", "code", "amendment_reason"),
        Column("withdrawal_reason", "Reason for the withdrawal", "code", "withdrawal_reason"),
        Column("fields", "Fields that changed"),
        Column("before", "Goods before"),
        Column("after", "Goods after"),
    )
    since = ledger.issues[-1].position if ledger.issues else 0
    touched = (each for each in ledger.reports.values() if each.withdrawn is not None or len(each.revisions) > 1)
    rows = [row for report in touched for row in _corrected(report, since)]
    rows += [
        (item.ncp, "replaced", item.form.day, *(EMPTY,) * 7)
        for item in returns(ledger) + returns(ledger, "follow_up")
        if item.received.index < since and item.replaced and item.replaced[-1] >= since
    ]
    return defined("T18C", columns, sorted(row for row in rows if only.names_any((str(row[0]),))))


def _corrected(report: Report, since: int) -> Iterator[tuple[Cell, ...]]:
    before, after = report.stat_at(since), report.stat
    if report.relation == "test" or before is None:
        return
    told = (before.seizure_day, before.report_number or EMPTY, report.id)
    if report.withdrawn is not None:
        yield (
            report.owner, "withdrawn", *told, EMPTY, report.withdrawal_reason or EMPTY, EMPTY, _goods(before), EMPTY,
        )  # fmt: skip
    elif after is not None and (fields := changed_fields(before, after)):
        goods = (_goods(before), _goods(after)) if "goods" in fields else (EMPTY, EMPTY)
        yield report.owner, "amended", *told, after.amendment_reason or EMPTY, EMPTY, " ".join(fields), *goods


def _goods(stat: SeizureReport) -> str:
    """The first few goods of a report in codes: `tobacco.cigarettes 1000 stick; …`, without a quantity where open."""
    return "; ".join(_amount(row) for row in amounts(stat))


def _amount(row: dict[str, Any]) -> str:
    return " ".join(row[name] for name in ("commodity", "quantity", "unit") if name in row)
