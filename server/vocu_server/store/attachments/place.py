"""Where the bytes of parts lie, under names that are used once: what a folder and a bucket have in common."""

import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from vocu.errors import RefusedError

_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}\.([0-9a-f]{16}\.)?[0-9a-f]{64}")


class PlaceError(RefusedError):
    """The folder or bucket does not serve us; the sentence is for the hub's operator.

    `files-unreachable`: it may by itself, later. `files-unusable`: not before somebody corrects something.
    """


class Stored(Struct, frozen=True):
    """One file that lies there."""

    key: str
    size: int


class Reading(Protocol):
    """A file that is being read. Raises PlaceError where that fails midway."""

    def read(self, size: int, /) -> bytes: ...
    def close(self) -> None: ...


class Place(Protocol):
    """A folder or a bucket. Every call blocks, for about 25 seconds at most, and may come from any thread.

    Raises PlaceError where the place does not serve us.
    """

    spool: Path
    """A folder of this machine for what is not whole yet; `put` may move files out of it."""

    def put(self, key: str, path: Path) -> None:
        """Take over what is in this file of the spool. It is durable when this returns, and not there if it raises."""

    def open(self, key: str) -> Reading:
        """Raises RefusedError (unknown-part) where it is not there."""

    def erase(self, key: str) -> None:
        """Leave nothing of it, of no version; fine where it is not there."""

    def stored(self) -> Iterator[Stored]:
        """All files that lie there, in no order."""

    def check(self) -> None:
        """Write, read and erase a file of a few bytes, to see that all of it works."""


def new_key(op: str, sha256: str) -> str:
    """A name for one upload of these bytes."""
    return f"{op}.{secrets.token_hex(8)}.{sha256}"


def is_key(name: str) -> bool:
    return _KEY.fullmatch(name) is not None


def named_by(key: str) -> tuple[str, str]:
    """The operation and the hash of the bytes that lie under this name."""
    op, *_, sha256 = key.split(".")
    return op, sha256


def unknown() -> RefusedError:
    return RefusedError("unknown-part", "This part is not, or no longer, on the hub.")
