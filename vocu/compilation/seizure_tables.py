"""The results tables that count seizure reports, by their goods or whatever these are."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from vocu.compilation.counting import Goods, Key, Total
from vocu.compilation.definitions import defined
from vocu.compilation.membership import Membership, eu_members
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
)

if TYPE_CHECKING:
    from vocu.compilation.selection import By, Selection, Spread

ALL_REPORTS = Column("all_reports", "Reports, all modes", "count")
ALL_SEIZURES = Column("all_seizures", "Seizures, all modes", "count")
MODE = coded("transport_mode")
GOODS = (COMMODITY, REPORTS, SEIZURES, QUANTITY, UNIT)
ATTRIBUTES = ("brand", "currency", "origin_kind", "right_type", "species")
"""What the annexes of commodities are about."""


def compile_all(reports: "Selection") -> list[Table]:
    """T02 to T08, T19 and T20."""
    return [
        _countries("T02", reports),
        _joint(reports),
        _goods_table("T03", (), reports, "day", spread=_whatever),
        _modes(reports),
        _mode_goods(reports),
        _routes(reports),
        _cases("T06", reports, coded("location_type"), coded("direction")),
        _cases("T07", reports, coded("selection_reason"), coded("detection_means")),
        _cases("T08", reports, coded("concealment"), coded("carried_in")),
        _goods_table("T19", (Column("seizure_day", "Day of seizure", "day"),), reports, "day"),
        _annexes(reports),
    ]


def follow_ups(reports: "Selection") -> list[Table]:
    """T02F and T03F: what was reported after the operational phase, in the columns of T02 and T03."""
    return [_countries("T02F", reports), _goods_table("T03F", (), reports, "day", spread=_whatever)]


def _whatever(_day: str) -> list[Key]:
    """One key for all: the group-by of T19 serves T03 and T03C, too."""
    return [()]


def credited(reports: "Selection") -> "Spread":
    """Each participant to whom a report is credited, of those that are asked for."""
    countries = reports.only.countries
    return lambda credited: [(ncp,) for ncp in credited.split() if not countries or ncp in countries]


def _countries(id_: str, reports: "Selection") -> Table:
    return _goods_table(id_, (COUNTRY,), reports, "credited", spread=credited(reports))


def _joint(reports: "Selection") -> Table:
    spread = credited(reports)
    return _goods_table(
        "T02J",
        (COUNTRY,),
        reports.joint(),
        "owner",
        "credited",
        spread=lambda owner, ncps: (key for key in spread(ncps) if key != (owner,)),
    )


def _goods_table(
    id_: str,
    columns: tuple[Column, ...],
    reports: "Selection",
    *by: "By",
    spread: "Spread" = lambda *texts: [texts],
) -> Table:
    rows = ((*key, *goods_cells(goods, figures)) for key, goods, figures in reports.by_goods(*by, spread=spread))
    return defined(id_, (*columns, *GOODS), rows)


def goods_cells(goods: Goods, figures: Total) -> tuple[Cell, ...]:
    """Commodity, reports, seizures, quantity and unit."""
    quantity: Cell = EMPTY if figures.quantity is None else figures.quantity
    return goods.commodity, figures.reports, figures.seizures, quantity, goods.unit


# --- transport modes: the share as two exact counts ---


def _modes(reports: "Selection") -> Table:
    rows = (
        (*key, figures.reports, figures.seizures, reports.reports, reports.seizures)
        for key, figures in reports.by_key("transport_mode")
    )
    return defined("T04", (MODE, REPORTS, SEIZURES, ALL_REPORTS, ALL_SEIZURES), rows)


def _mode_goods(reports: "Selection") -> Table:
    of_all = {goods: figures for _, goods, figures in reports.by_goods("day", spread=_whatever)}
    rows = (
        (*key, *goods_cells(goods, figures), of_all[goods].reports, of_all[goods].seizures)
        for key, goods, figures in reports.by_goods("transport_mode")
    )
    return defined("T04G", (MODE, *GOODS, ALL_REPORTS, ALL_SEIZURES), rows)


# --- routes ---


def _routes(reports: "Selection") -> Table:
    members = eu_members()
    columns = (
        *(Column(name, name.capitalize()) for name in ("departure", "transit", "destination")),
        Column("scope", "Scope", "code", "route_scope"),
    )
    by = ("route", ("day", members.era))
    return _goods_table("T05", columns, reports, *by, spread=lambda way, era: [_way(way, era, members)])


def _way(way: str, era: str, members: Membership) -> Key:
    departure, transit, destination = way.split("/") if way else (EMPTY,) * 3
    return departure, transit, destination, _scope((departure, destination), era, members)


def _scope(ends: Iterable[str], era: str, members: Membership) -> str:
    if not all(ends) or not era:
        return EMPTY
    return "intra_eu" if all(members.includes(country, era) for country in ends) else "extra_eu"


# --- cases, whatever the goods ---


def _cases(id_: str, reports: "Selection", *columns: Column) -> Table:
    """Reports and seizures by these fields; an empty cell where a report does not say."""
    rows = ((*key, figures.reports, figures.seizures) for key, figures in reports.by_key(*(c.name for c in columns)))
    return defined(id_, (*columns, REPORTS, SEIZURES), rows)


# --- annexes of commodities ---


def _annexes(reports: "Selection") -> Table:
    columns = (
        COMMODITY,
        Column("attribute", "Attribute", "code", "annex_attribute"),
        Column("value", "Value"),
        REPORTS,
        SEIZURES,
        QUANTITY,
        UNIT,
    )
    found = [
        (goods.commodity, attribute, value, goods, figures)
        for attribute in ATTRIBUTES
        for value, goods, figures in reports.by_attribute(attribute)
    ]
    rows = ((*row[:3], *goods_cells(*row[3:])[1:]) for row in sorted(found, key=lambda row: row[:4]))
    return defined("T20", columns, rows)
