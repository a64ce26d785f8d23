"""Connections that say nothing, too little, too slowly or too much, before anybody knows who they are."""

import asyncio
import contextlib
import secrets

import pytest

from tests.system.attacks.scene import TIMES, Place, attacked, hung_up, open_socket, raw, together
from vocu.canonical import b64
from vocu.protocol.frames import Hello, encode, read_from_hub

UPGRADE = (
    b"GET /v1/channel HTTP/1.1\r\nHost: hub\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)
BEGINNINGS = {
    "nothing at all": b"",
    "half a line": b"GET /v1/hu",
    "a header that goes on": UPGRADE,
    "the beginning of another protocol": b"\x16\x03\x01\x02\x00\x01\x00",
    "a body that does not come": b"POST /v1/operations HTTP/1.1\r\nContent-Length: 1000\r\n\r\n{",
    "a chunk that does not come": b"POST /v1/operations HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n",
    "an upgrade with too many headers": UPGRADE + b"".join(b"X-%d: y\r\n" % n for n in range(200)) + b"\r\n",
}


@pytest.mark.parametrize("beginning", BEGINNINGS.values(), ids=BEGINNINGS)
async def test_who_begins_and_goes_no_further_is_hung_up_on(place: Place, beginning: bytes) -> None:
    async def attack(_: int) -> None:
        async with raw(place) as (reader, writer):
            writer.write(beginning)
            async with asyncio.timeout(45):
                while await reader.read(4096):
                    pass

    async with attacked(place):
        await together(40 * TIMES, attack, patient=False)


@pytest.mark.parametrize("piece", [b"a", b"X-Header: y\r\n"], ids=["byte by byte", "line by line"])
async def test_a_header_that_dribbles_in_is_cut_off(place: Place, piece: bytes) -> None:
    async def attack(_: int) -> None:
        async with raw(place) as (reader, writer):
            writer.write(UPGRADE)
            async with asyncio.timeout(45):
                while not reader.at_eof():
                    writer.write(piece)
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(reader.read(1), 0.1)

    async with attacked(place):
        await together(20 * TIMES, attack, patient=False)


@pytest.mark.parametrize(
    "endless",
    [
        (b"GET /v1/hub HTTP/1.1\r\n", b"X-" + b"a" * 60_000 + b": b\r\n"),
        (b"GET /v1/hub HTTP/1.1\r\nX: ", b"a" * 60_000),
        (b"GET /", b"a" * 60_000),
    ],
    ids=["many headers", "one header", "an address"],
)
async def test_a_header_without_end_costs_no_memory(place: Place, endless: tuple[bytes, bytes]) -> None:
    async def attack(_: int) -> None:
        async with raw(place) as (_, writer):
            writer.write(endless[0])
            for _ in range(200):
                writer.write(endless[1])
                await writer.drain()
            raise AssertionError("the hub took twelve megabytes of it")

    async with attacked(place):
        await together(10 * TIMES, attack)


async def test_a_thousand_requests_in_one_breath_cost_no_memory(place: Place) -> None:
    async def attack(_: int) -> None:
        async with raw(place) as (reader, writer):
            with contextlib.suppress(OSError):
                writer.write(b"GET / HTTP/1.1\r\n\r\n" * 50_000)
                await writer.drain()
                while await reader.read(65536):
                    pass

    async with attacked(place):
        await together(10 * TIMES, attack)


async def test_a_flood_of_connections_from_one_address_leaves_room_for_desks(place: Place) -> None:
    """A thousand at once and kept: most are turned away at once, and all are in the end."""

    async def attack(_: int) -> None:
        async with raw(place) as (reader, _):
            async with asyncio.timeout(45):
                await reader.read(1)

    async with attacked(place, 60):
        await together(1000 * TIMES, attack)


async def test_strangers_on_the_channel_are_few_and_leave_soon(place: Place) -> None:
    codes = []

    async def attack(_: int) -> None:
        codes.append(await hung_up(await open_socket(place.hub.url)))

    async with attacked(place):
        await together(100 * TIMES, attack)
    assert set(codes) <= {4401, 4429}
    assert {4401, 4429} <= set(codes)


async def test_a_flood_of_greetings_is_answered_and_leads_nowhere(place: Place) -> None:
    """Each costs the hub a signature, and the stranger a connection."""
    async with place.open("ES") as es:
        hello = encode(Hello("vocu/1", es.settings.op, es.settings.device, secrets.token_bytes(16)))

    async def attack(_: int) -> None:
        for _ in range(20 * TIMES):
            socket = await open_socket(place.hub.url)
            await socket.send(hello)
            read_from_hub(await socket.recv(decode=False))
            await socket.close()

    async with attacked(place):
        await together(8, attack)


async def test_who_guesses_at_operations_and_devices_learns_nothing(place: Place) -> None:
    async def attack(number: int) -> None:
        for _ in range(10):
            socket = await open_socket(place.hub.url)
            op = b64(secrets.token_bytes(32))
            await socket.send(encode(Hello("vocu/1", op, b64(secrets.token_bytes(16)), bytes(16))))
            assert await hung_up(socket) in (4401, 4403, 4409, 4429)

    async with attacked(place):
        await together(5 * TIMES, attack)
