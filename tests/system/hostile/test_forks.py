"""The hub tells two histories, goes back to a backup, or keeps what a desk sends in the dark."""

import shutil
from pathlib import Path

import pytest

from tests.hostile_hub import History, HostileHub, entry_of
from tests.system.hostile.forging import RETURN
from tests.system.hostile.scene import Scene, caught, now, removed
from vocu.operation.admission import SignedEvent
from vocu_client import Desk
from vocu_client.membership import new_salt


async def _fork(scene: Scene, story: Path) -> HostileHub:
    """The same hub a second time, with the same keys, at the point where the story ends."""
    shutil.copytree(story / "hub", scene.folder / "fork")
    return HostileHub(scene.folder / "fork")


async def _return_twice(desk: Desk) -> None:
    for day in ("2022-10-17", "2022-10-18"):
        desk.actions.file_daily_return(RETURN | {"day": day})
        assert await desk.sync()


@pytest.mark.parametrize(("shown", "code"), [(slice(0, 2), "split-view"), (slice(1, 2), "withheld")])
async def test_a_fork_is_found_with_the_next_entry_of_the_other_branch(
    scene: Scene, story: Path, shown: slice, code: str
) -> None:
    async with await _fork(scene, story) as fork:
        german = scene.desk("DE", fork)
        await _return_twice(german)
        await scene.announce("the branch of France")
        assert await scene.fr.sync()
        sent = [SignedEvent(each.header, each.signature, each.parts) for each in fork.sent_by(german)[shown]]
        size = scene.fr.view.size
        branch = [entry_of(event, size + number, now()) for number, event in enumerate(sent)]
        scene.hub.tell(scene.fr, History(scene.hub.keys.hub, scene.fr, invented=branch))
        await caught(scene, code)


@pytest.mark.parametrize(("more", "code"), [(0, "forked"), (1, "rolled-back"), (-1, "forked")])
async def test_a_fork_is_found_where_a_desk_meets_the_other_branch(
    scene: Scene, story: Path, more: int, code: str
) -> None:
    async with await _fork(scene, story) as fork:
        await _return_twice(scene.desk("DE", fork))
        for _ in range(2 + more):
            scene.pl.decisions.change("DE", name=new_salt(), role="participant")
        assert await scene.pl.sync()
        assert await scene.fr.sync()
        await caught(scene, code, scene.desk("FR", fork))


async def test_a_restored_backup_is_found_by_every_desk_that_was_further(scene: Scene, story: Path) -> None:
    await scene.announce("after the backup")
    for desk in (scene.de, scene.fr):
        assert await desk.sync()
    async with await _fork(scene, story) as restored:
        for ncp in ("PL", "DE", "FR"):
            await caught(scene, "rolled-back", scene.desk(ncp, restored))


async def test_what_a_desk_sends_that_is_kept_in_the_dark_is_never_called_delivered(scene: Scene) -> None:
    """The hub hides a removal, so France seals to who has left; no honest log takes it, and France is not told so."""
    await removed(scene)
    lie = History(scene.hub.keys.hub, scene.fr, lambda _: [], quiet=True)
    scene.hub.tell(scene.fr, lie)
    event_id = scene.fr.actions.send_message("after Germany has left")
    assert not await scene.fr.sync(1.0)
    item = scene.fr.outbox.find(event_id)
    assert item is not None
    assert item.state in ("queued", "sent")
    attempts = len(scene.hub.sent_by(scene.fr))
    assert attempts < 20, "a desk does not storm a hub that says no again and again"
    scene.hub.lies.clear()
    again = scene.desk("FR")
    assert await again.sync()
    item = again.outbox.find(event_id)
    assert item is not None
    assert item.state == "delivered"
    assert scene.de.settings.device not in (again.view.state.epoch or pytest.fail("no epoch")).devices
