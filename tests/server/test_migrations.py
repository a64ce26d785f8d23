"""A database of an older version is brought up to date, whole or not at all."""

import hashlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, inspect, make_url, select, text

from vocu.canonical import encode
from vocu.crypto.keys import COMPOSITE_SEED_SIZE, HubSigningKey
from vocu.errors import RefusedError
from vocu_server.sequencer.replica import Replica
from vocu_server.store import log, projection
from vocu_server.store.engines import Connections
from vocu_server.store.migrations import SCHEMA_VERSION, migrate, require_current, version
from vocu_server.store.sql import Database
from vocu_server.store.tables import metadata, stored_file

KEY = HubSigningKey.from_seed(hashlib.shake_256(b"hub.seed").digest(COMPOSITE_SEED_SIZE))


@pytest.fixture
def url(database: str | None, tmp_path: Path) -> URL:
    """An empty database of either kind."""
    return make_url(database) if database else URL.create("sqlite", database=str(tmp_path / "hub.sqlite"))


@pytest.fixture
def old(url: URL) -> URL:
    leave_old(url)
    return url


def leave_old(url: URL) -> None:
    """A database that a hub of schema 1 has left: an operation with a report, an epoch and a large part, and a token
    that nobody has used. (schema_1.sql is what SQLite's `.dump` said of it.)"""
    dump = (Path(__file__).with_name("schema_1.sql")).read_text(encoding="utf-8")
    if url.get_backend_name() == "postgresql":
        dump = re.sub(r"X'([0-9A-F]*)'", r"'\\x\1'", dump.replace(" BLOB", " BYTEA"))
        dump = re.sub(r"\b(at|seizures) INTEGER", r"\1 BIGINT", dump)
        dump = dump.replace("'OPERATIONAL','XA',0,0,", "'OPERATIONAL','XA',false,false,")
    dump = dump.removeprefix("BEGIN TRANSACTION;\n").removesuffix("COMMIT;\n")
    change(url, lambda connection: [connection.exec_driver_sql(each) for each in dump.split(";\n") if each.strip()])


def change(url: URL, work: object) -> object:
    """What the work returns, in a transaction, without looking at the schema."""
    connections = Connections(url, 1, "test")

    def commit(connection: Connection) -> object:
        with connection.begin():
            return work(connection)  # type: ignore[operator]

    try:
        return connections.use_now(commit)
    finally:
        connections.close()


def test_an_old_schema_is_refused_with_the_command_that_helps(old: URL) -> None:
    with pytest.raises(RefusedError, match="vocu-hub upgrade") as refused:
        Database(old)
    assert refused.value.code == "old-schema"


def test_a_migrated_hub_has_its_operations_tables_and_tokens(old: URL) -> None:
    assert change(old, migrate) == 1
    database = Database(old)
    (op,) = database.read_now(log.operations)
    replica = Replica(op, KEY)
    database.read_now(replica.rebuild)
    assert replica.tree.size == 5
    report, line = database.read_now(lambda connection: projection.rows(connection, op))
    assert report[10] == "ATLANTA FIELD OFFICE"
    assert line[3] == "drugs.cocaine"
    assert (
        database.read_now(lambda c: c.execute(text("SELECT count(*) FROM token WHERE used_for IS NULL")).scalar()) == 1
    )
    (file,) = database.read_now(lambda c: list(c.execute(select(stored_file))))
    (sha256,) = database.read_now(lambda c: c.execute(text("SELECT sha256 FROM large_part")).scalars().all())
    assert tuple(file) == (f"{op}.{sha256}", op, sha256, 0, "coming", 0)
    database.close()


def test_a_migrated_database_is_like_a_new_one(old: URL) -> None:
    change(old, migrate)
    found = change(old, description)
    change(old, lambda connection: [connection.execute(text(f"DROP TABLE {name}")) for name in metadata.tables])
    change(old, require_current)
    assert found == change(old, description)


def description(connection: Connection) -> bytes:
    """Tables, columns, keys and indexes. (On SQLite INTEGER and BIGINT are one.)"""
    look = inspect(connection)
    sqlite = connection.dialect.name == "sqlite"
    tables = {}
    for name in sorted(look.get_table_names()):
        columns = {
            str(each["name"]): [
                str(each["type"]).replace("BIGINT", "INTEGER" if sqlite else "BIGINT"),
                each["nullable"],
            ]
            for each in look.get_columns(name)
        }
        indexes = {str(each["name"]): each["column_names"] for each in look.get_indexes(name)}
        tables[name] = [columns, look.get_pk_constraint(name)["constrained_columns"], indexes]
    return encode(tables)


def test_a_migration_is_done_once(old: URL) -> None:
    assert change(old, migrate) == 1
    assert change(old, migrate) == SCHEMA_VERSION


def test_an_empty_database_stays_empty(url: URL) -> None:
    assert change(url, migrate) is None
    assert change(url, version) is None


def test_a_newer_schema_is_refused(url: URL) -> None:
    Database(url).close()
    change(url, lambda connection: connection.execute(text("UPDATE schema SET version = 99")))
    for work in (migrate, require_current):
        with pytest.raises(RefusedError) as refused:
            change(url, work)
        assert refused.value.code == "wrong-schema"


KILLED = """
import os, signal, sys
from sqlalchemy import make_url
from vocu_server.store import migrations
from vocu_server.store.engines import Connections

def die(connection):
    assert connection.exec_driver_sql("SELECT count(*) FROM stored_file").scalar_one() == 1
    os.kill(os.getpid(), signal.SIGKILL)

migrations._STEPS += (die,)
def commit(connection):
    with connection.begin():
        migrations.migrate(connection)
Connections(make_url(sys.argv[1]), 1, "killed").use_now(commit)
"""


def test_a_migration_that_was_killed_has_not_happened(old: URL) -> None:
    address = old.render_as_string(hide_password=False)
    done = subprocess.run([sys.executable, "-c", KILLED, address], check=False, capture_output=True, env=os.environ)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert change(old, version) == 1
    assert change(old, lambda connection: inspect(connection).has_table("stored_file")) is False
    assert change(old, migrate) == 1


def test_no_database_is_changed_under_a_process_that_uses_it(old: URL) -> None:
    if old.get_backend_name() == "sqlite":
        pytest.skip("only one process works in a folder, which claims it")
    other = Connections(old, 1, "other")
    with other.engine.connect(), pytest.raises(RefusedError) as refused:
        change(old, migrate)
    assert refused.value.code == "hub-is-running"
    assert change(old, version) == 1
    other.close()
