"""What was imported at this desk, how far each import has come, and taking one back."""

import asyncio
from typing import Any, Final, Self

from msgspec import Struct
from starlette.datastructures import UploadFile
from starlette.responses import Response

from vocu.errors import MalformedError, RefusedError, VocuError
from vocu.form.codes import is_code
from vocu.operation import events
from vocu_client.imports.rows import undo_id
from vocu_client.imports.template_sheet import template_xlsx
from vocu_client.imports.undoing import Undone, standings, undo
from vocu_client.store.imports import Import
from vocu_client.web.importing import begun as imports
from vocu_client.web.importing import saved, working
from vocu_client.web.importing.working import Told
from vocu_client.web.posed import may_write
from vocu_client.web.visit import Visit, get, post

LISTED: Final = 50
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TOML: Final = "application/toml"


class Progress(Struct, frozen=True):
    """How many reports of an import are in the log, wait, and were refused; of an undone one, how many withdrawals
    wait. `missing`: taken back before they were sent."""

    delivered: int
    waiting: int
    refused: int
    missing: int
    withdrawing: int = 0

    @property
    def total(self) -> int:
        return self.delivered + self.waiting + self.refused + self.missing


async def overview(visit: Visit) -> Response:
    desk = visit.desk
    records = desk.imports.list()
    shown = records[:LISTED]
    return visit.page(
        "imports.html",
        shown=await asyncio.to_thread(_all, visit, shown),
        more=len(records) - len(shown),
        begun=imports.listed(visit),
        saved=saved.listed(visit),
        may_import=may_write(visit, events.SeizureReported),
        officer=_officer(visit),
    )


async def record(visit: Visit) -> Response:
    """One import: from which file, by whom, how far it has come."""
    found, _ = desk_import(visit)
    return visit.page(
        "import.html",
        record=found,
        progress=await asyncio.to_thread(_one, visit, found),
        may_undo=found.undone_at is None and may_write(visit, events.SeizureWithdrawn),
        officer=_officer(visit),
    )


async def progress(visit: Visit) -> Response:
    """How far it has come, for the page that asks each second."""
    found, _ = desk_import(visit)
    told = await asyncio.to_thread(_one, visit, found)
    return visit.page("import_progress_part.html", record=found, progress=told)


async def ask_to_undo(visit: Visit) -> Response:
    """What an undo would do, before it is done."""
    found, reports = desk_import(visit)
    if found.undone_at is not None:
        return visit.go(f"/imports/{found.id}", visit.words._("This import was undone already."))
    work = working.find(visit, "undo", str(found.id))
    if work is not None and work.runs:
        return visit.page("import_working.html", work=work, what="undo", address=f"/imports/{found.id}/undo", name="")
    if working.asks_by_itself(visit):
        return visit.go(f"/imports/{found.id}/undo")
    counted: dict[str, int] = {"counts": 0, "under_way": 0, "amended": 0, "gone": 0}
    for standing in standings(visit.desk, reports).values():
        counted[standing] += 1
    failed = work.failed if work is not None else None
    working.forget(visit, "undo", str(found.id))
    return visit.page("import_undo.html", record=found, counted=counted, error=failed)


async def take_back(visit: Visit) -> Response:
    """Undo it: cancel what was not sent, withdraw what was."""
    found, _ = desk_import(visit)
    reason = str(visit.form.get("reason", ""))
    if not is_code("withdrawal_reason", reason):
        raise MalformedError("unknown-code", "Choose why the reports are withdrawn.")
    desk, officer, number = visit.desk, visit.officer.id, found.id

    def work(_told: Told) -> Undone:
        return undo(desk, number, reason, officer)

    under_way = working.begin(visit, work, "undo", str(number))
    await under_way.wait()
    if under_way.runs or under_way.failed is not None:
        return visit.go(f"/imports/{number}/undo")
    done: Undone = under_way.result
    working.forget(visit, "undo", str(number))
    return visit.go(f"/imports/{number}", _said(visit, done))


async def template(visit: Visit) -> Response:
    """The unified form of this operation as a workbook, in the officer's language."""
    state = visit.desk.view.state
    name = visit.words._("seizures of {operation}", operation=state.genesis.name)
    return visit.download(f"{name}.xlsx", XLSX, await asyncio.to_thread(template_xlsx, state, visit.words))


async def take_mapping(visit: Visit) -> Response:
    """A mapping that comes as a TOML file."""
    file = visit.form.get("mapping")
    async with visit.request.form():  # it is read already; this closes its file
        if not isinstance(file, UploadFile) or not file.filename:
            raise MalformedError("bad-mapping", "Choose the TOML file of a mapping.")
        text = await file.read(saved.LONGEST_FILE + 1)
    if len(text) > saved.LONGEST_FILE:
        raise MalformedError("bad-mapping", "This file is too large for a mapping.")
    name = str(visit.form.get("name", "")).strip() or file.filename.rpartition("/")[2].removesuffix(".toml")
    try:
        saved.take_in(visit, name, text)
    except VocuError as error:
        return visit.page("import_mapping_bad.html", 400, error=error, name=name)
    return visit.go("/imports#mappings", visit.words._("The mapping “{name}” is saved.", name=name))


async def remove_mapping(visit: Visit) -> Response:
    saved.remove(visit, str(visit.form.get("name", "")))
    return visit.go("/imports#mappings", visit.words._("The mapping is removed. What was imported with it stays."))


async def mapping_file(visit: Visit) -> Response:
    """A saved mapping as a file."""
    name = str(visit.path["name"])
    return visit.download(f"{name}.toml", TOML, saved.text(visit, name))


def desk_import(visit: Visit) -> tuple[Import, tuple[str, ...]]:
    """The import that the address names, with its reports. Raises RefusedError (unknown-id)."""
    try:
        return visit.desk.imports.find(int(visit.path["number"]))
    except RefusedError:
        raise RefusedError("unknown-id", "This desk has no import of that number.") from None


class _Waits(Struct, frozen=True):
    """The ids of what this desk wrote and is not in the log: on its way, or refused."""

    waiting: set[str]
    refused: set[str]

    @classmethod
    def at(cls, visit: Visit) -> Self:
        outbox = visit.desk.outbox
        return cls(outbox.ids("queued", "sent"), outbox.ids("refused"))


def _all(visit: Visit, records: list[Import]) -> list[tuple[Import, Progress]]:
    waits = _Waits.at(visit)
    return [(record, _progress(visit, record, waits)) for record in records]


def _one(visit: Visit, found: Import) -> Progress:
    return _progress(visit, found, _Waits.at(visit))


def _progress(visit: Visit, found: Import, waits: _Waits) -> Progress:
    if not waits.waiting and not waits.refused and found.undone_at is None:
        return Progress(found.count, 0, 0, 0)
    reports = set(visit.desk.imports.find(found.id)[1])
    delivered = sum(report in visit.desk.view.state.register for report in reports)
    under_way, not_taken = len(reports & waits.waiting), len(reports & waits.refused)
    missing = len(reports) - delivered - under_way - not_taken
    withdrawing = 0
    if found.undone_at is not None:
        withdrawing = sum(undo_id(report) in waits.waiting for report in reports)
    return Progress(delivered, under_way, not_taken, missing, withdrawing)


def _officer(visit: Visit) -> Any:
    return visit.desk.team.name_of


def _said(visit: Visit, done: Undone) -> str:
    """What an undo did."""
    words = visit.words
    gone, withdrawn, stay = len(done.cancelled), len(done.withdrawn), len(done.amended)
    told = []
    if gone:
        told.append(
            words.n_(
                "{n} report was taken back before it was sent.",
                "{n} reports were taken back before they were sent.",
                gone,
            )
        )
    if withdrawn:
        told.append(words.n_("{n} report is withdrawn.", "{n} reports are withdrawn.", withdrawn))
    if stay:
        told.append(
            words.n_(
                "{n} report stays, because it was amended since.",
                "{n} reports stay, because they were amended since.",
                stay,
            )
        )
    return " ".join(told) or words._("There was nothing left to take back.")


ROUTES = [
    get("/imports", overview, right="post"),
    get("/imports/template.xlsx", template, right="post"),
    post("/imports/mappings", take_mapping),
    post("/imports/mappings/remove", remove_mapping),
    get("/imports/mappings/{name}.toml", mapping_file, right="post"),
    get("/imports/{number:int}", record, right="post"),
    get("/imports/{number:int}/progress", progress, right="post"),
    get("/imports/{number:int}/undo", ask_to_undo, right="post"),
    post("/imports/{number:int}/undo", take_back),
]
