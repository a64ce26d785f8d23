"""Bad input of every kind at once, again and again: the hub stays small and serves its desks."""

import asyncio
import contextlib

import psutil
from websockets.exceptions import ConnectionClosed

from tests.system.bad_input.forging import Hand
from tests.system.bad_input.scene import Place, farewell, open_socket, refusal
from tests.system.bad_input.test_events import EVENTS
from tests.system.bad_input.test_frames import FRAMES
from tests.system.bad_input.test_http import MEBIBYTE, REQUESTS, ask
from vocu_client import Desk


async def test_a_burst_of_bad_input_costs_the_hub_no_memory_and_its_desks_no_service(place: Place, de: Desk) -> None:
    assert place.hub.process is not None
    hub = psutil.Process(place.hub.process.pid)
    most = before = hub.memory_info().rss

    async def frame(data: bytes | str) -> None:
        socket = await open_socket(place.hub.url)
        with contextlib.suppress(ConnectionClosed):
            await socket.send(data)
        await farewell(socket)

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, hub.memory_info().rss)
            await asyncio.sleep(0.02)

    watching = asyncio.create_task(watch())
    for _ in range(3):
        await asyncio.gather(*(frame(data) for data, _ in list(FRAMES.values())[:8]))
        for request in REQUESTS.values():
            await ask(de, request)
        for bad in EVENTS[:10]:
            await refusal(de, bad.make(Hand(de)))
        assert await de.sync()
    watching.cancel()
    assert most - before < 32 * MEBIBYTE
