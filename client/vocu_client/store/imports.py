"""What was imported from which file, so that exactly that can be undone. Sealed with the desk's own key."""

from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Engine, insert, select, update

from vocu.canonical import decode, encode
from vocu.crypto.opening import local_open
from vocu.crypto.sealing import local_seal
from vocu.errors import RefusedError
from vocu_client.store.sql import imports


class Source(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where reports came from: the file's name and SHA-256 (hex), the mapping's name ("" for a filled-in template), and
    the officer's id, where the desk has several."""

    name: str
    sha256: str
    mapping: str = ""
    officer: str = ""


class Import(Struct, frozen=True, kw_only=True):
    """One import of `count` reports, at `imported_at`; `undone_at` once it was undone (both UTC milliseconds)."""

    id: int
    imported_at: int
    undone_at: int | None
    source: Source
    count: int


class _Sealed(Struct, frozen=True, forbid_unknown_fields=True):
    source: Source
    count: int


_sealed: msgspec.json.Decoder[_Sealed] = msgspec.json.Decoder(_Sealed)
_ids: msgspec.json.Decoder[tuple[str, ...]] = msgspec.json.Decoder(tuple[str, ...])


class Imports:
    """The imports of this desk."""

    def __init__(self, engine: Engine, master: bytes) -> None:
        self._engine = engine
        self._master = master

    def add(self, connection: Connection, source: Source, reports: tuple[str, ...], at: int) -> int:
        """Keep one import, in the transaction that queues its reports. Returns its number."""
        kept = local_seal(self._master, _CONTEXT, encode(_Sealed(source, len(reports))))
        ids = local_seal(self._master, _CONTEXT_OF_IDS, encode(reports))
        row = insert(imports).values(imported_at=at, sealed=kept, reports=ids)
        (number,) = connection.execute(row).inserted_primary_key or (0,)
        return int(number)

    def mark_undone(self, connection: Connection, number: int, at: int) -> None:
        """Note that it was undone, the first time, in the transaction that does it."""
        wanted = (imports.c.seq == number) & imports.c.undone_at.is_(None)
        connection.execute(update(imports).where(wanted).values(undone_at=at))

    def list(self) -> list[Import]:
        """All imports, the newest first."""
        columns = (imports.c.seq, imports.c.imported_at, imports.c.undone_at, imports.c.sealed)
        with self._engine.begin() as connection:
            return [self._import(row) for row in connection.execute(select(*columns).order_by(imports.c.seq.desc()))]

    def find(self, number: int) -> tuple[Import, tuple[str, ...]]:
        """An import and the ids of its reports. Raises RefusedError("unknown-import")."""
        with self._engine.begin() as connection:
            row = connection.execute(select(imports).where(imports.c.seq == number)).first()
        if row is None:
            raise RefusedError("unknown-import", f"This desk has no import {number}; see `vocu imports`.")
        return self._import(row), decode(local_open(self._master, _CONTEXT_OF_IDS, row.reports), _ids)

    def _import(self, row: Any) -> Import:
        kept = decode(local_open(self._master, _CONTEXT, row.sealed), _sealed)
        return Import(
            id=row.seq,
            imported_at=row.imported_at,
            undone_at=row.undone_at,
            source=kept.source,
            count=kept.count,
        )


_CONTEXT = b"import"
_CONTEXT_OF_IDS = b"import reports"
