"""Desks are killed while they post, and started again: what was queued arrives, once and in order.

VOCU_KILLS=50 runs the full form.
"""

import asyncio
import os
import random
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from tests.system.logs import headers_of
from tests.system.rig import PASSPHRASE, Hub, admit, found
from vocu.operation.events import MessagePosted
from vocu_client import Desk, Home

KILLS = int(os.environ.get("VOCU_KILLS", "8"))
ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(300 + 30 * KILLS)
async def test_what_a_killed_desk_had_queued_arrives_once_and_in_order(tmp_path: Path) -> None:
    hub = Hub(tmp_path / "hub")
    hub.limit(events_at_once=100_000)
    hub.start()
    try:
        organiser = await found(hub, tmp_path)
        names = ("C1", "C2")
        for name in names:
            (await admit(organiser, tmp_path, name)).close()
        queued = await asyncio.gather(*(_kill_often(tmp_path / name) for name in names))
        for name in names:
            await _send_the_rest(tmp_path / name)
        assert await organiser.sync()
        heard: dict[str, list[str]] = {name: [] for name in names}
        for line in organiser.reading.lines((MessagePosted,)):
            assert line.text is not None
            heard[line.ncp].append(line.text.body)
        for name, promised in zip(names, queued, strict=True):
            assert heard[name] == [str(number) for number in range(len(heard[name]))], "lost, twice, or out of order"
            assert len(heard[name]) >= promised, "an event that was queued is lost"
        print(f"{KILLS} kills, {len(names)} desks, {sum(map(len, heard.values()))} messages, all delivered")
        ids = [(header.sender, header.id) for header in headers_of(hub)]
        assert len(set(ids)) == len(ids)
        assert not organiser.replica.alarms()
    finally:
        hub.stop()


async def _kill_often(home: Path) -> int:
    """How many messages the desk said that it had queued."""
    queued = 0
    for kill in range(KILLS // 2):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.system.posting_desk", str(home), "12", stdout=PIPE, cwd=ROOT
        )
        assert process.stdout is not None
        if kill % 4 != 3:  # every fourth is killed while it opens its desk, or before
            assert await process.stdout.readline() == b"open\n"
        await asyncio.sleep(random.uniform(0, 0.8))
        process.kill()
        said = (await process.stdout.read()).decode().splitlines()
        await process.wait()
        numbers = [int(line) for line in said if line.isdigit()]
        assert not numbers or numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert not numbers or numbers[0] >= queued, "the desk forgot what it had queued"
        queued = max([queued, *(number + 1 for number in numbers)])
    return queued


async def _send_the_rest(home: Path) -> None:
    desk = Desk.open(Home(home), PASSPHRASE)
    assert await desk.sync(30)
    assert set(desk.outbox.counts()) == {"delivered"}
    assert not desk.replica.alarms()
    desk.close()
