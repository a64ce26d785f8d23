"""The same lies where no WebSocket passes: what a desk finds wrong does not hang on the line that it has."""

from collections.abc import Callable

import pytest

from tests.hostile_hub import History, Lie, entry_of
from tests.system.hostile.forging import Forge
from tests.system.hostile.retelling import changing, dropping, other_salt
from tests.system.hostile.scene import Scene, caught, now
from tests.system.hostile.test_forged_entries import epoch_with_a_ghost
from tests.system.hostile.test_frames import after_the_welcome
from tests.system.hostile.test_hellos import hello
from vocu.protocol.frames import Entry


def _retold(scene: Scene, retell: Callable[[Scene, list[Entry]], list[Entry]]) -> Lie:
    return History(scene.hub.keys.hub, scene.fr, lambda entries: retell(scene, entries))


def _sealed_to_a_ghost(scene: Scene) -> Lie:
    event = epoch_with_a_ghost(Forge(scene, scene.de))
    return History(scene.hub.keys.hub, scene.fr, invented=[entry_of(event, scene.fr.view.size, now())])


LIES: list[tuple[str, Callable[[Scene], Lie], str]] = [
    ("is another's hello", lambda s: hello(s, device=s.de.settings.device), "stale-hello"),
    ("is no frame", lambda _: after_the_welcome(b"\xc1 not MessagePack"), "bad-frame"),
    ("was changed", lambda s: _retold(s, changing("announcement_posted", other_salt)), "bad-signature"),
    ("leaves an entry out", lambda s: _retold(s, dropping("announcement_posted")), "withheld"),
    ("is sealed to a ghost", _sealed_to_a_ghost, "wrong-readers"),
]


@pytest.mark.parametrize(("lie", "bend", "code"), LIES, ids=[each[0] for each in LIES])
async def test_a_desk_raises_the_alarm_where_what_comes_over_long_poll(
    scene: Scene, lie: str, bend: Callable[[Scene], Lie], code: str
) -> None:
    scene.fr.way.swallowed()
    await scene.announce("first", "second")
    scene.hub.tell(scene.fr, bend(scene))
    await caught(scene, code)
    assert scene.hub.talks
