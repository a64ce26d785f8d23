"""Frames that are none: the hub names the error and hangs up."""

import contextlib

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed

from tests.system.bad_input.scene import Place, connected, farewell, open_socket
from vocu.protocol.frames import Auth, Failure, Freshen, Hello
from vocu.protocol.frames import encode as encode_frame
from vocu_client import Desk

FRAMES: dict[str, tuple[bytes | str, int]] = {
    "a frame of 50 MB": (bytes(50_000_000), 1009),
    "a frame of one byte more than allowed": (bytes(256 * 1024 + 1), 1009),
    "bytes that are not MessagePack": (b"\xc1" * 100, 4400),
    "nothing": (b"", 4400),
    "text": ("hello", 4400),
    "half a frame": (encode_frame(Freshen(bytes(16)))[:-1], 4400),
    "a frame and a half": (encode_frame(Freshen(bytes(16))) + b"\x91", 4400),
    "a frame of another kind": (msgspec.msgpack.encode(["shutdown", True]), 4400),
    "what only a hub says": (encode_frame(Failure("x", "y")), 4400),
    "a nonce that is too short": (msgspec.msgpack.encode(["freshen", bytes(15)]), 4400),
    "lists ten thousand deep": (b"\x91" * 10_000, 4400),
    "a map where a list belongs": (msgspec.msgpack.encode({"freshen": bytes(16)}), 4400),
    "a list that claims four billion members": (b"\xdd\xff\xff\xff\xff", 4400),
    "bytes that claim four gigabytes": (b"\x92\xa7freshen\xc6\xff\xff\xff\xff", 4400),
    "an event of seven parts": (msgspec.msgpack.encode(["append", b"", b"", [None] * 7]), 4400),
    "an event whose parts are numbers": (msgspec.msgpack.encode(["append", b"", b"", [1]]), 4400),
    "a second hello": (encode_frame(Hello("vocu/1", "A" * 43, "A" * 22, bytes(16))), 4400),
    "a second answer": (encode_frame(Auth(b"{}", b"")), 4400),
}


@pytest.mark.parametrize(("data", "code"), FRAMES.values(), ids=FRAMES)
async def test_the_hub_hangs_up_on(de: Desk, data: bytes | str, code: int) -> None:
    async with connected(de) as (channel, _):
        socket = channel._line._socket  # type: ignore[attr-defined]
        with contextlib.suppress(ConnectionClosed):
            await socket.send(data)
        assert (await farewell(socket))[0] == code


async def test_the_hub_agrees_to_no_compression_and_hangs_up_on_compressed_frames(place: Place) -> None:
    socket = await open_socket(place.hub.url, compression="deflate")
    assert not socket.protocol.extensions
    socket.transport.write(b"\xc2\x80" + bytes(4))  # RSV1: a compressed, binary, empty, masked frame
    assert (await farewell(socket))[0] == 1002
