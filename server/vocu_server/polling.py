"""A desk's connection where no WebSocket passes: the same frames in HTTP requests that wait (docs/protocol.md §7).

Each side numbers its frames and says how many of the other's it has. Who hears no answer asks again: then nothing is
taken twice, and what was not confirmed is brought once more.
"""

import asyncio
import contextlib
import hashlib
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Iterator

import msgspec
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from vocu.errors import MalformedError, RefusedError
from vocu.protocol.frames import MAX_FRAME, Frame, FromDesk, encode, read_from_desk
from vocu.protocol.polling import MAX_ASKED, Asked, Brought, read_asked
from vocu.protocol.polling import encode as encode_answer
from vocu_server.wire import GoneError, Wire, payload, serialise

SECONDS_TO_WAIT = 25.0
"""For something to bring: less than what proxies commonly allow an answer."""
SECONDS_TO_RETURN = 60.0
SECONDS_FOR_GOODBYE = 5.0
SECONDS_FOR_BODY = 20.0
MAX_WAITING = 256 * 1024
"""Bytes that wait to be fetched, before no more frames are taken for this desk."""
MAX_HELLO = 1024
"""Bytes of a stranger's first request."""
REQUESTS_AT_ONCE = 4
"""Of one session: one that waits, one that brings frames, and as many whose connection broke unnoticed."""

log = structlog.get_logger()


class PollingWire:
    """See `Wire`."""

    def __init__(self, address: str, *, shared: bool) -> None:
        self.address = address
        self.shared = shared
        self._from_desk: deque[bytes] = deque()
        self._taken = 0
        self._to_desk: deque[memoryview] = deque()
        self._confirmed = 0
        self._bytes = 0
        self._goodbye: tuple[int, str] | None = None
        self._said = asyncio.Event()
        self._gone = False
        self._changed = asyncio.Event()
        self._newest = 0
        self._under_way = 0
        self._seen = asyncio.get_running_loop().time()

    def take(self, framed: bytes) -> bool:
        if self._gone or self._goodbye is not None:
            raise GoneError
        if self._bytes >= MAX_WAITING:
            return False
        self._to_desk.append(payload(framed))
        self._bytes += len(self._to_desk[-1])
        self._change()
        return True

    async def drained(self) -> None:
        await self._until(lambda: self._bytes < MAX_WAITING)

    async def send(self, frame: Frame) -> None:
        framed = serialise(encode(frame))
        while not self.take(framed):
            await self.drained()

    async def receive(self) -> FromDesk:
        await self._until(lambda: bool(self._from_desk) or self._goodbye is not None)
        if self._gone or self._goodbye is not None:
            raise GoneError
        data = self._from_desk.popleft()
        self._change()
        if len(data) > MAX_FRAME:
            raise MalformedError("frame-too-large", f"A frame has at most {MAX_FRAME} bytes.")
        return read_from_desk(data)

    def let_in(self) -> None:
        """Its requests are counted as anybody's are."""

    def close(self, code: int, reason: str) -> None:
        if self._goodbye is None:
            log.info("closed", code=code)
            self._goodbye = code, reason
            self._change()

    async def closed(self) -> None:
        if self._goodbye is not None and not self._gone:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SECONDS_FOR_GOODBYE):
                    await self._said.wait()

    async def exchange(self, asked: Asked) -> Brought:
        """Take what the desk sent, or else bring it what there is, once there is something.

        Raises MalformedError where its numbers cannot be right.
        """
        self._confirm(asked.have)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_TO_WAIT):
                await (self._accept(asked) if asked.frames else self._news())
        return self._answer(asked)

    @contextlib.contextmanager
    def attended(self) -> Iterator[None]:
        """While a request is under way, the desk is there. Raises RefusedError where it asks too much at once."""
        if self._under_way >= REQUESTS_AT_ONCE:
            raise RefusedError("too-many-requests", "This session asks too much at once; wait for an answer.")
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            self._seen = asyncio.get_running_loop().time()

    def lose_if_forsaken(self) -> None:
        """Give up on a desk that did not return."""
        forsaken = self._seen + SECONDS_TO_RETURN < asyncio.get_running_loop().time()
        if forsaken and not self._under_way:
            self.lose()

    def lose(self) -> None:
        """Say no more, not even goodbye."""
        self._gone = True
        self._change()

    def begin(self, hello: Asked) -> None:
        """Take the first frames."""
        self._from_desk.extend(hello.frames)
        self._taken = len(hello.frames)

    async def _accept(self, asked: Asked) -> None:
        """The frames that are new, as soon as those before them are worked off."""
        if asked.first > self._taken:
            raise MalformedError("bad-frame", "Frames are missing before these; send them again from there on.")
        await self._until(lambda: not self._from_desk or self._goodbye is not None)
        if not self._from_desk and self._goodbye is None:
            fresh = asked.frames[self._taken - asked.first :]
            self._from_desk.extend(fresh)
            self._taken += len(fresh)
            self._change()

    async def _news(self) -> None:
        """Until there is something to bring, or another request waits for it."""
        self._newest += 1
        mine = self._newest
        self._change()
        await self._until(lambda: bool(self._to_desk) or self._goodbye is not None or mine != self._newest)

    def _answer(self, asked: Asked) -> Brought:
        if asked.frames:
            return Brought(taken=self._taken, first=self._confirmed)
        frames: list[memoryview] = []
        size = 0
        for frame in self._to_desk:
            size += len(frame)
            if frames and size > asked.most:
                return Brought(taken=self._taken, first=self._confirmed, frames=tuple(frames))
            frames.append(frame)
        if self._goodbye is not None:
            self._said.set()
        return Brought(taken=self._taken, first=self._confirmed, frames=tuple(frames), closed=self._goodbye)

    def _confirm(self, have: int) -> None:
        if have > self._confirmed + len(self._to_desk):
            raise MalformedError("bad-frame", "Nobody has frames that were not sent yet.")
        while self._confirmed < have:
            self._bytes -= len(self._to_desk.popleft())
            self._confirmed += 1
        self._change()

    def _change(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition() and not self._gone:
            await self._changed.wait()


class Polling:
    """The endpoint at /v1/poll. `serve` is what the channel does with a wire, until it is closed."""

    def __init__(self, serve: Callable[[Wire], Awaitable[None]]) -> None:
        self._serve = serve
        self._wires: dict[bytes, PollingWire] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def answer(self, request: Request) -> Response:
        """One request. Raises VocuError."""
        _, _, session = request.headers.get("authorization", "").partition(" ")
        if not session:
            address = request.client.host if request.client else ""
            return _respond(await self._begin(address, await _read(request, MAX_HELLO)))
        wire = self._wires.get(_hash(session))
        if wire is None:
            raise RefusedError("not-authenticated", "This session is over; begin another.")
        with wire.attended():
            return _respond(await wire.exchange(await _read(request, MAX_ASKED)))

    async def end(self, request: Request) -> Response:
        """The desk needs its session no longer."""
        _, _, session = request.headers.get("authorization", "").partition(" ")
        wire = self._wires.get(_hash(session))
        if wire is not None:
            wire.lose()
        return Response(status_code=204)

    def lose_forsaken(self) -> None:
        """Give up on desks that did not return; to be called every second."""
        for wire in tuple(self._wires.values()):
            wire.lose_if_forsaken()

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _begin(self, address: str, hello: Asked) -> Brought:
        if len(hello.frames) != 1 or hello.first or hello.have:
            raise MalformedError("bad-frame", "A session begins with one frame: hello.")
        wire, session = PollingWire(address, shared=hello.shared), secrets.token_urlsafe(32)
        wire.begin(hello)
        self._wires[_hash(session)] = wire
        task = asyncio.create_task(self._run(_hash(session), wire))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with wire.attended():
            brought = await wire.exchange(Asked(first=1, have=0))
        return msgspec.structs.replace(brought, session=session)

    async def _run(self, session: bytes, wire: PollingWire) -> None:
        try:
            await self._serve(wire)
        finally:
            del self._wires[session]
            wire.lose()


def _hash(session: str) -> bytes:
    return hashlib.sha256(session.encode()).digest()


def _respond(brought: Brought) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(encode_answer(brought), media_type="application/octet-stream", headers=headers)


async def _read(request: Request, most: int) -> Asked:
    data = bytearray()
    try:
        async with asyncio.timeout(SECONDS_FOR_BODY):
            async for chunk in request.stream():
                data += chunk
                if len(data) > most:
                    raise MalformedError("body-too-large", f"The hub takes at most {most} bytes here.")
    except (ClientDisconnect, TimeoutError):
        raise MalformedError("incomplete", "The request broke off; send it again.") from None
    return read_asked(bytes(data))
