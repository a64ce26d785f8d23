"""The hub's power is cut again and again while desks post: what was acknowledged stays, once and in order.

VOCU_KILLS=50 runs the full form: so many kills under the posts of 20 desks.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.system.logs import Chain, headers_of, ids_by_chain
from tests.system.rig import Hub, admit, found, until, watching
from vocu_client import Desk

KILLS = int(os.environ.get("VOCU_KILLS", "6"))
DESKS = 20 if KILLS > 8 else 5
REPORT = {
    "agency": "customs",
    "seizure_day": "2024-01-16",
    "place": "DEHAM",
    "location_type": "seaport",
    "direction": "import",
    "transport_mode": "maritime",
    "selection_reason": "random",
    "goods": [{"commodity": "tobacco.cigarettes", "unit": "stick", "quantity": "200"}],
}


class Written:
    """The ids that each desk wrote, by audience, in the order of writing."""

    def __init__(self) -> None:
        self.by_chain: dict[Chain, list[str]] = {}

    def write(self, desk: Desk, others: list[str]) -> None:
        """One more event, of one sort or the other: sealed to all, clear with a sealed part, or to one country."""
        sort = random.randrange(3)
        if sort == 0:
            self._add(desk, "all", desk.actions.send_message("To all of you."))
        elif sort == 1:
            self._add(desk, "all", desk.actions.report_seizure({**REPORT, "plates": ["AA 0000-0"]}))
        else:
            other = random.choice([ncp for ncp in others if ncp != desk.settings.ncp])
            to = tuple(sorted((other, desk.settings.ncp)))
            self._add(desk, to, desk.actions.send_message("Between us.", to=[other]))

    def _add(self, desk: Desk, to: str | tuple[str, ...], event_id: str) -> None:
        self.by_chain.setdefault((desk.settings.device, to), []).append(event_id)


@pytest.mark.timeout(300 + 30 * KILLS)
async def test_what_was_acknowledged_survives_every_kill_of_the_hub_once_and_in_order(tmp_path: Path) -> None:
    hub = Hub(tmp_path / "hub")
    hub.start()
    try:
        desks = [desk async for desk in _desks(hub, tmp_path)]
        for desk in desks:
            assert await desk.sync()
        written, acknowledged = Written(), [dict[str, int | None]() for _ in desks]
        async with watching(*desks) as watches:
            posting = [asyncio.create_task(_post(desk, desks, written)) for desk in desks]
            for _ in range(KILLS):
                size = max(desk.view.size for desk in desks)
                await until(lambda size=size: any(desk.view.size > size for desk in desks), 60)  # type: ignore[misc]
                await asyncio.sleep(random.uniform(0, 0.8))  # so the hub is killed while it takes in what is posted
                hub.kill()
                for known, desk in zip(acknowledged, desks, strict=True):
                    known.update(_delivered(desk))
                await asyncio.to_thread(hub.start)
                assert not any(task.done() for task in (*watches, *posting)), "a desk gave up"
            for task in posting:
                task.cancel()
            await asyncio.gather(*posting, return_exceptions=True)
            await until(lambda: all(set(desk.outbox.counts()) <= {"delivered"} for desk in desks), 100)
            size = max(desk.view.size for desk in desks)
            await until(lambda: all(desk.view.size == size for desk in desks), 30)
        headers = headers_of(hub)
        total = sum(map(len, written.by_chain.values()))
        print(f"{KILLS} kills, {len(desks)} desks, {total} events written, {len(headers)} entries")
        assert size == len(headers) + 1
        assert len({(header.sender, header.id) for header in headers}) == len(headers), "an event stands there twice"
        _require_order(written, ids_by_chain(headers))
        for known, desk in zip(acknowledged, desks, strict=True):
            finally_at = _delivered(desk)
            assert known.items() <= finally_at.items()
            for event_id, position in finally_at.items():
                assert position is not None
                assert headers[position - 1].id == event_id
            assert not desk.replica.alarms()
        assert len({desk.view.operation.log.root() for desk in desks}) == 1
    finally:
        hub.stop()


async def test_desks_that_come_back_all_at_once_all_get_in(tmp_path: Path) -> None:
    hub = Hub(tmp_path / "hub")
    hub.limit(unauthenticated_per_address=2)
    hub.start()
    try:
        organiser = await found(hub, tmp_path)
        desks = [organiser, *[await admit(organiser, tmp_path, f"C{number}") for number in range(1, 8)]]
        async with watching(*desks) as watches:
            await until(lambda: len({desk.view.size for desk in desks}) == 1)
            organiser.actions.send_message("Is everybody here?")
            await until(lambda: len({desk.view.size for desk in desks}) == 1 and not organiser.outbox.waiting(0, 1))
            assert not any(watch.done() for watch in watches)
    finally:
        hub.stop()


async def test_a_hub_that_is_stopped_in_order_is_come_back_to(tmp_path: Path) -> None:
    hub = Hub(tmp_path / "hub")
    hub.start()
    try:
        desk = await found(hub, tmp_path)
        async with watching(desk) as (watch,):
            for number in range(3):
                await asyncio.to_thread(hub.stop)
                desk.actions.send_message(f"Written while the hub is down: {number}")
                await asyncio.to_thread(hub.start)
                await until(lambda: not desk.outbox.waiting(0, 1))
            assert not watch.done()
    finally:
        hub.stop()


async def _desks(hub: Hub, folder: Path) -> AsyncIterator[Desk]:
    organiser = await found(hub, folder)
    yield organiser
    for number in range(1, DESKS):
        yield await admit(organiser, folder, f"C{number}")


async def _post(desk: Desk, desks: list[Desk], written: Written) -> None:
    names = [other.settings.ncp for other in desks]
    while True:
        if desk.outbox.counts().get("queued", 0) < 50:
            for _ in range(random.randrange(1, 6)):
                written.write(desk, names)
        await asyncio.sleep(random.uniform(0, 0.1 * len(desks)))


def _delivered(desk: Desk) -> dict[str, int | None]:
    return {item.id: item.position for item in desk.outbox.items("delivered")}


def _require_order(written: Written, logged: dict[Chain, list[str]]) -> None:
    for chain, ids in written.by_chain.items():
        # A desk that posts makes epochs, too, and the organiser's let the others in.
        assert [event_id for event_id in logged[chain] if event_id in set(ids)] == ids, "lost, or in another order"
