"""One real hub, and for the tests of a module an operation that has just become operational, or one that was played."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from tests.client.web.mail_server import MailServer, serving
from tests.client.web.scene import Scene, set_scene
from tests.client.web.team import DutyRoom
from tests.client.web.visitor import Visitor
from tests.system.rig import PLAN, Hub, admit, found
from vocu_client import Home

TODAY = date.today()  # noqa: DTZ011 - the days of an operation that runs now
OPERATION = msgspec.structs.replace(
    PLAN,
    starts_day=TODAY.isoformat(),
    ends_day=(TODAY + timedelta(days=10)).isoformat(),
    retention_day=(TODAY + timedelta(days=400)).isoformat(),
    sub_commodities=("tobacco.snus",),
)


class Countries(msgspec.Struct):
    """The hub, and the folder in which each country has its home: PL organises, DE and FR take part."""

    hub: Hub
    folder: Path

    def home(self, ncp: str) -> Home:
        return Home(self.folder / ncp)


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """One hub, on which each module begins an operation of its own."""
    hub = Hub(tmp_path_factory.mktemp("serving") / "hub")
    hub.limit(join_requests_per_address_and_hour=1000)
    with hub.running():
        yield hub


@pytest.fixture(scope="module")
def countries(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Countries:
    folder = tmp_path_factory.mktemp("operation")
    hub.renew_token()
    asyncio.run(begin(hub, folder))
    return Countries(hub, folder)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """An operation in which everything has happened once."""
    scene = set_scene(tmp_path_factory.mktemp("scene"))
    yield scene
    scene.stop()


async def begin(hub: Hub, folder: Path) -> None:
    """Found the operation of these tests, admit its countries, and open its operational phase."""
    organiser = await found(hub, folder, OPERATION)
    for ncp in ("DE", "FR"):
        (await admit(organiser, folder, ncp)).close()
    organiser.decisions.open_phase("OPERATIONAL")
    assert await organiser.sync()
    organiser.close()


@pytest.fixture
async def pl(countries: Countries) -> AsyncIterator[Visitor]:
    """The organiser's officer."""
    async with Visitor(countries.home("PL")) as visitor:
        await visitor.sync()
        yield visitor


@pytest.fixture
async def de(countries: Countries) -> AsyncIterator[Visitor]:
    """An officer of a participant."""
    async with Visitor(countries.home("DE")) as visitor:
        await visitor.sync()
        yield visitor


@pytest.fixture
async def fr(countries: Countries) -> AsyncIterator[Visitor]:
    """An officer of another participant."""
    async with Visitor(countries.home("FR")) as visitor:
        await visitor.sync()
        yield visitor


@pytest.fixture
async def room(countries: Countries, tmp_path: Path) -> AsyncIterator[DutyRoom]:
    """A duty room of a participant: nobody has an account yet, and nothing that is done there stays."""
    async with Visitor(countries.home("DE")) as visitor:
        await visitor.sync()
    async with DutyRoom(countries.home("DE"), tmp_path) as room:
        yield room


@pytest.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    """A mail server, for what a desk tells its duty mailbox."""
    async with serving() as server:
        yield server
