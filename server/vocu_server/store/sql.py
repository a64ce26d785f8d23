"""The hub's database: its tables, the one thread that writes them, and the threads that read them.

SQLite in WAL mode with synchronous=FULL: what was committed survives a power cut. secure_delete overwrites what is
erased.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    insert,
    select,
)
from sqlalchemy.pool import QueuePool

from vocu.errors import RefusedError

T = TypeVar("T")

SCHEMA_VERSION = 1
READERS = 4

metadata = MetaData()

schema = Table("schema", metadata, Column("version", Integer, nullable=False))

token = Table(
    "token",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("used_for", String),
)

operation = Table(
    "operation",
    metadata,
    Column("op", String, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("checkpoint", String, nullable=False),
)

entry = Table(
    "entry",
    metadata,
    Column("op", String, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("leaf", LargeBinary, nullable=False),
    Column("audience", LargeBinary, doc="who sees what; null where everybody sees everything"),
    Column("body", LargeBinary, nullable=False, doc="the entry in full, encoded as it travels"),
)

large_part = Table(
    "large_part",
    metadata,
    Column("op", String, primary_key=True),
    Column("sha256", String, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("part", Integer, primary_key=True),
)

upload = Table(
    "upload",
    metadata,
    Column("op", String, primary_key=True),
    Column("sha256", String, primary_key=True),
    Column("ncp", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("at", Integer, nullable=False),
)

join_request = Table(
    "join_request",
    metadata,
    Column("op", String, primary_key=True),
    Column("ticket", String, primary_key=True),
    Column("device", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", Integer, nullable=False),
)

used_ticket = Table(
    "used_ticket",
    metadata,
    Column("op", String, primary_key=True),
    Column("ticket", String, primary_key=True, doc="of an invitation that let a device in"),
)

report = Table(
    "report",
    metadata,
    Column("op", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("position", Integer, nullable=False, doc="of the revision that counts"),
    Column("at", Integer, nullable=False, doc="hub_ms of the first revision"),
    Column("phase", String, nullable=False, doc="in which it was first reported"),
    Column("owner", String, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("unconfirmed", Boolean, nullable=False),
    Column("agency", String, nullable=False),
    Column("seizure_day", String, nullable=False),
    Column("place", String, nullable=False),
    Column("location_type", String, nullable=False),
    Column("direction", String, nullable=False),
    Column("transport_mode", String, nullable=False),
    Column("selection_reason", String, nullable=False),
    Column("seizures", Integer, nullable=False),
)

goods_line = Table(
    "goods_line",
    metadata,
    Column("op", String, primary_key=True),
    Column("report", String, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("commodity", String, nullable=False),
    Column("unit", String, nullable=False),
    Column("quantity", String, doc="a decimal as it was given; null while pending"),
    Column("value", String),
    Column("currency", String),
)
Index("goods_line_commodity", goods_line.c.op, goods_line.c.commodity)


class Database:
    """One SQLite file. Work that writes runs in one thread, a transaction each: durable when `write` returns."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = ThreadPoolExecutor(1, "writer")
        self._readers = ThreadPoolExecutor(READERS, "reader")
        self.writing = _engine(path, 1)
        self._reading = _engine(path, READERS)
        with self.writing.begin() as connection:
            metadata.create_all(connection)
            _require_version(connection)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """The work's result once it is on disk. Raises what the work raises, or SQLAlchemyError; then nothing is."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self.write_now, work)

    def write_now(self, work: Callable[[Connection], T]) -> T:
        """`write` for those who have no event loop: the command line, and the hub as it starts."""
        with self.writing.begin() as connection:
            return work(connection)

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, work)

    def read_now(self, work: Callable[[Connection], T]) -> T:
        with self._reading.connect() as connection:
            return work(connection)

    async def truncate(self) -> None:
        """Leave nothing of what was erased in the write-ahead log."""

        def checkpoint() -> None:
            with self.writing.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

        await asyncio.get_running_loop().run_in_executor(self._writer, checkpoint)

    def close(self) -> None:
        """Wait for what is being written, then let go of the file."""
        for pool in (self._writer, self._readers):
            pool.shutdown(wait=True)
        for engine in (self.writing, self._reading):
            engine.dispose()


def _engine(path: Path, connections: int) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        connect_args={"check_same_thread": False, "timeout": 10},
    )
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _require_version(connection: Connection) -> None:
    found = connection.execute(select(schema.c.version)).scalar()
    if found is None:
        connection.execute(insert(schema).values(version=SCHEMA_VERSION))
    elif found != SCHEMA_VERSION:
        raise RefusedError(
            "wrong-schema",
            f"This data folder has schema {found}, this hub reads schema {SCHEMA_VERSION}; run the fitting version.",
        )
