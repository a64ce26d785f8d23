"""Real hubs: uvicorn on a free port of loopback, one for each test that asks."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from tests.postgres import fresh_database
from tests.server.desk import Desk, Identity, Plan, begin
from vocu_server.app import Hub, HubServer, make_server
from vocu_server.settings import HubFolder, Limits, Settings
from vocu_server.store import directory
from vocu_server.store.keys import make_keys
from vocu_server.store.sql import Database


class RunningHub:
    """A hub in this process that can be stopped and started again on the same folder."""

    def __init__(self, folder: HubFolder) -> None:
        self.folder = folder
        self.url = ""
        self.hub: Hub
        self._server: HubServer
        self._task: asyncio.Task[None]

    @classmethod
    def new(cls, folder: Path, settings: Settings) -> "RunningHub":
        hub = HubFolder(settings, folder)
        hub.data_dir.mkdir(mode=0o700)
        make_keys(hub.data_dir)
        return cls(hub)

    def new_token(self) -> str:
        database = Database(self.folder.database)
        try:
            return database.write_now(directory.new_token)
        finally:
            database.close()

    async def start(self) -> None:
        self._server, listener = make_server(self.folder)
        self.hub = self._server.hub
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]))
        while not self._server.started:
            if self._task.done():
                await self._task
                raise AssertionError("the hub did not start")
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        self._server.should_exit = True
        await self._task

    def renew_certificate(self) -> None:
        """As SIGHUP asks for."""
        self._server.renew_certificate()

    async def begin(self, **changes: object) -> Plan:
        return await begin(self.url, self.new_token(), **changes)


MakeHub = Callable[..., "contextlib.AbstractAsyncContextManager[RunningHub]"]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """What the hub's setting of this name says: every test with a hub runs on both stores."""
    if request.param == "sqlite":
        yield None
    else:
        with fresh_database() as url:
            yield url


@pytest.fixture
def make_hub(tmp_path: Path, database: str | None) -> MakeHub:
    """Runs a hub with these limits; `clock` names a rehearsal clock."""

    @contextlib.asynccontextmanager
    async def make(clock: str | None = None, **limits: int) -> AsyncIterator[RunningHub]:
        settings = Settings(port=0, database=database, rehearsal_clock=clock, limits=Limits(**limits))
        running = RunningHub.new(tmp_path, settings)
        await running.start()
        try:
            yield running
        finally:
            await running.stop()

    return make


@pytest.fixture
async def hub(make_hub: MakeHub) -> AsyncIterator[RunningHub]:
    async with make_hub() as running:
        yield running


@pytest.fixture
async def plan(hub: RunningHub) -> Plan:
    """An operation in which nothing has happened yet."""
    return await hub.begin()


@pytest.fixture
async def organiser(hub: RunningHub, plan: Plan) -> AsyncIterator[Desk]:
    async with Desk(hub.url, plan, plan.organiser) as desk:
        yield desk


@pytest.fixture
async def german(hub: RunningHub, plan: Plan, organiser: Desk) -> AsyncIterator[Desk]:
    """A participant's desk, admitted and connected, with the newest epoch's secret."""
    who = Identity("DE")
    await organiser.post(plan.admission(who))
    async with Desk(hub.url, plan, who) as desk:
        await desk.until(organiser.view.size)
        yield desk
