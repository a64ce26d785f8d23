"""Photos and files of a draft: made anew as they come in, listed on the page of its form, ready to be sent with it."""

import asyncio
import re
from typing import Final

from msgspec import Struct
from starlette.datastructures import UploadFile

from vocu.errors import RefusedError
from vocu.operation.media import MAX_FILE
from vocu_client.attachments import Attachment, attach, is_picture
from vocu_client.store.draft_files import DraftFile
from vocu_client.web.visit import Visit

_MADE: Final = re.compile(r"(?P<type>[^;]+); made-from=(?P<original>[\w-]*); size=(?P<width>\d+)x(?P<height>\d+)")
"""What is kept of a file that was prepared, behind its media type: the hash of the original, and the size in pixels."""
_PLAIN: Final = "; prepared"


class ShownFile(Struct, frozen=True):
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
            file.id, file.name, file.size, file.received, is_prepared(file),
            is_prepared(file) and is_picture(file.media_type.partition(";")[0]),
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
        visit.desk.drafts.files.remove(find(visit, draft_id, file_id).id)
    async with visit.request.form():  # it is read already; this closes its files
        for upload in visit.form.getlist("files"):
            if isinstance(upload, UploadFile) and upload.filename:
                data = await upload.read(MAX_FILE + 1)
                await put(visit, draft_id, upload.filename, data)


def find(visit: Visit, draft_id: str, file_id: str) -> DraftFile:
    """A file of this draft. Raises RefusedError (file-gone)."""
    file = visit.desk.drafts.files.get(file_id)
    if file.draft != draft_id:
        raise RefusedError("file-gone", "This file is not here any more; add it again.")
    return file


def is_prepared(file: DraftFile) -> bool:
    """Whether it is made anew, and ready to be sent."""
    return file.whole and ";" in file.media_type


async def put(visit: Visit, draft_id: str, name: str, data: bytes) -> None:
    """Make a whole file anew, ready to be sent, and keep it. Raises as `attach` does."""
    made = await asyncio.to_thread(attach, name, data)
    kind = made.media_type + _PLAIN
    if made.size is not None:
        kind = f"{made.media_type}; made-from={made.original or ''}; size={made.size[0]}x{made.size[1]}"
    visit.desk.drafts.files.put(draft_id, made.name, kind, made.data, visit.site.now())


def _attachment(file: DraftFile, data: bytes) -> Attachment:
    made = _MADE.fullmatch(file.media_type)
    if made is None:
        if not is_prepared(file):
            raise RefusedError("file-incomplete", f"{file.name} has not arrived whole; send the rest, or remove it.")
        return Attachment(name=file.name, media_type=file.media_type.removesuffix(_PLAIN), data=data)
    size = (int(made["width"]), int(made["height"]))
    return Attachment(name=file.name, media_type=made["type"], data=data, size=size, original=made["original"] or None)
