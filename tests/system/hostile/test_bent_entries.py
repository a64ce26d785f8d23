"""The hub bends, drops, swaps, repeats, hides or misdelivers what others said."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

import pytest

from tests.core.form.forms import shortest_report
from tests.hostile_hub import History, refitted
from tests.system.hostile.retelling import (
    bare,
    changing,
    dropping,
    flip,
    other_salt,
    place,
    releaf,
    swapping,
    twice,
    with_part,
)
from tests.system.hostile.scene import Scene, caught, removed
from vocu.canonical import unb64
from vocu.crypto.signing import PayloadType, verify
from vocu.errors import UntrustedError
from vocu.ids import END_OF_TIME
from vocu.log.checkpoint import open_checkpoint, origin
from vocu.log.entry import NARROWER, WHOLE_OPERATION, parse_leaf
from vocu.log.merkle import leaf_hash, verify_inclusion
from vocu.operation.header import WRAP_SIZE, digest, read_header
from vocu.protocol.frames import Entry


def _to_us(scene: Scene, entries: list[Entry], kind: int = NARROWER) -> list[Entry]:
    return [releaf(scene.full(entry), kind=kind) if entry.header is None else entry for entry in entries]


def _wrap_of_poland(scene: Scene, entries: list[Entry]) -> list[Entry]:
    rotated = entries[place(entries, "epoch_rotated")]
    header = read_header(rotated.header or b"")
    assert header.slip("wraps") is not None
    wraps = scene.full(rotated).parts[1] or b""
    others = [wraps[at : at + WRAP_SIZE] for at in range(0, len(wraps), WRAP_SIZE)]
    other = next(each for each in others if each != rotated.parts[1])
    return [with_part(entry, 1, other) if entry is rotated else entry for entry in entries]


async def announced(scene: Scene) -> None:
    await scene.announce("first")


async def announced_twice(scene: Scene) -> None:
    await scene.announce("first", "second")


async def answered(scene: Scene) -> None:
    await scene.announce("first")
    await scene.write(scene.de, "second")


async def reported(scene: Scene) -> None:
    scene.de.actions.report_seizure(shortest_report())
    assert await scene.de.sync()


async def wrote_to_france(scene: Scene) -> None:
    await scene.write(scene.de, "one", "two", to=("FR",))


async def wrote_to_poland(scene: Scene) -> None:
    await scene.write(scene.de, "not for France", to=("PL",))
    await scene.announce("first")


async def removed_and_went_on(scene: Scene) -> None:
    await removed(scene)
    await scene.announce("Germany has left")


class Bent(NamedTuple):
    """What honest desks do, how the hub tells it to France, and what France's desk calls that."""

    lie: str
    done: Callable[[Scene], Awaitable[None]]
    retell: Callable[[Scene, list[Entry]], list[Entry]]
    code: str


BENT = [
    Bent("changes a byte of a header", announced, changing("announcement_posted", other_salt), "bad-signature"),
    Bent(
        "changes a byte of a signature",
        announced,
        changing("announcement_posted", lambda entry: refitted(entry, signature=flip(entry.signature or b""))),
        "bad-signature",
    ),
    Bent(
        "changes a byte of a sealed part",
        announced,
        changing("announcement_posted", lambda entry: with_part(entry, 0, flip(entry.parts[0] or b""))),
        "bad-parts",
    ),
    Bent(
        "changes a figure in a clear part",
        reported,
        changing(
            "seizure_reported",
            lambda entry: with_part(entry, 0, (entry.parts[0] or b"").replace(b'"12.5"', b'"13.5"')),
        ),
        "bad-parts",
    ),
    Bent(
        "leaves a clear part out",
        reported,
        changing("seizure_reported", lambda entry: with_part(entry, 0, None)),
        "bad-parts",
    ),
    Bent(
        "shows an entry under a leaf that is not its own",
        announced,
        changing("announcement_posted", lambda entry: releaf(entry, digest=bytes(32))),
        "wrong-leaf",
    ),
    Bent("drops an entry between two of one desk", announced_twice, dropping("announcement_posted"), "withheld"),
    Bent("drops an entry that another desk saw", answered, dropping("announcement_posted"), "split-view"),
    Bent("drops a message between two to France", wrote_to_france, dropping("message_posted"), "withheld"),
    Bent("drops a message between others", wrote_to_poland, dropping("bare"), "split-view"),
    Bent("leaves a hole in the log", announced_twice, dropping("announcement_posted", hole=True), "reordered"),
    Bent("swaps two entries of one desk", announced_twice, swapping(renumber=True), "withheld"),
    Bent("swaps an entry and its answer", answered, swapping(renumber=True), "split-view"),
    Bent("shows entries in another order than numbered", answered, swapping(renumber=False), "reordered"),
    Bent("shows the same entry twice", announced, twice, "double-id"),
    Bent("shows a removal as a bare leaf", removed, changing("participant_removed", bare), "hidden-entry"),
    Bent(
        "passes a removal off as a message between others",
        removed_and_went_on,
        changing("participant_removed", lambda entry: bare(entry, kind=NARROWER)),
        "withheld",
    ),
    Bent("hides a removal", removed_and_went_on, dropping("participant_removed"), "withheld"),
    Bent("shows France a message to Poland", wrote_to_poland, _to_us, "misdelivered"),
    Bent(
        "shows everybody a message to Poland",
        wrote_to_poland,
        lambda scene, entries: _to_us(scene, entries, WHOLE_OPERATION),
        "wrong-leaf",
    ),
    Bent(
        "shows everybody a message to France",
        wrote_to_france,
        changing("message_posted", lambda entry: releaf(entry, kind=WHOLE_OPERATION)),
        "wrong-leaf",
    ),
    Bent(
        "lets its time run back",
        announced,
        changing("announcement_posted", lambda entry: releaf(entry, later=-1_000_000_000)),
        "time-ran-back",
    ),
    Bent(
        "lets its time run thousands of years ahead",
        announced,
        changing("announcement_posted", lambda entry: releaf(entry, later=END_OF_TIME)),
        "bad-time",
    ),
    Bent("gives France the wrap of another desk", announced, _wrap_of_poland, "bad-parts"),
    Bent(
        "gives France a broken wrap",
        announced,
        changing("epoch_rotated", lambda entry: with_part(entry, 1, flip(entry.parts[1] or b""))),
        "bad-parts",
    ),
    Bent(
        "shows a leaf that is none",
        announced,
        changing("announcement_posted", lambda entry: refitted(entry, leaf_data=entry.leaf_data[:-1])),
        "bad-leaf",
    ),
]


@pytest.mark.parametrize("bent", BENT, ids=lambda bent: bent.lie)
async def test_a_desk_raises_the_alarm_where_the_hub(scene: Scene, bent: Bent) -> None:
    lie = History(scene.hub.keys.hub, scene.fr, lambda entries: bent.retell(scene, entries))
    await bent.done(scene)
    scene.hub.tell(scene.fr, lie)
    evidence = await caught(scene, bent.code)
    assert origin(scene.fr.settings.op) in evidence, "what the hub signed is kept"


async def test_the_evidence_of_a_bad_entry_convinces_who_trusts_neither_side(scene: Scene) -> None:
    """The hub's signature under a tree that holds a leaf, the leaf, and the event, whose signature does not verify."""
    lie = History(scene.hub.keys.hub, scene.fr, lambda es: changing("announcement_posted", other_salt)(scene, es))
    await scene.announce("first")
    scene.hub.tell(scene.fr, lie)
    evidence = (await caught(scene, "bad-signature")).splitlines()
    said = dict(line.split(": ", 1) for line in evidence if line.partition(":")[0].isalpha())
    leaf = parse_leaf(bytes.fromhex(said["leaf"]))
    assert leaf.digest == digest(unb64(said["header"]), unb64(said["signature"]))
    log = origin(scene.fr.settings.op)
    note = "\n".join(evidence[evidence.index(log) :]) + "\n"
    signed = open_checkpoint(note, scene.hub.keys.hub.public, log)
    proof = [bytes.fromhex(node) for node in said["proof"].split()]
    verify_inclusion(int(said["entry"]), signed.size, leaf_hash(bytes.fromhex(said["leaf"])), proof, signed.root)
    with pytest.raises(UntrustedError, match="does not verify"):
        verify(scene.pl.keys.sign.public, PayloadType.EVENT, unb64(said["header"]), unb64(said["signature"]))
