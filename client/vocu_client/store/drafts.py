"""What officers typed and have not sent: shared within a desk, sealed with its own key, never silently overwritten."""

import re
import secrets
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Engine, Row, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from vocu.canonical import b64, decode, encode
from vocu.crypto.opening import local_open
from vocu.crypto.sealing import local_seal
from vocu.errors import RefusedError
from vocu_client.store.draft_files import DraftFiles
from vocu_client.store.sql import draft_files, drafts

Fields = dict[str, list[str]]
"""A form as typed: each field's texts, in the order in which the browser sent them."""


class FormDraft(Struct, frozen=True, kw_only=True):
    """A form as it was last saved. `revision` counts its saves from 1; `officer` made the last one, at `saved_at`.

    `summary` is one line that tells it from others; `note` is what an approver wrote when returning it.
    """

    id: str
    kind: str
    revision: int
    fields: Fields
    officer: str
    saved_at: int
    summary: str
    note: str


class DraftChangedError(RefusedError):
    """Another save came first. `theirs` is what it saved; nothing of it was overwritten."""

    def __init__(self, theirs: FormDraft) -> None:
        super().__init__(
            "draft-changed",
            "Somebody else saved this draft since you opened it; look at what changed, then save yours on top of it.",
        )
        self.theirs = theirs


class _Sealed(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    kind: str
    officer: str
    fields: Fields
    summary: str = ""
    note: str = ""


_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_sealed: msgspec.json.Decoder[_Sealed] = msgspec.json.Decoder(_Sealed)


class Drafts:
    """The drafts of this desk, with their files in `files`."""

    def __init__(self, engine: Engine, master: bytes) -> None:
        self._engine = engine
        self._master = master
        self.files = DraftFiles(engine, master)

    @staticmethod
    def new_id() -> str:
        """An id for a draft; good as the id of the event that it becomes, so that sending it twice sends it once."""
        return b64(secrets.token_bytes(16))

    def keep(
        self,
        draft_id: str,
        kind: str,
        fields: Fields,
        officer: str,
        at: int,
        *,
        revision: int = 0,
        summary: str = "",
        note: str = "",
    ) -> FormDraft:
        """Save a form. `revision` is the one that the officer had before him, 0 for a new draft.

        A repeated save of the same content is left as it is. Raises DraftChangedError where another save came first,
        RefusedError: draft-gone, where the draft was sent or thrown away meanwhile; unknown-id, where it can be no id.
        """
        if not _ID.fullmatch(draft_id):
            raise RefusedError("unknown-id", "This address names no draft; begin a new one.")
        said = _Sealed(kind, officer, fields, summary, note)
        with self._engine.begin() as connection:
            row = connection.execute(select(drafts).where(drafts.c.id == draft_id)).first()
            if row is not None and row.sealed is None:
                raise RefusedError(
                    "draft-gone", "This draft was sent or thrown away meanwhile; save it as a new one if you need it."
                )
            if row is not None and row.revision != revision:
                there = self._draft(row)
                if (there.kind, there.fields, there.officer) == (kind, fields, officer):
                    return there
                raise DraftChangedError(there)
            kept = {"revision": revision + 1, "saved_at": at, "sealed": self._seal(draft_id, revision + 1, said)}
            statement = upsert(drafts).values(id=draft_id, **kept)
            connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=kept))
        return _form_draft(draft_id, revision + 1, at, said)

    def get(self, draft_id: str) -> FormDraft:
        """Raises RefusedError (draft-gone) where there is none of this id (any more)."""
        draft = self.find(draft_id)
        if draft is None:
            raise RefusedError("draft-gone", "This draft is not here any more: it was sent or thrown away.")
        return draft

    def find(self, draft_id: str) -> FormDraft | None:
        query = select(drafts).where(drafts.c.id == draft_id, drafts.c.sealed.is_not(None))
        with self._engine.begin() as connection:
            row = connection.execute(query).first()
        return self._draft(row) if row is not None else None

    def list(self) -> list[FormDraft]:
        """All drafts, the newest save first."""
        query = select(drafts).where(drafts.c.sealed.is_not(None)).order_by(drafts.c.saved_at.desc(), drafts.c.id)
        with self._engine.begin() as connection:
            return [self._draft(row) for row in connection.execute(query)]

    def ids(self) -> set[str]:
        """The ids of all drafts."""
        with self._engine.begin() as connection:
            return set(connection.execute(select(drafts.c.id).where(drafts.c.sealed.is_not(None))).scalars())

    def delete(self, draft_id: str) -> None:
        """Throw a draft and its files away, because it was sent or is not wanted; its id stays used up."""
        with self._engine.begin() as connection:
            gone = upsert(drafts).values(id=draft_id, revision=0, saved_at=0, sealed=None)
            connection.execute(gone.on_conflict_do_update(index_elements=["id"], set_={"sealed": None}))
            connection.execute(delete(draft_files).where(draft_files.c.draft == draft_id))

    def _seal(self, draft_id: str, revision: int, said: _Sealed) -> bytes:
        return local_seal(self._master, _context(draft_id, revision), encode(said))

    def _draft(self, row: Row[Any]) -> FormDraft:
        said = decode(local_open(self._master, _context(row.id, row.revision), row.sealed), _sealed)
        return _form_draft(row.id, row.revision, row.saved_at, said)


def _context(draft_id: str, revision: int) -> bytes:
    return b"draft %d " % revision + draft_id.encode()


def _form_draft(draft_id: str, revision: int, at: int, said: _Sealed) -> FormDraft:
    return FormDraft(
        id=draft_id,
        kind=said.kind,
        revision=revision,
        fields=said.fields,
        officer=said.officer,
        saved_at=at,
        summary=said.summary,
        note=said.note,
    )
