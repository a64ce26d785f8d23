"""Large sealed parts and the sealed chunks of files, kept as files named by the hash of their bytes."""

import asyncio
import contextlib
import hashlib
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

from sqlalchemy import Connection, delete, func, select

from vocu.errors import MalformedError, RefusedError
from vocu.operation.admission import MAX_SEALED
from vocu_server.store.sql import upsert
from vocu_server.store.tables import large_part, upload

CHUNK = 256 * 1024
DAY_MS = 24 * 3600 * 1000


class Attachments:
    """The folder of one hub's large parts. A file is complete and on disk before it has its name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)
        for left_over in folder.glob("*.part"):
            left_over.unlink()

    def path(self, op: str, sha256: str) -> Path:
        return self._folder / f"{op}.{sha256}"

    def has(self, op: str, sha256: str, size: int) -> bool:
        """Whether a part of that hash and size is here."""
        try:
            return self.path(op, sha256).stat().st_size == size
        except OSError:
            return False

    def read(self, op: str, sha256: str) -> bytes:
        """All bytes of a part. Raises RefusedError where it is not, or no longer, here."""
        try:
            return self.path(op, sha256).read_bytes()
        except OSError:
            raise _unknown() from None

    def chunks(self, op: str, sha256: str) -> AsyncIterator[bytes]:
        """The bytes of a part, piece by piece. Raises RefusedError where it is not, or no longer, here."""
        try:
            file = self.path(op, sha256).open("rb")
        except OSError:
            raise _unknown() from None

        async def read() -> AsyncIterator[bytes]:
            with file:
                while chunk := await asyncio.to_thread(file.read, CHUNK):
                    yield chunk

        return read()

    async def keep(self, op: str, sha256: str, chunks: AsyncIterator[bytes]) -> int:
        """Store what comes, and return its size.

        Raises MalformedError where it is larger than a part may be, or does not have that hash; then nothing is kept.
        """
        partial = self._folder / f"{secrets.token_hex(16)}.part"
        digest, size = hashlib.sha256(), 0
        try:
            with partial.open("xb") as file:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > MAX_SEALED:
                        raise MalformedError("part-too-large", f"A part has at most {MAX_SEALED} bytes.")
                    digest.update(chunk)
                    await asyncio.to_thread(file.write, chunk)
                file.flush()
                await asyncio.to_thread(os.fsync, file.fileno())
            if digest.hexdigest() != sha256:
                raise MalformedError("bad-parts", "These bytes do not have the hash that the address names.")
            partial.rename(self.path(op, sha256))
            await asyncio.to_thread(self._sync_folder)
        finally:
            partial.unlink(missing_ok=True)
        return size

    def drop(self, op: str, sha256: str) -> None:
        """Overwrite and delete a part that was erased; fine where it is gone already."""
        path = self.path(op, sha256)
        with contextlib.suppress(FileNotFoundError):
            with path.open("r+b") as file:
                file.write(bytes(path.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()

    def sweep(self, connection: Connection, now: int) -> None:
        """Delete the files that no entry names: erased ones, and uploads that nothing came of within a day."""
        named = {(op, sha256) for op, sha256 in connection.execute(select(large_part.c.op, large_part.c.sha256))}
        fresh = select(upload.c.op, upload.c.sha256).where(upload.c.at > now - DAY_MS)
        named |= {(op, sha256) for op, sha256 in connection.execute(fresh)}
        connection.execute(delete(upload).where(upload.c.at <= now - DAY_MS))
        for path in self._folder.iterdir():
            op, _, sha256 = path.name.partition(".")
            if (op, sha256) not in named:
                self.drop(op, sha256)

    def _sync_folder(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def uploaded_since_yesterday(connection: Connection, op: str, ncp: str, now: int) -> int:
    """Bytes that this participant uploaded within a day."""
    where = (upload.c.op == op, upload.c.ncp == ncp, upload.c.at > now - DAY_MS)
    return int(connection.execute(select(func.coalesce(func.sum(upload.c.size), 0)).where(*where)).scalar_one())


def note_upload(connection: Connection, op: str, sha256: str, ncp: str, size: int, now: int) -> None:
    row = upsert(connection, upload).values(op=op, sha256=sha256, ncp=ncp, size=size, at=now)
    connection.execute(row.on_conflict_do_nothing())


def forget_upload(connection: Connection, op: str, sha256: str) -> None:
    connection.execute(delete(upload).where(upload.c.op == op, upload.c.sha256 == sha256))


def _unknown() -> RefusedError:
    return RefusedError("unknown-part", "This part is not, or no longer, on the hub.")
