"""A load balancer on loopback that goes round its hub processes: it sends each connection to the next one, or each
request, and then it lets no WebSocket through."""

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator, Sequence

from tests.system.middleboxes import join, serving


class Balancer:
    """Before these ports of loopback. `tls`: it shows a certificate of its own, and speaks plainly to those ports.
    `whole`: it passes connections on as they are, whatever is said on them."""

    def __init__(self, ports: Sequence[int], tls: ssl.SSLContext | None = None, *, whole: bool = False) -> None:
        self._ports = list(ports)
        self._tls = tls
        self._whole = whole
        self.url = ""

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["Balancer"]:
        async with serving(self._connection if self._whole else self._requests, self._tls) as port:
            self.url = f"{'https' if self._tls else 'http'}://127.0.0.1:{port}"
            yield self

    def turn_to(self, port: int) -> None:
        """This one is next."""
        while self._ports[0] != port:
            self._next()

    def _next(self) -> int:
        self._ports.append(self._ports.pop(0))
        return self._ports[-1]

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hub = await asyncio.open_connection("127.0.0.1", self._next())
        with contextlib.closing(hub[1]):
            await join((reader, writer), hub)

    async def _requests(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            request = await _message(reader)
            if b"upgrade: websocket" in request.lower():
                writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                continue
            hub_reader, hub_writer = await asyncio.open_connection("127.0.0.1", self._next())
            with contextlib.closing(hub_writer):
                hub_writer.write(request)
                writer.write(await _message(hub_reader))
            await writer.drain()


async def _message(reader: asyncio.StreamReader) -> bytes:
    """A request, or an answer to one, that says how long it is."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return head + await reader.readexactly(int(length[1]) if length else 0)
