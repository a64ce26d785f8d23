"""The whole log as a file of JSON lines with its proofs, for those who have no desk: docs/export.md."""

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, Final, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct, field

from vocu.canonical import b64, decode, encode, unb64
from vocu.errors import MalformedError
from vocu.ids import Digest, NCPCode, OperationID
from vocu.log.entry import WHOLE_OPERATION
from vocu.log.note import MAX_SIZE as MAX_NOTE
from vocu.operation.header import PartSlip, read_header
from vocu.operation.statements import Key
from vocu.protocol.frames import INLINE_PART, Entry

FORMAT: Final = "vocu-log/1"
MAX_LINE = 1024 * 1024
"""Bytes of one line, its end included: more than the longest header and all parts that travel inside an entry."""
MAX_RATIO = 20
"""Times by which a compressed file may grow as it unfolds; a log is full of hashes, so it grows threefold."""
_GZIP = b"\x1f\x8b"

Count = Annotated[int, Meta(ge=1, lt=2**53)]
T = TypeVar("T", bound=Struct)


class _Line(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    pass


class FirstLine(_Line, frozen=True, kw_only=True):
    """What the file holds. `ncp`: the participant as whose desk sees it, where it holds more than everybody has."""

    format: Literal["vocu-log/1"]
    op: OperationID
    hub_key: Key
    entries: Count
    ncp: NCPCode | None = None


class EntryLine(_Line, frozen=True, kw_only=True):
    """One entry: in full, or `index` and `leaf` alone. `header` and `clear` are verbatim texts, the rest base64url."""

    index: Annotated[int, Meta(ge=0, lt=2**53)]
    leaf: str
    header: str | None = None
    signature: str | None = None
    clear: dict[str, str] = field(default_factory=dict)
    sealed: dict[str, str] = field(default_factory=dict)


class LastLine(_Line, frozen=True, kw_only=True):
    """That the file is whole: how many entries it held, the hash of all lines before this one, and the checkpoint."""

    end: Literal["vocu-log/1"]
    entries: Count
    sha256: Digest
    checkpoint: Annotated[str, Meta(max_length=MAX_NOTE)]


_first, _entry, _last = msgspec.json.Decoder(FirstLine), msgspec.json.Decoder(EntryLine), msgspec.json.Decoder(LastLine)


def log_lines(first: FirstLine, entries: Iterable[Entry], checkpoint: str) -> Iterator[bytes]:
    """The lines of the file, each with its end. Sealed parts, and what only some may read, stand there exactly where
    the first line names the participant whose desk this is."""
    digest = hashlib.sha256()
    for line in _proven(first, entries):
        digest.update(line)
        yield line
    last = LastLine(end=FORMAT, entries=first.entries, sha256=b64(digest.digest()), checkpoint=checkpoint)
    yield encode(last) + b"\n"


def _proven(first: FirstLine, entries: Iterable[Entry]) -> Iterator[bytes]:
    yield encode(first) + b"\n"
    for entry in entries:
        yield encode(_entry_line(entry, whole=first.ncp is not None)) + b"\n"


def _entry_line(entry: Entry, *, whole: bool) -> EntryLine:
    bare = EntryLine(index=entry.index, leaf=b64(entry.leaf_data))
    if entry.header is None or entry.signature is None or not (whole or entry.leaf_data[0] == WHOLE_OPERATION):
        return bare
    slips = _slips(entry.index, entry.header)
    parts = [(slip, data) for slip, data in zip(slips, entry.parts, strict=True) if data is not None]
    sealed = {slip.p: b64(data) for slip, data in parts if _is_sealed(slip) and len(data) <= INLINE_PART}
    return msgspec.structs.replace(
        bare,
        header=entry.header.decode(),
        signature=b64(entry.signature),
        clear={slip.p: data.decode() for slip, data in parts if _is_clear(slip)},
        sealed=sealed if whole else {},
    )


def _slips(index: int, header: bytes) -> tuple[PartSlip, ...]:
    return read_header(header).parts if index else ()


def _is_clear(slip: PartSlip) -> bool:
    return slip.enc == "clear" and slip.p != "wraps"


def _is_sealed(slip: PartSlip) -> bool:
    return slip.enc != "clear"


def write_log(path: Path, lines: Iterable[bytes], told: Callable[[int], None], *, may_pack: bool = True) -> int:
    """Write the lines, compressed where the name ends in .gz; the file is there once it is whole. `told`: lines so far.

    Returns how many bytes the lines have.
    """
    part, written = path.with_name(path.name + ".part"), 0
    try:
        with part.open("wb") as raw:
            packed = gzip.GzipFile("", "wb", fileobj=raw, mtime=0) if may_pack and path.suffix == ".gz" else None
            for done, line in enumerate(lines, 1):
                written += len(line)
                (packed or raw).write(line)
                told(done)
            if packed is not None:
                packed.close()
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return written


class LogFile:
    """An exported log on disk. It is read anew each time, a line at once, and nothing in it is taken for true here."""

    def __init__(self, path: Path) -> None:
        """Raises MalformedError where the file is no exported log; OSError where it cannot be read."""
        self.path = path
        with _opened(path) as lines:
            self.first = self._first(next(lines, b""))
        self._checkpoint = ""

    def leaves(self) -> tuple[list[bytes], str]:
        """The leaf data of all entries, and the checkpoint over them; the whole file is read. Raises as below."""
        leaves = [entry.leaf_data for entry in self.entries()]
        return leaves, self._checkpoint

    def entries(self) -> Iterator[Entry]:
        """The entries in their order. Raises MalformedError, whose code says in which way the file is damaged; whether
        it is whole is known only after the last entry."""
        digest = hashlib.sha256()
        with _opened(self.path) as lines:
            for number in range(1, self.first.entries + 2):
                line = self._line(lines, number)
                digest.update(line)
                if number > 1:
                    yield _read_entry(number, line)
                elif self._first(line) != self.first:
                    raise MalformedError("log-altered", "This file changed while it was read; verify it again.")
            last = self._last(self._line(lines, self.first.entries + 2), b64(digest.digest()))
            if next(lines, b""):
                raise MalformedError("after-the-end", "Something stands after the last line of this log; cut it off.")
        self._checkpoint = last.checkpoint

    def _line(self, lines: Iterator[bytes], number: int) -> bytes:
        line = next(lines, b"")
        if not line.endswith(b"\n"):
            raise MalformedError(
                "log-truncated",
                f"This log breaks off at line {number} of {self.first.entries + 2}; get the whole file again.",
            )
        return line

    def _first(self, line: bytes) -> FirstLine:
        try:
            return decode(line.removesuffix(b"\n"), _first)
        except MalformedError as error:
            raise MalformedError(
                "not-a-log", f"{self.path} is no log that vocu exported: its first line is not that of {FORMAT}.",
                (error.message,),
            ) from None  # fmt: skip

    def _last(self, line: bytes, sha256: str) -> LastLine:
        last = _decode(self.first.entries + 2, line, _last)
        if last.entries != self.first.entries or last.sha256 != sha256:
            raise MalformedError(
                "log-altered", "This file was altered after it was written: its last line names other content."
            )
        return last


def _read_entry(number: int, line: bytes) -> Entry:
    """The entry of this line, which must be the one that stands there in the log."""
    entry = _decode(number, line, _entry)
    if entry.index != number - 2:
        raise MalformedError(
            "log-out-of-order",
            f"Line {number} holds entry {entry.index} where entry {number - 2} belongs: a line was taken out, put in, "
            "or moved.",
        )
    leaf = _bytes(number, entry.leaf)
    if entry.header is None or entry.signature is None:
        if entry.header or entry.signature or entry.clear or entry.sealed:
            raise _bad_line(number, "an entry has a header and a signature, or neither and no parts")
        return Entry(entry.index, leaf)
    header = entry.header.encode()
    try:
        slips = _slips(entry.index, header)
    except MalformedError as error:
        raise _bad_line(number, error.message) from None
    clear = {name: text.encode() for name, text in entry.clear.items()}
    sealed = {name: _bytes(number, text) for name, text in entry.sealed.items()}
    if clear.keys() != {slip.p for slip in slips if _is_clear(slip)}:
        raise _bad_line(number, "its clear parts are not those that the header names")
    if not sealed.keys() <= {slip.p for slip in slips if _is_sealed(slip)}:
        raise _bad_line(number, "it has sealed parts that the header does not name")
    parts = tuple((clear | sealed).get(slip.p) for slip in slips)
    return Entry(entry.index, leaf, header, _bytes(number, entry.signature), parts)


def _decode(number: int, line: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    try:
        return decode(line.removesuffix(b"\n"), decoder)
    except MalformedError as error:
        raise _bad_line(number, error.message) from None


def _bytes(number: int, text: str) -> bytes:
    try:
        return unb64(text)
    except MalformedError as error:
        raise _bad_line(number, error.message) from None


def _bad_line(number: int, why: str) -> MalformedError:
    return MalformedError("bad-line", f"Line {number} of this log cannot be read; get the file again.", (why,))


@contextmanager
def _opened(path: Path) -> Iterator[Iterator[bytes]]:
    """The lines of a file with their ends, unfolded where it is compressed; none is longer than `MAX_LINE`."""
    with path.open("rb") as raw:
        packed = raw.read(len(_GZIP)) == _GZIP
        raw.seek(0)
        yield _unfolded(raw) if packed else _lines_of(raw)


def _unfolded(raw: BinaryIO) -> Iterator[bytes]:
    total = 0
    try:
        for line in _lines_of(gzip.GzipFile(fileobj=raw)):
            total += len(line)
            if total > MAX_LINE + MAX_RATIO * raw.tell():
                raise MalformedError(
                    "gzip-bomb", "This file unfolds to more than any log would; do not use it, and ask who sent it."
                )
            yield line
    except EOFError:
        raise MalformedError("log-truncated", "This compressed log breaks off; get the whole file again.") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise MalformedError("bad-gzip", f"This compressed file is damaged; get it again ({error}).") from None


def _lines_of(file: BinaryIO | gzip.GzipFile) -> Iterator[bytes]:
    while line := file.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise MalformedError("line-too-long", f"A line of this file has more than {MAX_LINE} bytes; no log has.")
        yield line
