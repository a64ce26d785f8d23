"""A line that cannot be relied on: what passes is held up, torn into small pieces, and breaks off anywhere."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator


class ChaoticLine:
    """A TCP proxy on a port of its own, which behaves until it is no longer `calm`. Then each piece waits up to `delay`
    seconds, and a connection breaks after up to `bytes_between` bytes."""

    def __init__(self, port: int, *, delay: float, bytes_between: int, chance: random.Random) -> None:
        self._port = port
        self._delay = delay
        self._bytes_between = bytes_between
        self._chance = chance
        self.calm = True
        self.cuts = 0
        self.url = ""

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["ChaoticLine"]:
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            hub_reader, hub_writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            writer.transport.abort()
            return
        ends = self._chance.randrange(1000, self._bytes_between)
        ways = [
            asyncio.create_task(self._pass(source, sink, ends))
            for source, sink in ((reader, hub_writer), (hub_reader, writer))
        ]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        self.cuts += not self.calm
        writer.transport.abort()
        hub_writer.transport.abort()

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, left: int) -> None:
        with contextlib.suppress(OSError):
            while left > 0 and (data := await source.read(self._chance.randrange(1, 3000))):
                if not self.calm:
                    await asyncio.sleep(self._chance.random() * self._delay)
                    left -= len(data)
                sink.write(data[: len(data) + min(0, left)])
                await sink.drain()
