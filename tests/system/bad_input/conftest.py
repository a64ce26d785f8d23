"""One place for all the bad input, and the check that none of it leaves a trace."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.system.bad_input.scene import Place, checkpoint
from vocu_client import Desk


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("place"))
    with place.hub.running():
        asyncio.run(place.tell())
        yield place
    code, said = place.hub.verify()
    assert code == 0, said


@pytest.fixture
async def de(place: Place) -> AsyncIterator[Desk]:
    async with place.open("DE") as desk:
        yield desk


@pytest.fixture(autouse=True)
async def unchanged(place: Place) -> AsyncIterator[None]:
    """Whatever a test does: the log is the same afterwards, and the hub serves as ever and has seen no trouble."""
    async with place.open("PL") as pl:
        before = await checkpoint(pl)
        yield
        assert await checkpoint(pl) == before
        log = place.hub.log.read_text()
        assert "Traceback" not in log
        assert '"level": "error"' not in log
