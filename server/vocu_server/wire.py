"""One desk's connection, frame by frame: what the channel asks of it, and how a WebSocket does it.

uvicorn speaks the protocol; what differs is how the hub writes. A frame is serialised once, whoever receives it, and
given to every socket that takes it at once; only for one that does not is anybody kept waiting.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

import structlog
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame as WebSocketFrame
from websockets.frames import Opcode

from vocu.errors import MalformedError
from vocu.protocol.frames import Frame, FromDesk, encode, read_from_desk

EXTENSION = "vocu.socket"
SECONDS_FOR_GOODBYE = 1
SECONDS_TO_LEAVE = 5
MAX_FRAGMENTS = 1024
"""Pieces of one message. Desks send theirs whole, proxies may cut them at some kilobytes."""
MAX_REASON = 110

log = structlog.get_logger()


class GoneError(OSError):
    """The desk closed its connection, or the hub did."""


class Wire(Protocol):
    """Both directions of one connection: a WebSocket, or requests that wait (polling.py)."""

    address: str
    """Of who is at the other end."""
    shared: bool
    """Whether what comes next on it may come to another process of the hub."""

    def take(self, framed: bytes) -> bool:
        """Send a serialised frame, unless so much waits to be sent that it would only pile up. Raises GoneError."""

    async def drained(self) -> None:
        """Until it takes more, or is gone."""

    async def send(self, frame: Frame) -> None:
        """Send it as soon as it can be taken. Raises GoneError."""

    async def receive(self) -> FromDesk:
        """The next frame. Raises GoneError, or MalformedError."""

    def let_in(self) -> None:
        """Its desk has proved itself: it is no stranger's connection any more."""

    def close(self, code: int, reason: str) -> None:
        """Say goodbye soon, or hang up."""

    async def closed(self) -> None:
        """Until a goodbye that is being said was said."""


class HubProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, which lets the channel write to the socket itself, and lets nothing pile up.

    `leave` is to be called when its desk has proved itself; at the latest, it is when the socket is gone.
    """

    leave: Callable[[], None]
    _pong = b""

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.leave()

    async def run_asgi(self) -> None:
        await super().run_asgi()
        self.loop.call_later(SECONDS_TO_LEAVE, self.transport.abort)  # whoever takes nothing does not even hear goodbye

    def handle_ping(self) -> None:
        """Of several pings, only the newest wants a pong (RFC 6455 §5.5.3)."""
        self._pong = b"".join(self.conn.data_to_send())
        if self.writable.is_set():
            self._answer_ping()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._answer_ping()

    def _answer_ping(self) -> None:
        if self._pong:
            self.transport.write(self._pong)
            self._pong = b""

    def handle_cont(self, event: WebSocketFrame) -> None:
        if len(self.frames) < MAX_FRAGMENTS:
            super().handle_cont(event)
        else:
            self.transport.abort()

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            extensions: dict[str, Any] = self.scope["extensions"] or {}
            extensions[EXTENSION] = self

    def take(self, framed: bytes) -> bool:
        """Write a serialised frame, unless so much waits to be sent that it would only pile up. Raises GoneError."""
        if self.disconnected or self.close_sent or self.transport.is_closing():
            raise GoneError
        if not self.writable.is_set():
            return False
        self.transport.write(framed)
        return True

    async def drained(self) -> None:
        """Until the socket takes more, or is gone."""
        await self.writable.wait()

    def abort(self) -> None:
        """Hang up, whatever waits to be sent."""
        self.transport.abort()


def serialise(payload: bytes) -> bytes:
    """A frame as a server sends it: binary, not masked, whole (RFC 6455 §5.2)."""
    return WebSocketFrame(Opcode.BINARY, payload).serialize(mask=False)


def payload(framed: bytes) -> memoryview:
    """What `serialise` was given, without a copy."""
    return memoryview(framed)[{126: 4, 127: 10}.get(framed[1], 2) :]


class WebSocketWire:
    """See `Wire`."""

    shared = False

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.address = (scope.get("client") or ("", 0))[0]
        self._receive = receive
        self._send = send
        self._socket: HubProtocol = scope["extensions"][EXTENSION]
        self._closing: asyncio.Task[None] | None = None
        self.take = self._socket.take
        self.drained = self._socket.drained

    async def accept(self) -> None:
        await self._receive()
        await self._send({"type": "websocket.accept"})

    async def receive(self) -> FromDesk:
        message = await self._receive()
        if message["type"] != "websocket.receive":
            raise GoneError
        data = message.get("bytes")
        if data is None:
            raise MalformedError("bad-frame", "The channel takes binary frames only.")
        return read_from_desk(data)

    async def send(self, frame: Frame) -> None:
        framed = serialise(encode(frame))
        while not self.take(framed):
            await self.drained()

    def let_in(self) -> None:
        self._socket.leave()

    def close(self, code: int, reason: str) -> None:
        """Say goodbye within a second, or hang up."""
        if self._closing is None:
            log.info("closed", code=code)
            self._closing = asyncio.create_task(self._close(code, reason))

    async def closed(self) -> None:
        if self._closing is not None:
            await self._closing

    async def _close(self, code: int, reason: str) -> None:
        try:
            async with asyncio.timeout(SECONDS_FOR_GOODBYE):
                await self._send({"type": "websocket.close", "code": code, "reason": reason[:MAX_REASON]})
        except (OSError, TimeoutError, RuntimeError):
            self._socket.abort()
