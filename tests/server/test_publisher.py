"""Newsletters are compiled at the operation's hour, once for each day, also by a hub that was down."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.server.conftest import MakeHub
from tests.server.desk import Desk, now
from tests.server.reports import report
from vocu.compilation.schedule import due_at
from vocu.ids import newsletter_id
from vocu.operation.bodies import Figures
from vocu_server.inspection import verify_operation


def starting_in(days: int) -> dict[str, Any]:
    today = datetime.now(UTC).date()
    starts = today + timedelta(days=days)
    return {"starts_day": starts.isoformat(), "ends_day": (starts + timedelta(days=9)).isoformat()}


def days_of(desk: Desk) -> list[str]:
    return sorted(desk.view.state.compiled)


async def test_each_day_has_one_newsletter_whose_figures_every_desk_finds_again(
    make_hub: MakeHub, tmp_path: Path
) -> None:
    clock = tmp_path / "clock"
    clock.write_text(str(now()))
    async with make_hub(clock="clock") as hub:
        plan = await hub.begin(**starting_in(3))
        first, fourth = plan.genesis.starts_day, day_after(plan.genesis.starts_day, 3)
        async with Desk(hub.url, plan, plan.organiser) as organiser:
            await organiser.post(plan.phase("OPERATIONAL"))
            await organiser.post(report())
            assert days_of(organiser) == []
            clock.write_text(str(due_at(plan.genesis, first)))
            await wait_for_issues(organiser, 2)
            assert days_of(organiser) == [day_after(first, -1), first]
            newest = organiser.accepted[-1].act
            assert newest is not None
            assert newest.body(Figures).figures["header"]["day"] == first
            assert newest.header.id == newsletter_id(plan.op, first)
            size = organiser.view.size
            await asyncio.sleep(2.5)
            assert hub.hub.operations.get(plan.op).feed.size == size
        await hub.stop()
        clock.write_text(str(due_at(plan.genesis, fourth)))
        await hub.start()
        async with Desk(hub.url, plan, plan.organiser, organiser.view) as again:
            await wait_for_issues(again, 5)
            assert days_of(again)[-1] == fourth
            assert [again.view.state.compiled[day].number for day in days_of(again)] == [1, 2, 3, 4, 5]
        found = await asyncio.to_thread(verify_operation, hub.hub.database, hub.hub.keys, hub.hub.files.place, plan.op)
        assert found.newsletters == 5


async def test_a_closed_operation_has_no_more_newsletters(make_hub: MakeHub, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text(str(now()))
    async with make_hub(clock="clock") as hub:
        plan = await hub.begin(**starting_in(3))
        async with Desk(hub.url, plan, plan.organiser) as organiser:
            for phase in ("OPERATIONAL", "POST_OPERATIONAL", "CLOSED"):
                await organiser.post(plan.phase(phase))
            clock.write_text(str(due_at(plan.genesis, plan.genesis.starts_day)))
            await asyncio.sleep(2.5)
            assert hub.hub.operations.get(plan.op).feed.size == 4


async def wait_for_issues(desk: Desk, count: int) -> None:
    async with asyncio.timeout(20):
        while len(days_of(desk)) < count:
            await desk.next_frame()


def day_after(day: str, days: int) -> str:
    return (datetime.fromisoformat(day) + timedelta(days=days)).date().isoformat()
