"""A process that stands still, and later goes on, while its machine answers for it: another one has taken over."""

import os
from pathlib import Path

import pytest

from tests.system.cluster.cluster import running
from tests.system.rig import CHEAP, PASSPHRASE, PLAN, until, watching
from vocu_client import Desk, Home, create_operation


@pytest.mark.skipif("VOCU_FULL" not in os.environ, reason="takes some minutes: set VOCU_FULL=1")
async def test_a_process_that_stood_still_finds_another_one_in_its_place_and_nothing_is_lost(tmp_path: Path) -> None:
    with running(tmp_path, 2) as cluster:
        home = Home(tmp_path / "PL")
        await create_operation(home, cluster.balancer.url, cluster.token, PLAN, PASSPHRASE, CHEAP)
        desk = Desk.open(home, PASSPHRASE)
        assert await desk.sync()
        async with desk, watching(desk):
            written = [desk.actions.send_message("before")]
            await _delivered(desk)
            frozen = cluster.owner()
            with frozen.standing_still():
                written += [desk.actions.send_message(f"meanwhile {number}") for number in range(5)]
                await until(lambda: cluster.owner() is not frozen, 120)
                await _delivered(desk)
            await until(lambda: "operation-let-go" in frozen.events(), 60)
            written.append(desk.actions.send_message("after"))
            await _delivered(desk)
            assert not desk.replica.alarms()
        assert cluster.owner() is not frozen
        ids = [header.id for header in cluster.headers()]
        assert [each for each in ids if each in set(written)] == written


async def _delivered(desk: Desk) -> None:
    await until(lambda: set(desk.outbox.counts()) <= {"delivered"}, 300)
