"""A backup as a file: its first line, the sealed stream, and the SHA-256 of both, by which anybody finds it whole
without being able to open it."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from vocu.crypto.backups import MAX_FIRST_LINE, BackupKey, BackupSeal, FirstLine, read_first_line
from vocu.crypto.restoring import RestoringKey
from vocu.errors import UntrustedError
from vocu_server.keeping.archive import Record, pack, unpack

PIECE = 256 * 1024
PARTIAL = ".part"
_HASH_SIZE = 32


class SealedFile:
    """Takes records, and seals them into a file as they come."""

    def __init__(self, file: BinaryIO, seal: BackupSeal) -> None:
        self._file = file
        self._seal = seal
        self._digest = hashlib.sha256()
        self.size = 0
        self._write(seal.first_line)

    def add(self, record: Record) -> None:
        self._write(self._seal.update(pack(record)))

    @property
    def sha256(self) -> str:
        """What stands at the end of the file, in hexadecimal digits."""
        return self._digest.hexdigest()

    def finish(self) -> None:
        """The last piece, without which nothing opens, and the hash of all: on the disk when this returns."""
        self._write(self._seal.finish())
        self.size += self._file.write(self._digest.digest())
        self._file.flush()
        os.fsync(self._file.fileno())

    def _write(self, data: bytes) -> None:
        self._digest.update(data)
        self.size += self._file.write(data)


@contextmanager
def sealing(path: Path, key: BackupKey, made: int) -> Iterator[SealedFile]:
    """A backup that is at `path` once it is whole and on the disk; of one that fails nothing stays."""
    partial = path.with_name(path.name + PARTIAL)
    partial.unlink(missing_ok=True)
    try:
        with open(partial, "xb", opener=_for_us_alone) as file:
            sealed = SealedFile(file, BackupSeal(key, secrets.token_bytes(32), made))
            yield sealed
            sealed.finish()
        partial.replace(path)
        sync_folder(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def _for_us_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def require_whole(path: Path) -> FirstLine:
    """What the first line says, where the file is as it was written.

    Raises MalformedError `not-a-backup`, UntrustedError `damaged-backup`, OSError.
    """
    digest, size = hashlib.sha256(), path.stat().st_size
    with path.open("rb") as file:
        line = file.readline(MAX_FIRST_LINE)
        first = read_first_line(line)
        digest.update(line)
        left = size - len(line) - _HASH_SIZE
        while left > 0 and (piece := file.read(min(PIECE, left))):
            digest.update(piece)
            left -= len(piece)
        if left or file.read() != digest.digest():
            raise UntrustedError(
                "damaged-backup", f"{path} was changed or cut short, and nothing of it was used; take another copy."
            )
    return first


def records(path: Path, key: RestoringKey) -> Iterator[Record]:
    """The records, each genuine; that they are all, only their end says.

    Raises MalformedError, RefusedError or UntrustedError as `RestoringKey.open` does.
    """
    yield from unpack(_clear(path, key))


def _clear(path: Path, key: RestoringKey) -> Iterator[bytes]:
    with path.open("rb") as file:
        opened = key.open(file.readline(MAX_FIRST_LINE))
        left = path.stat().st_size - file.tell() - _HASH_SIZE
        while left > 0 and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield opened.update(piece)
        yield opened.finish()


def sync_folder(folder: Path) -> None:
    """A name in this folder survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
