"""The results: a few charts that say most, a map, and every table; at the newest entry or as a newsletter counted, all
of the operation or a part of it."""

from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace
from starlette.responses import Response

from vocu.compilation.filtering import Filter
from vocu.compilation.table import Table
from vocu.errors import RefusedError
from vocu.form.codes import codes
from vocu.rendering.findings import by_day, charts
from vocu_client.web.compiling import Compiled, dossier_of_page, tables_of
from vocu_client.web.digits import number_of
from vocu_client.web.forms.goods import offered
from vocu_client.web.narrowing import address, families, filter_of, pairs
from vocu_client.web.tabling import Reader
from vocu_client.web.templating import who
from vocu_client.web.visit import Visit, get

ROWS = 200
"""Rows of a table on one page; the downloads have all."""
HOME: Final = "/results"


class Position(Struct, frozen=True):
    """Where one may look at the results: now, or as a newsletter counted them."""

    position: int
    number: int
    day: str


class Chip(Struct, frozen=True):
    """A part of the filter in words, and the address without it."""

    text: str
    address: str


async def overview(visit: Visit) -> Response:
    """What the figures say, and the list of all tables."""
    compiled = await compiled_of(visit)
    found = compiled.findings
    drawn = list(charts(found, visit.words, lambda ncp: who(visit, ncp)))
    mapped = await tables_of(visit.desk).map(compiled, visit.words) if found.seizures else None
    return visit.page(
        "results.html",
        charts=drawn,
        days=by_day(found, visit.words),
        mapped=mapped,
        choices=_choices(visit),
        **_around(visit, compiled, HOME),
    )


async def table(visit: Visit) -> Response:
    """One table as it is, or sorted by a column that the address names."""
    compiled = await compiled_of(visit)
    shown = table_of(compiled, visit.path["table"])
    reader = Reader(visit, shown)
    column, down = visit.query.get("sort", ""), visit.query.get("order") == "down"
    rows = reader.sorted(column, down)
    first = number_of(visit.query.get("row", "")) or 0
    around = _around(visit, compiled, f"{HOME}/{shown.id}")
    sorted_by = {"sort": column or None, "order": "down" if down else None}

    def here(**changed: object) -> str:
        return str(around["here"](**{**sorted_by, **changed}))

    return visit.page(
        "results_table.html",
        table=shown,
        columns=reader.columns,
        rows=[reader.cells(row) for row in rows[first : first + ROWS]],
        first=first,
        count=len(rows),
        before=here(row=first - ROWS) if first >= ROWS else "",
        after=here(row=first + ROWS) if first + ROWS < len(rows) else "",
        sort=column,
        order="down" if down else "up",
        sorting=lambda name: here(sort=name, order="down" if name == column and not down else "up"),
        **around,
    )


async def newer(visit: Visit) -> Response:
    """Whether entries came in since the position that a page shows."""
    only = _filter(visit)
    since = visit.desk.view.size - (number_of(visit.query.get("at")) or 0)
    return visit.page("results_newer_part.html", newer=since, newest=address(HOME, only))


async def compiled_of(visit: Visit) -> Compiled:
    """The tables at the position that the address names, else the newest, of what it counts.

    Raises RefusedError (no-such-page), MalformedError (bad-filter).
    """
    wanted, only = visit.query.get("at"), _filter(visit)
    tables = tables_of(visit.desk)
    if not wanted:
        return await tables.newest(only)
    position = number_of(wanted)
    if position is None or not 1 <= position <= visit.desk.view.size:
        raise RefusedError("no-such-page", "This desk's log has not reached that position.")
    return await tables.at(position, only)


def table_of(compiled: Compiled, name: str) -> Table:
    """The table of that id. Raises RefusedError (no-such-page)."""
    try:
        return compiled.results.table(name)
    except LookupError:
        raise RefusedError("no-such-page", "There is no such table of this operation's results (yet).") from None


def _filter(visit: Visit) -> Filter:
    return filter_of(visit.query, visit.desk.view.state, visit.desk.ledger.parties)


def _around(visit: Visit, compiled: Compiled, path: str) -> dict[str, Any]:
    """What both pages say of where the figures come from. `here` and `there` make addresses that keep the filter and,
    where one looks back, the position; `file` those of files, which always name the position."""
    results, only = compiled.results, compiled.results.filter
    pinned = results.position if "at" in visit.query else None
    return {
        "compiled": compiled,
        "results": results,
        "dossier": dossier_of_page(visit.desk, compiled, visit.words),
        "pinned": pinned is not None,
        "newer": visit.desk.view.size - results.position,
        "newest": address(HOME, only),
        "here": lambda **more: address(path, only, **{"at": pinned, **more}),
        "there": lambda where, **more: address(where, only, **{"at": pinned, **more}),
        "file": lambda name: address(f"{HOME}/{name}", only, at=results.position),
        "only": only,
        "kept": pairs(only),
        "chips": _chips(visit, only, path, pinned),
        "unfiltered": address(path, Filter(), at=pinned),
        "positions": [Position(each.position, each.number, each.day) for each in reversed(visit.desk.ledger.issues)],
    }


def _chips(visit: Visit, only: Filter, path: str, pinned: int | None) -> list[Chip]:
    """What is counted, part by part, each with the way to count more."""
    words, found = visit.words, []
    if only.period_from:
        said = words._("from {day}", day=words.day(only.period_from))
        found.append(Chip(said, address(path, replace(only, period_from=None), at=pinned)))
    if only.period_to:
        said = words._("to {day}", day=words.day(only.period_to))
        found.append(Chip(said, address(path, replace(only, period_to=None), at=pinned)))
    several: dict[str, Callable[[str], str]] = {
        "countries": lambda code: who(visit, code),
        "commodities": lambda code: words.label("commodity", code),
        "modes": lambda code: words.label("transport_mode", code),
    }
    for part, say in several.items():
        values: tuple[str, ...] = getattr(only, part)
        for value in values:
            rest = replace(only, **{part: tuple(each for each in values if each != value)})
            found.append(Chip(say(value), address(path, rest, at=pinned)))
    return found


def _choices(visit: Visit) -> dict[str, list[tuple[str, str]]]:
    """What the results may be filtered by: participants, kinds of goods, goods, modes of transport."""
    state, words = visit.desk.view.state, visit.words
    above = families(state)
    goods = [code.id for code in offered(state.genesis.commodities, state.added_commodities) if code.id not in above]

    def named(codes_: list[str], code_list: str) -> list[tuple[str, str]]:
        return [(code, words.label(code_list, code)) for code in codes_]

    return {
        "country": sorted(((ncp, who(visit, ncp)) for ncp in visit.desk.ledger.parties), key=lambda each: each[1]),
        "family": named(above, "commodity"),
        "commodity": sorted(named(goods, "commodity"), key=lambda each: each[1]),
        "mode": named([code.id for code in codes("transport_mode")], "transport_mode"),
    }


ROUTES = [
    get(HOME, overview),
    get(f"{HOME}/newer", newer),
    get(f"{HOME}/{{table}}", table),
]
