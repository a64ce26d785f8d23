"""The hub proves itself with another's hello, with an old one, or with another log's."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.hostile_hub import Instead, Said
from tests.system.hostile.scene import Scene, caught, note_of, other_history
from vocu.canonical import b64
from vocu.crypto.keys import HubSigningKey
from vocu.protocol.frames import Challenge, FromHub
from vocu.protocol.session import HubHello, sign_hello


def hello(scene: Scene, key: HubSigningKey | None = None, **changes: Any) -> Instead:
    """Bends what the hub signs to prove itself."""

    def say(frame: FromHub) -> Said:
        if not isinstance(frame, Challenge):
            return [frame]
        said = HubHello(**(msgspec.json.decode(frame.payload) | changes))
        return [Challenge(*sign_hello(said, key or scene.hub.keys.hub))]

    return Instead(say)


GREETINGS: list[tuple[str, Callable[[Scene], Instead], str]] = [
    ("greets under another key", lambda s: hello(s, HubSigningKey.from_seed(bytes(64))), "bad-signature"),
    ("answers another desk's greeting", lambda s: hello(s, device=s.de.settings.device), "stale-hello"),
    ("answers for another operation", lambda s: hello(s, op=b64(bytes(32))), "stale-hello"),
    ("answers another kind of question", lambda s: hello(s, nonce_s=""), "stale-hello"),
    ("greets with a smaller log", lambda s: hello(s, checkpoint=note_of(s, 3)), "rolled-back"),
    ("greets with another history", lambda s: hello(s, checkpoint=other_history(s)), "forked"),
    ("greets with another log's checkpoint", lambda s: hello(s, checkpoint=note_of(s, 3, op="x")), "bad-checkpoint"),
]


@pytest.mark.parametrize(("lie", "bend", "code"), GREETINGS, ids=[each[0] for each in GREETINGS])
async def test_a_desk_raises_the_alarm_before_it_says_anything_where_the_hub(
    scene: Scene, lie: str, bend: Callable[[Scene], Instead], code: str
) -> None:
    scene.hub.tell(scene.fr, bend(scene))
    await caught(scene, code)


async def test_a_hello_that_is_said_again_is_an_alarm(scene: Scene) -> None:
    said: list[FromHub] = []

    def again(frame: FromHub) -> Said:
        if isinstance(frame, Challenge):
            said.append(frame)
            return [said[0]]
        return [frame]

    scene.hub.tell(scene.fr, Instead(again))
    assert await scene.fr.sync()
    await caught(scene, "stale-hello")


async def test_a_desk_that_was_promised_one_history_and_is_shown_another_raises_the_alarm(scene: Scene) -> None:
    """The hub signs two roots for one size: one in its hello, one with the entries."""
    await scene.announce("first")
    epoch_and_words = 2
    scene.hub.tell(scene.fr, hello(scene, checkpoint=note_of(scene, scene.fr.view.size + epoch_and_words)))
    await caught(scene, "forked")
