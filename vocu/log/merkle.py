"""The Merkle tree of RFC 6962 §2.1, its proofs, and their verification as RFC 9162 §2.1 describes it.

A node at level k covers 2^k leaves. The complete nodes of every second level are kept, those between are one hash away,
and the one incomplete node of a level is computed when it is asked for: the root and the proofs of any past size cost a
logarithmic number of hashes, and a leaf takes 43 bytes of memory.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import pairwise

from vocu.errors import MalformedError, RefusedError, UntrustedError

HASH_SIZE = 32
EMPTY_ROOT = sha256().digest()

_LEVELS = 54  # Enough for 2^53 leaves.


def leaf_hash(data: bytes) -> bytes:
    """SHA256(0x00 ‖ data)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


class MerkleTree:
    """An append-only tree of leaf hashes that remembers every earlier size of itself."""

    def __init__(self) -> None:
        self._kept = [bytearray() for _ in range(0, _LEVELS, 2)]

    @property
    def size(self) -> int:
        return len(self._kept[0]) // HASH_SIZE

    def append(self, leaf_hash: bytes) -> None:
        """Add one leaf hash (32 bytes)."""
        if len(leaf_hash) != HASH_SIZE:
            raise _bad_size()
        self._kept[0] += leaf_hash
        self._complete()

    def extend(self, leaf_hashes: Iterable[bytes]) -> None:
        """Add leaf hashes (32 bytes each) in their order: all of them, or none if one has another length."""
        new = list(leaf_hashes)
        if any(len(each) != HASH_SIZE for each in new):
            raise _bad_size()
        self._kept[0] += b"".join(new)
        self._complete()

    def truncate(self, size: int) -> None:
        """Go back to an earlier size, as if the later leaves had never been added."""
        self._require(size)
        for number, nodes in enumerate(self._kept):
            del nodes[(size >> 2 * number) * HASH_SIZE :]

    def root(self, size: int | None = None) -> bytes:
        """The root of the first `size` leaves, or of all. Raises RefusedError (beyond-log) for more than there are."""
        if size is None:
            size = self.size
        self._require(size)
        return self._fold(size, size) if size else EMPTY_ROOT

    def inclusion_proof(self, index: int, size: int) -> list[bytes]:
        """The audit path of leaf `index` in the tree of the first `size` leaves, from the leaf upwards."""
        self._require(size)
        if not 0 <= index < size:
            raise RefusedError("beyond-log", f"A tree of {size} entries has no entry {index}; ask for an earlier one.")
        return self._path(index, 0, size)

    def consistency_proof(self, old: int, new: int) -> list[bytes]:
        """The proof that the tree of `new` leaves begins with that of `old`; empty where that needs no proof."""
        self._require(new)
        if not 0 <= old <= new:
            raise RefusedError("beyond-log", f"A tree of {new} entries cannot extend one of {old}; swap them.")
        if old in (0, new):
            return []
        level = _trailing_zeros(old)
        position = (old >> level) - 1
        # A verifier knows the old root. Only where that root is not itself a node of the new tree does it need a start.
        start = [self._node(level, position, new)] if position else []
        return start + self._path(position, level, new)

    def _complete(self) -> None:
        """Compute the complete nodes that are still missing, level by level."""
        for lower, upper in pairwise(self._kept):
            complete, possible = len(upper) // HASH_SIZE, len(lower) // (4 * HASH_SIZE)
            if complete == possible:
                return
            for position in range(4 * complete, 4 * possible, 4):
                upper.extend(node_hash(_parent(lower, position), _parent(lower, position + 2)))

    def _path(self, position: int, level: int, size: int) -> list[bytes]:
        """The siblings from that node up to the root of the first `size` leaves."""
        last = (size - 1) >> level
        path = []
        while last:
            if position ^ 1 <= last:
                path.append(self._node(level, position ^ 1, size))
            position, last, level = position >> 1, last >> 1, level + 1
        return path

    def _node(self, level: int, position: int, size: int) -> bytes:
        if (position + 1) << level > size:
            return self._fold(size, size & ((1 << level) - 1))
        nodes = self._kept[level // 2]
        if level % 2:
            return _parent(nodes, 2 * position)
        return bytes(nodes[position * HASH_SIZE : (position + 1) * HASH_SIZE])

    def _fold(self, size: int, width: int) -> bytes:
        """The hash over the last `width` of `size` leaves: one complete node for each bit of `width`, joined."""
        level = _trailing_zeros(width)
        folded = self._node(level, (size >> level) - 1, size)
        width >>= level
        while width := width >> 1:
            level += 1
            if width & 1:
                folded = node_hash(self._node(level, (size >> level) - 1, size), folded)
        return folded

    def _require(self, size: int) -> None:
        if not 0 <= size <= self.size:
            raise RefusedError("beyond-log", f"The log has {self.size} entries, not {size}; ask for an earlier size.")


def _parent(nodes: bytearray, position: int) -> bytes:
    """The node above two neighbours, of which the left one stands at `position`."""
    return sha256(b"\x01" + nodes[position * HASH_SIZE : (position + 2) * HASH_SIZE]).digest()


def verify_inclusion(index: int, size: int, leaf_hash: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Accept only a proof that the leaf hash stands at `index` in the tree with that size and root (RFC 9162 §2.1.3.2).

    Raises UntrustedError (bad-proof).
    """
    if not 0 <= index < size or len(leaf_hash) != HASH_SIZE:
        raise _bad_proof()
    position, last, computed = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0 or len(sibling) != HASH_SIZE:
            raise _bad_proof()
        if position & 1 or position == last:
            computed = node_hash(sibling, computed)
            position, last = _skip_lone_levels(position, last)
        else:
            computed = node_hash(computed, sibling)
        position, last = position >> 1, last >> 1
    if last != 0 or computed != root:
        raise _bad_proof()


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Accept only a proof that the tree of `new` leaves begins with the tree of `old` > 0 (RFC 9162 §2.1.4.2).

    Raises UntrustedError (bad-proof), also for `old` = 0: the empty tree proves nothing.
    """
    if not 0 < old <= new:
        raise _bad_proof()
    if old == new:
        if proof or old_root != new_root:
            raise _bad_proof()
        return
    level = _trailing_zeros(old)
    position, last = (old >> level) - 1, (new - 1) >> level
    nodes = list(proof) if position else [old_root, *proof]
    if not nodes or any(len(each) != HASH_SIZE for each in nodes):
        raise _bad_proof()
    old_computed = new_computed = nodes[0]
    for sibling in nodes[1:]:
        if last == 0:
            raise _bad_proof()
        if position & 1 or position == last:
            old_computed = node_hash(sibling, old_computed)
            new_computed = node_hash(sibling, new_computed)
            position, last = _skip_lone_levels(position, last)
        else:
            new_computed = node_hash(new_computed, sibling)
        position, last = position >> 1, last >> 1
    if last != 0 or old_computed != old_root or new_computed != new_root:
        raise _bad_proof()


def _trailing_zeros(number: int) -> int:
    return (number & -number).bit_length() - 1


def _skip_lone_levels(position: int, last: int) -> tuple[int, int]:
    """Climb past the levels on which an even last node has no sibling and is carried up as it is."""
    while position and not position & 1:
        position, last = position >> 1, last >> 1
    return position, last


def _bad_size() -> MalformedError:
    return MalformedError("bad-size", f"A leaf hash has {HASH_SIZE} bytes; hash the leaf data first.")


def _bad_proof() -> UntrustedError:
    return UntrustedError("bad-proof", "This proof does not fit the signed tree. Stop and ask another desk to compare.")
