"""Files in a folder and in a bucket, of one hub process and of two."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from tests.server.attachments.hub_files import OP, HubFiles, a_place, hub_on
from vocu_server.store.attachments.place import Place
from vocu_server.store.tables import operation


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return a_place(request.param, tmp_path)


@pytest.fixture
def files(place: Place, tmp_path: Path) -> Iterator[HubFiles]:
    with hub_on(place, None, tmp_path) as hub:
        hub.database.write_now(lambda c: c.execute(insert(operation).values(op=OP, size=1, checkpoint="")))
        yield hub


@pytest.fixture
def hubs(place: Place, database: str | None, tmp_path: Path) -> Iterator[tuple[HubFiles, HubFiles]]:
    """Two hub processes on one database and one place."""
    with hub_on(place, database, tmp_path) as one, hub_on(place, database, tmp_path) as other:
        one.database.write_now(lambda c: c.execute(insert(operation).values(op=OP, size=1, checkpoint="")))
        yield one, other
