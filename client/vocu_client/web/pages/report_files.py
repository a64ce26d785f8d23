"""Photos and files of a draft: they come in pieces or with the form, are made anew at once, and wait sealed."""

import asyncio
import re
from typing import Final

import msgspec
from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vocu.errors import MalformedError, RefusedError
from vocu_client.attachments import Attachment, attach, clean_name, is_picture
from vocu_client.store.draft_files import MAX_FILE, PIECE, DraftFile
from vocu_client.web.digits import number_of
from vocu_client.web.pictures import small as small_picture
from vocu_client.web.visit import Visit, get, post

_MADE: Final = re.compile(r"(?P<type>[^;]+); made-from=(?P<original>[\w-]*); size=(?P<width>\d+)x(?P<height>\d+)")
"""What is kept of a file that was prepared, behind its media type: the hash of the original, and the size in pixels."""
_PLAIN: Final = "; prepared"


class ShownFile(msgspec.Struct, frozen=True):
    """A file of a draft as the page lists it. `picture`: it is shown, turned and without what was hidden in it."""

    id: str
    name: str
    size: int
    received: int
    whole: bool
    picture: bool


def listed(visit: Visit, draft_id: str) -> list[ShownFile]:
    """The files of a draft in the order in which they came."""
    return [
        ShownFile(
            file.id, file.name, file.size, file.received, _is_prepared(file),
            _is_prepared(file) and is_picture(file.media_type.partition(";")[0]),
        )
        for file in visit.desk.drafts.files.of(draft_id)
    ]  # fmt: skip


async def prepared(visit: Visit, draft_id: str) -> list[Attachment]:
    """The files as they are sent. Raises RefusedError (file-incomplete)."""
    files = visit.desk.drafts.files
    return [_attachment(file, await asyncio.to_thread(files.read, file.id)) for file in files.of(draft_id)]


async def take_uploads(visit: Visit, draft_id: str) -> None:
    """From a browser without scripts: the files that came with the form itself, and the button that takes one off."""
    do, _, file_id = str(visit.form.get("do", "")).partition(".")
    if do == "remove":
        visit.desk.drafts.files.remove(_file(visit, draft_id, file_id).id)
    async with visit.request.form():  # it is read already; this closes its files
        for upload in visit.form.getlist("files"):
            if isinstance(upload, UploadFile) and upload.filename:
                data = await upload.read(MAX_FILE + 1)
                await _put(visit, draft_id, upload.filename, data)


async def begin(visit: Visit) -> Response:
    """A file is announced; one that broke off is gone on with. Answers where to go on."""
    name, size = clean_name(str(visit.form.get("name", ""))), number_of(visit.form.get("size"))
    if size is None:
        raise MalformedError("bad-request", "Say how large the file is.")
    draft_id, files = visit.path["draft"], visit.desk.drafts.files
    there = [file for file in files.of(draft_id) if not _is_prepared(file)]
    broken_off = next((file for file in there if (file.name, file.size) == (name, size)), None)
    file = broken_off or files.begin(draft_id, name, "application/octet-stream", size, visit.site.now())
    return JSONResponse({"file": file.id, "received": file.received, "piece": PIECE})


async def append(visit: Visit) -> Response:
    """The next piece. With the last one the file is prepared for sending, and the list of files is the answer."""
    file = _file(visit, visit.path["draft"], visit.path["file"])
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
    await _put(visit, file.draft, file.name, data)
    return show(visit)


async def remove(visit: Visit) -> Response:
    """Take a file off."""
    visit.desk.drafts.files.remove(_file(visit, visit.path["draft"], visit.path["file"]).id)
    return show(visit)


async def list_files(visit: Visit) -> Response:
    return show(visit)


async def small(visit: Visit) -> Response:
    """The picture as it will be sent, small."""
    file = _file(visit, visit.path["draft"], visit.path["file"])
    data = await asyncio.to_thread(visit.desk.drafts.files.read, file.id)
    return await small_picture(file.media_type.partition(";")[0] if _is_prepared(file) else "", data)


def show(visit: Visit) -> Response:
    """The list of files."""
    draft_id = visit.path["draft"]
    return visit.page("report_files_part.html", files=listed(visit, draft_id), draft_id=draft_id)


async def _put(visit: Visit, draft_id: str, name: str, data: bytes) -> None:
    made = await asyncio.to_thread(attach, name, data)
    kind = made.media_type + _PLAIN
    if made.size is not None:
        kind = f"{made.media_type}; made-from={made.original or ''}; size={made.size[0]}x{made.size[1]}"
    visit.desk.drafts.files.put(draft_id, made.name, kind, made.data, visit.site.now())


def _attachment(file: DraftFile, data: bytes) -> Attachment:
    made = _MADE.fullmatch(file.media_type)
    if made is None:
        if not _is_prepared(file):
            raise RefusedError("file-incomplete", f"{file.name} has not arrived whole; send the rest, or remove it.")
        return Attachment(name=file.name, media_type=file.media_type.removesuffix(_PLAIN), data=data)
    size = (int(made["width"]), int(made["height"]))
    return Attachment(name=file.name, media_type=made["type"], data=data, size=size, original=made["original"] or None)


def _is_prepared(file: DraftFile) -> bool:
    return file.whole and ";" in file.media_type


def _file(visit: Visit, draft_id: str, file_id: str) -> DraftFile:
    file = visit.desk.drafts.files.get(file_id)
    if file.draft != draft_id:
        raise RefusedError("file-gone", "This file is not here any more; add it again.")
    return file


ROUTES: list[Route] = [
    get("/report/{draft}/files", list_files, right="post"),
    post("/report/{draft}/files", begin),
    post("/report/{draft}/files/{file}", append),
    post("/report/{draft}/files/{file}/remove", remove),
    get("/report/{draft}/files/{file}/small", small, right="post"),
]
