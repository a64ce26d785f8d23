"""The files of one hub process, on any place, for the tests beside this."""

import contextlib
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, insert, make_url, select

from tests.object_store import new_bucket
from vocu_server.settings import HubFolder, Settings
from vocu_server.store.attachments.attachments import Attachments
from vocu_server.store.attachments.choosing import place_of
from vocu_server.store.attachments.place import Place, new_key
from vocu_server.store.attachments.records import Upload
from vocu_server.store.sql import Database
from vocu_server.store.tables import large_part, stored_file

T = TypeVar("T")

OP, NOW, MOST = "op", 1_800_000_000_000, 2**40


class HubFiles(Attachments):
    """The files of one hub process, whose clock the test sets."""

    def __init__(self, place: Place, database: Database) -> None:
        self.now = NOW
        self.database = database
        super().__init__(place, database, lambda: self.now)

    async def take(self, data: bytes, *, name: str = "") -> str:
        """Upload, and return the hash; `name` is the hash that the address says."""
        sha256 = name or hashlib.sha256(data).hexdigest()
        await self.keep(told(data, sha256), MOST, pieces(data))
        return sha256

    async def step(self, work: Callable[[Connection], T]) -> T:
        return await self._step(work)

    async def state(self, sha256: str) -> list[str]:
        query = select(stored_file.c.state).where(stored_file.c.sha256 == sha256).order_by(stored_file.c.state)
        return await self.database.read(lambda connection: list(connection.execute(query).scalars()))


def told(data: bytes, sha256: str) -> Upload:
    return Upload(new_key(OP, sha256), OP, sha256, len(data), "DE", len(data))


async def pieces(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 65536):
        yield data[start : start + 65536]


def name_it(connection: Connection, sha256: str, position: int = 1) -> None:
    """As an admitted event does."""
    connection.execute(insert(large_part).values(op=OP, sha256=sha256, position=position, part=0))


def a_place(kind: str, folder: Path) -> Place:
    return place_at(folder, **({} if kind == "folder" else new_bucket(folder).settings))


def place_at(folder: Path, **settings: str) -> Place:
    hub = HubFolder(Settings(**settings), folder)
    hub.data_dir.mkdir(exist_ok=True)
    return place_of(hub)


@contextlib.contextmanager
def hub_on(place: Place, database: str | None, folder: Path) -> Iterator[HubFiles]:
    opened = Database(make_url(database) if database else folder / "hub.sqlite")
    files = HubFiles(place, opened)
    try:
        yield files
    finally:
        files.close()
        opened.close()


def lay_down(place: Place, key: str, data: bytes) -> None:
    """Put bytes there that no record speaks of."""
    path = place.spool / "given.part"
    path.write_bytes(data)
    place.put(key, path)
    path.unlink(missing_ok=True)
