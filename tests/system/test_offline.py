"""What is written without a line arrives once and in order, however often the line breaks, and who was away catches up.

VOCU_FULL=1 lets the desk that was away catch up with 20,000 entries instead of 2,000.
"""

import asyncio
import os
import secrets
import time
from pathlib import Path

import msgspec
import pytest

from tests.system.cutting import CuttingLine
from tests.system.logs import headers_of
from tests.system.rig import PASSPHRASE, Hub, admit, found
from vocu.canonical import b64
from vocu.operation.bodies import Text
from vocu.operation.composing import Draft
from vocu.operation.events import MessagePosted, SeizureReported
from vocu_client import Desk, Home
from vocu_client.sync import Progress

REPORTS = 1000
MANY = 20_000 if os.environ.get("VOCU_FULL") else 2_000
REPORT = {
    "agency": "customs",
    "seizure_day": "2024-01-16",
    "place": "DEHAM",
    "location_type": "seaport",
    "direction": "import",
    "transport_mode": "maritime",
    "selection_reason": "random",
    "goods": [{"commodity": "tobacco.cigarettes", "unit": "stick", "quantity": "200"}],
    "plates": ["AA 0000-0"],
}


def reopened(desk: Desk, hub: str) -> Desk:
    """The same desk, reaching its hub at another address."""
    desk.home.write_settings(msgspec.structs.replace(desk.settings, hub=hub))
    desk.close()
    return Desk.open(Home(desk.home.path), PASSPHRASE)


class Shown:
    """Progress as it was shown."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, int]] = []

    def __call__(self, here: int, there: int) -> None:
        self.calls.append((here, there))

    def require_growth_to(self, size: int) -> None:
        here = [call[0] for call in self.calls]
        assert here == sorted(here)
        assert all(here <= there for here, there in self.calls)
        assert self.calls[-1] == (size, size)


def _queue_messages(desk: Desk) -> list[str]:
    """So many messages at once, as an import would."""
    ids = [b64(secrets.token_bytes(16)) for _ in range(MANY)]
    texts = [MessagePosted(text=Text(body=f"Number {n}", handling="TLP:AMBER")) for n in range(MANY)]
    now = int(time.time() * 1000)
    desk.actions.queue([Draft(id=event_id, event=text, ts=now) for event_id, text in zip(ids, texts, strict=True)])
    return ids


async def _sync_through(desk: Desk, progress: Progress | None = None) -> None:
    async with asyncio.timeout(60 + MANY / 50):
        while not await desk.sync(20, progress):
            pass


async def test_a_thousand_reports_written_offline_arrive_once_and_in_order_over_a_line_that_breaks(
    tmp_path: Path,
) -> None:
    hub = Hub(tmp_path / "hub", alone=True)  # a desk that is sent to another address would go around the line
    hub.start()
    try:
        organiser = await found(hub, tmp_path)
        desk, away = await admit(organiser, tmp_path, "DE"), await admit(organiser, tmp_path, "FR")
        await desk.sync()
        hub.kill()
        written = [desk.actions.report_seizure({**REPORT, "national_reference": str(n)}) for n in range(REPORTS)]
        assert not await desk.sync(0.5), "without a hub nothing is delivered"
        assert desk.outbox.counts() == {"queued": REPORTS}
        hub.start()
        async with CuttingLine(hub.port, bytes_between=700_000).open() as line:
            desk = reopened(desk, line.url)
            await _sync_through(desk)
            assert line.cuts > 5
            away = reopened(away, line.url)
            shown, cuts = Shown(), line.cuts
            await _sync_through(away, shown)
            assert line.cuts > cuts
            shown.require_growth_to(desk.view.size)
        assert desk.outbox.counts() == {"delivered": REPORTS}
        assert [h.id for h in headers_of(hub) if h.type == "seizure_reported"] == written
        assert await organiser.sync()
        lines = list(organiser.reading.lines((SeizureReported,)))
        assert [line.id for line in lines] == written
        assert [line.nominal["national_reference"] for line in lines] == [str(n) for n in range(REPORTS)]
        assert [line.id for line in away.reading.lines((SeizureReported,))] == written
        assert not [alarm for each in (organiser, desk, away) for alarm in each.replica.alarms()]
    finally:
        hub.stop()


@pytest.mark.timeout(240 + MANY / 25)
async def test_a_desk_that_was_away_catches_up_with_thousands_of_entries_and_shows_how_far_it_is(
    tmp_path: Path,
) -> None:
    hub = Hub(tmp_path / "hub")
    hub.limit(events_at_once=MANY + 100)
    hub.start()
    try:
        organiser = await found(hub, tmp_path)
        away = await admit(organiser, tmp_path, "DE")
        posted = _queue_messages(organiser)
        await _sync_through(organiser)
        shown = Shown()
        started = asyncio.get_running_loop().time()
        assert await away.sync(60, shown)
        took = asyncio.get_running_loop().time() - started
        print(f"{MANY} entries caught up with in {took:.1f} s, shown in {len(shown.calls)} steps")
        shown.require_growth_to(organiser.view.size)
        assert len(shown.calls) >= MANY / 500, "steps so far apart that nobody sees that it goes on"
        lines = list(away.reading.lines())
        assert [line.id for line in lines] == posted
        assert lines[-1].text is not None
        assert lines[-1].text.body == f"Number {MANY - 1}"
        assert away.view.operation.log.root() == organiser.view.operation.log.root()
    finally:
        hub.stop()
