"""The hub gives receipts that are not true, or breaks those that it gave."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.hostile_hub import History, Instead, Said, entry_of, signed_note
from tests.system.hostile.forging import Forge, daily_return
from tests.system.hostile.scene import Scene, caught, note_of, now, other_history
from vocu.errors import UntrustedError
from vocu.log.merkle import MerkleTree, leaf_hash
from vocu.operation import events
from vocu.operation.header import digest
from vocu.protocol.frames import Entries, FromHub, Receipt, Receipts, Refusal


def receipts_of(scene: Scene, index: int, *, claimed: int | None = None, size: int = 0, note: str = "") -> Receipts:
    """A receipt for the newest that France sent, with the leaf and the proof of the entry at `index`."""
    tree = MerkleTree()
    tree.extend(leaf_hash(each.leaf_data) for each in scene.fr.view.acts)
    sent = scene.hub.sent_by(scene.fr)[-1]
    proof = tuple(tree.inclusion_proof(index, tree.size))
    leaf = scene.fr.view.acts[index].leaf_data
    receipt = Receipt(digest(sent.header, sent.signature), index if claimed is None else claimed, leaf, proof)
    signed = note or signed_note(scene.fr.settings.op, tree, scene.hub.keys.hub)
    return Receipts((receipt,), size or tree.size, signed)


def _ours(scene: Scene) -> int:
    return next(a.index for a in scene.fr.view.acts[::-1] if a.act and a.act.header.sender == scene.fr.settings.device)


def _theirs(scene: Scene) -> int:
    return next(a.index for a in scene.fr.view.acts if a.act and a.act.header.to == ("DE", "FR"))


RECEIPTS: list[tuple[str, Callable[[Scene], Any], str]] = [
    ("of another event of ours", lambda s: receipts_of(s, _ours(s)), "false-receipt"),
    ("of another desk's event", lambda s: receipts_of(s, _theirs(s)), "false-receipt"),
    ("at another index", lambda s: receipts_of(s, _ours(s), claimed=_ours(s) - 1), "bad-proof"),
    ("of another size than signed", lambda s: receipts_of(s, _ours(s), size=3), "bad-checkpoint"),
    ("in another history", lambda s: receipts_of(s, _ours(s), note=other_history(s)), "bad-proof"),
    ("from another hub", lambda s: receipts_of(s, _ours(s), note=note_of(s, 3, op="other")), "bad-checkpoint"),
]


@pytest.mark.parametrize(("lie", "given", "code"), RECEIPTS, ids=[each[0] for each in RECEIPTS])
async def test_a_desk_takes_no_receipt(scene: Scene, lie: str, given: Callable[[Scene], Any], code: str) -> None:
    await scene.write(scene.fr, "delivered", to=("PL",))
    event_id = scene.fr.actions.send_message("not delivered", to=("PL",))
    bend = Instead(lambda frame: [given(scene)] if isinstance(frame, Entries | Receipts) else [frame])
    scene.hub.tell(scene.fr, bend)
    with pytest.raises(UntrustedError) as alarm:
        await scene.fr.sync()
    assert alarm.value.code == code
    ((_, kept, _, evidence),) = scene.fr.replica.alarms()
    assert kept == code
    assert "frame: " in evidence, "the receipt itself is kept"
    item = scene.fr.outbox.find(event_id)
    assert item is not None
    assert item.state == "sent", "what has no true receipt is not delivered"


async def test_a_false_quarrel_over_our_view_is_an_alarm(scene: Scene) -> None:
    def quarrel(frame: FromHub) -> Said:
        if isinstance(frame, Entries | Receipts):
            sent = scene.hub.sent_by(scene.fr)[-1]
            return [Refusal(digest(sent.header, sent.signature), "split-view", "You saw another log.")]
        return [frame]

    scene.fr.actions.send_message("one", to=("PL",))
    scene.hub.tell(scene.fr, Instead(quarrel))
    await caught(scene, "split-view")


async def _delivered_and_not_shown(scene: Scene) -> None:
    """France's message is in the log, and France has the receipt, but not the entry."""
    event_id = scene.fr.actions.send_message("for Poland", to=("PL",))
    scene.hub.tell(scene.fr, Instead(lambda frame: [] if isinstance(frame, Entries) else [frame]))
    assert await scene.fr.sync()
    item = scene.fr.outbox.find(event_id)
    assert item is not None
    assert item.state == "delivered"


@pytest.mark.parametrize(("restarted", "code"), [(False, "forked"), (True, "broken-receipt")])
async def test_an_event_that_has_a_receipt_must_appear_there(scene: Scene, restarted: bool, code: str) -> None:
    await _delivered_and_not_shown(scene)
    desk = scene.desk("FR") if restarted else scene.fr
    forged = Forge(scene, scene.de)
    other = forged.event(events.DailyReturnFiled(stat=daily_return(forged)))
    invented = [entry_of(other, desk.view.size, now())]
    scene.hub.tell(desk, History(scene.hub.keys.hub, desk, lambda _: [], invented=invented))
    await caught(scene, code, desk)


async def test_what_the_hub_refuses_and_admits_all_the_same_is_delivered(scene: Scene) -> None:
    """The log counts, which others see, and not what the hub says about it."""

    def refuse(frame: FromHub) -> Said:
        if not isinstance(frame, Receipts):
            return [frame]
        return [Refusal(receipt.digest, "not-your-role", "Not you.") for receipt in frame.receipts]

    event_id = scene.fr.actions.send_message("refused", to=("PL",))
    scene.hub.tell(scene.fr, Instead(refuse))
    await scene.fr.sync(2)
    scene.hub.lies.clear()
    assert await scene.fr.sync()
    item = scene.fr.outbox.find(event_id)
    assert item is not None
    assert item.state == "delivered"
    assert not scene.fr.replica.alarms()
