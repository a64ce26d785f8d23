"""The hub compiles newsletters that do not follow from the log, with its own key, or at another time than is due."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec
import pytest

from tests.hostile_hub import History, entry_of
from tests.system.hostile.forging import Forge
from tests.system.hostile.scene import Scene, caught
from vocu.canonical import encode
from vocu.compilation.issuing import newsletter
from vocu.compilation.schedule import due_at, due_day, next_issue
from vocu.ids import device_id, newsletter_id
from vocu.operation import bodies
from vocu.operation.admission import SignedEvent
from vocu.operation.composing import Author
from vocu.operation.events import NewsletterCompiled
from vocu.protocol.frames import Entries, Entry, Welcome
from vocu_client import Desk

MINUTE = 60_000


class Hour(NamedTuple):
    """The first newsletter's day, and when it is due."""

    day: str
    at: int


def hour(scene: Scene) -> Hour:
    genesis = scene.fr.view.state.genesis
    day = due_day(genesis, 2**50, None)
    assert day is not None
    return Hour(day, due_at(genesis, day))


def compiled(
    scene: Scene, day: str, at: int, bend: Callable[[bytes], bytes] = bytes, *, after: Desk | None = None
) -> SignedEvent:
    """The newsletter of this day as it follows from the log of France, or of another desk, but for what is bent."""
    desk = after or scene.fr
    state = desk.view.state
    event = newsletter(desk.ledger, state, day, desk.view.operation.log.root(), at)
    assert event.stat is not None
    bent = bend(encode(event.stat.figures))
    event = NewsletterCompiled(plain=event.plain, stat=bodies.Figures(figures=msgspec.json.decode(bent)))
    key = scene.hub.keys.compiler
    author = Author(device_id(key.public.data, b""), key)
    return Forge(scene, desk).event(event, author, id=newsletter_id(state.op, day))


def shown(scene: Scene, event: SignedEvent, at: int) -> Entry:
    return entry_of(event, scene.fr.view.size, at)


def at_its_hour(scene: Scene) -> Entry:
    day, at = hour(scene)
    return shown(scene, compiled(scene, day, at), at)


def with_a_false_figure(scene: Scene) -> Entry:
    day, at = hour(scene)
    return shown(scene, compiled(scene, day, at, lambda honest: honest.replace(b'"12.5"', b'"99.5"')), at)


def before_its_hour(scene: Scene) -> Entry:
    day, at = hour(scene)
    return shown(scene, compiled(scene, day, at - MINUTE), at - MINUTE)


def of_the_next_day(scene: Scene) -> Entry:
    day, _ = hour(scene)
    genesis = scene.fr.view.state.genesis
    later = next_issue(genesis, day)
    assert later is not None
    return shown(scene, compiled(scene, later, due_at(genesis, later)), due_at(genesis, later))


NEWSLETTERS: list[tuple[str, Callable[[Scene], Entry], str]] = [
    ("with a false figure", with_a_false_figure, "false-figures"),
    ("a minute before its hour", before_its_hour, "false-figures"),
    ("in the place of the one before", of_the_next_day, "false-figures"),
]


@pytest.mark.parametrize(("lie", "make", "code"), NEWSLETTERS, ids=[each[0] for each in NEWSLETTERS])
async def test_a_desk_raises_the_alarm_where_the_hub_compiles_a_newsletter(
    scene: Scene, lie: str, make: Callable[[Scene], Entry], code: str
) -> None:
    scene.hub.tell(scene.fr, History(scene.hub.keys.hub, scene.fr, invented=[make(scene)]))
    await caught(scene, code)


async def test_a_second_newsletter_of_one_day_is_an_alarm(scene: Scene) -> None:
    """The first is as it should be: Germany's desk takes it."""
    first, size = at_its_hour(scene), scene.fr.view.size
    honest = History(scene.hub.keys.hub, scene.de, invented=[first])
    *_, told = honest.say(Welcome("", size))
    assert isinstance(told, Entries)
    scene.de.view.accept(told.entries, told.checkpoint)
    day, at = hour(scene)
    assert list(scene.de.view.state.compiled) == [day]
    again = entry_of(compiled(scene, day, at + MINUTE, after=scene.de), size + 1, at + MINUTE)
    scene.hub.tell(scene.fr, History(scene.hub.keys.hub, scene.fr, invented=[first, again]))
    evidence = await caught(scene, "double-id")
    assert f"entry: {size + 1}" in evidence.splitlines()
