"""Processes die and the database restarts while desks post: nothing is lost, nothing doubled.

`test_crowd` is the full form: 100 desks, 50,000 events, and a cable that is pulled out.
"""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.system.cluster.cluster import Cluster, running
from tests.system.rig import CHEAP, PASSPHRASE, PLAN, admit, until, watching
from vocu_client import Desk, Home, create_operation

DESKS, EVENTS = 8, 300
AHEAD = 5
"""Events of a desk that are under way together, so that there is always something under way."""


async def test_a_killed_process_and_a_restarted_database_lose_and_double_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as cluster:
        desks = await _desks(cluster, tmp_path, DESKS)
        written: dict[str, list[str]] = {desk.settings.device: [] for desk in desks}

        size = max(desk.view.size for desk in desks)

        def share(part: float) -> Callable[[], bool]:
            """Whether so much of all that is to be written stands in the log at every desk."""
            return lambda: all(desk.view.size >= size + part * EVENTS for desk in desks)

        async with watching(*desks) as watches:
            posting = [asyncio.create_task(_post(desk, EVENTS // DESKS, written)) for desk in desks]
            await until(share(0.2), 60)
            killed = cluster.owner()
            killed.end()
            await until(share(0.5), 60)
            assert cluster.owner() is not killed
            await asyncio.to_thread(cluster.database.stop)
            await asyncio.to_thread(cluster.database.start)
            await until(share(0.8), 60)
            await asyncio.to_thread(killed.start)
            await asyncio.to_thread(cluster.owner().end, signal.SIGTERM)
            await asyncio.gather(*posting)
            await until(lambda: all(set(desk.outbox.counts()) <= {"delivered"} for desk in desks), 100)
            await until(lambda: len({desk.view.size for desk in desks}) == 1, 30)
            assert not any(watch.done() for watch in watches)
        _require_all_once(cluster, desks, written)


async def _desks(cluster: Cluster, folder: Path, count: int) -> list[Desk]:
    home = Home(folder / PLAN.organiser)
    await create_operation(home, cluster.balancer.url, cluster.token, PLAN, PASSPHRASE, CHEAP)
    organiser = Desk.open(home, PASSPHRASE)
    assert await organiser.sync()
    return [organiser, *[await admit(organiser, folder, f"C{number}") for number in range(1, count)]]


async def _post(desk: Desk, count: int, written: dict[str, list[str]]) -> None:
    for number in range(count):
        written[desk.settings.device].append(desk.actions.send_message(f"{number} of {count}"))
        while desk.outbox.counts().get("delivered", 0) < number - AHEAD:
            await asyncio.sleep(random.uniform(0, 0.2))


def _require_all_once(cluster: Cluster, desks: list[Desk], written: dict[str, list[str]]) -> None:
    headers = cluster.headers()
    twice = [id_ for id_, times in Counter((header.sender, header.id) for header in headers).items() if times > 1]
    assert not twice
    for device, ids in written.items():
        logged = [header.id for header in headers if header.sender == device]
        assert [id_ for id_ in logged if id_ in set(ids)] == ids, "lost, or in another order"
    assert {desk.view.size for desk in desks} == {len(headers) + 1}
    assert len({desk.view.operation.log.root() for desk in desks}) == 1
    assert not any(desk.replica.alarms() for desk in desks)
