"""A desk's copy of a log as a file. Nothing in it is taken for true here: recovering finds that out."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from vocu.crypto.keys import HubVerifyKey
from vocu.errors import MalformedError, UntrustedError
from vocu.log.checkpoint import open_checkpoint, origin
from vocu.operation.header import MIN_BLOB
from vocu.protocol.copies import HASH_SIZE, LENGTH_SIZE, MAX_FIRST_LINE, MAX_RECORD, read_entry, read_first_line
from vocu.protocol.frames import Entry

PIECE = 256 * 1024


class Copy:
    """A copy that is as its desk wrote it. In memory are its leaves, and where everything stands."""

    def __init__(self, path: Path, hub_key: HubVerifyKey) -> None:
        """Raises MalformedError not-a-copy, damaged-copy; UntrustedError bad-checkpoint where it names one that this
        hub did not sign: then nothing more of it is read; OSError."""
        self.path = path
        self._file = path.open("rb")
        try:
            self.first = read_first_line(self._file.readline(MAX_FIRST_LINE))
            self._require_signed(hub_key)
            self._require_whole()
            self.leaves: list[bytes] = []
            self.bare: set[int] = set()
            self._entries: list[tuple[int, int]] = []
            self._parts: dict[str, tuple[int, int]] = {}
            self._survey()
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self.leaves)

    def entry(self, index: int) -> Entry:
        return read_entry(self._read(*self._entries[index]), index)

    def part(self, sha256: str) -> bytes | None:
        """The large part or chunk of this hash (hex), if it is here."""
        at = self._parts.get(sha256)
        return None if at is None else self._read(*at)

    def _require_signed(self, hub_key: HubVerifyKey) -> None:
        try:
            signed = open_checkpoint(self.first.checkpoint, hub_key, origin(self.first.op))
        except (UntrustedError, MalformedError) as error:
            raise UntrustedError("bad-checkpoint", f"{self.path} is not of this hub: {error.message}") from None
        if signed.size != self.first.entries:
            raise self._damaged(f"its checkpoint is over {signed.size} entries, not {self.first.entries}")

    def _require_whole(self) -> None:
        self._file.seek(0)
        digest, left = hashlib.sha256(), self.path.stat().st_size - HASH_SIZE
        while left > 0 and (piece := self._file.read(min(PIECE, left))):
            digest.update(piece)
            left -= len(piece)
        if left or self._file.read() != digest.digest():
            raise self._damaged("it was changed or cut short")

    def _survey(self) -> None:
        self._file.seek(0)
        self._file.readline(MAX_FIRST_LINE)
        for at, size in self._records():
            data = self._read(at, size)
            index = len(self.leaves)
            if index == self.first.entries:
                if size < MIN_BLOB:
                    raise self._damaged("something stands behind its entries that is no part")
                self._parts[hashlib.sha256(data).hexdigest()] = at, size
                continue
            entry = read_entry(data, index)
            self.leaves.append(entry.leaf_data)
            self._entries.append((at, size))
            if entry.header is None:
                self.bare.add(index)
        if len(self.leaves) < self.first.entries:
            raise self._damaged(f"it holds {len(self.leaves)} of {self.first.entries} entries")

    def _records(self) -> Iterator[tuple[int, int]]:
        at, end = self._file.tell(), self.path.stat().st_size - HASH_SIZE
        while at < end:
            size = int.from_bytes(self._read(at, LENGTH_SIZE), "big")
            at += LENGTH_SIZE
            if size > MAX_RECORD or at + size > end:
                raise self._damaged("one of its records is too long")
            yield at, size
            at += size

    def _read(self, at: int, size: int) -> bytes:
        self._file.seek(at)
        return self._file.read(size)

    def _damaged(self, why: str) -> MalformedError:
        return MalformedError("damaged-copy", f"{self.path} is not as a desk wrote it: {why}; get another copy.")
