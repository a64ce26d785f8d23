"""A desk's copy of the log with all bytes that it holds, for a hub that has lost its end: docs/backup.md.

One line of canonical JSON, then records, each a u32 length, big-endian, and so many bytes: as many entries as the line
says (MessagePack, as they travel), then large parts and chunks of files as they are; last, SHA-256 of all before.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from vocu.canonical import decode, encode
from vocu.errors import MalformedError
from vocu.ids import DeviceID, OperationID
from vocu.log.note import MAX_SIZE as MAX_NOTE
from vocu.operation.admission import MAX_SEALED
from vocu.protocol.frames import Entry, encode_entry

FORMAT: Final = "vocu-copy/1"
MAX_FIRST_LINE = 2 * MAX_NOTE
MAX_RECORD = MAX_SEALED
LENGTH_SIZE = 4
HASH_SIZE = 32


class FirstLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which operation it is, which device wrote it (its own wraps are in it), and the hub's checkpoint over it."""

    format: Literal["vocu-copy/1"]
    op: OperationID
    device: DeviceID
    entries: Annotated[int, Meta(ge=1, lt=2**53)]
    checkpoint: Annotated[str, Meta(max_length=MAX_NOTE)]


def copy_pieces(first: FirstLine, entries: Iterable[Entry], parts: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes of the file, a record at a time."""
    digest = hashlib.sha256()
    for piece in _records(first, entries, parts):
        digest.update(piece)
        yield piece
    yield digest.digest()


def _records(first: FirstLine, entries: Iterable[Entry], parts: Iterable[bytes]) -> Iterator[bytes]:
    yield encode(first) + b"\n"
    for entry in entries:
        yield _record(encode_entry(entry))
    yield from map(_record, parts)


def _record(data: bytes) -> bytes:
    return len(data).to_bytes(LENGTH_SIZE, "big") + data


_first, _entry = msgspec.json.Decoder(FirstLine), msgspec.msgpack.Decoder(Entry)


def read_first_line(line: bytes) -> FirstLine:
    """Raises MalformedError where this is not the first line of a copy, its end included."""
    try:
        return decode(line.removesuffix(b"\n"), _first)
    except MalformedError as error:
        raise MalformedError(
            "not-a-copy", f"This is no copy that a desk wrote for its hub: its first line is not that of {FORMAT}.",
            (error.message,),
        ) from None  # fmt: skip


def read_entry(data: bytes, index: int) -> Entry:
    """The entry of a record, which must be the one that stands there in the log. Raises MalformedError."""
    try:
        entry = _entry.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise MalformedError("damaged-copy", f"Entry {index} of this copy cannot be read; get another copy.") from None
    if entry.index != index or (entry.header is None) != (entry.signature is None):
        raise MalformedError("damaged-copy", f"Another entry stands in the place of entry {index}; get another copy.")
    return entry
