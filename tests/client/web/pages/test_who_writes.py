"""Who may write to whom in the browser: an observer to the OCU alone, an analyst to nobody."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client.web.visitor import Visitor
from tests.system.rig import Hub, admit, found
from vocu_client import Home


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    hub = Hub(tmp_path_factory.mktemp("roles") / "hub")
    hub.start()
    yield hub
    hub.stop()


@pytest.fixture
async def folder(hub: Hub, tmp_path: Path) -> Path:
    organiser = await found(hub, tmp_path)
    for ncp, role in (("WCO", "observer"), ("EUROPOL", "analyst"), ("DE", "participant")):
        (await admit(organiser, tmp_path, ncp, role)).close()
    organiser.actions.announce("Good morning", subject="Hello")
    assert await organiser.sync()
    organiser.close()
    return tmp_path


async def test_observers_write_to_the_ocu_and_analysts_to_nobody(folder: Path) -> None:
    async with Visitor(Home(folder / "WCO")) as observer:
        await observer.sync()
        page = await observer.get("/messages/new")
        assert 'value="ocu"' in page.html
        assert 'value="all"' not in page.html
        form = page.form("/messages/new") | {"do": "send", "text": "May I?"}
        assert (await observer.post("/messages/new", form | {"audience": "all"})).status == 400
        assert (await observer.post("/messages/new", form | {"audience": "ocu", "revision": "1"})).status == 200
        await observer.sync()
    async with Visitor(Home(folder / "EUROPOL")) as analyst:
        await analyst.sync()
        inbox = await analyst.get("/messages")
        assert "/messages/new" not in inbox.links
        (thread,) = [link for link in inbox.links if link.startswith("/messages/")]
        page = await analyst.get(thread)
        assert page.status == 200
        assert "Good morning" not in page.text
        assert "Your words" not in page.text
    async with Visitor(Home(folder / "DE")) as participant:
        await participant.sync()
        assert "May I?" not in (await participant.get("/messages")).text
