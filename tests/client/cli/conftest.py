"""One real hub with one operation in its operational phase, and two desks, for all tests of a module."""

import asyncio
import json
import re
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import msgspec
import pytest

from tests.client.cli.shell import Shell
from tests.system.rig import PASSPHRASE, PLAN, Hub, admit, found
from vocu_client import Desk, Home

TODAY = date.today()  # noqa: DTZ011 - the days of an operation that runs now
OPERATION = msgspec.structs.replace(
    PLAN,
    organiser="BE",
    organiser_name="Belgium",
    starts_day=TODAY.isoformat(),
    ends_day=(TODAY + timedelta(days=10)).isoformat(),
    retention_day=(TODAY + timedelta(days=400)).isoformat(),
    sub_commodities=("tobacco.snus",),
)
NEEDED = {
    "agency": "border_guard",
    "place": "TERESPOL",
    "location_type": "land_border",
    "direction": "import",
    "transport_mode": "road",
    "selection_reason": "risk_profile",
    "commodity": "tobacco.cigarettes",
    "unit": "stick",
    "quantity": "806000",
}
_DAYS = count()


class Rehearsal(msgspec.Struct):
    """The hub and its clock, and the desks of Belgium, the organiser, and of Germany."""

    hub: Hub
    clock: Path
    be: Shell
    de: Shell
    passphrase_file: Path

    def set_clock(self, at: int) -> None:
        self.clock.write_text(str(at))


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    folder = tmp_path_factory.mktemp("operation")
    clock, passphrase_file = folder / "clock", folder / "passphrase"
    clock.write_text(str(int(time.time() * 1000)))
    passphrase_file.write_text(PASSPHRASE + "\n")
    hub = Hub(folder / "hub", "--rehearsal-clock", str(clock))
    hub.start()
    asyncio.run(begin(hub, folder))
    be, de = (Shell(folder / ncp, passphrase_file) for ncp in ("BE", "DE"))
    yield Rehearsal(hub, clock, be, de, passphrase_file)
    hub.stop()


async def begin(hub: Hub, folder: Path) -> None:
    """An operation in its operational phase, with the desks of BE and DE."""
    organiser = await found(hub, folder, OPERATION)
    participant = await admit(organiser, folder, "DE")
    organiser.decisions.open_phase("OPERATIONAL")
    assert await organiser.sync()
    organiser.close()
    participant.close()


@pytest.fixture
def be(rehearsal: Rehearsal) -> Shell:
    """The organiser's desk."""
    return rehearsal.be


@pytest.fixture
def de(rehearsal: Rehearsal) -> Shell:
    """A participant's desk."""
    return rehearsal.de


@pytest.fixture
def report_file(tmp_path: Path, be: Shell) -> Path:
    """A seizure report as `vocu seizure form` prints it, filled in; of another day for each test."""
    file = tmp_path / "report.toml"
    file.write_text(fill_in(be.do("seizure", "form"), TODAY - timedelta(days=next(_DAYS))), encoding="utf-8")
    return file


def fill_in(form: str, day: date = TODAY) -> str:
    """What `vocu seizure form` prints, with the fields that are needed filled in."""
    values = NEEDED | {"seizure_day": day.isoformat()}
    return re.sub(
        r'^(\w+) = ""', lambda blank: f"{blank[1]} = {json.dumps(values[blank[1]])}", form, flags=re.MULTILINE
    )


def open_desk(shell: Shell) -> Desk:
    """The desk itself, for what no command does."""
    return Desk.open(Home(shell.home), PASSPHRASE)
