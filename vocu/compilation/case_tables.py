"""The results tables about what came of it: cross-checks, persons, arrests, investigations, cases, fines."""

from collections import Counter

from vocu.compilation.counting import Counted, returns
from vocu.compilation.ledger import Ledger
from vocu.compilation.table import COUNTRY, Column, Table, count_columns, table
from vocu.form.quantities import Quantity, add_up

_CASES = {
    "administrative_cases": "Administrative cases",
    "judicial_cases": "Judicial cases",
    "prosecutions": "Prosecutions",
    "convictions": "Convictions",
    "acquittals": "Acquittals",
    "settled": "Settled",
    "dropped": "Dropped",
}
_PERSONS = {
    "persons_involved": "Persons involved, in reports",
    "persons_arrested": "Persons arrested, in reports",
    "returned_persons": "Persons involved, in daily returns",
    "returned_arrests": "Persons arrested, in daily returns",
    "investigations": "Investigations opened",
}


def compile_all(ledger: Ledger, reports: list[Counted]) -> list[Table]:
    """T12, and T14 with its fines."""
    return [_cross_checks(ledger), _persons(ledger, reports), _fines(ledger)]


def _cross_checks(ledger: Ledger) -> Table:
    measures: dict[str, Counter[tuple[str, str]]] = {name: Counter() for name in ("asked", "items", "answered", "hits")}
    for check in ledger.cross_checks.values():
        key = (check.form.body, check.form.subject)
        newest = check.replies[-1].form if check.replies else check.form
        measures["asked"][key] += 1
        measures["items"][key] += check.form.items or 0
        measures["answered"][key] += newest.result != "pending"
        measures["hits"][key] += newest.hits or (newest.result == "hit")
    columns = [
        Column("body", "Body", "code", "cross_check_body"),
        Column("subject", "Subject", "code", "cross_check_subject"),
        *count_columns({"asked": "Asked", "items": "Items asked about", "answered": "Answered", "hits": "Hits"}),
    ]
    rows = ((*key, *(counts[key] for counts in measures.values())) for key in sorted(measures["asked"]))
    return table("T12", "Cross-checks", columns, rows)


def _persons(ledger: Ledger, reports: list[Counted]) -> Table:
    measures: dict[str, Counter[str]] = {name: Counter() for name in (*_PERSONS, *_CASES)}
    for entry in reports:
        measures["persons_involved"][entry.report.owner] += entry.stat.persons_involved or 0
        measures["persons_arrested"][entry.report.owner] += entry.stat.persons_arrested or 0
    for filed in returns(ledger):
        measures["returned_persons"][filed.ncp] += filed.form.persons_involved or 0
        measures["returned_arrests"][filed.ncp] += filed.form.persons_arrested or 0
        measures["investigations"][filed.ncp] += filed.form.investigations_opened or 0
    for (ncp, *_), outcome in ledger.outcomes.items():
        for name in _CASES:
            measures[name][ncp] += getattr(outcome, name) or 0
    named = sorted({ncp for counts in measures.values() for ncp, count in counts.items() if count})
    rows = ((ncp, *(counts[ncp] for counts in measures.values())) for ncp in named)
    return table(
        "T14", "Persons, arrests, investigations, prosecutions", [COUNTRY, *count_columns(_PERSONS | _CASES)], rows
    )


def _fines(ledger: Ledger) -> Table:
    fines: dict[str, list[Quantity]] = {}
    for (ncp, *_), outcome in ledger.outcomes.items():
        fines.setdefault(ncp, []).extend(Quantity(fine.amount, fine.currency) for fine in outcome.fines)
    rows = ((ncp, amount, currency) for ncp in sorted(fines) for currency, amount in add_up(fines[ncp]).items())
    columns = (COUNTRY, Column("fines", "Fines", "quantity"), Column("currency", "Currency", "code", "currency"))
    return table("T14M", "Fines", columns, rows)
