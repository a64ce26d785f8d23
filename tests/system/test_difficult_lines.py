"""Where no WebSocket passes, a desk and its hub say the same by long-poll, and lose nothing."""

import asyncio
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.system.cutting import CuttingLine
from tests.system.middleboxes import Blocker, Manner
from tests.system.rig import PASSPHRASE, Hub, admit, found, until, watching
from vocu_client import Desk
from vocu_client.transport import Way

EVENTS = 400 if os.environ.get("VOCU_FULL") else 40


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    running = Hub(tmp_path / "hub", alone=True)  # a desk that is sent to another address would go around the line
    running.limit(events_per_second=10_000, events_at_once=10_000, sockets_per_device=20)
    running.start()
    yield running
    running.stop()


@contextlib.asynccontextmanager
async def through(desk: Desk, url: str):  # type: ignore[no-untyped-def]
    """The same desk, with the hub at another address."""
    settings = desk.home.read_settings()
    desk.home.write_settings(msgspec.structs.replace(settings, hub=url))
    async with Desk.open(desk.home, PASSPHRASE) as moved:
        yield moved


@pytest.mark.parametrize("manner", ["refuses", "hangs", "swallows"])
async def test_a_desk_falls_back_to_long_poll_by_itself_where_something(
    hub: Hub, tmp_path: Path, manner: Manner
) -> None:
    async with await found(hub, tmp_path) as organiser:
        assert organiser.way.kind == "websocket"
        async with Blocker(hub.port, manner).open() as blocker, through(organiser, blocker.url) as desk:
            desk.actions.announce("by long-poll")
            assert await desk.sync(30)
            assert desk.way.kind == "polling"
            asked = blocker.asked
            assert asked >= 1
            async with Desk.open(desk.home, PASSPHRASE) as next_command:
                next_command.actions.announce("it remembers what worked")
                assert await next_command.sync(30)
                assert await next_command.applicants() == []
            assert blocker.asked == asked
        assert await organiser.sync()
        said = [line.text.body for line in organiser.reading.lines() if line.text]
        assert said == ["by long-poll", "it remembers what worked"]


async def test_after_a_while_it_tries_a_websocket_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    way = Way(note=tmp_path / "note")
    way.worked("polling")
    assert Way(note=tmp_path / "note").kinds[0] == "polling"
    monkeypatch.setattr("vocu_client.transport.way.TRY_AGAIN_SECONDS", 0.0)
    assert Way(note=tmp_path / "note").kinds[0] == "websocket"
    way.worked("websocket")
    monkeypatch.undo()
    assert Way(note=tmp_path / "note").kinds[0] == "websocket"


async def test_news_arrive_at_once_and_a_removal_ends_the_line(hub: Hub, tmp_path: Path) -> None:
    async with (
        await found(hub, tmp_path) as organiser,
        await admit(organiser, tmp_path, "DE") as german,
        Blocker(hub.port, "refuses").open() as blocker,
        through(german, blocker.url) as desk,
        watching(desk) as (connection,),
    ):
        await until(lambda: desk.connected)
        for n in range(3):
            organiser.actions.announce(str(n))
            assert await organiser.sync()
            size = organiser.view.size
            await until(lambda size=size: desk.view.size == size)  # type: ignore[misc]
        desk.actions.send_message("and back")
        await until(lambda: not desk.outbox.waiting(0, 1))
        organiser.decisions.remove("DE")
        assert await organiser.sync()
        await until(connection.done)
        assert getattr(connection.exception(), "code", "") == "not-admitted"


async def test_a_line_that_is_cut_at_random_loses_and_doubles_nothing(hub: Hub, tmp_path: Path) -> None:
    """Each connection breaks in the middle of a request or of an answer; the session goes on in the next one."""
    async with await found(hub, tmp_path) as organiser, await admit(organiser, tmp_path, "DE") as german:
        cutting = CuttingLine(hub.port, 60_000)
        async with cutting.open(), through(german, cutting.url) as desk:
            desk.way.swallowed()
            async with watching(desk, organiser):
                for n in range(EVENTS):
                    desk.actions.send_message(f"up {n}")
                    organiser.actions.announce(f"down {n}")
                    await asyncio.sleep(0)
                await until(lambda: not desk.outbox.waiting(0, 1) and not organiser.outbox.waiting(0, 1), 120)
                await until(lambda: desk.view.size == organiser.view.size, 60)
            assert cutting.cuts > 3
            assert desk.way.kind == "polling"
            bodies = [line.text.body for line in desk.reading.lines() if line.text]
            assert [body for body in bodies if body.startswith("up")] == [f"up {n}" for n in range(EVENTS)]
            assert [body for body in bodies if body.startswith("down")] == [f"down {n}" for n in range(EVENTS)]
            assert not desk.replica.alarms()
