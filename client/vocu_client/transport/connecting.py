"""Which kind of line comes about: a WebSocket, or long-poll where something between lets no WebSocket through."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from vocu_client.transport.line import CONNECT_SECONDS, BlockedError, Line, OfflineError
from vocu_client.transport.polling import PollingLine
from vocu_client.transport.proxy import Proxy
from vocu_client.transport.way import Kind, Way
from vocu_client.transport.websocket import WebSocketLine

HEAD_START_SECONDS: Final = 2.5
"""For so long only the first kind is tried, unless it fails sooner: what swallows a WebSocket says nothing."""

T = TypeVar("T")


async def connect_line(
    address: str, way: Way, greet: Callable[[Line], Awaitable[T]], *, shared: bool
) -> tuple[Line, T]:
    """The first line on which the hub answers our greeting, and its answer. `shared`: each of its processes may answer
    at this address; where a line must stay with one of them, that one is to send us to its own.

    Raises OfflineError, RefusedError, or what `greet` raises.
    """
    proxy = way.proxy_to(address)
    kinds = list(way.kinds)
    tasks: list[asyncio.Task[tuple[Kind, Line, T]]] = []
    pending: set[asyncio.Task[tuple[Kind, Line, T]]] = set()
    blocked = BlockedError("offline", "The hub cannot be reached now.")
    try:
        while kinds or pending:
            if kinds:
                tasks.append(asyncio.create_task(_attempt(kinds.pop(0), address, proxy, greet, shared=shared)))
                pending.add(tasks[-1])
            seconds = HEAD_START_SECONDS if kinds else None
            done, pending = await asyncio.wait(pending, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                try:
                    kind, line, answer = task.result()
                except BlockedError as error:
                    blocked = error
                else:
                    tasks.remove(task)
                    way.worked(kind)
                    return line, answer
        raise blocked
    finally:
        await _abandon(tasks)


async def _attempt(
    kind: Kind, address: str, proxy: Proxy | None, greet: Callable[[Line], Awaitable[T]], *, shared: bool
) -> tuple[Kind, Line, T]:
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            line = await _connect(kind, address, proxy, shared=shared)
            try:
                return kind, line, await greet(line)
            except OfflineError as error:
                await line.close()
                # The hub gives a reason; without one, something between has ended the line.
                raise BlockedError(error.code, error.message) if error.code == "offline" else error from None
            except BaseException:
                await line.close()
                raise
    except TimeoutError:
        raise BlockedError("offline", "The hub does not answer.") from None


async def _connect(kind: Kind, address: str, proxy: Proxy | None, *, shared: bool) -> Line:
    if kind == "polling":
        return await PollingLine.connect(address, proxy, shared=shared)
    return await WebSocketLine.connect(address, proxy)


async def _abandon(tasks: list[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(ended, tuple):
            await ended[1].close()
