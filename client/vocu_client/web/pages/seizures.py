"""The seizures: a table that its address filters and sorts, totals by unit, a map, and all of it to take away."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct
from starlette.responses import Response

from vocu.canonical import b64
from vocu.compilation.counting import is_restricted
from vocu.compilation.table import Results
from vocu.form.codes import family
from vocu.rendering.csv import table_csv
from vocu.rendering.dossier import NOTHING_FOUND
from vocu.rendering.wording import N_, Wording
from vocu_client import places
from vocu_client.exports import dossier_file
from vocu_client.overviews.rows import Row, Status
from vocu_client.overviews.seizures import SortBy, Sum
from vocu_client.web.compiling import Compiled, dossier_of_page
from vocu_client.web.digits import number_of
from vocu_client.web.seizures import mapping, telling
from vocu_client.web.seizures.exporting import export
from vocu_client.web.seizures.query import PAGE, STATUS_NAMES, Query, read
from vocu_client.web.visit import Visit, get

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS: Final[tuple[tuple[SortBy | None, str, bool], ...]] = (
    ("commodity", N_("Goods"), False),
    ("quantity", N_("Quantity"), True),
    ("day", N_("Seized on"), False),
    ("country", N_("Country"), False),
    ("place", N_("Place"), False),
    (None, N_("Transport"), False),
    ("persons", N_("Persons"), True),
    ("value", N_("Value"), True),
    ("received", N_("Received"), False),
)
"""What a column is sorted by, its name, and whether it holds numbers."""
SHORTCUTS: Final[Sequence[Status]] = ("mine", "pending", "unconfirmed", "restricted")


class Heading(Struct, frozen=True):
    """The head of a column; `address` sorts by it, `order` is "ascending", "descending" or empty."""

    name: str
    numbers: bool
    address: str
    order: str


class Chip(Struct, frozen=True):
    """A filter that is set, in words, and the address without it."""

    text: str
    address: str


class Total(Struct, frozen=True):
    """A commodity with its amounts, unlike units side by side."""

    commodity: str
    address: str
    sums: tuple[Sum, ...]


async def overview(visit: Visit) -> Response:
    query = read(visit.query, visit.words.language)
    if sorted(query.pairs()) != sorted(visit.query.multi_items()):
        return visit.go(query.address())
    found = visit.desk.overviews.seizures.find(
        query.filter, sort=query.sort, ascending=query.ascending, offset=query.offset, limit=PAGE
    )
    last = max(1, -(-found.total // PAGE))
    if query.page > last:
        return visit.go(query.with_page(last).address())
    return visit.page(
        "seizures.html",
        found=found,
        first=query.offset + 1,
        headings=[_heading(query, column, visit.words) for column in COLUMNS],
        totals=_totals(found.sums, query),
        before=query.with_page(query.page - 1).address() if query.page > 1 else "",
        after=query.with_page(query.page + 1).address() if query.page < last else "",
        size=visit.desk.view.size,
        **_around(visit, query, "/seizures"),
    )


async def on_the_map(visit: Visit) -> Response:
    query = read(visit.query, visit.words.language)
    if query.filtering() != visit.query.multi_items():
        return visit.go(Query(filter=query.filter).address("/seizures/map"))
    seizures = visit.desk.overviews.seizures
    points, ways = seizures.points(query.filter), seizures.ways(query.filter)
    drawn = mapping.mapped(points, ways, visit.words)
    return visit.page("seizures_map.html", map=drawn, **_around(visit, query, "/seizures/map"))


async def newer(visit: Visit) -> Response:
    """How many reports came in since the page was made, of those that it shows."""
    query = read(visit.query, visit.words.language)
    at = number_of(visit.query.get("at"))
    since = visit.desk.view.size if at is None else at
    rows = visit.desk.overviews.seizures.all(query.filter)
    count = sum(row.report.revisions[-1].received.index >= since for row in rows)
    return visit.page("seizures_newer_part.html", count=count, address=query.address())


async def csv(visit: Visit) -> Response:
    rows, words = _all_rows(visit), visit.words
    data = await asyncio.to_thread(lambda: table_csv(export(rows, words)))
    return visit.download("seizures.csv", CSV, data)


async def workbook(visit: Visit) -> Response:
    ledger, log = visit.desk.ledger, visit.desk.view.operation.log
    rows, words, root, final = _all_rows(visit), visit.words, b64(log.root(ledger.position)), ledger.phase == "CLOSED"
    around = ledger.op, ledger.genesis.name, ledger.position, ledger.at

    def made() -> bytes:
        compiled = Compiled(Results(*around, (export(rows, words),)), NOTHING_FOUND, root, final)
        return dossier_file("xlsx", dossier_of_page(visit.desk, compiled, words))

    data = await asyncio.to_thread(made)
    return visit.download("seizures.xlsx", XLSX, data)


def _all_rows(visit: Visit) -> Sequence[Row]:
    query = read(visit.query, visit.words.language)
    found = visit.desk.overviews.seizures.find(query.filter, sort=query.sort, ascending=query.ascending, limit=None)
    return found.rows


def _around(visit: Visit, query: Query, path: str) -> Mapping[str, Any]:
    """What both views of the seizures show: the filters, what they can be set to, and what else there is to say."""
    seizures, words = visit.desk.overviews.seizures, visit.words
    rows = seizures.all(query.filter)
    return {
        "query": query,
        "path": path,
        "chips": [
            Chip(_filter(name, value, words), query.without(name, value).address(path))
            for name, value in query.filtering()
        ],
        "choices": _choices(seizures.choices(), words),
        "statuses": STATUS_NAMES,
        "shortcuts": [(each, query.narrowed_to(statuses=(each,)).address(path)) for each in SHORTCUTS],
        "counts": Counter(status for row in rows for status in row.statuses),
        "restricted": sum(is_restricted(row.report) for row in rows),
        "places": places,
        "telling": telling,
    }


def _choices(found: Mapping[str, Sequence[str]], words: Wording) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen, as value and label, in the order of the labels."""
    named = {
        "country": [(code, words.country(code)) for code in found["country"]],
        "place": [(place, places.label(place)) for place in found["place"]],
        "mode": [(code, words.label("transport_mode", code)) for code in found["mode"]],
        "commodity": [(code, _commodity(code, words)) for code in found["commodity"]],
    }
    return {name: sorted(choices, key=lambda choice: choice[1].casefold()) for name, choices in named.items()}


def _filter(name: str, value: str, words: Wording) -> str:
    """A filter in words."""
    match name:
        case "country":
            return words.country(value)
        case "commodity":
            return _commodity(value, words)
        case "place":
            return places.label(value)
        case "mode":
            return words.label("transport_mode", value)
        case "from":
            return words._("from {day}", day=words.day(value))
        case "to":
            return words._("until {day}", day=words.day(value))
        case "status":
            return words._(STATUS_NAMES[next(each for each in STATUS_NAMES if each == value)])
        case _:
            return words._("“{text}”", text=value)


def _commodity(code: str, words: Wording) -> str:
    """A commodity behind its family, so that those of one family stand together."""
    label, above = words.label("commodity", code), family(code)
    return label if above == code else words._("{family}: {goods}", family=words.label("commodity", above), goods=label)


def _heading(query: Query, column: tuple[SortBy | None, str, bool], words: Wording) -> Heading:
    sort, name, numbers = column
    if sort is None:
        return Heading(words._(name), numbers, "", "")
    order = ("ascending" if query.ascending else "descending") if query.sort == sort else ""
    return Heading(words._(name), numbers, query.sorted_by(sort).address(), order)


def _totals(sums: Sequence[Sum], query: Query) -> list[Total]:
    by_commodity: dict[str, list[Sum]] = {}
    for each in sums:
        by_commodity.setdefault(each.commodity, []).append(each)
    return [
        Total(commodity, query.narrowed_to(commodity=commodity).address(), tuple(amounts))
        for commodity, amounts in by_commodity.items()
    ]


ROUTES = [
    get("/seizures", overview),
    get("/seizures/map", on_the_map),
    get("/seizures/newer", newer),
    get("/seizures.csv", csv),
    get("/seizures.xlsx", workbook),
]
