"""What stands between a desk and its hub in many networks: proxies that ask for a password, and what lets no WebSocket
through. All on loopback."""

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator
from typing import Literal

Manner = Literal["refuses", "hangs", "swallows", "passes"]


class Blocker:
    """Passes HTTP on to the hub, and does with WebSockets as `manner` says. Counts how often it was asked for one."""

    def __init__(self, port: int, manner: Manner) -> None:
        self._port = port
        self.manner: Manner = manner
        self.asked = 0
        self.url = ""

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["Blocker"]:
        async with serving(self._carry) as port:
            self.url = f"http://127.0.0.1:{port}"
            yield self

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        upgrade = b"upgrade: websocket" in head.lower()
        self.asked += upgrade
        if upgrade and self.manner == "refuses":
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return
        if upgrade and self.manner == "hangs":
            await reader.read()
            return
        hub_reader, hub_writer = await asyncio.open_connection("127.0.0.1", self._port)
        with contextlib.closing(hub_writer):
            hub_writer.write(head)
            if upgrade and self.manner == "swallows":
                writer.write(await hub_reader.readuntil(b"\r\n\r\n"))
                await reader.read()
                return
            await join((reader, writer), (hub_reader, hub_writer))


class AskingProxy:
    """A forward proxy (CONNECT) that wants a name and password (Basic), or refuses with `status` whoever has them."""

    def __init__(self, credentials: str, status: int = 200) -> None:
        self._wanted = base64.b64encode(credentials.encode()).decode()
        self._status = status
        self.passed = self.refused = 0
        self.address = ""

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["AskingProxy"]:
        async with serving(self._carry) as port:
            self.address = f"127.0.0.1:{port}"
            yield self

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        method, target, _ = head.split(" ", 2)
        if f"\r\nproxy-authorization: basic {self._wanted.lower()}\r\n" not in head.lower():
            self.refused += 1
            writer.write(
                b'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="office"\r\n'
                b"Content-Length: 0\r\n\r\n"
            )
            return
        if method != "CONNECT" or self._status != 200:
            writer.write(f"HTTP/1.1 {self._status} No\r\nContent-Length: 0\r\n\r\n".encode())
            return
        self.passed += 1
        host, _, port = target.rpartition(":")
        hub = await asyncio.open_connection(host, int(port))
        with contextlib.closing(hub[1]):
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await join((reader, writer), hub)


@contextlib.asynccontextmanager
async def serving(carry: object, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """The port of a server that treats each connection so, and forgets those that break."""
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def ended(task: asyncio.Task[None]) -> None:
            tasks.discard(task)
            writer.close()  # here, for a task may be cancelled before it has begun, and while it cleans up

        task = asyncio.create_task(attend(reader, writer))
        tasks.add(task)
        task.add_done_callback(ended)

    async def attend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError):
            await carry(reader, writer)  # type: ignore[operator]
            await writer.drain()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def join(one: Ends, other: Ends) -> None:
    """Carry bytes both ways, until one of them hangs up. Who opened the connections closes them."""
    ways = [asyncio.create_task(_pass(*way)) for way in ((one[0], other[1]), (other[0], one[1]))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
