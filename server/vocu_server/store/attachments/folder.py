"""Parts as files of a folder."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from vocu_server.store.attachments.place import PlaceError, Reading, Stored, is_key, unknown

CHUNK = 256 * 1024


class Folder:
    """The default: a folder, which several hub processes may share. A file is complete and on disk before it has its
    name. What is erased is overwritten first; docs/hub.md says what that is worth on which disks."""

    def __init__(self, path: Path) -> None:
        self.spool = path
        with _disk(path):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, key: str, path: Path) -> None:
        with _disk(self.spool):
            with path.open("rb") as file:
                os.fsync(file.fileno())
            path.rename(self.spool / key)
            self._sync()

    def open(self, key: str) -> Reading:
        with _disk(self.spool):
            try:
                return _Reading((self.spool / key).open("rb"))
            except FileNotFoundError:
                raise unknown() from None

    def erase(self, key: str) -> None:
        path = self.spool / key
        with _disk(self.spool), contextlib.suppress(FileNotFoundError):
            with path.open("r+b") as file:
                left = os.fstat(file.fileno()).st_size
                while left > 0:
                    left -= file.write(bytes(min(left, CHUNK)))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
            self._sync()

    def stored(self) -> Iterator[Stored]:
        with _disk(self.spool), os.scandir(self.spool) as found:
            for each in found:
                with contextlib.suppress(FileNotFoundError):
                    if is_key(each.name):
                        yield Stored(each.name, each.stat().st_size)

    def check(self) -> None:
        path = self.spool / f"check.{secrets.token_hex(8)}.part"
        with _disk(self.spool):
            path.write_bytes(b"vocu")
            self.erase(path.name)

    def _sync(self) -> None:
        descriptor = os.open(self.spool, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class _Reading:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.close = file.close

    def read(self, size: int, /) -> bytes:
        with _disk(self._file.name):
            return self._file.read(size)


@contextlib.contextmanager
def _disk(path: object) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PlaceError(
            "files-unreachable", f"The files in {path} cannot be used ({error.strerror}): is it there, has it room?"
        ) from error
