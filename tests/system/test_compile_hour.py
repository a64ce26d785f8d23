"""Whatever happens at the compile hour, each day that is due has exactly one newsletter, and every desk finds it again.

VOCU_KILLS=50 runs the full form: so many kills of the hub at the hour.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tests.system.rig import Hub, RehearsalClock, found
from tests.system.test_hub_killed import REPORT
from vocu.compilation.schedule import due_at, issue_days
from vocu_client import Desk, Plan

KILLS = int(os.environ.get("VOCU_KILLS", "5"))
A_LOOK = 1.4
"""Seconds in which a running hub looks at its clock."""


class Scene:
    """A hub with a clock of its own, and the organiser's desk of one operation."""

    def __init__(self, hub: Hub, clock: RehearsalClock) -> None:
        self.hub, self.clock = hub, clock
        self.desk: Desk

    async def begin(self, folder: Path, plan: Plan) -> None:
        self.desk = await found(self.hub, folder, plan)

    @property
    def days(self) -> list[str]:
        return list(issue_days(self.desk.view.state.genesis))

    def set(self, instant: int) -> None:
        """Set the hub's clock (UTC milliseconds)."""
        self.clock.now = instant
        self.clock.pass_days(0)

    def set_to_the_hour_of(self, day: str, seconds: int = 0) -> None:
        self.set(due_at(self.desk.view.state.genesis, day) + 1000 * seconds)

    async def has(self, *days: str) -> None:
        """Wait until the hub has compiled the issues of these days, then for one more look at its clock: these and no
        others are there, in this order. The desk has verified each, and made its figures again."""
        compiled = self.desk.view.state.compiled
        async with asyncio.timeout(30):
            while len(compiled) < len(days):
                await asyncio.sleep(0.2)
                assert await self.desk.sync()
        await asyncio.sleep(A_LOOK)
        assert await self.desk.sync()
        assert not self.desk.view.alarmed
        assert list(compiled) == list(days)
        assert [issue.number for issue in compiled.values()] == list(range(1, len(days) + 1))


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    clock = RehearsalClock(tmp_path / "clock")
    hub = Hub(tmp_path / "hub", "--rehearsal-clock", str(tmp_path / "clock"))
    hub.start()
    scene = Scene(hub, clock)
    try:
        yield scene
    finally:
        scene.desk.close()
        hub.stop()


@pytest.mark.timeout(120 + 10 * KILLS)
async def test_a_hub_killed_at_the_hour_again_and_again_compiles_each_issue_once(scene: Scene, tmp_path: Path) -> None:
    await scene.begin(tmp_path, scene.clock.plan(KILLS))
    for day in scene.days[:KILLS]:
        scene.desk.actions.report_seizure(REPORT)
        assert await scene.desk.sync()
        scene.set_to_the_hour_of(day)
        await asyncio.sleep(random.uniform(0, 1.2))  # before it looks, while it compiles, or after it has stored
        scene.hub.kill()
        await asyncio.to_thread(scene.hub.start)
    await scene.has(*scene.days[:KILLS])
    scene.hub.stop()
    code, said = scene.hub.verify()
    assert code == 0, said


async def test_a_hub_that_was_down_for_days_makes_up_for_each_of_them(scene: Scene, tmp_path: Path) -> None:
    plan = msgspec.structs.replace(scene.clock.plan(9), cadence="working_days")
    await scene.begin(tmp_path, plan)
    await scene.has()
    scene.hub.kill()
    scene.set_to_the_hour_of(scene.days[4], seconds=3600)
    scene.hub.start()
    await scene.has(*scene.days[:5])


async def test_a_clock_that_jumps_to_and_fro_compiles_no_issue_twice_and_leaves_none_out(
    scene: Scene, tmp_path: Path
) -> None:
    await scene.begin(tmp_path, scene.clock.plan(6))
    days = scene.days
    for jump, issued in ((0, 1), (3, 4), (1, 4), (3, 4), (2, 4), (5, 6)):
        scene.set_to_the_hour_of(days[jump])
        await scene.has(*days[:issued])
    scene.hub.kill()
    scene.set_to_the_hour_of(days[1])
    scene.hub.start()
    await scene.has(*days[:6])


async def test_a_day_with_nothing_and_a_day_with_one_seizure_have_one_issue_each(scene: Scene, tmp_path: Path) -> None:
    await scene.begin(tmp_path, scene.clock.plan(3))
    days = scene.days
    scene.set_to_the_hour_of(days[0], seconds=-1)
    await scene.has()
    scene.set_to_the_hour_of(days[0])
    await scene.has(*days[:1])
    scene.desk.actions.report_seizure(REPORT)
    assert await scene.desk.sync()
    scene.set_to_the_hour_of(days[1])
    await scene.has(*days[:2])
    tests = [scene.desk.reading.figures_of(day)["tests"]["reports"] for day in days[:2]]
    assert tests == [0, 1]


@pytest.mark.parametrize(
    ("night", "hour", "before", "after"),
    [
        ("2027-03-28", 2, "2027-03-28T00:59:59", "2027-03-28T01:00:00"),  # 02:00 does not exist: 03:00 follows 01:59
        ("2027-10-31", 2, "2027-10-30T23:59:59", "2027-10-31T00:00:00"),  # 02:00 comes twice: the first one counts
    ],
)
async def test_the_nights_on_which_clocks_change_have_one_issue_each(
    scene: Scene, tmp_path: Path, night: str, hour: int, before: str, after: str
) -> None:
    middle = datetime.fromisoformat(night).date()
    around = [(middle + timedelta(days=days)).isoformat() for days in (-1, 0, 1)]
    plan = msgspec.structs.replace(
        scene.clock.plan(3), starts_day=around[0], ends_day=around[2], retention_day="2030-01-01",
        zone="Europe/Warsaw", compile_hour=hour,
    )  # fmt: skip
    await scene.begin(tmp_path, plan)
    scene.set(_utc(before))
    await scene.has(*scene.days[:2])
    scene.set(_utc(after))
    await scene.has(*scene.days[:3])
    scene.set(_utc(after) + 3600 * 1000)  # the second 02:00 of autumn
    await scene.has(*scene.days[:3])


def _utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)
