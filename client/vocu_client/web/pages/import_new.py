"""Choose a file to import. It comes with the form or in pieces, and lies sealed at this desk until it is imported."""

from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response

from vocu.errors import MalformedError, RefusedError, VocuError
from vocu.operation import events
from vocu_client.imports.containers import MAX_BYTES
from vocu_client.imports.planning import speaks_for_itself
from vocu_client.store.draft_files import PIECE
from vocu_client.web.digits import number_of
from vocu_client.web.importing import begun as imports
from vocu_client.web.importing import saved
from vocu_client.web.importing.begun import Begun
from vocu_client.web.posed import may_write
from vocu_client.web.visit import Visit, get, post


async def choose(visit: Visit) -> Response:
    return _page(visit)


async def take(visit: Visit) -> Response:
    """The file that came with the form, whole."""
    file = visit.form.get("file")
    async with visit.request.form():  # it is read already; this closes its file
        if not isinstance(file, UploadFile) or not file.filename:
            return _page(visit, MalformedError("bad-table", "Choose the file that you want to import."))
        name, data = file.filename, await file.read(MAX_BYTES + 1)
    begun: Begun | None = None
    try:
        begun = imports.put(visit, name, data)
        return visit.go(_go_on(visit, begun, data, str(visit.form.get("mapping", ""))))
    except VocuError as error:
        if begun is not None:
            imports.throw_away(visit, begun)
        return _page(visit, error)


async def announce(visit: Visit) -> Response:
    """A file that will come in pieces; one that broke off is gone on with. Answers where to go on."""
    size = number_of(visit.form.get("size"))
    if size is None:
        raise MalformedError("bad-request", "Say how large the file is.")
    begun, file = imports.announce(visit, str(visit.form.get("name", "")), size)
    return JSONResponse({"file": begun.id, "received": file.received, "piece": PIECE})


async def append(visit: Visit) -> Response:
    """The next piece. With the last one, the answer says where the import goes on."""
    begun = imports.find(visit, str(visit.path["draft"]))
    piece, offset = visit.form.get("piece"), number_of(visit.form.get("offset"))
    if not isinstance(piece, UploadFile) or offset is None:
        raise MalformedError("bad-request", "This piece of a file could not be read; send it again.")
    files = visit.desk.drafts.files
    async with visit.request.form():  # as above
        file = files.append(imports.file_of(visit, begun).id, offset, await piece.read(PIECE + 1))
    if not file.whole:
        return JSONResponse({"file": begun.id, "received": file.received, "piece": PIECE})
    try:
        address = _go_on(visit, begun, imports.data(visit, begun), str(visit.form.get("mapping", "")))
    except VocuError:
        imports.throw_away(visit, begun)
        raise
    return JSONResponse({"file": begun.id, "received": file.received, "piece": PIECE, "go": address})


def under_way(visit: Visit) -> Begun:
    """The import that the address names, whose file is here. Raises RefusedError (not-your-right, unknown-id,
    file-incomplete)."""
    if not may_write(visit, events.SeizureReported):
        raise RefusedError("not-your-right", "Your country cannot report seizures in this operation now.")
    begun = imports.find(visit, str(visit.path["draft"]))
    if not imports.is_whole(visit, begun):
        raise RefusedError("file-incomplete", f"{begun.name} has not arrived whole; choose it again, and it goes on.")
    return begun


def _go_on(visit: Visit, begun: Begun, data: bytes, mapping: str) -> str:
    """Where an import goes on whose file is here. Raises MalformedError (bad-table) for what is no table at all."""
    if speaks_for_itself(data):
        imports.keep(visit, begun, mapping_name=imports.BY_ITSELF)
        return f"/imports/begun/{begun.id}/check"
    if mapping:
        imports.keep(visit, begun, mapping=saved.find(visit, mapping), mapping_name=mapping)
        return f"/imports/begun/{begun.id}/check"
    return f"/imports/begun/{begun.id}"


def _page(visit: Visit, error: VocuError | None = None) -> Response:
    return visit.page(
        "import_new.html",
        200 if error is None else 400,
        error=error,
        saved=saved.listed(visit),
        may_import=may_write(visit, events.SeizureReported),
        most=MAX_BYTES // 1_000_000,
    )


ROUTES = [
    get("/imports/new", choose, right="post"),
    post("/imports/new", take),
    post("/imports/files", announce),
    post("/imports/files/{draft}", append),
]
