"""An operation as the hub holds it in memory: what its entries add up to. The writer's thread alone changes it."""

from collections.abc import Container, Sequence

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from vocu.canonical import unb64
from vocu.compilation.checking import check_newsletter
from vocu.compilation.ledger import Ledger
from vocu.crypto.keys import HubSigningKey
from vocu.errors import MalformedError, RefusedError, UntrustedError, VocuError
from vocu.log.checkpoint import Checkpoint, open_checkpoint, origin, sign_checkpoint
from vocu.log.entry import leaf_data, parse_leaf
from vocu.log.merkle import MerkleTree, leaf_hash
from vocu.operation.act import Act
from vocu.operation.admission import SignedEvent, Vantage, examine, identify, recall
from vocu.operation.bodies import Erasure
from vocu.operation.events import EntryErased, EpochRotated, NewsletterCompiled
from vocu.operation.header import Blob, Header, PartSlip, digest, read_header
from vocu.operation.state import OperationState
from vocu.operation.statements import open_genesis, read_signatures
from vocu.protocol.frames import Entry, Receipt, encode_entry
from vocu_server.fanout.audience import audience_of, decode_entry, encode_audience
from vocu_server.sequencer.wraps import is_large
from vocu_server.store import log, projection
from vocu_server.store.attachments import records
from vocu_server.store.log import LargePart, StoredEntry

MAX_DETAILS, MAX_DETAIL = 50, 500
"""Lines of one refusal, and characters of a line: who makes more faults hears of them when these are mended."""


class Admitted(Struct, frozen=True):
    """An event that stands in the log, under the digest that its sender knows it by."""

    digest: bytes
    index: int
    leaf: bytes


Outcome = Admitted | VocuError


class Batch(Struct):
    """What became of a batch: an outcome for each event in its order, and what the log has more than before."""

    outcomes: list[Outcome]
    entries: list[StoredEntry]
    acts: list[Act]
    checkpoint: str
    size: int
    receipts: list[Receipt | None]

    @property
    def erases(self) -> bool:
        return any(isinstance(act.event, EntryErased) for act in self.acts)


class Replica:
    """State and tree after all entries on disk. After an exception, `rebuild` it: it may be ahead of the disk."""

    def __init__(self, op: str, key: HubSigningKey) -> None:
        self.op = op
        self._key = key
        self.tree = MerkleTree()
        self.state: OperationState
        self.ledger: Ledger

    # --- from the disk ---

    def rebuild(self, connection: Connection) -> str:
        """Read the whole log again, and return its newest checkpoint.

        Raises UntrustedError (damaged-log) where the entries are not those that the hub signed for.
        """
        fresh = Replica(self.op, self._key)
        note = fresh._load(connection)
        self.tree, self.state, self.ledger = fresh.tree, fresh.state, fresh.ledger
        return note

    def _load(self, connection: Connection) -> str:
        for stored in log.replay(connection, self.op):
            self.replay(stored)
        note = log.checkpoint(connection, self.op)
        try:
            signed = open_checkpoint(note, self._key.public, origin(self.op))
        except VocuError as error:
            raise self._damaged("its newest checkpoint is not signed by this hub") from error
        if (signed.size, signed.root) != (self.tree.size, self.tree.root()):
            raise self._damaged("its entries are not those that the hub signed for")
        return note

    def replay(self, stored: StoredEntry, *, examined: bool = False) -> Act | None:
        """Take in the next entry from the disk: on the word of the hub's checkpoint, or `examined` as if it were new.

        None for the genesis. Raises UntrustedError (damaged-log; where examined, false-figures).
        """
        try:
            entry, leaf = decode_entry(stored.body), parse_leaf(stored.leaf)
        except (VocuError, msgspec.MsgspecError) as error:
            raise self._damaged(f"entry {stored.position} cannot be read") from error
        signed = SignedEvent(entry.header or b"", entry.signature or b"", entry.parts)
        if (entry.index, entry.index, entry.leaf_data) != (stored.position, self.tree.size, stored.leaf):
            raise self._damaged(f"entry {stored.position} does not belong to its place")
        if digest(signed.header, signed.signature) != leaf.digest:
            raise self._damaged(f"entry {stored.position} does not belong to its leaf")
        try:
            if stored.position == 0:
                self._begin(signed, stored.leaf, leaf.hub_ms)
                return None
            if examined:
                vantage = Vantage(self._root_at, lambda _: True)
                act = examine(identify(signed, self.state), self.state, leaf.hub_ms, vantage)
            else:
                act = recall(signed, self.state)
        except (VocuError, LookupError) as error:
            raise self._damaged(f"entry {stored.position} cannot have been admitted") from error
        if examined and isinstance(act.event, NewsletterCompiled):
            check_newsletter(self.ledger, act, self._root_at, leaf.hub_ms)
        self._take(act, stored.leaf, leaf.hub_ms)
        if examined and stored.audience != encode_audience(audience_of(act, self.state)):
            raise self._damaged(f"entry {stored.position} would be shown to others than it is addressed to")
        return act

    def _begin(self, signed: SignedEvent, leaf: bytes, at: int) -> None:
        genesis = open_genesis(signed.header, read_signatures(signed.signature))
        self.state, self.ledger = OperationState(self.op, genesis, at), Ledger(genesis)
        self.ledger.take(0, at, None, self.state)
        self.tree.append(leaf_hash(leaf))

    def _damaged(self, what: str) -> UntrustedError:
        return UntrustedError(
            "damaged-log", f"The log of operation {self.op} is damaged: {what}. Restore the data folder from a backup."
        )

    # --- new events ---

    def admit(
        self, connection: Connection, events: Sequence[SignedEvent], now: int, *, post_quantum: bool = False
    ) -> Batch:
        """Decide on each event in its order, and write what is admitted. Nothing counts before the commit.

        The checkpoint bears the ML-DSA signature, too, where asked for, and wherever the roster changed or a newsletter
        was compiled.
        """
        roster = self.state.roster_hash
        at = max(now, self.state.at)
        batch = Batch([], [], [], "", 0, [])
        for event in events:
            try:
                batch.outcomes.append(self._admit_one(connection, event, at, batch))
            except VocuError as error:
                batch.outcomes.append(_in_short(error))
        batch.size = self.tree.size
        post_quantum |= roster != self.state.roster_hash
        post_quantum |= any(isinstance(act.event, NewsletterCompiled) for act in batch.acts)
        batch.checkpoint = self.sign(batch.size, post_quantum=post_quantum)
        if batch.entries:
            log.append(connection, self.op, batch.entries, batch.checkpoint)
        batch.receipts = [self._receipt(outcome, batch.size) for outcome in batch.outcomes]
        return batch

    def _admit_one(self, connection: Connection, event: SignedEvent, at: int, batch: Batch) -> Admitted:
        identified = identify(event, self.state)
        header = identified.header
        sent = digest(event.header, event.signature)
        known = self.state.register.sent_by(header.sender, header.id)
        if known is not None:
            return Admitted(sent, known, self._leaf(connection, known, batch))
        act = examine(identified, self.state, at, self._vantage(connection, at))
        _require_own_blobs(connection, header)
        parts = self._kept_parts(act, event.parts)
        leaf = leaf_data(header.leaf_kind, at, event.header, event.signature)
        return self._enter(connection, act, SignedEvent(event.header, event.signature, parts), leaf, at, batch)

    def begin_again(self, genesis: SignedEvent, leaf: bytes, batch: Batch) -> None:
        """Enter the genesis that this hub admitted before, and lost."""
        self._begin(genesis, leaf, parse_leaf(leaf).hub_ms)
        body = encode_entry(Entry(0, leaf, genesis.header, genesis.signature))
        batch.entries.append(StoredEntry(0, leaf, None, body))

    def take_back(
        self, connection: Connection, event: SignedEvent, leaf: bytes, batch: Batch, held: Container[str]
    ) -> Act:
        """Enter an event that this hub admitted before, and lost: examined by all rules as then, under its old leaf.

        `held`: the hex hashes of what lies beside the log; what is not there is no longer named. Raises as `examine`.
        """
        old = parse_leaf(leaf)
        act = examine(identify(event, self.state), self.state, old.hub_ms, Vantage(self._root_at, lambda _: True))
        if (old.kind, old.digest) != (act.header.leaf_kind, act.digest):
            raise UntrustedError("wrong-leaf", f"The leaf of entry {self.tree.size} does not belong to its event.")
        if isinstance(act.event, NewsletterCompiled):
            check_newsletter(self.ledger, act, self._root_at, old.hub_ms)
        _require_own_blobs(connection, act.header)
        self._enter(connection, act, event, leaf, old.hub_ms, batch, held)
        return act

    def _enter(
        self,
        connection: Connection,
        act: Act,
        event: SignedEvent,
        leaf: bytes,
        at: int,
        batch: Batch,
        held: Container[str] | None = None,
    ) -> Admitted:
        if isinstance(act.event, EntryErased):
            self._erase(connection, act, batch)
        index = self.tree.size
        self._take(act, leaf, at)
        projection.take(connection, self.state, index, at, act)
        audience = encode_audience(audience_of(act, self.state))
        body = encode_entry(Entry(index, leaf, event.header, event.signature, event.parts))
        batch.entries.append(StoredEntry(index, leaf, audience, body))
        batch.acts.append(act)
        uploaded = [
            LargePart(unb64(slip.sha256).hex(), index, number)
            for number, (slip, data) in enumerate(zip(act.header.parts, event.parts, strict=True))
            if data is None
        ]
        named = [each for each in uploaded + _chunks(act.header, index) if held is None or each.sha256 in held]
        log.add_large_parts(connection, self.op, named)
        return Admitted(act.digest, index, leaf)

    def _root_at(self, size: int) -> bytes:
        return self.tree.root(size)

    def _take(self, act: Act, leaf: bytes, at: int) -> None:
        index = self.tree.size
        self.state.apply(act, at)
        self.ledger.take(index, at, act, self.state)
        self.tree.append(leaf_hash(leaf))

    def _kept_parts(self, act: Act, parts: tuple[bytes | None, ...]) -> tuple[bytes | None, ...]:
        """The parts as they stay in the entry: what is large was uploaded, and is kept as a file."""
        for slip, data in zip(act.header.parts, parts, strict=True):
            if data is not None and is_large(slip) and not isinstance(act.event, EpochRotated):
                raise MalformedError("part-too-large", f"Upload the part {slip.p!r} before the event: it is large.")
        return parts

    def _vantage(self, connection: Connection, at: int) -> Vantage:
        def is_here(file: PartSlip | Blob) -> bool:
            return records.touch(connection, self.op, unb64(file.sha256).hex(), file.size, at)

        return Vantage(self._root_at, lambda slip: is_large(slip) and is_here(slip), has_blob=is_here)

    def _leaf(self, connection: Connection, index: int, batch: Batch) -> bytes:
        first = batch.entries[0].position if batch.entries else self.tree.size
        return batch.entries[index - first].leaf if index >= first else log.leaf(connection, self.op, index)

    def _receipt(self, outcome: Outcome, size: int) -> Receipt | None:
        if isinstance(outcome, VocuError):
            return None
        proof = tuple(self.tree.inclusion_proof(outcome.index, size))
        return Receipt(outcome.digest, outcome.index, outcome.leaf, proof)

    def _erase(self, connection: Connection, act: Act, batch: Batch) -> None:
        """Take the erased parts out of their entry, on disk and in what is about to be written."""
        erasure = act.body(Erasure)
        pending = {each.position: n for n, each in enumerate(batch.entries)}
        number = pending.get(erasure.index)
        body = log.body(connection, self.op, erasure.index) if number is None else batch.entries[number].body
        entry = decode_entry(body)
        header = read_header(entry.header or b"")
        parts = list(entry.parts)
        for place, slip in enumerate(header.parts):
            if slip.p in erasure.parts:
                parts[place] = None
                for sha256 in log.drop_large_parts(connection, self.op, erasure.index, place):
                    records.forget(connection, self.op, sha256)
        new = encode_entry(Entry(entry.index, entry.leaf_data, entry.header, entry.signature, tuple(parts)))
        if number is None:
            log.replace_body(connection, self.op, erasure.index, new)
        else:
            old = batch.entries[number]
            batch.entries[number] = StoredEntry(old.position, old.leaf, old.audience, new)

    # --- what the hub signs ---

    def sign(self, size: int, *, post_quantum: bool) -> str:
        """The checkpoint over the first `size` entries."""
        checkpoint = Checkpoint(origin=origin(self.op), size=size, root=self.tree.root(size))
        return sign_checkpoint(checkpoint, self._key, post_quantum=post_quantum)


def _chunks(header: Header, index: int) -> list[LargePart]:
    """The chunks of the event's files: who sees the part that describes the files may fetch them."""
    number = next((number for number, slip in enumerate(header.parts) if slip.p == "media"), 0)
    return [LargePart(unb64(blob.sha256).hex(), index, number) for blob in header.blobs or ()]


def _require_own_blobs(connection: Connection, header: Header) -> None:
    """A chunk belongs to one entry, or a second one could keep what the first one has had erased."""
    if any(log.is_named(connection, header.op, unb64(blob.sha256).hex()) for blob in header.blobs or ()):
        raise RefusedError("blob-in-use", "A chunk belongs to another entry already; attach the file anew.")


def _in_short(error: VocuError) -> VocuError:
    """What is told of a refusal, and nothing else of it: it would keep the whole event, and each of its faults."""
    details = tuple(line[:MAX_DETAIL] for line in error.details[:MAX_DETAILS])
    return RefusedError(error.code, error.message, details)
