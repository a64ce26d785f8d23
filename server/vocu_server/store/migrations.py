"""The schema of the hub's database, and the numbered steps from each version to the next.

A step is plain SQL that both databases read, and never changes once it was released: it knows the tables as they were.
All steps of a migration are one transaction, so that a migration that was killed has not happened.
"""

from collections.abc import Callable

from sqlalchemy import Connection, func, insert, inspect, select, text, update

from vocu.errors import RefusedError
from vocu_server.store.tables import metadata, schema

SCHEMA_VERSION = 2

_LOCK = 7_305_808_869_229_538_305
"""Of the advisory lock under which the schema is made or changed: several processes may start at once."""


def require_current(connection: Connection) -> None:
    """Make the tables where there are none yet. Raises RefusedError where they are of another version."""
    # PostgreSQL would not show us the tables of another process that is quicker; SQLite's folder is ours
    if connection.dialect.name == "postgresql":
        _lock(connection)
    found = version(connection)
    if found is None:
        metadata.create_all(connection)
        connection.execute(insert(schema).values(version=SCHEMA_VERSION))
    elif found < SCHEMA_VERSION:
        raise RefusedError(
            "old-schema",
            f"This hub's database has schema {found}, this vocu reads {SCHEMA_VERSION}; run `vocu-hub upgrade` once.",
        )
    else:
        _require_not_newer(found)


def version(connection: Connection) -> int | None:
    """The schema that is there; None where there is none."""
    if not inspect(connection).has_table(schema.name):
        return None
    return connection.execute(select(schema.c.version)).scalar()


def migrate(connection: Connection) -> int | None:
    """Bring the tables to SCHEMA_VERSION, within the connection's transaction, and return which version they had: None
    where there were none, and there are none now. Whoever calls this has made a backup.

    Raises RefusedError where the schema is newer, or another process of the hub is connected.
    """
    _lock(connection)
    before = version(connection)
    if before is None:
        return None
    _require_not_newer(before)
    if before < SCHEMA_VERSION:
        _require_alone(connection)
        for step in _STEPS[before - 1 :]:
            step(connection)
        connection.execute(update(schema).values(version=SCHEMA_VERSION))
    return before


def _lock(connection: Connection) -> None:
    """Begin the transaction that nobody else changes the schema in: SQLite would commit each statement by itself."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _require_not_newer(found: int) -> None:
    if found > SCHEMA_VERSION:
        raise RefusedError(
            "wrong-schema",
            f"This hub's database has schema {found}, this vocu reads {SCHEMA_VERSION}; run the version that wrote it.",
        )


def _require_alone(connection: Connection) -> None:
    """A process of the older version would go on writing as it knows it. (SQLite's folder is claimed.)"""
    if connection.dialect.name != "postgresql":
        return
    for _ in range(20):  # the server takes a moment to forget one that has gone
        if not connection.execute(_OTHERS).scalar_one():
            return
        connection.execute(select(func.pg_stat_clear_snapshot(), func.pg_sleep(0.1)))
    raise RefusedError("hub-is-running", "Another process of this hub uses the database; stop all, then upgrade.")


_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = 'vocu-hub' AND pid <> pg_backend_pid()"
)


def _to_2(connection: Connection) -> None:
    """Several processes and several places for files: who owns an operation, whose keys the hub has, which files are
    safe. Of older folders' files nobody knows that yet; the hub looks at them as it starts."""
    for statement in (
        "CREATE TABLE owner (op VARCHAR NOT NULL PRIMARY KEY, url VARCHAR NOT NULL)",
        "CREATE TABLE hub_key (name VARCHAR NOT NULL PRIMARY KEY, public VARCHAR NOT NULL)",
        "CREATE TABLE stored_file ("
        " key VARCHAR NOT NULL PRIMARY KEY, op VARCHAR NOT NULL, sha256 VARCHAR NOT NULL,"
        " size INTEGER NOT NULL, state VARCHAR NOT NULL, at BIGINT NOT NULL)",
        "CREATE INDEX stored_file_sha256 ON stored_file (op, sha256)",
        "INSERT INTO stored_file (key, op, sha256, size, state, at)"
        " SELECT DISTINCT op || '.' || sha256, op, sha256, 0, 'coming', 0 FROM large_part",
    ):
        connection.exec_driver_sql(statement)


_STEPS: tuple[Callable[[Connection], None], ...] = (_to_2,)
