"""A process that stands still while its machine goes on answering: PostgreSQL takes its locks away."""

import asyncio
from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from tests.postgres import fresh_database
from vocu_server.sequencer.ownership import Ownership
from vocu_server.store import log
from vocu_server.store.sql import Database, NotOwnedError

OP = "A" * 43


@pytest.fixture
def databases() -> Iterator[tuple[Database, Database]]:
    """One PostgreSQL, as two processes see it."""
    with (
        fresh_database() as url,
        closing(Database(make_url(url))) as first,
        closing(Database(make_url(url))) as second,
    ):
        yield first, second


async def test_who_shows_no_life_loses_his_locks_and_notices(
    monkeypatch: pytest.MonkeyPatch, databases: tuple[Database, Database]
) -> None:
    monkeypatch.setattr("vocu_server.sequencer.ownership.FROZEN_SECONDS", 1)
    frozen, other = databases
    ownership = Ownership(frozen, "")
    assert await frozen.try_lock(OP)
    await ownership.show_life()
    async with asyncio.timeout(30):
        while not await other.try_lock(OP):
            await asyncio.sleep(0.05)
    with pytest.raises(OperationalError):
        await frozen.write(lambda connection: log.begin(connection, OP), OP)
    assert not frozen.holds(OP)
    with pytest.raises(NotOwnedError):
        await frozen.write(lambda connection: log.begin(connection, OP), OP)
    assert not await frozen.try_lock(OP)


async def test_who_shows_life_keeps_them_and_a_command_need_not(
    monkeypatch: pytest.MonkeyPatch, databases: tuple[Database, Database]
) -> None:
    """`vocu-hub backup` may read for an hour before it writes."""
    monkeypatch.setattr("vocu_server.sequencer.ownership.FROZEN_SECONDS", 2)
    alive, command = databases
    assert await alive.try_lock(OP)
    assert await command.try_lock("B" * 43)
    for _ in range(12):
        await Ownership(alive, "").show_life()
        await asyncio.sleep(0.25)
    await alive.write(lambda connection: log.begin(connection, OP), OP)
    await command.write(lambda connection: log.begin(connection, "B" * 43), "B" * 43)
