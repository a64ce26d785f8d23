"""The results to take away: tables and their certificate, a workbook, a print, a draft of the final report, flat files.

They are the files that `vocu tables` writes. Some take a while: then a page waits for them, and comes back by itself.
"""

import asyncio
import io
import zipfile
from collections.abc import Iterable
from typing import Any, Final, Literal

from starlette.responses import Response

from vocu.compilation.ledger import Ledger
from vocu.rendering.csv import table_csv
from vocu.rendering.results import results_json, tables_json
from vocu_client.exports import (
    CERTIFICATE,
    PRINT,
    REPORT,
    TABLES,
    WORKBOOK,
    dossier_file,
    result_files,
    results_dossier,
)
from vocu_client.web.compiling import Compiled, tables_of
from vocu_client.web.making import making_of
from vocu_client.web.pages.results import compiled_of, table_of
from vocu_client.web.visit import Visit, get

CSV, JSON, ZIP = "text/csv; charset=utf-8", "application/json", "application/zip"
ALL_TABLES, FLAT_FILES = "tables.zip", "flat-files.zip"
REFRESH_SECONDS = 3
_OPEN_XML = "application/vnd.openxmlformats-officedocument."
DOSSIERS: Final[dict[str, tuple[Literal["xlsx", "pdf", "docx"], str]]] = {
    WORKBOOK: ("xlsx", f"{_OPEN_XML}spreadsheetml.sheet"),
    PRINT: ("pdf", "application/pdf"),
    REPORT: ("docx", f"{_OPEN_XML}wordprocessingml.document"),
}
"""Files that are made in the officer's language, and take a while."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The date of whatever stands in a ZIP file, so that the same files make the same one."""


async def csv(visit: Visit) -> Response:
    compiled = await compiled_of(visit)
    shown = table_of(compiled, visit.path["table"])
    return visit.download(f"{shown.id}.csv", CSV, await asyncio.to_thread(table_csv, shown))


async def certificate(visit: Visit) -> Response:
    compiled = await compiled_of(visit)
    data = await asyncio.to_thread(results_json, compiled.results, compiled.root, compiled.final)
    return visit.download(CERTIFICATE, JSON, data)


async def tables(visit: Visit) -> Response:
    """All tables with their definitions as one JSON file."""
    compiled = await compiled_of(visit)
    data = await asyncio.to_thread(tables_json, compiled.results, compiled.root, compiled.final)
    return visit.download(TABLES, JSON, data)


async def all_tables(visit: Visit) -> Response:
    """All tables as CSV with their certificate, as `vocu verify --tables` and another operation's comparison want."""
    compiled = await compiled_of(visit)

    def make() -> bytes:
        return _zipped(result_files(compiled.results, compiled.root, final=compiled.final).items())

    return visit.download(ALL_TABLES, ZIP, await asyncio.to_thread(make))


async def flat(visit: Visit) -> Response:
    """The flat files with their codebook; they hold everything that counts, whatever the filter."""
    compiled = await compiled_of(visit)

    def make(ledger: Ledger) -> bytes:
        from vocu.rendering.flat import flat_files  # noqa: PLC0415 - few sessions need it

        return _zipped(flat_files(ledger))

    async def made() -> bytes:
        return await tables_of(visit.desk).of_ledger(compiled.results.position, make)

    return await _when_made(visit, compiled, FLAT_FILES, ZIP, made)


async def dossier(visit: Visit) -> Response:
    """The workbook, the print or the draft of the final report."""
    compiled = await compiled_of(visit)
    name = visit.request.url.path.rpartition("/")[2]
    form, media_type = DOSSIERS[name]

    def gather(ledger: Ledger) -> Any:
        return results_dossier(ledger, compiled.results, compiled.root, visit.words)

    async def made() -> bytes:
        gathered = await tables_of(visit.desk).of_ledger(compiled.results.position, gather)
        return await asyncio.to_thread(dossier_file, form, gathered)

    return await _when_made(visit, compiled, name, media_type, made)


async def _when_made(visit: Visit, compiled: Compiled, name: str, media_type: str, make: Any) -> Response:
    """The file; or a page that waits for it, and asks again in a moment."""
    results = compiled.results
    data = await making_of(visit.desk).file((name, results.position, results.filter, visit.words.language), make)
    if data is not None:
        return visit.download(name, media_type, data)
    page = visit.page("results_making.html", name=name, position=results.position)
    query = visit.query_but("at")
    pinned = f"{visit.request.url.path}?{query}{'&' if query else ''}at={results.position}"
    page.headers["Refresh"] = f"{REFRESH_SECONDS}; url={pinned}"
    return page


def _zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return data.getvalue()


ROUTES = [
    get(f"/results/{CERTIFICATE}", certificate),
    get(f"/results/{TABLES}", tables),
    get(f"/results/{ALL_TABLES}", all_tables),
    get(f"/results/{FLAT_FILES}", flat),
    *(get(f"/results/{name}", dossier) for name in DOSSIERS),
    get("/results/{table}.csv", csv),
]
