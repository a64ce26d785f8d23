"""What the log commits to for each entry: 41 bytes that name neither its author nor its readers."""

from hashlib import sha256

import msgspec

from vocu.canonical import MAX_INTEGER
from vocu.errors import MalformedError

WHOLE_OPERATION = 1
NARROWER = 2

LEAF_SIZE = 41


class Leaf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A leaf: whether everybody may read the header, when the hub admitted it (ms since 1970), and what was signed."""

    kind: int
    hub_ms: int
    digest: bytes


def leaf_data(kind: int, hub_ms: int, header: bytes, signature: bytes) -> bytes:
    """kind (1 byte) ‖ hub_ms (8 bytes, big-endian) ‖ SHA256(header ‖ signature). Raises MalformedError (bad-leaf)."""
    _require(kind, hub_ms)
    return bytes((kind,)) + hub_ms.to_bytes(8) + sha256(header + signature).digest()


def parse_leaf(data: bytes) -> Leaf:
    """The fields of leaf data. Raises MalformedError (bad-leaf) on another size or kind, or hub_ms of 2^53 or more."""
    if len(data) != LEAF_SIZE:
        raise MalformedError("bad-leaf", f"Leaf data has {LEAF_SIZE} bytes, not {len(data)}; ask the hub again.")
    leaf = Leaf(kind=data[0], hub_ms=int.from_bytes(data[1:9]), digest=data[9:])
    _require(leaf.kind, leaf.hub_ms)
    return leaf


def _require(kind: int, hub_ms: int) -> None:
    if kind not in (WHOLE_OPERATION, NARROWER):
        raise MalformedError("bad-leaf", f"Leaf kind {kind} is not known; update this desk or ask the hub again.")
    if not 0 <= hub_ms <= MAX_INTEGER:
        raise MalformedError("bad-leaf", f"{hub_ms} ms is no time that the hub may give an entry; ask it again.")
