"""The addresses of a draft's photos and files: they come in pieces, are listed, seen small, and taken off again."""

import asyncio

from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vocu.errors import MalformedError
from vocu_client.attachments import clean_name
from vocu_client.store.draft_files import PIECE
from vocu_client.web.digits import number_of
from vocu_client.web.draft_files import find, is_prepared, listed, put
from vocu_client.web.pictures import small as small_picture
from vocu_client.web.visit import Visit, get, post


async def begin(visit: Visit) -> Response:
    """A file is announced; one that broke off is gone on with. Answers where to go on."""
    name, size = clean_name(str(visit.form.get("name", ""))), number_of(visit.form.get("size"))
    if size is None:
        raise MalformedError("bad-request", "Say how large the file is.")
    draft_id, files = visit.path["draft"], visit.desk.drafts.files
    there = [file for file in files.of(draft_id) if not is_prepared(file)]
    broken_off = next((file for file in there if (file.name, file.size) == (name, size)), None)
    file = broken_off or files.begin(draft_id, name, "application/octet-stream", size, visit.site.now())
    return JSONResponse({"file": file.id, "received": file.received, "piece": PIECE})


async def append(visit: Visit) -> Response:
    """The next piece. With the last one the file is prepared for sending, and the list of files is the answer."""
    file = find(visit, visit.path["draft"], visit.path["file"])
    piece, offset = visit.form.get("piece"), number_of(visit.form.get("offset"))
    if not isinstance(piece, UploadFile) or offset is None:
        raise MalformedError("bad-request", "This piece of a file could not be read; send it again.")
    files = visit.desk.drafts.files
    async with visit.request.form():  # it is read already; this closes its file
        file = files.append(file.id, offset, await piece.read(PIECE + 1))
    if not file.whole:
        return JSONResponse({"file": file.id, "received": file.received, "piece": PIECE})
    data = await asyncio.to_thread(files.read, file.id)
    files.remove(file.id)
    await put(visit, file.draft, file.name, data)
    return show(visit)


async def remove(visit: Visit) -> Response:
    """Take a file off."""
    visit.desk.drafts.files.remove(find(visit, visit.path["draft"], visit.path["file"]).id)
    return show(visit)


async def list_files(visit: Visit) -> Response:
    return show(visit)


async def small(visit: Visit) -> Response:
    """The picture as it will be sent, small."""
    file = find(visit, visit.path["draft"], visit.path["file"])
    data = await asyncio.to_thread(visit.desk.drafts.files.read, file.id)
    return await small_picture(file.media_type.partition(";")[0] if is_prepared(file) else "", data)


def show(visit: Visit) -> Response:
    """The list of files."""
    draft_id = visit.path["draft"]
    return visit.page("report_files_part.html", files=listed(visit, draft_id), draft_id=draft_id)


ROUTES: list[Route] = [
    get("/report/{draft}/files", list_files, right="post"),
    post("/report/{draft}/files", begin),
    post("/report/{draft}/files/{file}", append),
    post("/report/{draft}/files/{file}/remove", remove),
    get("/report/{draft}/files/{file}/small", small, right="post"),
]
