"""Who cannot prove who he is gets no further than the greeting."""

import secrets
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection

from tests.system.bad_input.forging import Hand
from tests.system.bad_input.scene import Place, farewell, open_socket
from vocu.canonical import b64, decode_any
from vocu.crypto.keys import SigningKey
from vocu.crypto.signing import PayloadType, sign
from vocu.errors import RefusedError
from vocu.protocol.frames import Append, Auth, Challenge, read_from_hub
from vocu.protocol.frames import encode as encode_frame
from vocu.protocol.session import DeskAuth, hub_hash, sign_auth
from vocu_client import Desk


class Stranger:
    """The desk's half of the greeting, step by step, to be taken wrongly."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.nonce = secrets.token_bytes(16)

    async def greet(self, socket: ClientConnection, **changes: Any) -> Any:
        hello = {"version": "vocu/1", "op": self.desk.settings.op, "device": self.desk.settings.device} | changes
        await socket.send(msgspec.msgpack.encode(["hello", *hello.values(), self.nonce]))
        frame = read_from_hub(await socket.recv(decode=False))
        assert isinstance(frame, Challenge)
        return decode_any(frame.payload)

    def auth(self, said: Any, key: SigningKey | None = None, **changes: Any) -> Auth:
        hub = hub_hash(self.desk.view.operation.hub_key)
        fields = {name: said[name] for name in ("op", "device", "nonce_c", "nonce_s")}
        auth = DeskAuth(**(fields | {"hub": hub, "tls": "", "size": 0} | changes))
        return sign_auth(auth, key or self.desk.keys.sign)


HELLOS: dict[str, tuple[dict[str, Any], int]] = {
    "an unknown device": ({"device": b64(bytes(16))}, 4403),
    "an unknown operation": ({"op": b64(bytes(32))}, 4409),
    "another version": ({"version": "vocu/0"}, 4400),
    "a device that is no name": ({"device": "'; DROP TABLE entry;--"}, 4400),
}


@pytest.mark.parametrize(("changes", "code"), HELLOS.values(), ids=HELLOS)
async def test_the_hub_turns_away_a_hello_of(place: Place, de: Desk, changes: dict[str, Any], code: int) -> None:
    socket = await open_socket(place.hub.url)
    hello = {"version": "vocu/1", "op": de.settings.op, "device": de.settings.device} | changes
    await socket.send(msgspec.msgpack.encode(["hello", *hello.values(), bytes(16)]))
    assert (await farewell(socket))[0] == code


async def test_the_hub_turns_away_a_device_that_was_revoked(place: Place) -> None:
    async with place.open("ES") as es:
        with pytest.raises(RefusedError) as refused:
            await es.sync()
        assert refused.value.code == "not-admitted"


AUTHS: dict[str, tuple[Callable[[Stranger, Any], Auth], int, str]] = {
    "signed by another key": (lambda s, said: s.auth(said, SigningKey.from_seed(bytes(32))), 4401, "bad-signature"),
    "of another session": (lambda s, said: s.auth(said, nonce_s=b64(bytes(16))), 4401, "wrong-session"),
    "in another's name": (lambda s, said: s.auth(said, device=b64(bytes(16))), 4401, "wrong-session"),
    "meant for another hub": (lambda s, said: s.auth(said, hub=b64(bytes(32))), 4401, "wrong-session"),
    "from beyond the log": (lambda s, said: s.auth(said, size=999_999), 4409, "wrong-position"),
    "that is no JSON": (
        lambda s, _: Auth(b"\x00", sign(s.desk.keys.sign, PayloadType.AUTH, b"\x00")),
        4401,
        "not-json",
    ),
    "signed as an event": (
        lambda s, said: Auth(s.auth(said).payload, sign(s.desk.keys.sign, PayloadType.EVENT, s.auth(said).payload)),
        4401,
        "bad-signature",
    ),
}


@pytest.mark.parametrize(("answer", "code", "named"), AUTHS.values(), ids=AUTHS)
async def test_the_hub_turns_away_an_answer(
    place: Place, de: Desk, answer: Callable[[Stranger, Any], Auth], code: int, named: str
) -> None:
    socket, stranger = await open_socket(place.hub.url), Stranger(de)
    said = await stranger.greet(socket)
    await socket.send(encode_frame(answer(stranger, said)))
    assert await farewell(socket) == (code, named)


async def test_somebody_elses_greeting_cannot_be_played_again(place: Place, de: Desk) -> None:
    stranger = Stranger(de)
    first, second = await open_socket(place.hub.url), await open_socket(place.hub.url)
    overheard = encode_frame(stranger.auth(await stranger.greet(first)))
    await stranger.greet(second)
    await second.send(overheard)
    assert await farewell(second) == (4401, "wrong-session")
    await first.close()


async def test_an_event_before_the_greeting_is_not_looked_at(place: Place, de: Desk) -> None:
    socket, honest = await open_socket(place.hub.url), Hand(de).honest()
    await socket.send(encode_frame(Append(honest.header, honest.signature, honest.parts)))
    assert await farewell(socket) == (4401, "not-authenticated")
