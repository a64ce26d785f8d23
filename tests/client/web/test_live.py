"""What open pages are told, and what they are not bothered with."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sse_starlette import EventSourceResponse

from vocu_client.web import live
from vocu_client.web.live import Live
from vocu_client.web.service import Status


class Told(Live):
    """Live, beside a service whose status one sets; one page listens."""

    def __init__(self) -> None:
        self.service = SimpleNamespace(changed=asyncio.Event(), desk=None, now=Status("connected", 0, 0, 10, 10))
        self.service.status = lambda: self.service.now
        super().__init__(cast(Any, self.service), asyncio.Event())
        self.page = self.listen(self.service.now)

    def listen(self, seen: Status) -> live._Listener:
        """A page to which this was said in greeting."""
        page = live._Listener("session")
        page.line = live._line(seen)
        self._listening.add(page)
        return page

    async def become(self, status: Status) -> list[str]:
        self.service.now = status
        self.service.changed.set()
        await asyncio.sleep(0.05)
        self.page.wake()
        return [event["event"] for event in await self.page.next()]


@pytest.fixture
async def told(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.005)
    told = Told()
    async with told.running():
        await asyncio.sleep(0.05)
        yield told


async def test_what_one_page_saw_between_two_looks_is_taken_back_there(told: Told) -> None:
    told.page = told.listen(Status("connected", 1, 0, 10, 10))
    assert await told.become(Status("connected", 0, 0, 10, 10)) == ["status"]


async def test_new_entries_leave_the_line_on_top_alone(told: Told) -> None:
    assert await told.become(Status("connected", 0, 0, 11, 11)) == ["entries"]


async def test_what_waits_to_be_sent_is_told(told: Told) -> None:
    assert await told.become(Status("connected", 1, 0, 10, 10)) == ["status"]


async def test_while_catching_up_each_step_is_told(told: Told) -> None:
    assert await told.become(Status("connecting", 0, 0, 10, 30)) == ["status"]
    assert await told.become(Status("connecting", 0, 0, 20, 30)) == ["entries", "status"]
    assert await told.become(Status("connected", 0, 0, 30, 30)) == ["entries", "status"]


async def test_nothing_new_is_nothing_to_tell(told: Told) -> None:
    assert await told.become(Status("connected", 0, 0, 10, 10)) == []


async def test_streams_end_with_the_server() -> None:
    ended = asyncio.Event()
    service = SimpleNamespace(changed=asyncio.Event(), desk=None, status=lambda: Status("connected", 0, 0, 10, 10))
    open_session = SimpleNamespace(session_of=lambda _: ("session", "officer"))
    visit = SimpleNamespace(site=open_session, request=SimpleNamespace(method="GET"), session="session")
    streaming = Live(cast(Any, service), ended)
    async with streaming.running():
        stream = cast(EventSourceResponse, await streaming._stream(cast(Any, visit)))
        events = aiter(stream.body_iterator)
        assert "hello" in str(await anext(events))
        waiting = asyncio.ensure_future(anext(events, None))
        await asyncio.sleep(0.01)
        ended.set()
        assert await asyncio.wait_for(waiting, 0.3) is None
