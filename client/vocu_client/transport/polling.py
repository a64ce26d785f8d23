"""The line as HTTPS requests that wait, where no WebSocket passes (docs/protocol.md §7)."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Self

import httpx2

from vocu.errors import MalformedError, VocuError
from vocu.protocol.polling import FRAMES_AT_ONCE, Asked, Brought, encode, read_brought
from vocu_client.transport.http import http_client, no_answer
from vocu_client.transport.line import MAX_FROM_HUB, BlockedError, OfflineError, closed_by_hub
from vocu_client.transport.proxy import Proxy
from vocu_client.transport.way import TRY_AGAIN_SECONDS

ANSWER_SECONDS = 40.0
"""The hub keeps a request for 25 seconds at most."""
GIVE_UP_SECONDS = 45.0
"""The hub keeps a session for a minute without a request."""
GOODBYE_SECONDS = 2.0
MOST, LEAST = 384 * 1024, 1024
"""Bytes of frames in one request or answer, or one frame: half of it after each that got lost, then more again."""
MEANWHILE_DOWN = frozenset({502, 503, 504})


class PollingLine:
    """See `Line`. What is sent goes in requests one after the other; what is received, in others meanwhile."""

    def __init__(self, url: str, http: httpx2.AsyncClient, proxy: Proxy | None, *, shared: bool) -> None:
        self._url = url
        self._http = http
        self._proxy = proxy
        self._shared = shared
        self.certificate: bytes | None = None
        self._began = self._heard = time.monotonic()
        self._unsent: deque[bytes] = deque()
        self._taken = self._have = 0
        self._most = MOST
        self._received: deque[bytes] = deque()
        self._goodbye: tuple[int, str] | None = None
        self._sending: asyncio.Task[None] | None = None
        self._open = False

    @classmethod
    async def connect(cls, hub: str, proxy: Proxy | None, *, shared: bool) -> Self:
        """The first frame that is sent begins the session. `shared`: as in `Asked`."""
        http = http_client(hub, "", proxy, ANSWER_SECONDS)
        http.headers["Accept-Encoding"] = "identity"
        return cls(hub.rstrip("/") + "/v1/poll", http, proxy, shared=shared)

    async def send(self, data: bytes) -> None:
        if not self._open:
            await self._begin(data)
            return
        if self._sending is not None and self._sending.done():
            self._sending.result()
            self._sending = None
        self._unsent.append(data)
        if self._sending is None:
            self._sending = asyncio.create_task(self._send())
        while sum(map(len, self._unsent)) > 2 * MOST and not self._sending.done():
            await asyncio.wait({self._sending}, timeout=0.05)

    async def receive(self) -> bytes:
        while not self._received:
            if self._goodbye is not None:
                raise closed_by_hub(*self._goodbye)
            if time.monotonic() - self._began > TRY_AGAIN_SECONDS:
                raise OfflineError("offline", "It is time to see whether a WebSocket passes now.")
            await self._poll()
        return self._received.popleft()

    async def close(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)
        if self._open and self._goodbye is None:
            with contextlib.suppress(httpx2.HTTPError):
                await self._http.delete(self._url, timeout=GOODBYE_SECONDS)
        await self._http.aclose()

    async def _begin(self, hello: bytes) -> None:
        try:
            brought = await self._ask(Asked(first=0, have=0, frames=(hello,), shared=self._shared))
        except httpx2.HTTPError as error:
            reason = no_answer(error, self._proxy)
            raise BlockedError(reason.code, reason.message) if type(reason) is OfflineError else reason from None
        if brought is None:
            raise BlockedError("offline", "The hub cannot be reached now.")
        if brought.session is None and brought.closed is None:
            raise MalformedError("bad-frame", "The hub began no session, and did not say why.")
        self._http.headers["Authorization"] = f"Bearer {brought.session}"
        self._open = True
        self._taken = 1
        self._take(brought)

    async def _poll(self) -> None:
        """Ask for frames; break off where sending has failed."""
        polling = asyncio.create_task(self._persist(self._wanted))
        try:
            while not polling.done():
                sending = {self._sending} if self._sending is not None and not self._sending.done() else set()
                await asyncio.wait({polling, *sending}, return_when=asyncio.FIRST_COMPLETED, timeout=1.0)
                if self._sending is not None and self._sending.done():
                    self._sending.result()
            self._take(polling.result())
        finally:
            polling.cancel()
            with contextlib.suppress(asyncio.CancelledError, VocuError):
                await polling

    async def _send(self) -> None:
        """Everything that waits to be sent, several frames in each request."""
        while self._unsent:
            first = self._taken
            brought = await self._persist(self._brought)
            if not first <= brought.taken <= first + len(self._unsent):
                raise MalformedError("bad-frame", "The hub has taken frames that were not sent.")
            self._taken = brought.taken
            for _ in range(brought.taken - first):
                self._unsent.popleft()

    def _wanted(self) -> Asked:
        return Asked(first=self._taken, have=self._have, most=self._most)

    def _brought(self) -> Asked:
        frames: list[bytes] = []
        size = 0
        for frame in self._unsent:
            size += len(frame)
            if frames and (size > self._most or len(frames) == FRAMES_AT_ONCE):
                break
            frames.append(frame)
        return Asked(first=self._taken, have=self._have, frames=tuple(frames))

    async def _persist(self, asking: Callable[[], Asked]) -> Brought:
        """The answer, asked for again where it got lost. Raises OfflineError when the session must be over."""
        attempt = 0
        while True:
            try:
                brought = await self._ask(asking())
            except httpx2.HTTPError as error:
                lost, brought = no_answer(error, self._proxy), None
            else:
                lost = OfflineError("offline", "The hub cannot be reached now.")
            if brought is not None:
                self._heard = time.monotonic()
                self._most = min(MOST, 2 * self._most)
                return brought
            self._most = max(LEAST, self._most // 2)
            if time.monotonic() - self._heard > GIVE_UP_SECONDS or lost.code != "offline":
                raise lost
            await asyncio.sleep(min(5.0, 0.1 * 2**attempt))
            attempt += 1

    async def _ask(self, asked: Asked) -> Brought | None:
        """One request; None where something between answers that the hub is down."""
        data = bytearray()
        async with self._http.stream("POST", self._url, content=encode(asked)) as response:
            self._check_certificate(_certificate_of(response))
            async for chunk in response.aiter_raw():
                data += chunk
                if len(data) > MAX_FROM_HUB:
                    raise MalformedError("frame-too-large", "The hub sends what no hub of vocu/1 sends.")
        ours = response.headers.get("content-type") == "application/octet-stream"  # and not somebody's "blocked" page
        if response.is_success and ours:
            return read_brought(bytes(data))
        if self._open and (response.is_success or response.status_code in MEANWHILE_DOWN):
            return None
        code, message = f"HTTP {response.status_code}", "The line to the hub is gone; this desk connects again."
        raise OfflineError("offline", message, (code,)) if self._open else BlockedError("offline", message, (code,))

    def _check_certificate(self, shown: bytes | None) -> None:
        """Raises OfflineError where it is not the one that this session began with: the hub is to judge the new one."""
        if not self._open:
            self.certificate = shown
        elif shown is not None and shown != self.certificate:
            raise OfflineError("offline", "Another certificate is shown than before; this desk connects again.")

    def _take(self, brought: Brought) -> None:
        if brought.first > self._have:
            raise MalformedError("bad-frame", "The hub has left out frames.")
        fresh: Any = brought.frames[self._have - brought.first :]
        self._received.extend(bytes(frame) for frame in fresh)
        self._have += len(fresh)
        self._goodbye = brought.closed or self._goodbye


def _certificate_of(response: httpx2.Response) -> bytes | None:
    stream = response.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream is not None else None
    certificate: bytes | None = tls.getpeercert(binary_form=True) if tls is not None else None
    return certificate
