"""The hub and the desks of `tests.scenario`: what the real ones do, in memory and in one step."""

import random

from msgspec import Struct

from vocu.canonical import b64, encode, unb64
from vocu.crypto.keys import HubSigningKey, SigningKey
from vocu.crypto.opening import OpeningKey
from vocu.ids import device_id, operation_id
from vocu.log.checkpoint import Checkpoint, origin, sign_checkpoint
from vocu.log.entry import WHOLE_OPERATION, leaf_data
from vocu.log.merkle import MerkleTree, leaf_hash
from vocu.operation.act import Act
from vocu.operation.admission import SignedEvent, Vantage, examine, identify
from vocu.operation.bodies import EpochKeys
from vocu.operation.composing import Author, Composer, Draft, LogView
from vocu.operation.events import EpochRotated
from vocu.operation.header import EVERYONE, WRAP_SIZE, PartSlip
from vocu.operation.reading import Keyring, open_body, open_epoch
from vocu.operation.state import OperationState
from vocu.operation.statements import DeviceCard, Envelope, open_genesis
from vocu.operation.verified import Accepted, VerifiedOperation
from vocu.protocol.frames import Entry

START = 1_705_312_800_000
"""2024-01-15T10:00:00Z, when the genesis is admitted."""


class Hub:
    """Admits, orders and signs for events as the real hub does, with nothing around it. `now` is its clock."""

    def __init__(self, key: HubSigningKey, genesis: Envelope, now: int = START) -> None:
        payload = unb64(genesis.payload)
        self.key = key
        self.op = operation_id(payload)
        self.now = now
        self.state = OperationState(self.op, open_genesis(payload, genesis.signatures), now)
        self.tree = MerkleTree()
        self.entries: list[Entry] = []
        self._acts: list[Act | None] = []
        self._readers: list[dict[str, set[str]]] = []
        self.place(WHOLE_OPERATION, SignedEvent(payload, encode(genesis.signatures), ()), None)

    def append(self, signed: SignedEvent) -> int:
        """The index of the event, once admitted; also of one that was admitted before. Raises as `examine` does."""
        identified = identify(signed, self.state)
        known = self.state.register.sent_by(identified.header.sender, identified.header.id)
        if known is not None:
            return known
        act = examine(identified, self.state, self.now, Vantage(self.tree.root, lambda _: False))
        self.state.apply(act, self.now)
        return self.place(act.header.leaf_kind, signed, act)

    def place(self, kind: int, signed: SignedEvent, act: Act | None) -> int:
        """Write an entry into the log unseen; tests of lying hubs call it directly."""
        leaf = leaf_data(kind, self.now, signed.header, signed.signature)
        self.entries.append(Entry(self.tree.size, leaf, signed.header, signed.signature, signed.parts))
        self._acts.append(act)
        direct = [slip for slip in act.header.parts if slip.devices] if act else []
        readers = {slip.p: {self.state.devices[name].ncp for name in slip.devices or ()} for slip in direct}
        self._readers.append(readers | {"wraps": set().union(*readers.values())} if readers else {})
        self.tree.append(leaf_hash(leaf))
        return self.tree.size - 1

    def checkpoint(self, size: int | None = None) -> str:
        size = self.tree.size if size is None else size
        signed = Checkpoint(origin=origin(self.op), size=size, root=self.tree.root(size))
        return sign_checkpoint(signed, self.key, post_quantum=False)

    def shown(self, index: int, ncp: str, device: str) -> Entry:
        """The entry as this device may see it: in full, without what is sealed to others, or bare."""
        entry, act = self.entries[index], self._acts[index]
        if act is None or entry.header is None:
            return entry
        if act.header.to != EVERYONE and ncp not in act.header.to:
            return Entry(entry.index, entry.leaf_data)
        slips = zip(act.header.parts, entry.parts, strict=True)
        parts = tuple(self._shown_part(index, slip, data, act, ncp, device) for slip, data in slips)
        return Entry(entry.index, entry.leaf_data, entry.header, entry.signature, parts)

    def _shown_part(
        self, index: int, slip: PartSlip, data: bytes | None, act: Act, ncp: str, device: str
    ) -> bytes | None:
        if slip.p == "wraps" and isinstance(act.event, EpochRotated) and data is not None:
            names = [name for name, _ in act.body(EpochKeys).wraps]
            at = names.index(device) * WRAP_SIZE if device in names else len(data)
            return data[at : at + WRAP_SIZE] or None
        readers = self._readers[index].get(slip.p)
        return data if readers is None or ncp in readers else None


class Desk:
    """One desk: its keys, its verified view of the operation, and what it can open."""

    def __init__(self, name: str, ncp: str, randomness: random.Random) -> None:
        self.name = name
        self.ncp = ncp
        self.sign = SigningKey.from_seed(randomness.randbytes(32))
        self.opening = OpeningKey.from_seed(randomness.randbytes(32))
        self.id = device_id(self.sign.public.data, self.opening.public.data)
        self.card = DeviceCard(name=name, sign=b64(self.sign.public.data), seal=b64(self.opening.public.data))
        self.keyring = Keyring(self.id, self.opening, {})
        self.entries: list[Entry] = []
        self.accepted: list[Accepted] = []
        self.faults: list[int] = []
        self.view: VerifiedOperation
        self._randomness = randomness

    @property
    def state(self) -> OperationState:
        return self.view.state

    def connect(self, hub: Hub) -> None:
        """Begin from nothing."""
        self.view = VerifiedOperation(hub.op, self.ncp, self.id, hub.key.public)
        self.entries, self.accepted = [], []

    def catch_up(self, hub: Hub) -> None:
        """Verify everything that the hub has. Raises UntrustedError."""
        size = self.view.size
        if size < hub.tree.size:
            self.accept([hub.shown(index, self.ncp, self.id) for index in range(size, hub.tree.size)], hub.checkpoint())

    def accept(self, entries: list[Entry], checkpoint: str) -> None:
        """Verify these entries, whoever made them. Raises UntrustedError."""
        for accepted in self.view.accept(entries, checkpoint):
            self.accepted.append(accepted)
            act, signed = accepted.act, accepted.signed
            if act is not None and signed is not None and isinstance(act.event, EpochRotated):
                secret = open_epoch(act, signed, self.keyring)
                if secret is not None:
                    self.keyring.epochs[accepted.index] = secret
        self.entries += entries

    def compose(self, draft: Draft) -> SignedEvent:
        epoch = self.state.epoch
        return self.composer().compose(draft, self.keyring.epochs.get(epoch.index) if epoch else None)

    def composer(self) -> Composer:
        view = LogView(self.state, self.view.log.root())
        return Composer(Author(self.id, self.sign), view, self._randomness.randbytes)

    def seen(self, event_id: str) -> Accepted:
        """The entry of that event, as this desk verified it. Raises LookupError where it shows nothing of it."""
        for accepted in self.accepted:
            if accepted.act is not None and accepted.act.header.id == event_id:
                return accepted
        raise LookupError(f"{self.name} has not seen {event_id}")

    def open(self, event_id: str, part: str) -> Struct:
        """The body of a sealed part. Raises as `open_body` does."""
        accepted = self.seen(event_id)
        assert accepted.act is not None
        assert accepted.signed is not None
        return open_body(accepted.act, accepted.signed, part, self.keyring, self.state.added_commodities)
