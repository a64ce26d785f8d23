"""The seizures that a page shows as a table to take away: one row per line of goods, codes with their labels."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from vocu.compilation.table import EMPTY, Cell, Column, Table, table
from vocu.form.report import GoodsLine, SeizureReport
from vocu.rendering.wording import Wording
from vocu_client import places
from vocu_client.overviews.rows import STATUSES, Row
from vocu_client.web.seizures import telling
from vocu_client.web.seizures.query import STATUS_NAMES


def export(rows: Iterable[Row], words: Wording) -> Table:
    """The table of these reports. A report that is restricted has one row, which says no more than that."""
    columns = [
        Column("report", words._("Report"), "text"),
        Column("report_number", words._("Report number"), "text"),
        Column("status", words._("Status"), "text"),
        Column("received", words._("Received (UTC)"), "instant"),
        Column("reported_by", words._("Reported by"), "text"),
        Column("country", words._("Country"), "text"),
        Column("seizure_day", words._("Day of seizure"), "day"),
        Column("place", words._("Place (code)"), "text"),
        Column("place_name", words._("Place"), "text"),
        Column("location_type", words._("Type of location"), "text"),
        Column("direction", words._("Direction"), "text"),
        Column("transport_mode", words._("Transport"), "text"),
        Column("selection_reason", words._("Selected because of"), "text"),
        Column("detection_means", words._("Found with"), "text"),
        Column("concealment", words._("Concealment"), "text"),
        Column("route", words._("Route"), "text"),
        Column("joint_with", words._("Joint with"), "text"),
        Column("seizures", words._("Seizures"), "count"),
        Column("persons_involved", words._("Persons involved"), "count"),
        Column("persons_arrested", words._("Persons arrested"), "count"),
        Column("commodity", words._("Goods (code)"), "text"),
        Column("goods", words._("Goods"), "text"),
        Column("quantity", words._("Quantity"), "quantity"),
        Column("unit", words._("Unit"), "text"),
        Column("value", words._("Value"), "quantity"),
        Column("currency", words._("Currency"), "text"),
    ]
    cells = (line for row in rows for line in _lines(row, words))
    return table("seizures", words._("Seizures"), columns, cells)


def _lines(row: Row, words: Wording) -> Iterator[tuple[Cell, ...]]:
    report, stat = row.report, row.stat
    received = datetime.fromtimestamp(report.received.at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    status = ", ".join(words._(STATUS_NAMES[each]) for each in STATUSES if each in row.statuses)
    number = (stat and stat.report_number) or EMPTY
    head: tuple[Cell, ...] = (report.id, number, status, received, words.country(report.owner))
    if stat is None:
        yield *head, *([EMPTY] * 21)
        return
    facts = _facts(row, stat, words)
    for line in stat.goods:
        yield *head, *facts, *_goods(line, words)


def _facts(row: Row, stat: SeizureReport, words: Wording) -> tuple[Cell, ...]:
    def label(code_list: str, code: str | None) -> str:
        return words.label(code_list, code) if code is not None else EMPTY

    return (
        words.country(row.country),
        stat.seizure_day,
        stat.place,
        places.label(stat.place, row.country),
        label("location_type", stat.location_type),
        label("direction", stat.direction),
        label("transport_mode", stat.transport_mode),
        label("selection_reason", stat.selection_reason),
        label("detection_means", stat.detection_means),
        label("concealment", stat.concealment),
        telling.way(telling.stops_of(stat), words),
        ", ".join(map(words.country, stat.joint_with)),
        stat.seizures,
        EMPTY if stat.persons_involved is None else stat.persons_involved,
        EMPTY if stat.persons_arrested is None else stat.persons_arrested,
    )


def _goods(line: GoodsLine, words: Wording) -> tuple[Cell, ...]:
    return (
        line.commodity,
        words.label("commodity", line.commodity),
        EMPTY if line.quantity is None else line.quantity,
        line.currency or EMPTY if line.unit == "currency" else words.unit(line.unit),
        EMPTY if line.value is None else line.value,
        line.currency or EMPTY,
    )
