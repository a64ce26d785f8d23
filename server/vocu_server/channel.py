"""The connection through which a desk appends and is served (docs/protocol.md §7)."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Receive, Scope, Send

from vocu.errors import MalformedError, RefusedError, UntrustedError, VocuError
from vocu.protocol.frames import (
    Append,
    Auth,
    Failure,
    Frame,
    Freshen,
    FromDesk,
    Hello,
    Receipt,
    Receipts,
    Redirect,
    Refusal,
    Welcome,
    encode,
)
from vocu_server.fanout.feed import FAILING, Feed, Reader
from vocu_server.login import Login, Session
from vocu_server.sequencer.operations import Operations
from vocu_server.sequencer.ownership import NotHereError
from vocu_server.settings import Limits
from vocu_server.wire import GoneError, WebSocketWire, Wire, serialise

TOO_LARGE, MALFORMED, NOT_AUTHENTICATED, NOT_ADMITTED = 1009, 4400, 4401, 4403
WRONG_POSITION, ELSEWHERE, TOO_MANY = 4409, 4421, 4429
CLOSE_CODES = {
    "frame-too-large": TOO_LARGE,
    "bad-frame": MALFORMED,
    "not-admitted": NOT_ADMITTED,
    "unknown-operation": WRONG_POSITION,
    "wrong-position": WRONG_POSITION,
    "too-many-sockets": TOO_MANY,
    "stopping": FAILING,
    "not-here": FAILING,
}
IN_FLIGHT = 1000
"""Events of one socket that wait to be decided on, or replies that it does not take, before no more is read from it."""
IN_FLIGHT_BYTES = 4 * 1024 * 1024

log = structlog.get_logger()


class Allowance:
    """How many events a device may bring: a rate, and a stock that an offline desk has saved up."""

    def __init__(self, rate: int, stock: int) -> None:
        self._rate = rate
        self._most = stock
        self._left = float(stock)
        self._at = time.monotonic()

    def take(self) -> float:
        """Take one, and return for how many seconds no other should be read."""
        now = time.monotonic()
        self._left = min(self._most, self._left + (now - self._at) * self._rate) - 1
        self._at = now
        return max(0.0, -self._left / self._rate)


class Line:
    """An authenticated desk's socket: its events go to the sequencer, receipts and entries come back."""

    def __init__(self, wire: Wire, session: Session, feed: Feed) -> None:
        self.session = session
        self.reader = Reader(session.ncp, session.device, session.size, wire)
        self._feed = feed
        self.slowed = False
        self._undecided = 0
        self._weight = 0
        """Bytes of events since none was undecided."""
        self._room = asyncio.Event()

    async def wait_for_room(self) -> None:
        """Until the desk has taken most replies, and the hub decided on most events."""
        while self._undecided and (self._undecided >= IN_FLIGHT or self._weight >= IN_FLIGHT_BYTES):
            self._room.clear()
            await self._room.wait()
        while self.reader.task is not None and (
            len(self.reader.replies) >= IN_FLIGHT or sum(map(len, self.reader.replies)) >= IN_FLIGHT_BYTES
        ):
            await asyncio.wait({self.reader.task})

    def leave(self) -> None:
        self._feed.leave(self.reader)

    def submitted(self, event: Append) -> None:
        self._undecided += 1
        self._weight += len(event.header) + sum(len(part or b"") for part in event.parts)

    def answer(self, frame: Frame) -> None:
        self._feed.reply(self.reader, serialise(encode(frame)))

    def receive_receipts(self, receipts: Sequence[Receipt], size: int, checkpoint: str) -> None:
        self._decided(len(receipts))
        self.answer(Receipts(tuple(receipts), size, checkpoint))

    def receive_refusal(self, digest: bytes, error: VocuError) -> None:
        log.info("refused", op=self.session.op, device=self.session.device, code=error.code)
        self._decided(1)
        self.answer(Refusal(digest, error.code, error.message, error.details))

    def receive_failure(self, events: int) -> None:
        self._decided(events)
        self._feed.dismiss([self.reader], FAILING, "The hub could not store this; it is not in the log. Try again.")

    def _decided(self, events: int) -> None:
        self._undecided -= events
        self._weight = self._weight if self._undecided else 0
        self._room.set()


class Channel:
    """What the hub says to its desks, whatever wire they are on; as an ASGI application, the WebSocket /v1/channel."""

    def __init__(self, operations: Operations, login: Login, limits: Limits) -> None:
        self._operations = operations
        self._login = login
        self._limits = limits
        self._strangers: dict[str, int] = {}
        self._lines: dict[str, list[Line]] = {}
        self._allowances: dict[str, Allowance] = {}
        self.stopping = False

    @property
    def connected(self) -> int:
        return sum(map(len, self._lines.values()))

    @property
    def strangers(self) -> int:
        """Connections that have not proved yet who they are."""
        return sum(self._strangers.values())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wire = WebSocketWire(scope, receive, send)
        await wire.accept()
        await self.serve(wire)

    async def serve(self, wire: Wire) -> None:
        """One desk's connection, from its hello until it is closed."""
        line = None
        try:
            line = await self._authenticate(wire)
            try:
                await self._serve(wire, line)
            finally:
                self._leave(line)
        except VocuError as error:
            if line is None and isinstance(error, NotHereError) and error.url:
                log.info("sent-on", address=wire.address, url=error.url)
            elif line is None:
                log.info("login-failed", code=error.code, address=wire.address)
            else:
                log.info("line-failed", op=line.session.op, device=line.session.device, code=error.code)
            await _fail(wire, error)
        except GoneError:
            await wire.closed()

    def dismiss_slow(self) -> None:
        """Close the sockets that take nothing; to be called every second."""
        for sequencer in self._operations:
            sequencer.feed.dismiss_slow(self._limits.seconds_to_take_a_frame)

    async def stop(self) -> None:
        """Say goodbye to every desk, and take no more."""
        self.stopping = True
        for sequencer in self._operations:
            sequencer.feed.dismiss(sequencer.feed.readers, FAILING, "The hub is stopping; connect again later.")
        await asyncio.sleep(0)

    async def _authenticate(self, wire: Wire) -> Line:
        if self.stopping:
            raise RefusedError("stopping", "The hub is stopping; connect again later.")
        others = self._strangers.get(wire.address, 0)
        if others >= self._limits.unauthenticated_per_address:
            raise RefusedError("too-many-sockets", "Too many connections from this address have not said who they are.")
        self._strangers[wire.address] = others + 1
        try:
            session = await self._login_of(wire)
        except SQLAlchemyError:
            raise NotHereError from None
        finally:
            self._strangers[wire.address] -= 1
            if not self._strangers[wire.address]:
                del self._strangers[wire.address]
        return self._join(wire, session)

    async def _login_of(self, wire: Wire) -> Session:
        async with self._patience():
            hello = _expect(Hello, await wire.receive())
        await self._operations.find(hello.op)  # the desk is not to blame if it has to be taken over first
        if wire.shared and self._operations.address:
            raise NotHereError(self._operations.address)
        async with self._patience():
            said, challenge = self._login.challenge(hello)
            await wire.send(challenge)
            token, session = self._login.accept(said, _expect(Auth, await wire.receive()))
            await wire.send(Welcome(token, self._operations.get(session.op).feed.size))
        return session

    @contextlib.asynccontextmanager
    async def _patience(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._limits.seconds_to_authenticate):
                yield
        except TimeoutError:
            raise RefusedError("not-authenticated", "Say hello sooner.") from None

    def _join(self, wire: Wire, session: Session) -> Line:
        sequencer = self._operations.get(session.op)
        sequencer.active_device(session.device)  # it may have been revoked while we welcomed it
        feed = sequencer.feed
        line = Line(wire, session, feed)
        lines = self._lines.setdefault(session.device, [])
        if len(lines) >= self._limits.sockets_per_device:
            feed.dismiss([lines.pop(0).reader], TOO_MANY, "This device has opened more connections than it may.")
        lines.append(line)
        wire.let_in()
        log.info("connected", op=session.op, device=session.device, address=wire.address, position=session.size)
        feed.join(line.reader)
        return line

    def _leave(self, line: Line) -> None:
        session = line.session
        line.leave()
        self._login.leave(session)
        lines = [other for other in self._lines.pop(session.device, []) if other is not line]
        if lines:
            self._lines[session.device] = lines
        log.info("disconnected", op=session.op, device=session.device)

    async def _serve(self, wire: Wire, line: Line) -> None:
        session = line.session
        sequencer = self._operations.get(session.op)
        allowance = self._allowances.setdefault(
            session.device, Allowance(self._limits.events_per_second, self._limits.events_at_once)
        )
        while True:
            frame = await wire.receive()
            if line.reader.gone:
                await wire.closed()
            elif isinstance(frame, Append | Freshen):
                if isinstance(frame, Append):
                    line.submitted(frame)
                    sequencer.submit(frame.signed, line)
                else:
                    line.answer(self._login.freshen(session, frame.nonce))
                pause = allowance.take()
                if pause and not line.slowed:
                    log.info("rate-limited", op=session.op, device=session.device)
                line.slowed = pause > 0
                if pause:
                    await asyncio.sleep(pause)
                await line.wait_for_room()
            else:
                raise MalformedError("bad-frame", "Hello and auth come once, at the beginning.")


async def _fail(wire: Wire, error: VocuError) -> None:
    """Say why, or who serves the operation, then close."""
    frame: Frame = Failure(error.code, error.message)
    code = CLOSE_CODES.get(error.code, NOT_AUTHENTICATED)
    if isinstance(error, NotHereError) and error.url:
        frame, code = Redirect(error.url), ELSEWHERE
    try:
        async with asyncio.timeout(1):
            await wire.send(frame)
    except (GoneError, TimeoutError):
        pass
    wire.close(code, error.message)
    await wire.closed()


def _expect(kind: type[Any], frame: FromDesk) -> Any:
    if not isinstance(frame, kind):
        raise UntrustedError("not-authenticated", "Say hello first, then prove who you are.")
    return frame
