"""The results tables that count seizure reports, by their goods or whatever these are."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from vocu.compilation.counting import Counted, Goods, Key, Total, by_goods, by_key, credited
from vocu.compilation.table import (
    COMMODITY,
    COUNTRY,
    EMPTY,
    QUANTITY,
    REPORTS,
    SEIZURES,
    UNIT,
    Cell,
    Column,
    Table,
    coded,
    table,
)
from vocu.form.quantities import Quantity, add_up
from vocu.form.report import GoodsLine, SeizureReport

ALL_REPORTS = Column("all_reports", "Reports, all modes", "count")
ALL_SEIZURES = Column("all_seizures", "Seizures, all modes", "count")
MODE = coded("transport_mode")

Field = Callable[[SeizureReport], str | None]


def compile_all(reports: list[Counted]) -> list[Table]:
    """T02 to T08, T13 and T19."""
    return [
        _country_commodity("T02", "Seizures by country and commodity", reports),
        _commodities("T03", "Seizures by commodity", reports),
        _modes(reports),
        _mode_goods(reports),
        _routes(reports),
        _cases(
            "T06",
            "Location type and direction",
            reports,
            (coded("location_type"), lambda stat: stat.location_type),
            (coded("direction"), lambda stat: stat.direction),
        ),
        _cases(
            "T07",
            "Selection reason and detection means",
            reports,
            (
                Column("selection_reason", "Selection reason", "code", "selection_reason"),
                lambda stat: stat.selection_reason,
            ),
            (
                Column("detection_means", "Detection means", "code", "detection_means"),
                lambda stat: stat.detection_means,
            ),
        ),
        _cases(
            "T08",
            "Concealment",
            reports,
            (coded("concealment"), lambda stat: stat.concealment),
            (coded("carried_in"), lambda stat: stat.carried_in),
        ),
        _values(reports),
        _days(reports),
    ]


def follow_ups(reports: list[Counted]) -> list[Table]:
    """T02F and T03F: what was reported after the operational phase, in the columns of T02 and T03."""
    return [
        _country_commodity("T02F", "Follow-up: seizures by country and commodity", reports),
        _commodities("T03F", "Follow-up: seizures by commodity", reports),
    ]


def _country_commodity(id_: str, title: str, reports: list[Counted]) -> Table:
    return _goods_table(id_, title, (COUNTRY,), reports, lambda entry: ((ncp,) for ncp in credited(entry)))


def _commodities(id_: str, title: str, reports: list[Counted]) -> Table:
    return _goods_table(id_, title, (), reports, lambda _: [()])


def _days(reports: list[Counted]) -> Table:
    day = Column("seizure_day", "Day of seizure", "day")
    return _goods_table("T19", "Day and commodity", (day,), reports, lambda entry: [(entry.stat.seizure_day,)])


def _routes(reports: list[Counted]) -> Table:
    names = ("departure", "transit", "destination")
    columns = tuple(Column(name, name.capitalize(), "text") for name in names)
    return _goods_table("T05", "Routes", columns, reports, lambda entry: [_way(entry.stat)])


def _way(stat: SeizureReport) -> Key:
    route = stat.route
    if route is None:
        return EMPTY, EMPTY, EMPTY
    departure = route.departure.country if route.departure else EMPTY
    destination = route.destination.country if route.destination else EMPTY
    return departure, " ".join(stop.country for stop in route.transit), destination


def _goods_table(
    id_: str,
    title: str,
    columns: tuple[Column, ...],
    reports: list[Counted],
    keys: Callable[[Counted], Iterable[Key]],
) -> Table:
    rows = ((*key, *_goods_cells(goods, figures)) for key, goods, figures in by_goods(reports, keys))
    return table(id_, title, (*columns, COMMODITY, REPORTS, SEIZURES, QUANTITY, UNIT), rows)


def _goods_cells(goods: Goods, figures: Total) -> tuple[Cell, ...]:
    quantity: Cell = EMPTY if figures.quantity is None else figures.quantity
    return goods.commodity, figures.reports, figures.seizures, quantity, goods.unit


# --- transport modes: the share as two exact counts ---


def _modes(reports: list[Counted]) -> Table:
    seizures = sum(entry.stat.seizures for entry in reports)
    rows = (
        (*key, figures.reports, figures.seizures, len(reports), seizures)
        for key, figures in by_key(reports, lambda entry: [(entry.stat.transport_mode,)])
    )
    return table("T04", "Transport mode", (MODE, REPORTS, SEIZURES, ALL_REPORTS, ALL_SEIZURES), rows)


def _mode_goods(reports: list[Counted]) -> Table:
    of_all = {goods: figures for _, goods, figures in by_goods(reports)}
    rows = (
        (*key, *_goods_cells(goods, figures), of_all[goods].reports, of_all[goods].seizures)
        for key, goods, figures in by_goods(reports, lambda entry: [(entry.stat.transport_mode,)])
    )
    columns = (MODE, COMMODITY, REPORTS, SEIZURES, QUANTITY, UNIT, ALL_REPORTS, ALL_SEIZURES)
    return table("T04G", "Transport mode and commodity", columns, rows)


# --- cases, whatever the goods ---


def _cases(id_: str, title: str, reports: list[Counted], *fields: tuple[Column, Field]) -> Table:
    """Reports and seizures by these fields; an empty cell where a report does not say."""
    rows = by_key(reports, lambda entry: [tuple(value(entry.stat) or EMPTY for _, value in fields)])
    columns = (*(column for column, _ in fields), REPORTS, SEIZURES)
    return table(id_, title, columns, ((*key, figures.reports, figures.seizures) for key, figures in rows))


# --- money ---

_MONEY: dict[str, Callable[[GoodsLine], Decimal | None]] = {
    "value": lambda line: line.value,
    "duties": lambda line: line.duties,
    "taxes": lambda line: line.taxes,
}


def _values(reports: list[Counted]) -> Table:
    columns = (
        Column("currency", "Currency", "code", "currency"),
        Column("value_basis", "Basis of value", "code", "value_basis"),
        REPORTS,
        *(Column(name, name.capitalize(), "quantity") for name in _MONEY),
    )
    return table("T13", "Value, duties and taxes at risk", columns, _value_rows(reports))


def _value_rows(reports: list[Counted]) -> Iterator[tuple[Cell, ...]]:
    lines: dict[tuple[str, str], dict[str, list[GoodsLine]]] = {}
    for entry in reports:
        for line in entry.stat.goods:
            if line.currency is not None and any(amount(line) is not None for amount in _MONEY.values()):
                key = (line.currency, line.value_basis or EMPTY)
                lines.setdefault(key, {}).setdefault(entry.report.id, []).append(line)
    for (currency, basis), of_reports in sorted(lines.items()):
        sums = (_sum(amount(line) for of_one in of_reports.values() for line in of_one) for amount in _MONEY.values())
        yield currency, basis, len(of_reports), *sums


def _sum(amounts: Iterable[Decimal | None]) -> Cell:
    totals = add_up(Quantity(amount, EMPTY) for amount in amounts if amount is not None)
    return totals.get(EMPTY, EMPTY)
