"""A desk's own verified view of a log: it takes nothing on the hub's word, and keeps what proves a lie."""

from collections.abc import Sequence

from vocu.crypto.keys import HubVerifyKey
from vocu.errors import UntrustedError
from vocu.log.checkpoint import Checkpoint, open_checkpoint
from vocu.log.entry import Leaf, parse_leaf
from vocu.log.merkle import MerkleTree, leaf_hash, verify_inclusion


class TrustedLog:
    """The leaves that the hub showed and signed for. It knows nothing of what the entries say.

    Every alarm about the hub carries in `details` the signed notes that it rests on, ours first: with them, and with
    the leaves where their sizes differ, a third party who trusts neither side can check it.
    """

    def __init__(self, origin: str, hub_key: HubVerifyKey) -> None:
        self.origin = origin
        self._hub_key = hub_key
        self._tree = MerkleTree()
        self._note = ""
        self._opened: tuple[str, Checkpoint] | None = None
        self._last_hub_ms = 0
        # Heads that the hub signed before it showed us that far, by size, to be compared once it does.
        self._promised: dict[int, tuple[bytes, str]] = {}

    @property
    def size(self) -> int:
        return self._tree.size

    @property
    def note(self) -> str:
        """The checkpoint accepted last, as the hub signed it; empty before the first."""
        return self._note

    def root(self, size: int | None = None) -> bytes:
        """The root of the first `size` leaves, or of all. Raises RefusedError (beyond-log) for more than there are."""
        return self._tree.root(size)

    def inclusion_proof(self, index: int) -> list[bytes]:
        """The proof that the leaf at `index` stands in the log of the note accepted last, for those we show it to."""
        return self._tree.inclusion_proof(index, self.size)

    def accept(self, leaf_datas: Sequence[bytes], note: str) -> Checkpoint:
        """Append the leaves if the note is the hub's signature over exactly the log that they make of ours.

        Otherwise the view stays as it was. Raises UntrustedError: rolled-back (the hub signed a smaller log than
        before), forked (another history), time-ran-back, bad-checkpoint; MalformedError for bytes of another form.
        """
        checkpoint = self._open(note)
        self._require_not_smaller(checkpoint, note)
        if checkpoint.size != self.size + len(leaf_datas):
            raise UntrustedError(
                "bad-checkpoint",
                f"The hub signed for {checkpoint.size} entries but showed {self.size + len(leaf_datas)}; ask again.",
                self._evidence(note),
            )
        leaves = list(map(parse_leaf, leaf_datas))
        size, last_hub_ms = self.size, self._last_hub_ms
        self._tree.extend(map(leaf_hash, leaf_datas))
        try:
            self._require_same_history(checkpoint, note)
            for promised, (root, earlier_note) in self._promised.items():
                if promised <= self.size and self.root(promised) != root:
                    raise _forked(promised, (earlier_note, note))
            # Of another history the times say nothing, so they come last.
            for leaf in leaves:
                last_hub_ms = self._require_later(leaf, last_hub_ms, note)
        except UntrustedError:
            self._tree.truncate(size)
            raise
        self._promised = {promised: head for promised, head in self._promised.items() if promised > self.size}
        self._last_hub_ms = last_hub_ms
        self._note = note
        return checkpoint

    def check_fresh(self, note: str) -> Checkpoint:
        """The checkpoint that the hub signed just now, as in its hello: no smaller than ours, and of the same history.

        One that is ahead of us is remembered, and compared when `accept` gets there. Raises UntrustedError:
        rolled-back, forked, bad-checkpoint.
        """
        checkpoint = self._open(note)
        self._require_not_smaller(checkpoint, note)
        self._compare(checkpoint, note)
        return checkpoint

    def check_receipt(self, index: int, size: int, leaf_data: bytes, proof: Sequence[bytes], note: str) -> Leaf:
        """The leaf that the hub admitted at `index`, once the proof, the note and what we verified before all agree.

        The caller compares its digest with what it sent. The note may be older than our view, or ahead of it: then it
        is remembered as in `check_fresh`. Raises UntrustedError: bad-proof, bad-checkpoint, forked, time-ran-back.
        """
        leaf = parse_leaf(leaf_data)
        checkpoint = self._open(note)
        if checkpoint.size != size:
            raise UntrustedError(
                "bad-checkpoint", "The receipt names another size than its checkpoint; do not rely on it.", (note,)
            )
        verify_inclusion(index, size, leaf_hash(leaf_data), proof, checkpoint.root)
        if index >= self.size:
            self._require_later(leaf, self._last_hub_ms, note)
        self._compare(checkpoint, note)
        return leaf

    def check_head(self, size: int, root: bytes) -> None:
        """Compare the head that another desk signed with ours. Raises UntrustedError (split-view) if they differ.

        Call it once the entry that holds the head was accepted: an honest desk's head is never beyond its own entry.
        """
        if not 0 <= size <= self.size or self.root(size) != root:
            raise UntrustedError(
                "split-view",
                f"Another desk saw another log at {size} entries: the hub shows different histories to different "
                "desks. Stop, raise the alarm, and compare the heads by telephone.",
                (f"head signed by the other desk: {size} {root.hex()}", *self._evidence()),
            )

    def _open(self, note: str) -> Checkpoint:
        """One note comes with many receipts, and again with the entries: verify its signatures once."""
        if self._opened is None or self._opened[0] != note:
            try:
                self._opened = note, open_checkpoint(note, self._hub_key, self.origin)
            except UntrustedError as error:
                raise UntrustedError(error.code, error.message, (note,)) from None
        return self._opened[1]

    def _compare(self, checkpoint: Checkpoint, note: str) -> None:
        if checkpoint.size <= self.size:
            self._require_same_history(checkpoint, note)
            return
        root, earlier_note = self._promised.setdefault(checkpoint.size, (checkpoint.root, note))
        if root != checkpoint.root:
            raise _forked(checkpoint.size, (earlier_note, note))

    def _require_not_smaller(self, checkpoint: Checkpoint, note: str) -> None:
        if checkpoint.size < self.size:
            raise UntrustedError(
                "rolled-back",
                f"The hub's log has shrunk from {self.size} to {checkpoint.size} entries. Stop and raise the alarm. "
                "If its operator says by telephone that it lost its data, give him what `vocu export COPY --for-hub` "
                "writes.",
                self._evidence(note),
            )

    def _require_same_history(self, checkpoint: Checkpoint, note: str) -> None:
        if self.root(checkpoint.size) != checkpoint.root:
            raise _forked(checkpoint.size, self._evidence(note))

    def _require_later(self, leaf: Leaf, last_hub_ms: int, note: str) -> int:
        if leaf.hub_ms < last_hub_ms:
            raise UntrustedError(
                "time-ran-back",
                f"The hub admitted an entry at {leaf.hub_ms} after one at {last_hub_ms}. Stop and raise the alarm.",
                self._evidence(note),
            )
        return leaf.hub_ms

    def _evidence(self, *notes: str) -> tuple[str, ...]:
        return tuple(note for note in (self._note, *notes) if note)


def _forked(size: int, notes: tuple[str, ...]) -> UntrustedError:
    return UntrustedError(
        "forked",
        f"The hub signed two different histories of {size} entries. Stop, raise the alarm, and keep both notes.",
        notes,
    )
