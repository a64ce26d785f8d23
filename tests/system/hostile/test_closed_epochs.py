"""The hub keeps an epoch's key from a desk, alone or with the help of another desk."""

import secrets

import pytest

from tests.hostile_hub import History
from tests.system.hostile.forging import Forge, Ghost
from tests.system.hostile.retelling import changing, with_part
from tests.system.hostile.scene import Scene, now, words
from vocu.crypto.opening import unwrap
from vocu.crypto.sealing import wrap_info
from vocu.errors import VocuError
from vocu.operation import events
from vocu.operation.admission import SignedEvent
from vocu.operation.header import WRAP_SIZE, read_header
from vocu.protocol.frames import Append, Receipts, Refusal
from vocu_client import Desk
from vocu_client.membership import new_salt
from vocu_client.transport import Channel


def posted(desk: Desk, kind: type[events.Event]) -> int:
    """How many events of this kind the desk has seen."""
    return sum(1 for each in desk.view.acts if each.act is not None and isinstance(each.act.event, kind))


async def post(desk: Desk, event: SignedEvent) -> None:
    """Bring an event of this desk into the log past its own caution."""
    channel = await Channel.connect(desk.settings.hub, desk.settings.op, desk.keys.author, desk.view.operation.hub_key)
    try:
        await channel.authenticate(desk.view.size)
        await channel.send(Append(event.header, event.signature, event.parts))
        while not isinstance(frame := await channel.receive(), Receipts):
            assert not isinstance(frame, Refusal), frame
    finally:
        await channel.close()


async def test_a_desk_whose_wrap_is_kept_from_it_asks_for_another_epoch(scene: Scene) -> None:
    await scene.announce("before")
    hide = changing("epoch_rotated", lambda entry: with_part(entry, 1, None))
    scene.hub.tell(scene.fr, History(scene.hub.keys.hub, scene.fr, lambda entries: hide(scene, entries)))
    assert await scene.fr.sync()
    assert posted(scene.fr, events.EpochFault) == 1
    scene.hub.lies.clear()
    assert await scene.pl.sync()
    await scene.announce("after")
    assert await scene.fr.sync()
    assert "after" in words(scene.fr)
    assert "before" not in words(scene.fr)
    assert not scene.fr.replica.alarms()


async def test_an_epoch_that_one_desk_sealed_to_a_ghost_instead_of_us_is_replaced(scene: Scene) -> None:
    ghost, forge = Ghost("FR"), Forge(scene, scene.de)
    ours = forge.state.devices[scene.fr.settings.device]
    honest, ours.seal = ours.seal, ghost.opening.public
    rotated = forge.composer().compose_epoch(new_salt(), now(), secrets.token_bytes(32))
    ours.seal = honest
    await post(scene.de, rotated)
    scene.fr.actions.send_message("not to the ghost")
    assert await scene.fr.sync()
    assert posted(scene.fr, events.EpochFault) == 1
    assert posted(scene.fr, events.EpochRotated) == 3
    assert await scene.pl.sync()
    assert "not to the ghost" in words(scene.pl)
    _require_closed_to(ghost, scene)


def _require_closed_to(ghost: Ghost, scene: Scene) -> None:
    """Nothing that an honest desk sent opens with the ghost's key."""
    for device, sent in scene.hub.heard:
        header = read_header(sent.header)
        wraps = sent.parts[-1] if header.slip("wraps") is not None else None
        if device == scene.de.settings.device or wraps is None:
            continue
        for at in range(0, len(wraps), WRAP_SIZE):
            for reader in scene.fr.view.state.devices:
                info = wrap_info(
                    op=header.op,
                    event_id=header.id,
                    part="epoch",
                    device=reader,
                    sealing_key=ghost.opening.public,
                    sender=header.sender,
                    roster=header.roster,
                )
                with pytest.raises(VocuError):
                    unwrap(wraps[at : at + WRAP_SIZE], ghost.opening, info)


async def test_a_hub_that_keeps_every_wrap_from_a_desk_cannot_have_it_rotate_without_end(scene: Scene) -> None:
    hide = changing("epoch_rotated", lambda entry: with_part(entry, 1, None))
    scene.hub.tell(scene.fr, History(scene.hub.keys.hub, scene.fr, lambda entries: hide(scene, entries)))
    event_id = scene.fr.actions.send_message("it waits")
    assert not await scene.fr.sync(1.5)
    assert posted(scene.fr, events.EpochFault) <= 1
    assert posted(scene.fr, events.EpochRotated) <= 3
    item = scene.fr.outbox.find(event_id)
    assert item is not None
    assert item.state == "queued"
