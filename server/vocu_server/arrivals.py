"""Connections before anybody knows who is there: how many from one address, how long they take, how much they say.

uvicorn's HTTP has no bound on any of this. Whoever begins a request finishes it soon, and takes its answer; who was let
in on the channel no longer counts, for there the limits of devices hold.
"""

import asyncio
import ipaddress
import time
from collections import Counter
from collections.abc import Callable, Collection
from typing import Any, cast

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from vocu.errors import RefusedError
from vocu_server.wire import HubProtocol

MAX_HEAD = 32 * 1024
"""Bytes of a request before its body. None of ours has a twentieth of it."""
MAX_HEADERS = 100
MAX_PIPELINED = 8
MAX_REFUSED = 64 * 1024 * 1024
"""Bytes of a body that are still taken, and thrown away, after its request was refused."""
SLOWEST = 1024
"""Bytes a second, of a body or an answer, below which nobody is waited for."""

log = structlog.get_logger()


class Trusted:
    """The addresses of proxies, and of whoever has none because he is on this machine."""

    def __init__(self, networks: Collection[str]) -> None:
        self._networks = [ipaddress.ip_network(each) for each in networks]

    def __contains__(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return not address
        if isinstance(found, ipaddress.IPv6Address):
            found = found.ipv4_mapped or found
        return any(found in each for each in self._networks)


class Arrivals:
    """Counts, for each address, the connections of which nobody has said yet who he is.

    IPv6 is counted by networks of 64 bits: whoever has one address there has them all. Of `trusted` addresses, those of
    proxies, there may be any number.
    """

    def __init__(self, most: int, trusted: Collection[str]) -> None:
        self._most = most
        self._trusted = Trusted(trusted)
        self._here: Counter[str] = Counter()

    def enter(self, address: str) -> Callable[[], None] | None:
        """What is to be called, once or more often, when the connection is over or proven; None where it is one too
        many."""
        place = _place(address)
        if address in self._trusted:
            return lambda: None
        if self._here[place] >= self._most:
            return None
        self._here[place] += 1
        left = False

        def leave() -> None:
            nonlocal left
            if not left:
                left = True
                self._here[place] -= 1
                if not self._here[place]:
                    del self._here[place]

        return leave


class Visits:
    """Bounds how often in an hour somebody asks from one address (of IPv6: from one network of 64 bits)."""

    def __init__(self, most: int, trusted: Collection[str]) -> None:
        self._most = most
        self._trusted = Trusted(trusted)
        self._hour = 0
        self._count: Counter[str] = Counter()

    def require_few(self, address: str) -> None:
        """Count one more. Raises RefusedError where it is one too many. Trusted proxies, asking themselves, may."""
        if address in self._trusted:
            return
        hour = int(time.monotonic() // 3600)
        if hour != self._hour:
            self._hour = hour
            self._count.clear()
        place = _place(address)
        self._count[place] += 1
        if self._count[place] > self._most:
            raise RefusedError("too-many-requests", "Too many requests wait for this operation; ask its organiser.")


def _place(address: str) -> str:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:  # a proxy may say anything
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))


class HubHTTP(HttpToolsProtocol):
    """uvicorn's HTTP, which waits so many seconds for a request to come, go on, or have its answer taken."""

    def __init__(self, leave: Callable[[], None], patience: float, **given: Any) -> None:
        super().__init__(**given)
        self._leave = leave
        self._patience = patience
        self._in_head = False
        self._head = 0
        self._refused = 0
        self._unsent = 0
        self._deadline = 0.0
        self._look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait()
        self._look_after()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop_looking()
        self._leave()

    def data_received(self, data: bytes) -> None:
        in_head = self._in_head
        self._deadline += len(data) / SLOWEST if not in_head else 0
        super().data_received(data)
        if in_head and self._in_head:
            self._head += len(data)
            if self._head > MAX_HEAD:
                self._hang_up("head-too-large")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head, self._refused = True, 0, 0
        self._wait()

    def on_header(self, name: bytes, value: bytes) -> None:
        if len(self.headers) < MAX_HEADERS:
            super().on_header(name, value)
        else:
            self._hang_up("head-too-large")

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._wait()
        if len(self.pipeline) >= MAX_PIPELINED:
            self._hang_up("too-many-requests")
        elif not self.transport.is_closing():
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        if self.cycle is not None and self.cycle.response_complete:
            self._refused += len(body)
            if self._refused > MAX_REFUSED:
                self._hang_up("body-too-large")

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._wait()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._wait()

    def handle_websocket_upgrade(self) -> None:
        if self.transport.is_closing():
            return
        super().handle_websocket_upgrade()
        self._stop_looking()
        channel = cast(HubProtocol, self.transport.get_protocol())
        channel.leave = self._leave
        if not channel.handshake_initiated:  # it has all that came, and made nothing of it
            self.transport.abort()

    def _wait(self) -> None:
        self._deadline = self.loop.time() + self._patience

    def _look_after(self) -> None:
        """Hang up on who owes us the rest of a request, or takes no answer; to be called every second."""
        cycle, unsent = self.cycle, self.transport.get_write_buffer_size()
        is_taking = 0 < unsent <= self._unsent - SLOWEST
        is_ours = cycle is not None and not cycle.response_complete and (not cycle.more_body or self.flow.read_paused)
        if is_taking or (is_ours and not unsent):
            self._wait()
        self._unsent = unsent
        if self.loop.time() > self._deadline:
            self._hang_up("too-slow")
        else:
            self._look = self.loop.call_later(1, self._look_after)

    def _stop_looking(self) -> None:
        if self._look is not None:
            self._look.cancel()
            self._look = None

    def _hang_up(self, why: str) -> None:
        if not self.transport.is_closing():
            log.info("hung-up", code=why, address=self.client[0] if self.client else "")
        self._stop_looking()
        self.transport.abort()
