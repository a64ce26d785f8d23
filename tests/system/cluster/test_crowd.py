"""The full form: 100 desks, 50,000 events, three processes; one is killed, the database restarts, and for half a minute
the process that serves the operation is cut off from it. VOCU_FULL=1 runs it."""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from bench.operation import ORGANISER, Founding, Member, Operation, Writer
from tests.system.cluster.cluster import Cluster, running
from tests.system.cluster.light_desk import LightDesk
from tests.system.cluster.namespaces import require_namespaces
from tests.system.rig import CHEAP, PASSPHRASE, PLAN
from vocu.operation.admission import SignedEvent
from vocu.operation.bodies import Text
from vocu.operation.events import MessagePosted
from vocu_client import Desk, Home, create_operation

DESKS = int(os.environ.get("VOCU_CROWD", "100"))
POSTING = DESKS // 2
EVENTS = DESKS * 500
WHOLE = 2
"""Desks that in the end read everything from the beginning, and verify all of it."""
PARTITION_SECONDS = 30


@pytest.mark.skipif("VOCU_FULL" not in os.environ, reason="takes some ten minutes: set VOCU_FULL=1")
@pytest.mark.timeout(3600)
async def test_a_crowd_gets_over_a_kill_a_restart_and_a_partition(tmp_path: Path) -> None:
    require_namespaces()
    with running(tmp_path, partitionable=True) as cluster:
        operation, posts = await _found(cluster, tmp_path)
        desks = [
            LightDesk(cluster.balancer.url, operation, member, post)
            for member, post in zip(operation.members, posts, strict=True)
        ]
        founded = operation.state.size
        started = time.monotonic()
        tasks = [asyncio.create_task(desk.run()) for desk in desks]

        async def wait_for(size: int) -> None:
            while any(desk.log.size < size for desk in desks):
                broken = [task for task in tasks if task.done()]
                assert not broken, broken[0].exception()
                await asyncio.sleep(0.5)

        def say(what: str) -> None:
            print(f"{time.monotonic() - started:7.1f} s  {min(desk.log.size for desk in desks):6} entries  {what}")

        await wait_for(founded + EVENTS // 5)
        killed = cluster.owner()
        killed.end()
        say(f"{killed.folder.name} killed")
        await wait_for(founded + 2 * EVENTS // 5)
        await asyncio.to_thread(killed.start)
        await asyncio.to_thread(cluster.database.stop)
        await asyncio.to_thread(cluster.database.start)
        say("database restarted")
        await wait_for(founded + 3 * EVENTS // 5)
        cut_off = cluster.owner()
        namespace = cluster.namespaces[cluster.processes.index(cut_off)]
        assert namespace is not None
        namespace.pull_out()
        say(f"{cut_off.folder.name} cut off from the database")
        await asyncio.sleep(PARTITION_SECONDS)
        namespace.plug_in()
        say(f"{cut_off.folder.name} back; {cluster.owner().folder.name} serves")
        assert cluster.owner() is not cut_off
        await wait_for(founded + EVENTS)
        say("all desks have everything")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

        assert sum(desk.delivered for desk in desks) == EVENTS
        assert all(set(desk.seen.values()) <= {1} for desk in desks), "an event stands there twice"
        assert sum(len(desk.seen) for desk in desks) == EVENTS
        (root,) = {desk.log.root() for desk in desks}
        assert len(cluster.headers()) + 1 == founded + EVENTS
        for number, member in enumerate(operation.members[-WHOLE:]):
            home = operation.make_home(tmp_path / f"whole-{number}", member, cluster.balancer.url)
            whole = Desk.open(home, PASSPHRASE)
            assert await whole.sync()
            assert whole.view.operation.log.root() == root
            assert not whole.replica.alarms()
        say(f"{WHOLE} desks verified every signature; {sum(desk.connections for desk in desks)} connections in all")


async def _found(cluster: Cluster, folder: Path) -> tuple[Operation, list[Iterator[SignedEvent]]]:
    """An operation in which everybody is admitted, and what each of its desks will post."""
    home, plan = Home(folder / "organiser"), msgspec.structs.replace(PLAN, organiser=ORGANISER)
    await create_operation(home, cluster.balancer.url, cluster.token, plan, PASSPHRASE, CHEAP)
    founding = Founding(home)
    operation, secret = await founding.run(cluster.balancer.url, DESKS, folder)
    root = founding.view.log.root()

    def posts(member: Member, count: int) -> Iterator[SignedEvent]:
        writer = Writer(member.keys.author, operation.state, root)
        for number in range(count):
            yield writer.write(MessagePosted(text=Text(body=f"{number} of {count}")), secret)

    shares = [EVENTS // POSTING if number < POSTING else 0 for number in range(DESKS)]
    return operation, [posts(member, share) for member, share in zip(operation.members, shares, strict=True)]
