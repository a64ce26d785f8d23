"""How the hub bends the entries that others sent, as it tells them to a desk."""

from collections.abc import Callable

from tests.hostile_hub import refitted, renumbered
from tests.system.hostile.scene import Scene
from vocu.log.entry import WHOLE_OPERATION, parse_leaf
from vocu.operation.header import read_header
from vocu.protocol.frames import Entry


def kinds(entries: list[Entry]) -> list[str]:
    return [read_header(entry.header).type if entry.header else "bare" for entry in entries]


def place(entries: list[Entry], kind: str) -> int:
    """Where the last entry of this kind stands; -1 where there is none."""
    return max((n for n, each in enumerate(kinds(entries)) if each == kind), default=-1)


def changing(kind: str, change: Callable[[Entry], Entry]) -> Callable[[Scene, list[Entry]], list[Entry]]:
    """Changes the first entry of this kind."""

    def retell(_: Scene, entries: list[Entry]) -> list[Entry]:
        return [change(entry) if each == kind else entry for entry, each in zip(entries, kinds(entries), strict=True)]

    return retell


def dropping(kind: str, *, hole: bool = False) -> Callable[[Scene, list[Entry]], list[Entry]]:
    """Leaves out the first entry of this kind, and closes the gap unless a hole is to stay."""
    dropped: list[int] = []

    def retell(_: Scene, entries: list[Entry]) -> list[Entry]:
        kept = list(entries)
        if not dropped and kind in kinds(entries):
            dropped.append(kept.pop(kinds(entries).index(kind)).index)
        return kept if hole else [_moved(entry, -sum(entry.index > gone for gone in dropped)) for entry in kept]

    return retell


def _moved(entry: Entry, by: int) -> Entry:
    return refitted(entry, index=entry.index + by, leaf_data=entry.leaf_data)


def swapping(*, renumber: bool) -> Callable[[Scene, list[Entry]], list[Entry]]:
    """Swaps the last two entries."""

    def retell(_: Scene, entries: list[Entry]) -> list[Entry]:
        first, second = entries[-2:]
        if not renumber:
            return [*entries[:-2], second, first]
        later = parse_leaf(second.leaf_data).hub_ms - parse_leaf(first.leaf_data).hub_ms
        return renumbered([*entries[:-2], releaf(second, later=-later), releaf(first, later=later)], entries[0].index)

    return retell


def twice(_: Scene, entries: list[Entry]) -> list[Entry]:
    return renumbered([*entries, entries[-1]], entries[0].index)


def flip(data: bytes, at: int = -1) -> bytes:
    flipped = bytearray(data)
    flipped[at] ^= 1
    return bytes(flipped)


def with_part(entry: Entry, n: int, data: bytes | None) -> Entry:
    parts = list(entry.parts)
    parts[n] = data
    return refitted(entry, parts=tuple(parts))


def other_salt(entry: Entry) -> Entry:
    header = entry.header or b""
    at = header.index(b'"salt":"') + 8
    return refitted(entry, header=header[:at] + (b"B" if header[at : at + 1] == b"A" else b"A") + header[at + 1 :])


def releaf(entry: Entry, *, kind: int | None = None, later: int = 0, digest: bytes | None = None) -> Entry:
    leaf = parse_leaf(entry.leaf_data)
    data = bytes((kind or leaf.kind,)) + (leaf.hub_ms + later).to_bytes(8) + (digest or leaf.digest)
    return refitted(entry, leaf_data=data)


def bare(entry: Entry, *, kind: int = WHOLE_OPERATION) -> Entry:
    return Entry(entry.index, releaf(entry, kind=kind).leaf_data)
