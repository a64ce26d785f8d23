"""The hub shows nothing new and does not prove, or proves falsely, that there is nothing new."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.hostile_hub import Instead, Said
from tests.system.hostile.scene import Scene, caught, note_of, other_history, removed
from tests.system.rig import until
from vocu.canonical import b64
from vocu.protocol.frames import Entries, Fresh, FromHub, Welcome
from vocu.protocol.session import HubHello, sign_hello
from vocu_client import sync as sync_module


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk that wants to know all the time whether it is up to date."""
    monkeypatch.setattr(sync_module, "FRESHEN_SECONDS", 0.0)
    monkeypatch.setattr(sync_module, "FRESH_FOR_SECONDS", 0.5)


@pytest.mark.usefixtures("impatient")
async def test_a_desk_seals_nothing_while_the_hub_does_not_prove_that_it_is_up_to_date(scene: Scene) -> None:
    scene.hub.tell(scene.fr, Instead(lambda frame: [] if isinstance(frame, Fresh) else [frame]))
    task = asyncio.create_task(scene.fr.watch())
    await asyncio.sleep(1.0)
    scene.fr.actions.send_message("too late", to=("PL",))
    await asyncio.sleep(0.5)
    assert not scene.hub.sent_by(scene.fr)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("when", ["in its hello", "in its proof of freshness"])
async def test_a_desk_seals_nothing_while_the_hub_keeps_back_what_it_has_signed_for(scene: Scene, when: str) -> None:
    """The hub owns up to a removal, shows nothing of it, and welcomes the desk as if it had everything."""
    size, shown = scene.fr.view.size, asyncio.Event()

    def say(frame: FromHub) -> Said:
        match frame:
            case Welcome():
                shown.set()
                return [Welcome(frame.token, size)]
            case Entries():
                return []
        return [frame]

    if when == "in its hello":
        await removed(scene)
    scene.hub.tell(scene.fr, Instead(say))
    task = asyncio.create_task(scene.fr.watch())
    await asyncio.wait_for(shown.wait(), 30)
    if when != "in its hello":
        await removed(scene)
        await until(lambda: bool(scene.fr.view.operation.log._promised))
    scene.fr.actions.send_message("not for Germany any more")
    await asyncio.sleep(0.7)
    assert not scene.hub.sent_by(scene.fr)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    scene.hub.lies.clear()
    assert await scene.fr.sync(), "an honest hub is believed again"


async def test_a_desk_that_is_promised_more_than_it_is_shown_waits(scene: Scene) -> None:
    scene.hub.tell(
        scene.fr,
        Instead(lambda frame: [Welcome(frame.token, frame.size + 5) if isinstance(frame, Welcome) else frame]),
    )
    event_id = scene.fr.actions.send_message("it waits", to=("PL",))
    assert not await scene.fr.sync(0.7)
    assert not scene.hub.sent_by(scene.fr)
    item = scene.fr.outbox.find(event_id)
    assert item is not None
    assert item.state == "queued"


def _fresh(scene: Scene, **changes: Any) -> Instead:
    def say(frame: FromHub) -> Said:
        if not isinstance(frame, Fresh):
            return [frame]
        return [Fresh(*sign_hello(HubHello(**(msgspec.json.decode(frame.payload) | changes)), scene.hub.keys.hub))]

    return Instead(say)


FRESH: list[tuple[str, Callable[[Scene], Instead], str]] = [
    ("is said again", lambda s: _fresh(s, nonce_c=b64(bytes(16))), "stale-hello"),
    ("is a hello", lambda s: _fresh(s, nonce_s=b64(bytes(16))), "stale-hello"),
    ("is of a smaller log", lambda s: _fresh(s, checkpoint=note_of(s, 3)), "rolled-back"),
    ("is of another history", lambda s: _fresh(s, checkpoint=other_history(s)), "forked"),
]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("lie", "bend", "code"), FRESH, ids=[each[0] for each in FRESH])
async def test_a_desk_raises_the_alarm_where_the_proof_of_freshness(
    scene: Scene, lie: str, bend: Callable[[Scene], Instead], code: str
) -> None:
    scene.hub.tell(scene.fr, bend(scene))
    await caught(scene, code, watching=True)
