"""How connections come in: each is counted for its address, then taken through TLS where the hub holds that itself.

uvicorn would hear of a connection only when its handshake is over. Until then asyncio keeps it for a minute, with some
75 KiB, however many there are.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable

import structlog

from vocu_server.arrivals import Arrivals

Serve = Callable[[Callable[[], None]], asyncio.Protocol]
"""Makes who serves a connection, and is given what to call when that one counts no longer."""

BACKLOG = 2048
AT_ONCE = 100
"""Connections that are taken before the others have their turn."""
SECONDS_WITHOUT_FILES = 1

log = structlog.get_logger()


class Door:
    """Takes what comes to `listener`, once it is open. `patience`: seconds for a handshake."""

    def __init__(
        self, listener: socket.socket, arrivals: Arrivals, patience: float, tls: ssl.SSLContext | None, serve: Serve
    ) -> None:
        self._listener = listener
        self._arrivals = arrivals
        self._patience = patience
        self._tls = tls
        self._serve = serve
        self._under_way: set[asyncio.Task[None]] = set()
        self._pause: asyncio.TimerHandle | None = None

    def open(self) -> None:
        self._listener.setblocking(False)
        self._listener.listen(BACKLOG)
        self._attend()

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._listener)
        if self._pause is not None:
            self._pause.cancel()
        for task in self._under_way:
            task.cancel()

    def _attend(self) -> None:
        asyncio.get_running_loop().add_reader(self._listener, self._take)

    def _take(self) -> None:
        for _ in range(AT_ONCE):
            try:
                connection, peer = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                log.warning("accept-failed", error=error.strerror)
                self._rest()
                return
            self._meet(connection, str(peer[0]))

    def _rest(self) -> None:
        """With no open file left, it would only be told the same again."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener)
        self._pause = loop.call_later(SECONDS_WITHOUT_FILES, self._attend)

    def _meet(self, connection: socket.socket, address: str) -> None:
        leave = self._arrivals.enter(address)
        if leave is None:
            log.info("hung-up", code="too-many-connections", address=address)
            connection.close()
            return
        task = asyncio.create_task(self._let_in(connection, address, leave))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _let_in(self, connection: socket.socket, address: str, leave: Callable[[], None]) -> None:
        connection.setblocking(False)
        patience = self._patience if self._tls is not None else None
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: self._serve(leave), connection, ssl=self._tls, ssl_handshake_timeout=patience
            )
        except OSError:  # a timeout, and whatever TLS finds wrong, are of this family
            log.info("hung-up", code="no-handshake", address=address)
            leave()
        except BaseException:
            leave()
            raise
