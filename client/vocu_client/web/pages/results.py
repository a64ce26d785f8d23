"""The results: a few charts that say most, and every table, at the newest entry or as a newsletter counted."""

import asyncio
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct
from starlette.responses import Response

from vocu.compilation.table import Table
from vocu.errors import RefusedError
from vocu.rendering.csv import table_csv
from vocu.rendering.findings import by_day, charts
from vocu.rendering.results import results_json
from vocu_client.exports import CERTIFICATE, WORKBOOK, dossier_file
from vocu_client.web.compiling import Compiled, dossier_of_page, tables_of
from vocu_client.web.digits import number_of
from vocu_client.web.tabling import Reader
from vocu_client.web.templating import who
from vocu_client.web.visit import Visit, get

ROWS = 200
"""Rows of a table on one page; the downloads have all."""
CSV, XLSX, JSON = (
    "text/csv; charset=utf-8",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/json",
)


class Position(Struct, frozen=True):
    """Where one may look at the results: now, or as a newsletter counted them."""

    position: int
    number: int
    day: str


async def overview(visit: Visit) -> Response:
    """What the figures say, and the list of all tables."""
    compiled = await _compiled(visit)
    found = compiled.findings
    drawn = list(charts(found, visit.words, lambda ncp: who(visit, ncp)))
    return visit.page("results.html", charts=drawn, days=by_day(found, visit.words), **_around(visit, compiled))


async def table(visit: Visit) -> Response:
    """One table as it is, or sorted by a column that the address names."""
    compiled = await _compiled(visit)
    shown = _table(compiled, visit.path["table"])
    reader = Reader(visit, shown)
    column, down = visit.query.get("sort", ""), visit.query.get("order") == "down"
    rows = reader.sorted(column, down)
    first = number_of(visit.query.get("from", "")) or 0
    values = _around(visit, compiled)
    return visit.page(
        "results_table.html",
        table=shown,
        columns=reader.columns,
        rows=[reader.cells(row) for row in rows[first : first + ROWS]],
        first=first,
        count=len(rows),
        before=_address(visit, **{"from": first - ROWS}) if first >= ROWS else "",
        after=_address(visit, **{"from": first + ROWS}) if first + ROWS < len(rows) else "",
        sort=column,
        order="down" if down else "up",
        sorting=lambda name: _address(
            visit, sort=name, order="down" if name == column and not down else "up", **{"from": None}
        ),
        **values,
    )


async def newer(visit: Visit) -> Response:
    """Whether entries came in since the position that a page shows."""
    return visit.page("results_newer_part.html", newer=visit.desk.view.size - (number_of(visit.query.get("at")) or 0))


async def csv(visit: Visit) -> Response:
    compiled = await _compiled(visit)
    shown = _table(compiled, visit.path["table"])
    return visit.download(f"{shown.id}.csv", CSV, table_csv(shown))


async def workbook(visit: Visit) -> Response:
    dossier = dossier_of_page(visit.desk, await _compiled(visit), visit.words)
    data = await asyncio.to_thread(dossier_file, "xlsx", dossier)
    return visit.download(WORKBOOK, XLSX, data)


async def certificate(visit: Visit) -> Response:
    compiled = await _compiled(visit)
    return visit.download(CERTIFICATE, JSON, results_json(compiled.results, compiled.root, compiled.final))


async def _compiled(visit: Visit) -> Compiled:
    """The tables at the position that the address names, else the newest. Raises RefusedError (no-such-page)."""
    wanted = visit.query.get("at")
    tables = tables_of(visit.desk)
    if not wanted:
        return await tables.newest()
    position = number_of(wanted)
    if position is None or not 1 <= position <= visit.desk.view.size:
        raise RefusedError("no-such-page", "This desk's log has not reached that position.")
    return await tables.at(position)


def _table(compiled: Compiled, name: str) -> Table:
    try:
        return compiled.results.table(name)
    except LookupError:
        raise RefusedError("no-such-page", "There is no such table of this operation's results (yet).") from None


def _around(visit: Visit, compiled: Compiled) -> dict[str, Any]:
    """What both pages say of where the figures come from."""
    position = compiled.results.position
    issues = visit.desk.ledger.issues
    return {
        "compiled": compiled,
        "results": compiled.results,
        "pinned": "at" in visit.query,
        "newer": visit.desk.view.size - position,
        "positions": [Position(issue.position, issue.number, issue.day) for issue in reversed(issues)],
    }


def _address(visit: Visit, **changed: object) -> str:
    """This page's address with these values changed, or taken out where None."""
    query = {**dict(visit.query), **changed}
    kept = {name: value for name, value in query.items() if value is not None}
    return f"{visit.request.url.path}?{urlencode(kept)}"


ROUTES = [
    get("/results", overview),
    get("/results/newer", newer),
    get("/results/results.xlsx", workbook),
    get("/results/results.json", certificate),
    get("/results/{table}.csv", csv),
    get("/results/{table}", table),
]
