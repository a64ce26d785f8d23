"""The results tables that hold figures against others: against what was aimed at, what countries confirmed, and an
earlier operation."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from vocu.compilation.counting import Goods, Total, returns
from vocu.compilation.definitions import defined
from vocu.compilation.filtering import Filter
from vocu.compilation.ledger import Ledger
from vocu.compilation.seizure_tables import credited
from vocu.compilation.table import COMMODITY, COUNTRY, EMPTY, UNIT, Cell, Column, Table, count_columns
from vocu.form.quantities import Quantity, add_up
from vocu.operation.statements import Objective

if TYPE_CHECKING:
    from vocu.compilation.selection import Selection

NO_GOODS = Total(0, 0, Decimal(0))
_EVALUATION = (Column("question", "Question"), Column("answer", "Answer"), *count_columns({"count": "Count"}))
_RECOMMENDATIONS = (
    Column("number", "Number", "count"),
    Column("recommendation", "Recommendation"),
    Column("addressee", "To whom"),
    Column("due_day", "By when", "day"),
    Column("status", "Status"),
)
"""The log holds no evaluation and no recommendations yet."""


def compile_all(ledger: Ledger, whole: "Selection", only: Filter) -> list[Table]:
    """T00, T01N, T02N and T15 to T17; `whole` are the reports of the operational phase that no filter narrows."""
    return [
        _objectives(ledger, whole),
        _confirmed_counts(ledger, whole, only),
        _confirmed_goods(ledger, whole.narrowed(Filter(countries=only.countries, commodities=only.commodities))),
        _editions(ledger, whole.narrowed(Filter(commodities=only.commodities))),
        defined("T16", _EVALUATION, ()),
        defined("T17", _RECOMMENDATIONS, ()),
    ]


# --- T00 ---


def _objectives(ledger: Ledger, reports: "Selection") -> Table:
    columns = (
        Column("objective", "Objective"),
        Column("measure", "Measure", "code", "objective_measure"),
        COMMODITY,
        UNIT,
        Column("threshold", "Threshold", "quantity"),
        Column("reached", "Reached", "quantity"),
        Column("pending", "Reports pending", "count"),
        Column("met", "Met", "code", "objective_met"),
    )
    over = ledger.phase in ("POST_OPERATIONAL", "CLOSED")
    rows = (_objective(ledger, reports, objective, over) for objective in ledger.genesis.objectives)
    return defined("T00", columns, rows)


def _objective(ledger: Ledger, reports: "Selection", objective: Objective, over: bool) -> tuple[Cell, ...]:
    threshold = Decimal(objective.threshold)
    reached, pending = reached_of(ledger, reports, objective)
    met = "met" if reached >= threshold else "not_met" if over else "open"
    names = (objective.name or EMPTY, objective.measure, objective.commodity or EMPTY, objective.unit or EMPTY)
    return *names, threshold, reached, pending, met


def reached_of(ledger: Ledger, reports: "Selection", objective: Objective) -> tuple[Decimal, int]:
    """How far an objective was reached, and how many reports are not in that because their quantity is open."""
    found = reports.narrowed(Filter(commodities=(objective.commodity,))) if objective.commodity else reports
    match objective.measure:
        case "reports":
            return Decimal(found.reports), 0
        case "seizures":
            return Decimal(found.seizures), 0
        case "controls":
            return Decimal(sum(check.checked for filed in returns(ledger) for check in filed.form.checks)), 0
        case "countries":
            return Decimal(len(found.by_key("credited", spread=credited(found)))), 0
        case "quantity":
            totals = [
                figures
                for _, goods, figures in found.by_goods("day", spread=lambda _: [()])
                if goods.unit == objective.unit
            ]
            open_reports = sum(figures.reports for figures in totals if figures.quantity is None)
            return _sum(*(figures.quantity for figures in totals if figures.quantity is not None)), open_reports


# --- T01N, T02N ---


def _confirmed_counts(ledger: Ledger, reports: "Selection", only: Filter) -> Table:
    labels = {
        "seizures": "Seizures",
        "controls": "Controls",
        "persons_involved": "Persons involved",
        "persons_arrested": "Persons arrested",
        "investigations_opened": "Investigations opened",
    }
    columns = [COUNTRY, Column("objectives_reached", "Objectives reached", "code", "objectives_reached")]
    for name, label in labels.items():
        columns += [
            Column(f"{name}_confirmed", f"{label}, confirmed", "count"),
            Column(f"{name}_posts", f"{label}, by posts", "count"),
        ]
    return defined("T01N", columns, _confirmed_rows(ledger, reports, only, list(labels)))


def _confirmed_rows(ledger: Ledger, reports: "Selection", only: Filter, names: list[str]) -> Iterator[tuple[Cell, ...]]:
    if not ledger.national_reports:
        return
    seizures = {ncp: figures.seizures for (ncp,), figures in reports.by_key("credited", spread=credited(reports))}
    persons = reports.persons()
    filed = returns(ledger)
    for ncp, reply in sorted(ledger.national_reports.items()):
        if not only.names_any((ncp,)):
            continue
        own = [item.form for item in filed if item.ncp == ncp]
        involved, arrested = persons.get(ncp, (0, 0))
        posts = {
            "seizures": seizures.get(ncp, 0),
            "controls": sum(check.checked for form in own for check in form.checks),
            "persons_involved": involved,
            "persons_arrested": arrested,
            "investigations_opened": sum(form.investigations_opened or 0 for form in own),
        }
        row: list[Cell] = [ncp, reply.form.objectives_reached or EMPTY]
        for name in names:
            confirmed = getattr(reply.form, name)
            row += [EMPTY if confirmed is None else confirmed, posts[name]]
        yield tuple(row)


def _confirmed_goods(ledger: Ledger, reports: "Selection") -> Table:
    columns = (
        COUNTRY,
        COMMODITY,
        UNIT,
        Column("seizures_confirmed", "Seizures, confirmed", "count"),
        Column("seizures_posts", "Seizures, by posts", "count"),
        Column("seizures_difference", "Difference in seizures", "count"),
        Column("quantity_confirmed", "Quantity, confirmed", "quantity"),
        Column("quantity_posts", "Quantity, by posts", "quantity"),
        Column("quantity_difference", "Difference in quantity", "quantity"),
    )
    return defined("T02N", columns, _confirmed_goods_rows(ledger, reports))


def _confirmed_goods_rows(ledger: Ledger, reports: "Selection") -> Iterator[tuple[Cell, ...]]:
    posts: dict[str, dict[Goods, Total]] = {}
    if not ledger.national_reports:
        return
    for (ncp,), goods, figures in reports.by_goods("credited", spread=credited(reports)):
        posts.setdefault(ncp, {})[goods] = figures
    for ncp, reply in sorted(ledger.national_reports.items()):
        if not reports.only.names_any((ncp,)):
            continue
        confirmed = {
            Goods(line.commodity, line.currency or line.unit, line.quantity is None): Total(
                0, line.seizures, line.quantity
            )
            for line in reply.form.totals
            if reports.only.takes(line.commodity)
        }
        found = posts.get(ncp, {})
        for goods in sorted(confirmed.keys() | found.keys()):
            final, summed = confirmed.get(goods), found.get(goods)
            seizures = [figures.seizures if figures else 0 for figures in (final, summed)]
            yield (
                ncp,
                goods.commodity,
                goods.unit,
                EMPTY if final is None else final.seizures,
                EMPTY if summed is None else summed.seizures,
                seizures[0] - seizures[1],
                *_quantities(goods, final, summed),
            )


def _quantities(goods: Goods, one: Total | None, other: Total | None) -> tuple[Cell, Cell, Cell]:
    """Two quantities, empty where there are none, and the first less the second; of open goods there are none."""
    if goods.open:
        return EMPTY, EMPTY, EMPTY
    first, second = (None if total is None else total.quantity for total in (one, other))
    change = _sum(first or Decimal(0), (second or Decimal(0)).copy_negate())
    return EMPTY if first is None else first, EMPTY if second is None else second, change


def _sum(*amounts: Decimal) -> Decimal:
    """The exact sum, whatever the number of digits."""
    return add_up(Quantity(amount, EMPTY) for amount in amounts).get(EMPTY, Decimal(0))


# --- T15 ---


def _editions(ledger: Ledger, reports: "Selection") -> Table:
    columns = (
        Column("edition", "Earlier operation"),
        COMMODITY,
        UNIT,
        *count_columns({"reports_then": "Reports then", "reports_now": "Reports now"}),
        *count_columns({"seizures_then": "Seizures then", "seizures_now": "Seizures now"}),
        Column("seizures_change", "Change in seizures", "count"),
        Column("quantity_then", "Quantity then", "quantity"),
        Column("quantity_now", "Quantity now", "quantity"),
        Column("quantity_change", "Change in quantity", "quantity"),
    )
    return defined("T15", columns, _edition_rows(ledger, reports))


def _edition_rows(ledger: Ledger, reports: "Selection") -> Iterator[tuple[Cell, ...]]:
    edition = ledger.edition
    if edition is None:
        return
    then: dict[Goods, Total] = {}
    for row in edition.totals:
        quantity = None if row.quantity is None else Decimal(row.quantity)
        if reports.only.takes(row.commodity):
            then[Goods(row.commodity, row.unit, quantity is None)] = Total(row.reports, row.seizures, quantity)
    now = {goods: figures for _, goods, figures in reports.by_goods("day", spread=lambda _: [()])}
    for goods in sorted(then.keys() | now.keys()):
        before, after = then.get(goods), now.get(goods)
        one, other = before or NO_GOODS, after or NO_GOODS
        counts = (one.reports, other.reports, one.seizures, other.seizures, other.seizures - one.seizures)
        quantity_now, quantity_then, change = _quantities(goods, after, before)
        yield edition.name, goods.commodity, goods.unit, *counts, quantity_then, quantity_now, change
