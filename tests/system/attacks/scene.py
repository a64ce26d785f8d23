"""The hub under attack, the desks that must not notice, and raw sockets for those who attack."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import psutil
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.system.bad_input.scene import connected, open_socket
from tests.system.rig import PASSPHRASE, Hub, admit, found, until, watching
from vocu.errors import VocuError
from vocu_client import Desk, Home

MEBIBYTE = 1024 * 1024
FULL = bool(os.environ.get("VOCU_FULL"))
TIMES = 10 if FULL else 1
"""How many times as much a long run attacks with."""

__all__ = ["FULL", "MEBIBYTE", "TIMES", "Place", "attacked", "connected", "open_socket", "raw", "together"]


class Place:
    """A hub process with an operation; ES attacks with a desk of its own, PL and DE work."""

    def __init__(self, folder: Path, *init: str) -> None:
        self.folder = folder
        self.hub = Hub(folder / "hub", *init)
        settings = folder / "hub" / "hub.toml"
        settings.write_text(settings.read_text().replace('["127.0.0.1", "::1"]', "[]"))

    def open(self, ncp: str) -> Desk:
        return Desk.open(Home(self.folder / ncp), PASSPHRASE)

    async def tell(self) -> None:
        pl = await found(self.hub, self.folder)
        for ncp in ("DE", "ES"):
            (await admit(pl, self.folder, ncp)).close()
        pl.close()

    @property
    def process(self) -> psutil.Process:
        assert self.hub.process is not None
        return psutil.Process(self.hub.process.pid)


@contextlib.asynccontextmanager
async def attacked(place: Place, most_mib: int = 40) -> AsyncIterator[None]:
    """While this lasts, what DE posts gets its receipt and arrives at PL, and the hub's memory grows by no more than
    this; afterwards it has seen no trouble."""
    async with place.open("PL") as pl, place.open("DE") as de, watching(pl, de):
        await _post(de, pl)
        logged = place.hub.log.stat().st_size
        before, peak, served = place.process.memory_info().rss, 0, 0

        async def measure() -> None:
            nonlocal peak
            while True:
                peak = max(peak, place.process.memory_info().rss)
                await asyncio.sleep(0.02)

        async def serve() -> None:
            nonlocal served
            while True:
                await _post(de, pl)
                served += 1
                await asyncio.sleep(0.2)

        tasks = [asyncio.create_task(measure()), asyncio.create_task(serve())]
        try:
            yield
            so_far = served
            await until(lambda: served > so_far or tasks[1].done(), 60)
        finally:
            for task in tasks:
                task.cancel()
            done = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(done[1], asyncio.CancelledError), done[1]
    grown = (peak - before) / MEBIBYTE
    print(f"served {served}, grown by {grown:.1f} MiB from {before / MEBIBYTE:.0f}")
    assert grown < most_mib
    log = place.hub.log.read_bytes()[logged:]
    assert b"Traceback" not in log
    assert b'"level": "error"' not in log


async def _post(sender: Desk, reader: Desk) -> None:
    """A message that arrives."""
    seen = reader.view.size
    sender.actions.send_message("an honest word")
    await until(lambda: reader.view.size > seen and set(sender.outbox.counts()) <= {"delivered"}, 60)


@contextlib.asynccontextmanager
async def raw(place: Place, **options: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A TCP connection to the hub, from another address than the desks have; `receives`: bytes that fit its window."""
    end = socket.socket()
    end.bind(("127.0.0.2", 0))
    if "receives" in options:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, options["receives"])
    end.setblocking(False)
    await asyncio.get_running_loop().sock_connect(end, ("127.0.0.1", place.hub.port))
    reader, writer = await asyncio.open_connection(sock=end)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def together(many: int, attack: Callable[[int], Awaitable[None]], *, patient: bool = True) -> None:
    """So many attackers at once. Who is hung up on has had his answer; who waits in vain has not, unless `patient`."""

    async def one(number: int) -> None:
        gone = (ConnectionError, ConnectionClosed, InvalidHandshake, EOFError, VocuError)
        with contextlib.suppress(*gone, *([TimeoutError] if patient else ())):
            await attack(number)

    await asyncio.gather(*(one(number) for number in range(many)))


async def hung_up(socket_: ClientConnection, seconds: float = 30) -> int:
    """The close code with which the hub ends this connection, 1006 where it says nothing."""
    with contextlib.suppress(ConnectionClosed):
        async with asyncio.timeout(seconds):
            while True:
                await socket_.recv()
    return socket_.close_code or 1006
