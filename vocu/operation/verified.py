"""A desk's verified view of an operation: every entry in order, every rule kept, or an alarm (protocol §5, §6)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from msgspec import Struct

from vocu.canonical import b64
from vocu.crypto.keys import HubVerifyKey
from vocu.errors import MalformedError, RefusedError, UntrustedError
from vocu.ids import END_OF_TIME, operation_id
from vocu.log.checkpoint import origin
from vocu.log.entry import NARROWER, WHOLE_OPERATION, Leaf, parse_leaf
from vocu.log.trusted import TrustedLog
from vocu.operation.act import Act
from vocu.operation.admission import SignedEvent, Vantage, examine, identify, recall
from vocu.operation.header import EVERYONE, PartSlip, digest
from vocu.operation.proving import Proof, Prover
from vocu.operation.state import OperationState
from vocu.operation.statements import Genesis, open_genesis, read_signatures

NOTHING_AHEAD = Prover()


class Shown(Protocol):
    """An entry as the hub showed it, in full or bare."""

    @property
    def index(self) -> int: ...
    @property
    def leaf_data(self) -> bytes: ...
    @property
    def header(self) -> bytes | None: ...
    @property
    def signature(self) -> bytes | None: ...
    @property
    def parts(self) -> tuple[bytes | None, ...]: ...


class Accepted(Struct, frozen=True):
    """An entry that was verified. `act` is None for the genesis and for what is addressed to others."""

    index: int
    at: int
    leaf_data: bytes
    signed: SignedEvent | None = None
    act: Act | None = None


class VerifiedOperation:
    """The operation as one participant's desk may see it, built from entry 0 and from nothing that it did not verify.

    An alarm leaves this view unusable (what it had verified before is on disk): build another one from there.
    """

    def __init__(self, op: str, ncp: str, device: str, hub_key: HubVerifyKey, prover: Prover = NOTHING_AHEAD) -> None:
        self.op = op
        self.ncp = ncp
        self.device = device
        self.hub_key = hub_key
        self.log = TrustedLog(origin(op), hub_key)
        self._prover = prover
        self._state: OperationState | None = None

    @property
    def state(self) -> OperationState:
        """Raises RefusedError before the genesis was seen."""
        if self._state is None:
            raise RefusedError("nothing-yet", "This desk has not seen its operation yet; connect it to the hub once.")
        return self._state

    @property
    def size(self) -> int:
        return self.log.size

    def accept(
        self, entries: Sequence[Shown], checkpoint: str, take: Callable[[Accepted], None] = lambda _: None
    ) -> list[Accepted]:
        """Take the next entries, which this checkpoint covers. Raises UntrustedError, whose code says what is wrong and
        whose details prove it: what the hub signed, and the entry that it signed for.

        `take` is told of each entry right after the state has it, before the next one is looked at.
        """
        for offset, entry in enumerate(entries):
            if entry.index != self.size + offset:
                raise UntrustedError(
                    "reordered",
                    f"The hub showed entry {entry.index} where {self.size + offset} comes next.",
                    (checkpoint,),
                )
        try:
            self.log.accept([entry.leaf_data for entry in entries], checkpoint)
        except MalformedError as error:
            raise UntrustedError(error.code, error.message, (*error.details, checkpoint)) from error
        accepted = []
        proven = self._prove(entries)
        for entry in entries:
            try:
                accepted.append(self._verify(entry, parse_leaf(entry.leaf_data), proven))
                take(accepted[-1])
            except UntrustedError as error:
                evidence = (*error.details, *self._evidence(entry, checkpoint))
                raise UntrustedError(error.code, error.message, evidence) from error
        return accepted

    def follow(self, leaves: Sequence[bytes], entries: Iterable[Shown], checkpoint: str) -> Iterator[Accepted]:
        """Take the next entries one by one, of which these are the leaves; keep none. For a log too long to be held.

        Raises UntrustedError (or MalformedError) as `accept` does, without the evidence, which stands in the entries.
        """
        expected = self.size
        self.log.accept(leaves, checkpoint)
        for entry, leaf in zip(entries, leaves, strict=True):
            if (entry.index, entry.leaf_data) != (expected, leaf):
                raise UntrustedError(
                    "reordered", f"Entry {entry.index} came where entry {expected} of the log belongs."
                )
            yield self._verify(entry, parse_leaf(leaf))
            expected += 1

    def restore(self, entries: Iterable[Shown], checkpoint: str) -> Iterator[Accepted]:
        """Take back what this desk verified before and kept itself; only the root is checked again, at the end."""
        leaves = []
        for entry in entries:
            leaf = parse_leaf(entry.leaf_data)
            leaves.append(entry.leaf_data)
            if entry.index == 0 or entry.header is None or entry.signature is None:
                yield self._verify(entry, leaf)
                continue
            signed = SignedEvent(entry.header, entry.signature, entry.parts)
            act = recall(signed, self.state)
            self._require_leaf(entry, leaf, act.header.to)
            self.state.apply(act, leaf.hub_ms)
            yield Accepted(entry.index, leaf.hub_ms, entry.leaf_data, signed, act)
        self.log.accept(leaves, checkpoint)

    def _prove(self, entries: Sequence[Shown]) -> frozenset[Proof]:
        if self._state is None:
            return frozenset()
        signed = [(each.header, each.signature) for each in entries if each.header is not None and each.signature]
        return self._prover.prove(signed, self._state.devices)

    def _verify(self, entry: Shown, leaf: Leaf, proven: frozenset[Proof] = frozenset()) -> Accepted:
        if leaf.hub_ms >= END_OF_TIME:
            raise UntrustedError(
                "bad-time", f"The hub says that it admitted entry {entry.index} thousands of years on."
            )
        if entry.index == 0:
            return self._verify_genesis(entry, leaf)
        if entry.header is None or entry.signature is None:
            if leaf.kind == WHOLE_OPERATION:
                raise UntrustedError(
                    "hidden-entry", f"The hub hides entry {entry.index}, which is addressed to the whole operation."
                )
            self.state.skip(leaf.hub_ms)
            return Accepted(entry.index, leaf.hub_ms, entry.leaf_data)
        signed = SignedEvent(entry.header, entry.signature, entry.parts)
        try:
            identified = identify(signed, self.state, proven)
            self._require_leaf(entry, leaf, identified.header.to)
            act = examine(identified, self.state, leaf.hub_ms, Vantage(self.log.root, _may_be_absent, self.device))
        except (RefusedError, MalformedError) as error:
            raise _alarm(entry.index, error) from error
        self.state.apply(act, leaf.hub_ms)
        return Accepted(entry.index, leaf.hub_ms, entry.leaf_data, signed, act)

    def _evidence(self, entry: Shown, checkpoint: str) -> Iterator[str]:
        """The event, its leaf, and the proof that the hub signed for the leaf: for a third party who trusts nobody."""
        yield f"entry: {entry.index}"
        if entry.header is not None and entry.signature is not None:
            yield f"header: {b64(entry.header)}"
            yield f"signature: {b64(entry.signature)}"
        yield f"leaf: {entry.leaf_data.hex()}"
        yield f"proof: {' '.join(node.hex() for node in self.log.inclusion_proof(entry.index))}"
        yield checkpoint

    def _verify_genesis(self, entry: Shown, leaf: Leaf) -> Accepted:
        header, signature = entry.header or b"", entry.signature or b""
        if operation_id(header) != self.op:
            raise UntrustedError("wrong-genesis", "The hub's log does not begin with this operation's genesis.")
        if (leaf.kind, leaf.digest) != (WHOLE_OPERATION, digest(header, signature)) or entry.parts:
            raise UntrustedError("wrong-leaf", "The first leaf of the log is not the genesis.")
        genesis = verify_genesis(header, signature, self.hub_key)
        self._state = OperationState(self.op, genesis, leaf.hub_ms)
        return Accepted(0, leaf.hub_ms, entry.leaf_data, SignedEvent(header, signature, ()))

    def _require_leaf(self, entry: Shown, leaf: Leaf, to: str | tuple[str, ...]) -> None:
        kind = WHOLE_OPERATION if to == EVERYONE else NARROWER
        if leaf.kind != kind or leaf.digest != digest(entry.header or b"", entry.signature or b""):
            raise UntrustedError("wrong-leaf", f"The leaf of entry {entry.index} does not belong to the event shown.")
        if to != EVERYONE and self.ncp not in to:
            raise UntrustedError(
                "misdelivered", f"The hub showed us entry {entry.index}, which is addressed to others."
            )


def verify_genesis(header: bytes, signature: bytes, hub_key: HubVerifyKey) -> Genesis:
    """The genesis of these bytes, which names this hub. Raises UntrustedError, RefusedError or MalformedError."""
    genesis = open_genesis(header, read_signatures(signature))
    if genesis.hub != b64(hub_key.data):
        raise UntrustedError("wrong-hub", "This operation's genesis names another hub key; ask for a new invitation.")
    return genesis


def _may_be_absent(slip: PartSlip) -> bool:
    """Sealed parts for others are not shown, and large ones are fetched when needed; clear ones are always there."""
    return slip.enc != "clear" or slip.p == "wraps"


WORSE_THAN_IT_SOUNDS = {
    "stale-prev": ("withheld", "an event of the same device before it was withheld from us, or shown twice"),
    "id-in-use": ("double-id", "an event with the same id was admitted before"),
}


def _alarm(index: int, error: RefusedError | MalformedError) -> UntrustedError:
    code, what = WORSE_THAN_IT_SOUNDS.get(error.code, (error.code, error.message))
    return UntrustedError(
        code, f"The hub admitted entry {index} against the rules: {what} Stop and raise the alarm.", error.details
    )
