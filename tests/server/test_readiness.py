"""Whether the hub says that it can work, and why not."""

import asyncio
import time
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from tests.system.certificates import certify
from vocu_server import readiness
from vocu_server.readiness import Condition, Readiness
from vocu_server.store.sql import Database


def codes(condition: Condition) -> list[str]:
    return [reason.code for reason in condition.reasons()]


async def test_a_hub_in_order_has_no_reason_not_to_be_ready(tmp_path: Path) -> None:
    certificate, _ = certify(tmp_path, "hub")
    database = Database(tmp_path / "hub.sqlite")
    found = await Readiness(database, tmp_path, certificate).look(stopping=False)
    assert codes(found) == []
    assert found.certificate_expires is not None
    assert 23 * 3600 < found.certificate_expires - time.time() < 25 * 3600
    database.close()


async def test_a_database_that_cannot_be_written_is_a_reason(tmp_path: Path) -> None:
    database = Database(tmp_path / "hub.sqlite")
    await database.write(lambda connection: connection.exec_driver_sql("PRAGMA query_only = ON"))
    assert codes(await Readiness(database, tmp_path, None).look(stopping=False)) == ["database-fails"]
    database.close()


async def test_a_writer_that_does_not_come_back_is_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "SECONDS_TO_WRITE", 0.05)

    class Stuck:
        async def write(self, _work: object) -> None:
            await asyncio.sleep(60)

    stuck = Readiness(Stuck(), tmp_path, None)  # type: ignore[arg-type]
    assert codes(await stuck.look(stopping=False)) == ["database-fails"]


async def test_a_database_out_of_reach_is_a_reason_and_no_crash(tmp_path: Path) -> None:
    class Away:
        async def write(self, _work: object) -> None:
            raise OperationalError("", {}, Exception())

    away = Readiness(Away(), tmp_path, None)  # type: ignore[arg-type]
    assert codes(await away.look(stopping=False)) == ["database-fails"]


def test_little_room_an_old_certificate_and_stopping_are_reasons_each_with_what_to_do() -> None:
    condition = Condition(database_writes=True, free_bytes=1000, certificate_expires=time.time() - 1, stopping=True)
    assert codes(condition) == ["stopping", "disk-nearly-full", "certificate-expired"]
    assert all(reason.message.endswith(".") for reason in condition.reasons())


async def test_looking_leaves_the_database_as_it_is(tmp_path: Path) -> None:
    database = Database(tmp_path / "hub.sqlite")

    def content(connection: Connection) -> object:
        return connection.exec_driver_sql("SELECT * FROM schema").fetchall()

    before = database.read_now(content)
    await Readiness(database, tmp_path, None).look(stopping=False)
    assert database.read_now(content) == before
    database.close()
