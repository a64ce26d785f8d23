"""An import that has begun: the file lies sealed with the desk's own key, beside it what was said of its columns.

Both are a draft of this desk. They are thrown away with the import, and after a day in any case.
"""

import asyncio
import tomllib
from pathlib import PurePath
from typing import Final

from msgspec import Struct

from vocu.errors import RefusedError, VocuError
from vocu_client.app import Desk
from vocu_client.attachments import clean_name
from vocu_client.imports.containers import MAX_BYTES
from vocu_client.imports.mapping import mapping_of
from vocu_client.imports.writing import Raw, mapping_text
from vocu_client.store.draft_files import PIECE, DraftFile
from vocu_client.store.drafts import Drafts, Fields, FormDraft
from vocu_client.web import drafting
from vocu_client.web.site import Site
from vocu_client.web.visit import Visit

KIND: Final = "import"
DAY_MS: Final = 24 * 60 * 60 * 1000
LOOK_SECONDS: Final = 600
MOST: Final = 20
"""Imports that have begun at once: each may hold 50 MB."""
BY_ITSELF: Final = "."
"""Instead of a mapping's name: a template that was filled in, or JSON, says by itself what it holds."""


class Begun(Struct, frozen=True, kw_only=True):
    """One import. `mapping` is what was said so far, and may lack much; `mapping_name`: the saved one that it began
    with; `asked_by` the officer who asked a colleague to approve."""

    id: str
    revision: int
    officer: str
    began_at: int
    name: str
    mapping: Raw
    mapping_name: str = ""
    asked_by: str = ""

    @property
    def speaks_for_itself(self) -> bool:
        return self.mapping_name == BY_ITSELF


def announce(visit: Visit, name: str, size: int) -> tuple[Begun, DraftFile]:
    """A file that will come, or go on coming where it broke off. Raises RefusedError (file-too-large, file-empty,
    too-many-files)."""
    if size > MAX_BYTES:
        raise RefusedError("file-too-large", f"A table has at most {MAX_BYTES // 1_000_000} MB; split it.")
    name = clean_name(PurePath(name.replace("\\", "/")).name or "table")
    for begun in listed(visit):
        file = _file(visit, begun.id)
        known = (begun.name, begun.officer, file.size) if file is not None and not file.whole else None
        if file is not None and known == (name, visit.officer.id, size):
            return begun, file
    if len(listed(visit)) >= MOST:
        raise RefusedError("too-many-files", f"{MOST} imports are not finished at this desk; throw one away first.")
    draft_id = Drafts.new_id()
    media_type = "application/octet-stream"
    file = visit.desk.drafts.files.begin(draft_id, name, media_type, size, visit.site.now(), most=MAX_BYTES)
    fields: Fields = {"name": [name], "began": [str(visit.site.now())]}
    return _begun(
        visit.desk.drafts.keep(draft_id, KIND, fields, visit.officer.id, visit.site.now(), summary=name)
    ), file


def put(visit: Visit, name: str, data: bytes) -> Begun:
    """The same with a file that came whole."""
    begun, file = announce(visit, name, len(data))
    if file.received:  # half of it came before, in pieces
        visit.desk.drafts.delete(begun.id)
        begun, file = announce(visit, name, len(data))
    files = visit.desk.drafts.files
    for offset in range(0, len(data), PIECE):
        files.append(file.id, offset, data[offset : offset + PIECE])
    return begun


def find(visit: Visit, draft_id: str) -> Begun:
    """Raises RefusedError (unknown-id) where it is not here any more."""
    draft = visit.desk.drafts.find(draft_id)
    if draft is None or draft.kind != KIND or _is_old(draft, visit.site.now()):
        raise RefusedError(
            "unknown-id",
            "This import is not here any more: it is done, was thrown away, or is older than a day. "
            "Choose the file again.",
        )
    return _begun(draft)


def data(visit: Visit, begun: Begun) -> bytes:
    """The file's bytes. Raises RefusedError (file-gone, file-incomplete)."""
    return visit.desk.drafts.files.read(file_of(visit, begun).id)


def file_of(visit: Visit, begun: Begun) -> DraftFile:
    """The file as far as it is here. Raises RefusedError (file-gone)."""
    file = _file(visit, begun.id)
    if file is None:
        raise RefusedError("file-gone", "This file is not here any more; add it again.")
    return file


def is_whole(visit: Visit, begun: Begun) -> bool:
    file = _file(visit, begun.id)
    return file is not None and file.whole


def listed(visit: Visit) -> list[Begun]:
    """Those that are not finished, the newest first."""
    return listed_at(visit.desk, visit.site.now())


def listed_at(desk: Desk, now: int) -> list[Begun]:
    drafts = [draft for draft in desk.drafts.list() if draft.kind == KIND]
    return [_begun(draft) for draft in drafts if not _is_old(draft, now)]


def keep(
    visit: Visit,
    begun: Begun,
    *,
    mapping: Raw | None = None,
    mapping_name: str | None = None,
    asked_by: str | None = None,
) -> Begun:
    """The import with this changed. Raises DraftChangedError where it has changed since it was read."""
    fields: Fields = {
        "name": [begun.name],
        "began": [str(begun.began_at)],
        "mapping": [mapping_text(begun.mapping if mapping is None else mapping)],
        "mapping_name": [begun.mapping_name if mapping_name is None else mapping_name],
        "asked_by": [begun.asked_by if asked_by is None else asked_by],
    }
    return _begun(drafting.keep(visit, begun.id, KIND, fields, begun.revision, summary=begun.name))


def throw_away(visit: Visit, begun: Begun) -> None:
    """The import and its file, because it is done or not wanted."""
    visit.desk.drafts.delete(begun.id)


async def keep_clean(site: Site) -> None:
    """Throw away what is older than a day, as long as the pages are served."""
    while True:
        clear(site)
        await asyncio.sleep(LOOK_SECONDS)


def clear(site: Site) -> None:
    """Throw away what is older than a day."""
    desk = site.service.desk
    for draft in desk.drafts.list() if desk is not None else ():
        if desk is not None and draft.kind == KIND and _is_old(draft, site.now()):
            desk.drafts.delete(draft.id)


def problems(raw: Raw) -> tuple[str, ...]:
    """What is wrong with the mapping, as English lines."""
    try:
        mapping_of(raw)
    except VocuError as error:
        return error.details or (error.message,)
    return ()


def _begun(draft: FormDraft) -> Begun:
    said = {name: "".join(texts) for name, texts in draft.fields.items()}
    return Begun(
        id=draft.id,
        revision=draft.revision,
        officer=draft.officer,
        began_at=int(said["began"]),
        name=said["name"],
        mapping=tomllib.loads(said.get("mapping", "")),
        mapping_name=said.get("mapping_name", ""),
        asked_by=said.get("asked_by", ""),
    )


def _file(visit: Visit, draft_id: str) -> DraftFile | None:
    return next(iter(visit.desk.drafts.files.of(draft_id)), None)


def _is_old(draft: FormDraft, now: int) -> bool:
    return int("".join(draft.fields.get("began", ["0"]))) < now - DAY_MS
