"""A line to the hub that breaks: a TCP proxy that cuts each connection in the middle of whatever it carries, and may
hold it up before."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator

from tests.system.middleboxes import serving


class CuttingLine:
    """What passes, passes unchanged; `cuts` counts the breaks. `bytes_between`: the most that a connection carries. A
    line with a `delay` hands on small pieces, each up to so many seconds late. Nothing of this happens while it is
    `calm`."""

    def __init__(self, port: int, bytes_between: int, *, delay: float = 0, calm: bool = False) -> None:
        self._port = port
        self._bytes_between = bytes_between
        self._delay = delay
        self.calm = calm
        self.cuts = 0
        self.url = ""

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["CuttingLine"]:
        async with serving(self._carry) as port:
            self.url = f"http://127.0.0.1:{port}"
            yield self

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            hub_reader, hub_writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            writer.transport.abort()
            return
        left = [random.randrange(self._bytes_between)]
        ways = [asyncio.create_task(self._pass(*way, left)) for way in ((reader, hub_writer), (hub_reader, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if left[0] <= 0:
                self.cuts += 1
            writer.transport.abort()
            hub_writer.transport.abort()
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, left: list[int]) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(random.randrange(1, 3000) if self._delay else 4096):
                if not self.calm:
                    await asyncio.sleep(random.random() * self._delay)
                    data = data[: max(0, left[0])]
                    left[0] -= len(data)
                writer.write(data)
                await writer.drain()
                if left[0] <= 0:
                    return
