"""A TCP relay on loopback, in a thread of its own: a load balancer, or a door into a network namespace."""

import asyncio
import contextlib
import ctypes
import random
import socket
import threading
from collections.abc import Sequence
from pathlib import Path

CLONE_NEWNET = 0x40000000


class Relay:
    """Takes connections on a port of loopback, and connects each to one of these ports of loopback, whichever answers.

    With a namespace, those ports are on its loopback.
    """

    def __init__(self, targets: Sequence[int], namespace: str | None = None) -> None:
        self._targets = targets
        self._namespace = namespace
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = int(self._listener.getsockname()[1])
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        if self._namespace is not None:
            with Path("/run/netns", self._namespace).open() as namespace:
                if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), "setns")
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._connected, sock=self._listener))
        try:
            self._loop.run_forever()
        finally:
            server.close()
            left = asyncio.all_tasks(self._loop)
            for task in left:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            self._loop.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            for port in random.sample(self._targets, len(self._targets)):
                with contextlib.suppress(OSError):
                    there, back = await asyncio.open_connection("127.0.0.1", port)
                    with contextlib.closing(back):
                        ways = [asyncio.create_task(_pass(reader, back)), asyncio.create_task(_pass(there, writer))]
                        try:
                            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                        finally:
                            for way in ways:
                                way.cancel()
                    return


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(256 * 1024):
            writer.write(data)
            await writer.drain()
