"""The tree against the definition of RFC 6962, written down naively, and its proofs against each other."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocu.errors import MalformedError, RefusedError, UntrustedError
from vocu.log.merkle import EMPTY_ROOT, MerkleTree, leaf_hash, node_hash, verify_consistency, verify_inclusion

SMALL = 70
LARGE = 1100


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(index.to_bytes(4)) for index in range(count)]


def tree_of(count: int) -> MerkleTree:
    tree = MerkleTree()
    tree.extend(leaves(count))
    return tree


def naive_root(hashes: list[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, over leaf hashes."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << ((len(hashes) - 1).bit_length() - 1)
    return node_hash(naive_root(hashes[:split]), naive_root(hashes[split:]))


def naive_path(index: int, hashes: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962 §2.1.1."""
    if len(hashes) == 1:
        return []
    split = 1 << ((len(hashes) - 1).bit_length() - 1)
    if index < split:
        return [*naive_path(index, hashes[:split]), naive_root(hashes[split:])]
    return [*naive_path(index - split, hashes[split:]), naive_root(hashes[:split])]


def naive_subproof(old: int, hashes: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962 §2.1.2."""
    if old == len(hashes):
        return [] if whole else [naive_root(hashes)]
    split = 1 << ((len(hashes) - 1).bit_length() - 1)
    if old <= split:
        return [*naive_subproof(old, hashes[:split], whole), naive_root(hashes[split:])]
    return [*naive_subproof(old - split, hashes[split:], False), naive_root(hashes[:split])]


LARGE_TREE = tree_of(LARGE)
LARGE_LEAVES = leaves(LARGE)


def test_an_empty_tree_has_the_hash_of_nothing_as_root() -> None:
    assert MerkleTree().root() == EMPTY_ROOT == sha256(b"").digest()


def test_roots_are_those_of_rfc_6962_for_every_small_size() -> None:
    hashes, tree = leaves(SMALL), tree_of(SMALL)
    assert [tree.root(size) for size in range(SMALL + 1)] == [naive_root(hashes[:size]) for size in range(SMALL + 1)]


def test_inclusion_proofs_are_those_of_rfc_6962_for_every_small_size() -> None:
    hashes, tree = leaves(SMALL), tree_of(SMALL)
    for size in range(1, SMALL + 1):
        for index in range(size):
            proof = tree.inclusion_proof(index, size)
            assert proof == naive_path(index, hashes[:size])
            verify_inclusion(index, size, hashes[index], proof, tree.root(size))


def test_consistency_proofs_are_those_of_rfc_6962_for_every_small_size() -> None:
    hashes, tree = leaves(SMALL), tree_of(SMALL)
    for new in range(1, SMALL + 1):
        for old in range(1, new + 1):
            proof = tree.consistency_proof(old, new)
            assert proof == naive_subproof(old, hashes[:new], True)
            verify_consistency(old, new, tree.root(old), tree.root(new), proof)


@given(st.data())
def test_proofs_of_larger_trees_verify_and_are_short(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, LARGE))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    inclusion = LARGE_TREE.inclusion_proof(index, size)
    consistency = LARGE_TREE.consistency_proof(old, size)
    verify_inclusion(index, size, LARGE_LEAVES[index], inclusion, LARGE_TREE.root(size))
    verify_consistency(old, size, LARGE_TREE.root(old), LARGE_TREE.root(size), consistency)
    assert LARGE_TREE.root(size) == naive_root(LARGE_LEAVES[:size])
    assert len(inclusion) <= size.bit_length()
    assert len(consistency) <= size.bit_length() + 1


@given(st.data())
def test_an_inclusion_proof_fits_nothing_else(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, LARGE))
    index, other = data.draw(st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True))
    leaf, root, proof = LARGE_LEAVES[index], LARGE_TREE.root(size), LARGE_TREE.inclusion_proof(index, size)
    at = data.draw(st.integers(0, len(proof) - 1))
    changed = [*proof[:at], leaf_hash(proof[at]), *proof[at + 1 :]]
    for hostile in (
        (other, size, leaf, proof, root),
        (index, size, LARGE_LEAVES[other], proof, root),
        (index, size, leaf, changed, root),
        (index, size, leaf, proof[:-1], root),
        (index, size, leaf, [*proof, root], root),
        (index, size, leaf, [proof[0][:-1], *proof[1:]], root),
        (index, size, leaf, proof, LARGE_TREE.root(size - 1)),
        (-1, size, leaf, proof, root),
        (size, size, leaf, proof, root),
    ):
        with pytest.raises(UntrustedError, match="bad-proof"):
            verify_inclusion(*hostile)


@given(st.data())
def test_a_consistency_proof_fits_nothing_else(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, LARGE))
    old = data.draw(st.integers(1, new - 1))
    old_root, new_root = LARGE_TREE.root(old), LARGE_TREE.root(new)
    proof = LARGE_TREE.consistency_proof(old, new)
    at = data.draw(st.integers(0, len(proof) - 1))
    changed = [*proof[:at], leaf_hash(proof[at]), *proof[at + 1 :]]
    for hostile in (
        (old, new, new_root, old_root, proof),
        (old, new, leaf_hash(old_root), new_root, proof),
        (old, new, old_root, new_root, changed),
        (old, new, old_root, new_root, proof[:-1]),
        (old, new, old_root, new_root, [*proof, new_root]),
        (new, old, new_root, old_root, proof),
        (0, new, EMPTY_ROOT, new_root, []),
        (new, new, new_root, new_root, proof),
        (new, new, old_root, new_root, []),
    ):
        with pytest.raises(UntrustedError, match="bad-proof"):
            verify_consistency(*hostile)


@settings(max_examples=50)
@given(st.lists(st.integers(0, 40), max_size=6))
def test_leaves_added_one_by_one_or_in_batches_make_the_same_tree(batches: list[int]) -> None:
    hashes = leaves(sum(batches))
    batched, single = MerkleTree(), MerkleTree()
    for each in hashes:
        single.append(each)
    for count in batches:
        batched.extend(hashes[batched.size : batched.size + count])
    assert batched.size == single.size == len(hashes)
    assert batched.root() == single.root()


@given(st.integers(0, SMALL), st.integers(0, SMALL))
def test_a_truncated_tree_is_as_if_the_later_leaves_had_never_been_added(kept: int, added: int) -> None:
    tree = tree_of(kept)
    tree.extend([leaf_hash(b"undone")] * added)
    tree.truncate(kept)
    assert tree.size == kept
    assert tree.root() == naive_root(leaves(kept))
    tree.extend(leaves(SMALL)[kept:])
    assert tree.root() == naive_root(leaves(SMALL))


def test_what_lies_beyond_the_log_is_refused() -> None:
    tree = tree_of(5)
    for ask in (
        lambda: tree.root(6),
        lambda: tree.root(-1),
        lambda: tree.truncate(6),
        lambda: tree.inclusion_proof(5, 5),
        lambda: tree.inclusion_proof(-1, 5),
        lambda: tree.inclusion_proof(0, 6),
        lambda: tree.consistency_proof(3, 6),
        lambda: tree.consistency_proof(4, 3),
        lambda: tree.consistency_proof(-1, 3),
    ):
        with pytest.raises(RefusedError, match="beyond-log"):
            ask()


def test_the_empty_tree_and_the_tree_itself_need_no_proof() -> None:
    assert tree_of(5).consistency_proof(0, 5) == []
    assert tree_of(5).consistency_proof(5, 5) == []


@pytest.mark.parametrize("wrong", [b"", bytes(31), bytes(33)])
def test_a_hash_of_another_length_changes_nothing(wrong: bytes) -> None:
    tree = tree_of(3)
    with pytest.raises(MalformedError, match="bad-size"):
        tree.append(wrong)
    with pytest.raises(MalformedError, match="bad-size"):
        tree.extend([bytes(32), wrong])
    assert tree.size == 3
    assert tree.root() == naive_root(leaves(3))
