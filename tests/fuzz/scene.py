"""An operation in memory whose hub and desks are dishonest: they sign whatever they are given."""

import copy
import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec

from tests.core.compilation.logs import seizure
from tests.scenario import Scenario
from tests.simulated import START, Desk
from vocu.canonical import b64
from vocu.compilation.ledger import Ledger
from vocu.crypto.signing import PayloadType, sign
from vocu.log.checkpoint import Checkpoint, origin, sign_checkpoint
from vocu.log.entry import leaf_data
from vocu.log.merkle import MerkleTree, leaf_hash
from vocu.operation import bodies, events
from vocu.operation.admission import SignedEvent
from vocu.operation.events import Event
from vocu.operation.state import OperationState
from vocu.operation.statements import open_genesis, read_signatures
from vocu.protocol.frames import Entry

SIGNERS = ("PL", "DE", "FR")
DIALECT = "utf-8", "surrogateescape"


@cache
def operation() -> Scenario:
    """PL organises, DE and FR take part; one report, one message, one phase opened. The same each time."""
    scenario = Scenario("DE", "FR")
    scenario.open("OPERATIONAL")
    scenario.post("DE", events.SeizureReported(stat=seizure()), id="R" * 21 + "A")
    scenario.post("FR", events.MessagePosted(text=bodies.Text(body="words")), to=("DE",))
    scenario.rotate()
    return scenario


@cache
def newcomer() -> Desk:
    """A desk of a country that does not take part yet."""
    operation().countries["SE"] = operation().country_key()
    return Desk("SE", "SE", operation().random)


@cache
def ledger() -> Ledger:
    """What the hub counts of it."""
    entries = operation().desks["PL"].accepted
    first = entries[0].signed
    assert first is not None
    counted = Ledger(open_genesis(first.header, read_signatures(first.signature)))
    for accepted in entries:
        counted.take(accepted.index, accepted.at, accepted.act, operation().hub.state)
    return counted


def state_and_ledger() -> tuple[OperationState, Ledger]:
    """What the hub knows and counts, to be changed at will."""
    state = operation().hub.state
    keys = [key for each in state.devices.values() for key in (each.sign, each.seal)]
    keys += [member.key for member in state.members.values()]
    return copy.deepcopy((state, ledger()), {id(key): key for key in keys})


def honest(by: str, event: Event, **more: Any) -> SignedEvent:
    """What this desk would post next."""
    desk = operation().desks[by]
    return desk.compose(operation().draft(by, event, **more))


def packed(by: str, event: SignedEvent) -> bytes:
    """The event as input of a target: who signs it, whether its hashes are put right, its header and parts."""
    return msgspec.msgpack.encode([SIGNERS.index(by), True, event.header, event.parts])


def signed(who: Any, fits: Any, header: Any, parts: Any) -> SignedEvent:
    """The event that such an input stands for, signed by a desk that does not look at what it signs."""
    header = header if isinstance(header, bytes) else str(header).encode(*DIALECT)
    parts = tuple(part if isinstance(part, bytes) else None for part in parts) if isinstance(parts, list) else ()
    if fits is True:
        header = _fitted(header, parts)
    key = operation().desks[SIGNERS[who % len(SIGNERS) if isinstance(who, int) else 0]].sign
    return SignedEvent(header, sign(key, PayloadType.EVENT, header), parts)


def _fitted(header: bytes, parts: Sequence[bytes | None]) -> bytes:
    """The header with the sizes and hashes of these parts in it, where it has a place for them."""
    try:
        value = msgspec.json.decode(header)
        for slip, part in zip(value["parts"], parts, strict=False):
            if part is not None:
                slip |= {"sha256": b64(hashlib.sha256(part).digest()), "size": len(part)}
        return msgspec.json.encode(value, order="sorted")
    except (msgspec.MsgspecError, LookupError, TypeError, ValueError, RecursionError):
        return header


def shown(events_: Sequence[tuple[int, int, SignedEvent]]) -> tuple[list[Entry], str]:
    """These events as a hub's log, after the genesis: each with its kind of leaf and its time; the checkpoint fits."""
    hub = operation().hub
    entries, tree = [hub.entries[0]], MerkleTree()
    tree.append(leaf_hash(hub.entries[0].leaf_data))
    for kind, late, event in events_:
        leaf = leaf_data(kind, START + late, event.header, event.signature)
        entries.append(Entry(tree.size, leaf, event.header, event.signature, event.parts))
        tree.append(leaf_hash(leaf))
    head = Checkpoint(origin=origin(hub.op), size=tree.size, root=tree.root())
    return entries, sign_checkpoint(head, hub.key, post_quantum=False)
