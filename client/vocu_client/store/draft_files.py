"""Files of drafts: they arrive in pieces over a slow line, go on where they stopped, and lie sealed on the disk."""

import secrets
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Engine, Row, delete, insert, select, update

from vocu.canonical import b64, decode, encode
from vocu.crypto.opening import local_open
from vocu.crypto.sealing import local_seal
from vocu.errors import RefusedError
from vocu.operation.media import MAX_FILE, MAX_FILES
from vocu_client.store.sql import draft_files, draft_pieces

PIECE = 1024 * 1024
"""The most bytes that one append takes."""


class DraftFile(Struct, frozen=True, kw_only=True):
    """A file of a draft; `received` of its `size` bytes are here."""

    id: str
    draft: str
    name: str
    media_type: str
    size: int
    received: int
    added_at: int

    @property
    def whole(self) -> bool:
        return self.received == self.size


class _Sealed(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    media_type: str


_sealed: msgspec.json.Decoder[_Sealed] = msgspec.json.Decoder(_Sealed)


class DraftFiles:
    """The files of all drafts of this desk. A draft need not be saved before its first file comes."""

    def __init__(self, engine: Engine, master: bytes) -> None:
        self._engine = engine
        self._master = master

    def begin(self, draft: str, name: str, media_type: str, size: int, at: int, *, most: int = MAX_FILE) -> DraftFile:
        """Announce a file of `most` bytes or fewer. Raises RefusedError: file-too-large, file-empty, too-many-files."""
        if size > most:
            raise RefusedError(
                "file-too-large", f"A file has at most {most / 1024**2:.0f} MB; make it smaller, or split it."
            )
        if size < 1:
            raise RefusedError("file-empty", "This file is empty; choose another.")
        file = DraftFile(
            id=b64(secrets.token_bytes(16)),
            draft=draft,
            name=name,
            media_type=media_type,
            size=size,
            received=0,
            added_at=at,
        )
        row = {"id": file.id, "draft": draft, "added_at": at, "size": size, "received": 0}
        with self._engine.begin() as connection:
            if len(connection.execute(select(draft_files.c.id).where(draft_files.c.draft == draft)).all()) >= MAX_FILES:
                raise RefusedError("too-many-files", f"A draft has at most {MAX_FILES} files; remove one first.")
            sealed = local_seal(self._master, b"file " + file.id.encode(), encode(_Sealed(name, media_type)))
            connection.execute(insert(draft_files).values(**row, sealed=sealed))
        return file

    def append(self, file_id: str, offset: int, data: bytes) -> DraftFile:
        """Keep the next piece, 1 MiB at most; one that is here already is passed over, as its answer may have got lost.

        Raises RefusedError: wrong-offset (go on at what `get` says was received), piece-too-large, file-gone.
        """
        if len(data) > PIECE:
            raise RefusedError("piece-too-large", "A file is sent in pieces of at most 1 MiB; send smaller ones.")
        with self._engine.begin() as connection:
            file = self._file(connection.execute(_of(file_id)).first())
            end = offset + len(data)
            if end <= file.received:
                return file
            if offset != file.received or end > file.size:
                raise RefusedError("wrong-offset", f"{file.received} of {file.size} bytes are here; go on from there.")
            sealed = local_seal(self._master, _piece(file_id, offset), data)
            connection.execute(insert(draft_pieces).values(file=file_id, offset=offset, sealed=sealed))
            connection.execute(update(draft_files).where(draft_files.c.id == file_id).values(received=end))
        return msgspec.structs.replace(file, received=end)

    def put(self, draft: str, name: str, media_type: str, data: bytes, at: int) -> DraftFile:
        """Keep a whole file at once, such as a photo that was prepared for sending."""
        file = self.begin(draft, name, media_type, len(data), at)
        for offset in range(0, len(data), PIECE):
            file = self.append(file.id, offset, data[offset : offset + PIECE])
        return file

    def get(self, file_id: str) -> DraftFile:
        """Raises RefusedError (file-gone)."""
        with self._engine.begin() as connection:
            return self._file(connection.execute(_of(file_id)).first())

    def of(self, draft: str) -> list[DraftFile]:
        """The files of a draft in the order in which they came."""
        query = (
            select(draft_files).where(draft_files.c.draft == draft).order_by(draft_files.c.added_at, draft_files.c.id)
        )
        with self._engine.begin() as connection:
            return [self._file(row) for row in connection.execute(query)]

    def pieces(self, file_id: str) -> Iterator[bytes]:
        """The bytes that are here, piece by piece."""
        query = select(draft_pieces.c.offset).where(draft_pieces.c.file == file_id).order_by(draft_pieces.c.offset)
        with self._engine.begin() as connection:
            offsets = connection.execute(query).scalars().all()
        for offset in offsets:
            yield self._read(file_id, offset)

    def read(self, file_id: str) -> bytes:
        """The whole file. Raises RefusedError (file-gone, file-incomplete)."""
        file = self.get(file_id)
        if not file.whole:
            raise RefusedError("file-incomplete", f"{file.name} has not arrived whole; send the rest, or remove it.")
        return b"".join(self.pieces(file_id))

    def remove(self, file_id: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(draft_files).where(draft_files.c.id == file_id))

    def _read(self, file_id: str, offset: int) -> bytes:
        within = (draft_pieces.c.file == file_id) & (draft_pieces.c.offset == offset)
        with self._engine.begin() as connection:
            sealed = connection.execute(select(draft_pieces.c.sealed).where(within)).scalar()
        if sealed is None:
            raise _gone()
        return local_open(self._master, _piece(file_id, offset), sealed)

    def _file(self, row: Row[Any] | None) -> DraftFile:
        if row is None:
            raise _gone()
        said = decode(local_open(self._master, b"file " + row.id.encode(), row.sealed), _sealed)
        return DraftFile(
            id=row.id,
            draft=row.draft,
            name=said.name,
            media_type=said.media_type,
            size=row.size,
            received=row.received,
            added_at=row.added_at,
        )


def _of(file_id: str) -> Any:
    return select(draft_files).where(draft_files.c.id == file_id)


def _piece(file_id: str, offset: int) -> bytes:
    return b"piece %d " % offset + file_id.encode()


def _gone() -> RefusedError:
    return RefusedError("file-gone", "This file is not here any more; add it again.")
