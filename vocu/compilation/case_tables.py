"""The results tables about what came of it: cross-checks, persons, arrests, investigations, cases, fines."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from vocu.compilation.activity_tables import filed
from vocu.compilation.definitions import defined
from vocu.compilation.filtering import Filter
from vocu.compilation.ledger import Ledger
from vocu.compilation.table import COUNTRY, Column, Table, count_columns
from vocu.form.quantities import Quantity, add_up
from vocu.form.returns import OutcomeReturn

if TYPE_CHECKING:
    from vocu.compilation.selection import Selection

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


def compile_all(ledger: Ledger, reports: "Selection") -> list[Table]:
    """T12, and T14 with its fines."""
    return [_cross_checks(ledger, reports.only), _persons(ledger, reports), _fines(ledger, reports.only)]


def _cross_checks(ledger: Ledger, only: Filter) -> Table:
    measures: dict[str, Counter[tuple[str, str]]] = {name: Counter() for name in ("asked", "items", "answered", "hits")}
    for check in ledger.cross_checks.values():
        if not (only.names_any((check.author,)) and only.covers_instant(check.received.at)):
            continue
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
    return defined("T12", columns, rows)


def _outcomes(ledger: Ledger, only: Filter) -> Iterator[tuple[str, OutcomeReturn]]:
    """The outcome returns of the filter's countries whose period lies in the filter's, with who filed each."""
    for (ncp, *_), outcome in ledger.outcomes.items():
        if only.names_any((ncp,)) and only.covers(outcome.period_from) and only.covers(outcome.period_to):
            yield ncp, outcome


def _persons(ledger: Ledger, reports: "Selection") -> Table:
    only = reports.only
    measures: dict[str, Counter[str]] = {name: Counter() for name in (*_PERSONS, *_CASES)}
    for owner, (involved, arrested) in reports.persons().items():
        if only.names_any((owner,)):
            measures["persons_involved"][owner] = involved
            measures["persons_arrested"][owner] = arrested
    for item in filed(ledger, only):
        measures["returned_persons"][item.ncp] += item.form.persons_involved or 0
        measures["returned_arrests"][item.ncp] += item.form.persons_arrested or 0
        measures["investigations"][item.ncp] += item.form.investigations_opened or 0
    for ncp, outcome in _outcomes(ledger, only):
        for name in _CASES:
            measures[name][ncp] += getattr(outcome, name) or 0
    named = sorted({ncp for counts in measures.values() for ncp, count in counts.items() if count})
    rows = ((ncp, *(counts[ncp] for counts in measures.values())) for ncp in named)
    return defined("T14", [COUNTRY, *count_columns(_PERSONS | _CASES)], rows)


def _fines(ledger: Ledger, only: Filter) -> Table:
    fines: dict[str, list[Quantity]] = {}
    for ncp, outcome in _outcomes(ledger, only):
        fines.setdefault(ncp, []).extend(Quantity(fine.amount, fine.currency) for fine in outcome.fines)
    rows = ((ncp, amount, currency) for ncp in sorted(fines) for currency, amount in add_up(fines[ncp]).items())
    columns = (COUNTRY, Column("fines", "Fines", "quantity"), Column("currency", "Currency", "code", "currency"))
    return defined("T14M", columns, rows)
