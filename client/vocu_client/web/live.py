"""Tells the open pages what changed: small named events, at most a few each second (server-sent events)."""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec.structs import replace
from sse_starlette import EventSourceResponse
from starlette.responses import Response
from starlette.routing import Route

from vocu_client.web.lasting import lasting
from vocu_client.web.service import Service, Status
from vocu_client.web.visit import Visit, get

LOOK_SECONDS = 0.3
"""At most so often pages hear of something new, however much comes in."""
KEEP_ALIVE_SECONDS = 15
SESSION_SECONDS = 0.8
"""No longer does a page hear anything whose session is over."""
MOST_OF_A_SESSION = 30
MOST = 300
"""So many pages listen at once; the next ones are complete without it, and stay as they are."""


class Live:
    """Who listens, and the newest of what there is to tell: an event that was not fetched yet gives way to the next."""

    def __init__(self, service: Service, ended: asyncio.Event) -> None:
        self._service = service
        self._ended = ended
        self._listening: set[_Listener] = set()
        self._size = 0

    def routes(self) -> list[Route]:
        return [get("/live", self._stream, needs="nothing")]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(lasting(self._watch)), asyncio.create_task(self._end())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def tell(self, event: str, data: dict[str, object]) -> None:
        """To every open page."""
        for listener in self._listening:
            listener.tell(event, data)

    async def _stream(self, visit: Visit) -> Response:
        listener = _Listener(visit.session)
        same = sum(each.session == visit.session for each in self._listening)
        if same >= MOST_OF_A_SESSION or len(self._listening) >= MOST or visit.request.method == "HEAD":
            return Response(status_code=204)  # with which a browser asks no more

        async def events() -> AsyncIterator[dict[str, str]]:
            self._listening.add(listener)
            try:
                status = self._service.status()
                listener.line = _line(status)
                yield {"event": "hello", "data": json.dumps(self._status(status))}
                while True:
                    news = await listener.next()
                    if self._ended.is_set() or visit.site.session_of(visit.request)[1] is None:
                        return
                    for event in news:
                        yield event
            finally:
                self._listening.discard(listener)

        return EventSourceResponse(events(), ping=KEEP_ALIVE_SECONDS, headers={"Cache-Control": "no-store"})

    async def _end(self) -> None:
        """End all streams with the server, which otherwise would wait for them, and then break them off."""
        await self._ended.wait()
        for listener in self._listening:
            listener.wake()

    async def _watch(self) -> None:
        size = self._service.status().size
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS * 2):
                    await self._service.changed.wait()
            self._service.changed.clear()
            status = self._service.status()
            if status.size > size:
                self.tell("entries", {"size": status.size, "kinds": self._kinds(size)})
            size = status.size
            self._tell_line(status)
            await asyncio.sleep(LOOK_SECONDS)

    def _tell_line(self, status: Status) -> None:
        """Each page by what it was told last: one of them may have seen what came and went between two looks."""
        for listener in self._listening:
            if listener.line is not None and listener.line != _line(status):
                listener.line = _line(status)
                listener.tell("status", self._status(status))

    def _kinds(self, since: int) -> dict[str, int]:
        desk = self._service.desk
        acts = desk.view.acts[since:] if desk is not None else []
        return dict(Counter(accepted.act.header.type for accepted in acts if accepted.act is not None))

    def _status(self, status: Status) -> dict[str, object]:
        return {
            "line": status.line,
            "waiting": status.waiting,
            "refused": status.refused,
            "size": status.size,
            "target": status.target,
        }


def _line(status: Status) -> Status:
    """What the line on top of every page shows: how far the log is only while it catches up, or every entry would have
    every page ask for its line again."""
    return status if status.line == "connecting" else replace(status, size=0, target=0)


class _Listener:
    """One open page of a session. It hears the newest of each kind of event."""

    def __init__(self, session: str) -> None:
        self.session = session
        self.line: Status | None = None
        self._waiting: dict[str, dict[str, object]] = {}
        self._woken = asyncio.Event()

    def tell(self, event: str, data: dict[str, object]) -> None:
        self._waiting[event] = data
        self.wake()

    def wake(self) -> None:
        self._woken.set()

    async def next(self) -> list[dict[str, str]]:
        """What there is to tell, after a moment at most, because the session may be over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SESSION_SECONDS):
                await self._woken.wait()
        self._woken.clear()
        waiting, self._waiting = self._waiting, {}
        return [{"event": event, "data": json.dumps(data)} for event, data in waiting.items()]
