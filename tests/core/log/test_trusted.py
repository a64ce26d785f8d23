"""A hub that lies in every way open to it, and a desk that must notice."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocu.crypto.keys import HubSigningKey
from vocu.errors import MalformedError, UntrustedError, VocuError
from vocu.log.checkpoint import Checkpoint, open_checkpoint, origin, sign_checkpoint
from vocu.log.entry import NARROWER, WHOLE_OPERATION, leaf_data
from vocu.log.merkle import MerkleTree, leaf_hash
from vocu.log.trusted import TrustedLog

KEY = HubSigningKey.from_seed(bytes(range(64)))
STRANGER = HubSigningKey.from_seed(bytes(64))
ORIGIN = origin("o" * 43)


class Hub:
    """A log with the hub's key: what it signs need not be true."""

    def __init__(self, leaves: Sequence[bytes] = (), key: HubSigningKey = KEY) -> None:
        self.key = key
        self.leaves = list(leaves)
        self.tree = MerkleTree()
        self.tree.extend(map(leaf_hash, leaves))

    def note(self, size: int | None = None, root: bytes | None = None, name: str = ORIGIN) -> str:
        size = self.tree.size if size is None else size
        checkpoint = Checkpoint(origin=name, size=size, root=self.tree.root(size) if root is None else root)
        return sign_checkpoint(checkpoint, self.key, post_quantum=False)

    def receipt(self, index: int, size: int) -> tuple[int, int, bytes, list[bytes], str]:
        return index, size, self.leaves[index], self.tree.inclusion_proof(index, size), self.note(size)


def leaf(index: int, hub_ms: int | None = None, word: str = "true") -> bytes:
    kind = NARROWER if index % 3 else WHOLE_OPERATION
    return leaf_data(kind, 1_000 + index if hub_ms is None else hub_ms, f"{word} {index}".encode(), b"signature")


LEAVES = [leaf(index) for index in range(20)]
HONEST = Hub(LEAVES)
FORKED = Hub([*LEAVES[:8], leaf(8, word="false"), *LEAVES[9:]])


def desk(size: int = 0) -> TrustedLog:
    log = TrustedLog(ORIGIN, KEY.public)
    if size:
        log.accept(LEAVES[:size], HONEST.note(size))
    return log


def state(log: TrustedLog) -> tuple[int, bytes, str]:
    return log.size, log.root(), log.note


@settings(max_examples=30)
@given(st.lists(st.integers(0, 6), max_size=6))
def test_batches_of_any_size_lead_to_the_hubs_log(batches: list[int]) -> None:
    log = desk()
    for count in batches:
        size = min(log.size + count, len(LEAVES))
        note = HONEST.note(size)
        assert log.accept(LEAVES[log.size : size], note).root == log.root() == HONEST.tree.root(size)
        assert (log.size, log.note) == (size, note)
    assert all(log.root(size) == HONEST.tree.root(size) for size in range(log.size + 1))


@pytest.mark.parametrize(
    ("code", "leaves", "note"),
    [
        pytest.param("rolled-back", [], HONEST.note(9), id="an older head"),
        pytest.param("rolled-back", [leaf(10)], FORKED.note(9), id="an older head of another history"),
        pytest.param("forked", [], FORKED.note(10), id="another root at the same size"),
        pytest.param("forked", LEAVES[10:15], FORKED.note(15), id="another root at a larger size"),
        pytest.param("forked", [LEAVES[10], LEAVES[12]], HONEST.note(12), id="another leaf"),
        pytest.param("bad-checkpoint", LEAVES[10:14], HONEST.note(15), id="a leaf held back"),
        pytest.param("bad-checkpoint", LEAVES[10:16], HONEST.note(15), id="a leaf too many"),
        pytest.param("bad-checkpoint", LEAVES[10:15], Hub(LEAVES, STRANGER).note(15), id="another hub's key"),
        pytest.param("bad-checkpoint", LEAVES[10:15], HONEST.note(15, name=origin("p" * 43)), id="another operation"),
        pytest.param("time-ran-back", [leaf(10, 1_008)], Hub([*LEAVES[:10], leaf(10, 1_008)]).note(), id="an old time"),
        pytest.param(
            "time-ran-back",
            [leaf(10, 3_000), leaf(11, 2_999)],
            Hub([*LEAVES[:10], leaf(10, 3_000), leaf(11, 2_999)]).note(),
            id="time running back inside a batch",
        ),
    ],
)
def test_a_lie_is_named_and_changes_nothing(code: str, leaves: list[bytes], note: str) -> None:
    log = desk(10)
    before = state(log)
    with pytest.raises(UntrustedError) as caught:
        log.accept(leaves, note)
    assert caught.value.code == code
    assert state(log) == before
    log.accept(LEAVES[10:], HONEST.note())
    assert log.root() == HONEST.tree.root()


@pytest.mark.parametrize("leaves", [[b""], [LEAVES[10][:-1]], [b"\x07" + LEAVES[10][1:]]])
def test_bytes_that_are_no_leaf_change_nothing(leaves: list[bytes]) -> None:
    log = desk(10)
    before = state(log)
    with pytest.raises(MalformedError):
        log.accept(leaves, HONEST.note(11))
    assert state(log) == before


def test_entries_of_the_same_millisecond_are_accepted() -> None:
    leaves = [leaf(0, 5), leaf(1, 5)]
    log = desk()
    log.accept(leaves, Hub(leaves).note())
    assert log.size == 2


def test_a_fork_is_proved_by_two_statements_that_the_hub_signed() -> None:
    log = desk(10)
    with pytest.raises(UntrustedError) as caught:
        log.accept([], FORKED.note(10))
    first, second = (open_checkpoint(note, KEY.public, ORIGIN) for note in caught.value.details)
    assert first.size == second.size
    assert first.root != second.root


@pytest.mark.parametrize("size", [0, 1, 7, 10])
def test_the_head_of_an_honest_desk_agrees(size: int) -> None:
    desk(10).check_head(size, HONEST.tree.root(size))


@pytest.mark.parametrize(
    ("size", "root"),
    [(10, FORKED.tree.root(10)), (0, bytes(32)), (11, HONEST.tree.root(11)), (-1, HONEST.tree.root(0)), (9, b"")],
)
def test_another_desks_head_that_differs_is_a_split_view(size: int, root: bytes) -> None:
    log = desk(10)
    with pytest.raises(UntrustedError) as caught:
        log.check_head(size, root)
    assert caught.value.code == "split-view"
    assert root.hex() in caught.value.details[0]
    assert caught.value.details[1] == log.note


@pytest.mark.parametrize(("index", "size"), [(3, 5), (3, 10), (9, 10), (3, 15), (12, 15)])
def test_an_honest_receipt_verifies_whether_older_or_newer_than_our_view(index: int, size: int) -> None:
    log = desk(10)
    before = state(log)
    assert log.check_receipt(*HONEST.receipt(index, size)).hub_ms == 1_000 + index
    assert state(log) == before
    log.accept(LEAVES[10:], HONEST.note())


def test_a_receipt_for_another_history_is_a_fork() -> None:
    with pytest.raises(UntrustedError, match="forked"):
        desk(10).check_receipt(*FORKED.receipt(3, 10))


def test_a_receipt_from_a_log_that_the_hub_then_hides_is_found_out_later() -> None:
    log = desk(5)
    receipt = FORKED.receipt(8, 12)
    log.check_receipt(*receipt)
    log.accept(LEAVES[5:11], HONEST.note(11))
    before = state(log)
    with pytest.raises(UntrustedError) as caught:
        log.accept(LEAVES[11:], HONEST.note())
    assert caught.value.code == "forked"
    assert caught.value.details == (receipt[-1], HONEST.note())
    assert state(log) == before


def test_two_receipts_ahead_of_us_that_contradict_each_other_are_a_fork() -> None:
    log = desk(5)
    log.check_receipt(*HONEST.receipt(3, 12))
    with pytest.raises(UntrustedError) as caught:
        log.check_receipt(*FORKED.receipt(3, 12))
    assert caught.value.code == "forked"
    assert caught.value.details == (HONEST.note(12), FORKED.note(12))


def test_a_receipt_that_does_not_prove_its_leaf_is_refused() -> None:
    index, size, data, proof, note = HONEST.receipt(3, 10)
    for hostile in (
        (4, size, data, proof, note),
        (index, size, leaf(3, word="false"), proof, note),
        (index, size, data, proof[:-1], note),
        (10, size, data, proof, note),
    ):
        with pytest.raises(UntrustedError, match="bad-proof"):
            desk(10).check_receipt(*hostile)
    with pytest.raises(UntrustedError, match="bad-checkpoint"):
        desk(10).check_receipt(index, 11, data, proof, note)
    with pytest.raises(MalformedError, match="bad-leaf"):
        desk(10).check_receipt(index, size, data[1:], proof, note)


def test_a_receipt_with_a_time_before_what_we_verified_is_refused() -> None:
    late = Hub([*LEAVES[:10], leaf(10, 1_000)])
    with pytest.raises(UntrustedError, match="time-ran-back"):
        desk(10).check_receipt(*late.receipt(10, 11))


def test_a_fresh_head_may_be_ours_or_ahead_but_never_behind() -> None:
    log = desk(10)
    assert log.check_fresh(HONEST.note(10)).size == 10
    assert log.check_fresh(HONEST.note(15)).size == 15
    for code, note in (
        ("rolled-back", HONEST.note(9)),
        ("forked", FORKED.note(10)),
        ("forked", FORKED.note(15)),
        ("bad-checkpoint", Hub(LEAVES, STRANGER).note(10)),
    ):
        with pytest.raises(UntrustedError, match=code):
            log.check_fresh(note)


def test_a_fresh_head_that_the_hub_does_not_keep_is_found_out() -> None:
    log = desk(10)
    log.check_fresh(FORKED.note(12))
    with pytest.raises(UntrustedError, match="forked"):
        log.accept(LEAVES[10:15], HONEST.note(15))


def test_a_false_note_is_not_believed_after_a_true_one_of_the_same_text() -> None:
    log = desk(10)
    false = Hub(LEAVES, STRANGER).note(10)
    for _ in range(2):
        with pytest.raises(UntrustedError, match="bad-checkpoint"):
            log.check_fresh(false)


HUBS = st.sampled_from([HONEST, FORKED])


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["accept", "fresh", "receipt"]), HUBS, st.integers(0, 20)), max_size=12))
def test_whatever_a_two_faced_hub_does_the_desk_holds_one_history(acts: list[tuple[str, Hub, int]]) -> None:
    log = desk()
    for act, hub, size in acts:
        held = state(log)
        try:
            match act:
                case "accept":
                    log.accept(hub.leaves[log.size : size], hub.note(size))
                case "fresh":
                    log.check_fresh(hub.note(size))
                case "receipt" if size:
                    log.check_receipt(*hub.receipt(size - 1, size))
        except VocuError:
            assert state(log) == held
        assert log.root() in (HONEST.tree.root(log.size), FORKED.tree.root(log.size))
        assert log.root(held[0]) == held[1]
