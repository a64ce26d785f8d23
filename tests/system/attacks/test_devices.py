"""What an admitted device may do with its own connections: it is known, and all the same nobody has to trust it."""

import asyncio
import contextlib
import json
import os
import secrets
import socket as sockets
from typing import Any

import httpx2
import msgspec
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.frames import Frame, Opcode

from tests.system.attacks.scene import FULL, MEBIBYTE, TIMES, Place, attacked, connected, hung_up, together
from tests.system.bad_input.forging import Hand
from tests.system.bad_input.scene import refusal
from vocu.protocol.frames import Append, Freshen, Refusal, encode

FRESHEN = encode(Freshen(bytes(16)))


def masked(opcode: Opcode, data: bytes, *, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=True)


def socket_of(channel: Any) -> ClientConnection:
    found: ClientConnection = channel._line._socket
    return found


async def flood(place: Place, data: bytes, *, deaf: bool = True) -> None:
    """A device that sends this again and again, and where it is `deaf` takes no answer."""
    async with place.open("ES") as es, connected(es) as (channel, _):
        transport = socket_of(channel).transport
        if deaf:
            transport.get_extra_info("socket").setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
            transport.pause_reading()
        transport.set_write_buffer_limits(MEBIBYTE)
        piece = data * max(1, MEBIBYTE // len(data) // 4)
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(5 * TIMES):
                while not transport.is_closing():
                    transport.write(piece)
                    while transport.get_write_buffer_size() > MEBIBYTE and not transport.is_closing():
                        await asyncio.sleep(0.01)
        transport.abort()


FLOODS = {
    "pings": masked(Opcode.PING, bytes(125)),
    "pongs": masked(Opcode.PONG, bytes(125)),
    "questions whether the hub is fresh": masked(Opcode.BINARY, FRESHEN),
    "pieces of no message": masked(Opcode.CONT, b"", fin=False),
}


@pytest.mark.parametrize("data", FLOODS.values(), ids=FLOODS)
async def test_a_flood_costs_no_memory_even_if_no_answer_is_taken(place: Place, data: bytes) -> None:
    async with attacked(place):
        await flood(place, data)


async def test_a_message_in_pieces_without_end_is_cut_off(place: Place) -> None:
    async def attack(_: int) -> None:
        async with place.open("ES") as es, connected(es) as (channel, _):
            transport = socket_of(channel).transport
            transport.write(masked(Opcode.BINARY, b"\x92", fin=False))
            while not transport.is_closing():
                transport.write(masked(Opcode.CONT, b"", fin=False) * 10_000)
                await asyncio.sleep(0.01)

    async with attacked(place):
        async with asyncio.timeout(60):
            await together(2, attack)


async def test_events_of_the_largest_size_at_full_speed_cost_no_memory(place: Place) -> None:
    """Several devices' worth of sockets, each with as much as it can bring, none of it admitted."""
    async with place.open("ES") as es:
        event = Hand(es).honest()
    large = masked(Opcode.BINARY, encode(Append(event.header, event.signature, (bytes(230 * 1024),))))

    async def attack(_: int) -> None:
        await flood(place, large, deaf=False)

    async with attacked(place, 60):
        await together(4, attack)


async def test_reports_with_a_hundred_thousand_faults_hold_up_nobody(place: Place) -> None:
    """Each is as large as an event may be; to list all that is wrong with one of them takes many seconds."""
    async with place.open("ES") as es:
        assert await es.sync()
        stat = msgspec.json.encode({"body": {"goods": [{"x": {}}] * 20_000}, "salt": "A" * 22}, order="sorted")
        event = Hand(es).report(stat)
    async with attacked(place, 60), place.open("ES") as es, connected(es) as (channel, _):
        for _ in range(10 * TIMES):
            await channel.send(Append(event.header, event.signature, event.parts))
            while not isinstance(said := await channel.receive(), Refusal):
                pass
            assert said.code == "bad-form"


async def test_refusals_that_are_not_taken_do_not_pile_up(place: Place) -> None:
    """A small event whose refusal says much: a report with hundreds of faults."""
    async with place.open("ES") as es:
        assert await es.sync()  # or what it has missed comes before the refusal
        hand = Hand(es)
        body = {f"field_{number}": number for number in range(600)}
        stat = msgspec.json.encode({"body": body, "salt": "A" * 22}, order="sorted")
        event = hand.report(stat)
        said = await refusal(es, event)
        assert 0 < len(said.details) <= 50
    async with attacked(place):
        await flood(place, masked(Opcode.BINARY, encode(Append(event.header, event.signature, event.parts))))


@pytest.mark.skipif(not FULL, reason="fills the buffers of this machine first: VOCU_FULL=1")
@pytest.mark.parametrize("takes", [0, 1])
async def test_a_device_is_let_go_that_takes_so_many_bytes_now_and_then(place: Place, takes: int) -> None:
    logged = place.hub.log.stat().st_size
    async with attacked(place), place.open("ES") as es, connected(es) as (channel, _):
        transport = socket_of(channel).transport
        transport.get_extra_info("socket").setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        transport.pause_reading()
        transport.write(masked(Opcode.BINARY, FRESHEN) * 8000)
        async with asyncio.timeout(60):
            while es.settings.device not in _disconnected(place, logged):
                with contextlib.suppress(OSError):
                    os.read(transport.get_extra_info("socket").fileno(), takes)
                await asyncio.sleep(0.2)
        transport.abort()


def _disconnected(place: Place, logged: int) -> list[str]:
    lines = map(json.loads, place.hub.log.read_bytes()[logged:].splitlines())
    return [line["device"] for line in lines if line["event"] == "disconnected"]


async def test_who_leaves_without_taking_what_he_asked_for_leaves_nothing_behind(place: Place) -> None:
    """Again and again: ask for much, say goodbye, keep the line."""

    async def attack(_: int) -> None:
        async with place.open("ES") as es:
            for _ in range(10 * TIMES):
                async with connected(es) as (channel, _):
                    transport = socket_of(channel).transport
                    transport.pause_reading()
                    transport.write(masked(Opcode.BINARY, FRESHEN) * 500 + masked(Opcode.CLOSE, b"\x03\xe8"))
                    await asyncio.sleep(0.05)
                    transport.abort()

    async with attacked(place):
        await together(2, attack)


async def test_compressed_frames_are_refused(place: Place) -> None:
    async with attacked(place), place.open("ES") as es, connected(es) as (channel, _):
        socket_of(channel).transport.write(b"\xc2\x80" + bytes(4))
        assert await hung_up(socket_of(channel)) == 1002


async def test_more_sockets_than_a_device_may_have_push_out_its_own_oldest(place: Place) -> None:
    async def attack(_: int) -> None:
        async with place.open("ES") as es, connected(es):
            await asyncio.sleep(3)

    logged = place.hub.log.stat().st_size
    async with attacked(place):
        await together(20 * TIMES, attack)
    assert b'"code": 4429' in place.hub.log.read_bytes()[logged:]


async def test_tokens_are_not_to_be_guessed(place: Place) -> None:
    async with (
        attacked(place),
        place.open("ES") as es,
        connected(es) as (_, token),
        httpx2.AsyncClient(base_url=place.hub.url, timeout=30) as client,
    ):
        for _ in range(100 * TIMES):
            guess = {"Authorization": f"Bearer {token[:-6]}{secrets.token_urlsafe(4)}"}
            answer = await client.get(f"/v1/operations/{es.settings.op}/join-requests", headers=guess)
            assert answer.status_code == 401
