"""One connection writes and holds the locks: who has lost it owns nothing."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from tests.postgres import fresh_database
from vocu.errors import RefusedError
from vocu_server.store import log
from vocu_server.store.keys import make_keys, require_same
from vocu_server.store.log import StoredEntry
from vocu_server.store.sql import Database, NotOwnedError

OP = "A" * 43
END = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
def url() -> Iterator[str]:
    with fresh_database() as url:
        yield url


async def test_an_operation_has_one_owner_at_a_time(url: str) -> None:
    with closing(Database(make_url(url))) as one, closing(Database(make_url(url))) as other:
        assert await one.try_lock(OP)
        assert await one.try_lock(OP)
        assert not await other.try_lock(OP)
        await one.unlock(OP)
        assert await other.try_lock(OP)
        with pytest.raises(NotOwnedError):
            await one.write(lambda connection: log.begin(connection, OP), OP)
        await other.write(lambda connection: log.begin(connection, OP), OP)


async def test_who_lost_the_connection_owns_nothing_and_may_lock_again(url: str) -> None:
    with closing(Database(make_url(url))) as database, closing(Database(make_url(url))) as other:
        assert await database.try_lock(OP)
        before = database.generation
        other.write_now(lambda connection: connection.execute(END).all())
        with pytest.raises(DBAPIError):
            await database.try_lock(OP)
        assert not database.holds(OP)
        with pytest.raises(NotOwnedError):
            await database.write(lambda connection: log.begin(connection, OP), OP)
        assert database.generation > before
        assert await database.try_lock(OP)
        assert await database.read(log.operations) == []


async def test_a_log_that_somebody_else_grew_is_not_written(url: str) -> None:
    """Even without a lock: the size that a batch begins at must be the size that the database knows."""
    with closing(Database(make_url(url))) as one, closing(Database(make_url(url))) as other:
        one.write_now(lambda connection: log.begin(connection, OP))
        entry = [StoredEntry(0, b"leaf", None, b"body")]
        one.write_now(lambda connection: log.append(connection, OP, entry, "one"))
        with pytest.raises(SQLAlchemyError):
            other.write_now(lambda connection: log.append(connection, OP, entry, "other"))
        assert other.read_now(lambda connection: log.checkpoint(connection, OP)) == "one"


def test_a_database_serves_one_hub_only(url: str, tmp_path: Path) -> None:
    ours, others = (make_keys(_made(tmp_path / name)) for name in ("ours", "others"))
    with closing(Database(make_url(url))) as database:
        for _ in range(2):
            database.write_now(lambda connection: require_same(connection, ours))
        with pytest.raises(RefusedError) as refused:
            database.write_now(lambda connection: require_same(connection, others))
    assert refused.value.code == "wrong-hub"


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
