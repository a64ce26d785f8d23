"""Clocks that are two hours wrong, or are set while the operation runs: the log stays in order, nothing is refused."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.system.faults.conftest import needs, scene_of
from tests.system.rig import Hub, RehearsalClock, admit, until

TWO_HOURS = 2 * 3600 * 1000


async def test_a_hub_whose_clock_is_set_to_and_fro_keeps_its_log_in_order(tmp_path: Path) -> None:
    clock = RehearsalClock(tmp_path / "clock")
    async with scene_of(Hub(tmp_path / "hub", "--rehearsal-clock", str(clock.file)), tmp_path) as scene:
        for step in (TWO_HOURS, -2 * TWO_HOURS, TWO_HOURS):
            clock.now += step
            clock.pass_days(0)
            scene.write(3)
            await scene.all_arrives()
        times = [accepted.at for accepted in scene.reader.view.acts]
        assert times == sorted(times)
        assert times[-1] - times[0] >= TWO_HOURS
        scene.verify()


@needs("faketime")
@pytest.mark.parametrize("offset", ["+2h", "-2h"])
async def test_a_desk_whose_clock_is_two_hours_wrong_takes_part_like_any_other(tmp_path: Path, offset: str) -> None:
    async with scene_of(Hub(tmp_path / "hub"), tmp_path) as scene:
        (await admit(scene.writer, tmp_path, "FR")).close()
        process = await asyncio.create_subprocess_exec(
            "faketime", "-f", offset, sys.executable, "-m", "tests.system.posting_desk", str(tmp_path / "FR"), "4",
            stdout=asyncio.subprocess.DEVNULL, cwd=Path(__file__).parents[3],
            env=os.environ | {"FAKETIME_DONT_FAKE_MONOTONIC": "1"}, start_new_session=True,
        )  # fmt: skip
        try:
            before = scene.reader.view.size
            await until(lambda: scene.reader.view.size >= before + 10, 60)
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # faketime waits for what it runs
            await process.wait()
        scene.write(3)
        await scene.all_arrives()
        assert not scene.reader.view.alarmed
