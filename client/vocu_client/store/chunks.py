"""The sealed chunks of files on this desk's disk, each named by its hash, and which of them the hub has yet to get."""

import contextlib
import hashlib
import os
import secrets
import time
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, select, update
from sqlalchemy.sql import case

from vocu.canonical import unb64
from vocu.operation.header import Blob
from vocu_client.store.sql import WAITING, outbox, uploads

DAY_SECONDS = 24 * 3600


class Upload(Struct, frozen=True):
    """How far the files of one event have come on their way to the hub: bytes of sealed chunks."""

    done: int
    total: int


class ChunkStore:
    """A chunk is complete and on disk before it has its name. It is as sealed here as it is on its way."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self._folder = folder
        self._engine = engine
        folder.mkdir(mode=0o700, exist_ok=True)

    # --- chunks ---

    def keep(self, data: bytes) -> None:
        """Store a chunk; it survives a power cut from then on."""
        partial = self._folder / f"{secrets.token_hex(16)}.part"
        try:
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            partial.rename(self._folder / hashlib.sha256(data).hexdigest())
            self._sync_folder()
        finally:
            partial.unlink(missing_ok=True)

    def has(self, blob: Blob) -> bool:
        try:
            return self._path(blob.sha256).stat().st_size == blob.size
        except OSError:
            return False

    def read(self, sha256: str) -> bytes | None:
        """The bytes of a chunk; None where it is not here. One that was damaged is thrown away, to be fetched again."""
        path = self._path(sha256)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        if hashlib.sha256(data).hexdigest() == path.name:
            return data
        path.unlink(missing_ok=True)
        return None

    def drop(self, hashes: Iterable[str]) -> None:
        """Overwrite and delete chunks; fine where they are gone already."""
        for sha256 in hashes:
            path = self._path(sha256)
            with contextlib.suppress(FileNotFoundError):
                with path.open("r+b") as file:
                    file.write(bytes(path.stat().st_size))
                    file.flush()
                    os.fsync(file.fileno())
                path.unlink()

    def sweep(self, named: set[str]) -> None:
        """Delete what no event names any more, and left-overs of a day ago: their event was never queued."""
        with self._engine.begin() as connection:
            named = named | set(connection.execute(select(uploads.c.sha256)).scalars())
        names = {unb64(sha256).hex() for sha256 in named}
        for path in self._folder.iterdir():
            if path.name not in names and path.stat().st_mtime < time.time() - DAY_SECONDS:
                path.unlink(missing_ok=True)

    def _path(self, sha256: str) -> Path:
        return self._folder / unb64(sha256).hex()

    def _sync_folder(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    # --- uploads ---

    def uploads(self) -> dict[str, Upload]:
        """By event that waits to be sent and has files, in no order: how far they have come."""
        done = func.sum(case((uploads.c.done == 1, uploads.c.size), else_=0))
        query = (
            select(uploads.c.event_id, done, func.sum(uploads.c.size))
            .join(outbox, outbox.c.id == uploads.c.event_id)
            .where(WAITING)
            .group_by(uploads.c.event_id)
        )
        with self._engine.begin() as connection:
            return {event_id: Upload(int(there), int(total)) for event_id, there, total in connection.execute(query)}

    def to_upload(self, event_id: str) -> list[Blob]:
        """The chunks of this event that the hub has not taken yet."""
        query = select(uploads.c.sha256, uploads.c.size).where(uploads.c.event_id == event_id, uploads.c.done == 0)
        with self._engine.begin() as connection:
            return [Blob(sha256, size) for sha256, size in connection.execute(query.order_by(uploads.c.number))]

    def uploaded(self, event_id: str, blob: Blob) -> None:
        """The hub has taken this chunk."""
        self._mark(event_id, 1, uploads.c.sha256 == blob.sha256)

    def upload_again(self, event_id: str) -> None:
        """The hub says that it lacks a chunk: all are offered once more."""
        self._mark(event_id, 0)

    def _mark(self, event_id: str, done: int, *where: ColumnElement[bool]) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(uploads).where(uploads.c.event_id == event_id, *where).values(done=done))


def announce_uploads(connection: Connection, event_id: str, blobs: Iterable[Blob]) -> None:
    """Note, in the transaction that queues an event, which chunks go before it."""
    rows = [
        {"event_id": event_id, "number": number, "sha256": blob.sha256, "size": blob.size, "done": 0}
        for number, blob in enumerate(blobs)
    ]
    connection.execute(insert(uploads), rows)


def forget_uploads(connection: Connection, event_id: str) -> None:
    connection.execute(delete(uploads).where(uploads.c.event_id == event_id))
