"""The hub says what no hub of vocu/1 says once the desk is welcome."""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import pytest

from tests.hostile_hub import Instead
from tests.system.hostile.scene import Scene, caught, note_of, other_history
from vocu.canonical import b64
from vocu.crypto.keys import HubSigningKey
from vocu.protocol.frames import Entries, Fresh, Welcome


def after_the_welcome(*said: Any) -> Instead:
    """Says this as soon as the desk is welcome, and lets it expect more than it has."""
    return Instead(
        lambda frame: [Welcome(frame.token, frame.size + 1), *said] if isinstance(frame, Welcome) else [frame]
    )


def _nothing_but(scene: Scene, note: str) -> Entries:
    return Entries((), note, scene.fr.view.size)


class Spoken(NamedTuple):
    lie: str
    said: Callable[[Scene], Any]
    code: str


SPOKEN = [
    Spoken("bytes that are no frame", lambda _: b"\xc1 not MessagePack", "bad-frame"),
    Spoken("a frame of a kind that there is not", lambda _: msgspec.msgpack.encode(["gossip", 1]), "bad-frame"),
    Spoken("lists ten thousand deep", lambda _: b"\x91" * 10_000, "bad-frame"),
    Spoken("a frame of 50 MB", lambda _: bytes(50_000_000), "frame-too-large"),
    Spoken("a second welcome", lambda _: Welcome("token", 1), "bad-frame"),
    Spoken("an answer to what nobody asked", lambda _: Fresh(b"{}", b""), "stale-hello"),
    Spoken("a checkpoint that is none", lambda s: _nothing_but(s, "not a note"), "bad-note"),
    Spoken(
        "a checkpoint under another hub's key",
        lambda s: _nothing_but(s, note_of(s, s.fr.view.size, key=HubSigningKey.from_seed(bytes(64)))),
        "bad-checkpoint",
    ),
    Spoken(
        "a checkpoint of another operation",
        lambda s: _nothing_but(s, note_of(s, s.fr.view.size, op=b64(bytes(32)))),
        "bad-checkpoint",
    ),
    Spoken(
        "a checkpoint over more than it shows",
        lambda s: _nothing_but(s, note_of(s, s.fr.view.size + 1)),
        "bad-checkpoint",
    ),
    Spoken("a checkpoint over less than before", lambda s: _nothing_but(s, note_of(s, 3)), "rolled-back"),
    Spoken("a checkpoint of another history", lambda s: _nothing_but(s, other_history(s)), "forked"),
]


@pytest.mark.parametrize("spoken", SPOKEN, ids=lambda spoken: spoken.lie)
async def test_a_desk_raises_the_alarm_where_the_hub_says(scene: Scene, spoken: Spoken) -> None:
    scene.hub.tell(scene.fr, after_the_welcome(spoken.said(scene)))
    await caught(scene, spoken.code)
