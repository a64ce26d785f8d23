"""The section of a newsletter that corrects earlier issues: what was changed since, why, and by how much."""

from vocu.compilation.counting import goods_of
from vocu.compilation.ledger import Ledger, Report
from vocu.compilation.limits import Figures, listing, number
from vocu.compilation.seizure_sections import amounts
from vocu.form.report import SeizureReport

_TOLD_APART = frozenset({"goods", "seizures", "amendment_reason"})


def corrections(ledger: Ledger, since: int) -> Figures:
    """What earlier issues counted otherwise: reports amended or withdrawn since that position, and the number of
    returns that were replaced. `effect` is what this changes in the reports and seizures of the operational phase: all
    earlier issues' and this one's, added up, are the cumulative figures less the effects of all corrections."""
    reports = sorted(ledger.reports.values(), key=lambda report: (report.owner, report.id))
    rows = [row for report in reports if (row := _correction(report, since)) is not None]
    replaced = sum(
        item.received.index < since <= item.replaced[-1] for item in ledger.returns.values() if item.replaced
    )
    return listing(rows) | {"returns_replaced": replaced, "effect": _effect(ledger, since)}


def _effect(ledger: Ledger, since: int) -> Figures:
    reports = seizures = 0
    for report in ledger.reports.values():
        before = report.stat_at(since)
        if report.relation == "in_phase" and before is not None:
            gone, after = report.withdrawn is not None, report.stat
            reports -= gone
            seizures -= before.seizures - (0 if gone or after is None else after.seizures)
    return {"reports": reports, "seizures": number(seizures)}


def _correction(report: Report, since: int) -> Figures | None:
    before = report.stat_at(since)
    if report.relation == "test" or before is None:
        return None
    row: Figures = {"report": report.id, "country": report.owner}
    if report.relation == "follow_up":
        row["follow_up"] = True
    if before.report_number is not None:
        row["report_number"] = before.report_number
    if report.withdrawn is not None:
        row |= {"what": "withdrawn", "before": amounts(before)}
        return row | ({"reasons": [report.withdrawal_reason]} if report.withdrawal_reason else {})
    after = report.stat
    changed = [] if after is None else changed_fields(before, after)
    if after is None or not changed:
        return None
    row["what"] = "amended"
    if reasons := _reasons(report, since):
        row["reasons"] = reasons
    if goods_of(before) != goods_of(after):
        row |= {"before": amounts(before), "after": amounts(after)}
    elif "goods" in changed:
        row["goods_details"] = True
    if before.seizures != after.seizures:
        row |= {"seizures_before": before.seizures, "seizures_after": after.seizures}
    if details := [name for name in changed if name not in _TOLD_APART]:
        row["changed"] = details
    return row


def changed_fields(before: SeizureReport, after: SeizureReport) -> list[str]:
    """The fields in which they differ, in the order of the form; why it was amended is no difference."""
    fields = (name for name in before.__struct_fields__ if name != "amendment_reason")
    return [name for name in fields if getattr(before, name) != getattr(after, name)]


def _reasons(report: Report, since: int) -> list[str]:
    """Why it was amended since then, each reason once, in the order in which they were given."""
    new = (revision.stat for revision in report.revisions if revision.received.index >= since)
    return list(dict.fromkeys(stat.amendment_reason for stat in new if stat is not None and stat.amendment_reason))
