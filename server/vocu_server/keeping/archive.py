"""What stands inside a backup's seal: records one after another, each a MessagePack array behind its length.

The same on every store: rows of tables and files by name (docs/backup.md). So a backup is also the way from SQLite to
PostgreSQL, and back.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from vocu.errors import UntrustedError

MAX_RECORD = 64 * 1024 * 1024
"""Bytes of one record: more than the largest part, and any row."""
_LENGTH = 4


class _Record(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag_field="t"):
    pass


class Start(_Record, frozen=True, tag="start"):
    """Whose backup it is: made when (ms since 1970), by which version of vocu, of which schema, of which hub."""

    made: int
    version: str
    schema: int
    hub_key: bytes


class File(_Record, frozen=True, tag="file"):
    """A file beside the database. `name` is relative to the hub's folder, or one of the hub's own keys."""

    name: str
    data: bytes


class Rows(_Record, frozen=True, tag="rows"):
    """Some rows of a table: integers, texts, bytes, truth values and nil, in the order of the columns."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


class Part(_Record, frozen=True, tag="part"):
    """A large sealed part or chunk of a file; `data` is nil where it was erased while the backup was made."""

    op: str
    sha256: str
    data: bytes | None


class End(_Record, frozen=True, tag="end"):
    """How many rows and parts stand before it."""

    rows: int
    parts: int


Record = Start | File | Rows | Part | End

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Record] = msgspec.msgpack.Decoder(Record)


def pack(record: Record) -> bytes:
    """u32 length, big-endian ‖ MessagePack."""
    data = _encoder.encode(record)
    if len(data) > MAX_RECORD:
        raise ValueError(f"a record of a backup has at most {MAX_RECORD} bytes, not {len(data)}")
    return len(data).to_bytes(_LENGTH, "big") + data


def unpack(pieces: Iterable[bytes]) -> Iterator[Record]:
    """The records in a stream that comes in any pieces. Raises UntrustedError `damaged-backup`."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) >= _LENGTH:
            size = int.from_bytes(waiting[:_LENGTH], "big")
            if size > MAX_RECORD:
                raise broken("a record is too long")
            if len(waiting) < _LENGTH + size:
                break
            try:
                record = _decoder.decode(waiting[_LENGTH : _LENGTH + size])
            except (msgspec.MsgspecError, ValueError, RecursionError):
                raise broken("a record cannot be read") from None
            del waiting[: _LENGTH + size]
            yield record
    if waiting:
        raise broken("it ends within a record")


def broken(why: str) -> UntrustedError:
    """What is said of a backup whose seal is sound and whose content is not."""
    return UntrustedError(
        "damaged-backup", f"This backup does not hold what a backup holds: {why}; nothing of it was used."
    )
