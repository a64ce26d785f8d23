"""How the hub connects to SQLite and to PostgreSQL: what is committed survives a power cut on both.

SQLite in WAL mode with synchronous=FULL and secure_delete, which overwrites what is erased. PostgreSQL with repeatable
reads, so that a log is read as of one moment, and with limits under which a dead line ends a session at both of its
ends within about 15 seconds: its locks are free then.
"""

import asyncio
import os
import sqlite3
import ssl
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

T = TypeVar("T")


class ConnectionLostError(SQLAlchemyError):
    """The connection broke while this work waited for its turn: nothing was done."""


class Connections:
    """So many threads, each with a connection of its own that is made again where it breaks."""

    def __init__(self, url: URL, count: int, name: str) -> None:
        make = _postgresql if url.get_backend_name() == "postgresql" else _sqlite
        self.engine = make(url, count)
        self._threads = ThreadPoolExecutor(count, name)
        self._kept: Connection | None = None
        self._keeps = count == 1
        self._broke_at = 0.0
        event.listen(self.engine, "handle_error", self._note_break)

    async def use(self, work: Callable[[Connection], T]) -> T:
        """What the work returns; it is called in one of the threads. Raises what it raises, or SQLAlchemyError."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._do, work, time.monotonic())

    def use_now(self, work: Callable[[Connection], T]) -> T:
        """The same for those who have no event loop."""
        return self._threads.submit(self._do, work, None).result()

    def _do(self, work: Callable[[Connection], T], asked: float | None) -> T:
        """Whoever asked before a connection broke has waited long enough, and is told so."""
        if asked is not None and asked < self._broke_at:
            raise ConnectionLostError
        if self._keeps:
            return self._do_with_kept(work)
        with self.engine.connect() as connection:
            return work(connection)

    def _do_with_kept(self, work: Callable[[Connection], T]) -> T:
        """A single connection stays with its thread: to fetch it for each transaction cost an idle hub 0.2 ms a post.

        After a failure it goes back to the pool, which undoes what may be open still, or lets go of a line that broke.
        """
        connection = self._kept = self._kept or self.engine.connect()
        try:
            result = work(connection)
            connection.rollback()  # what was not committed, by somebody who only looked
        except BaseException:
            self._kept = None
            connection.close()
            raise
        return result

    def close(self) -> None:
        """Wait for what is being done."""
        self._threads.shutdown(wait=True)
        if self._kept is not None:
            self._kept.close()
        self.engine.dispose()

    def _note_break(self, context: ExceptionContext) -> None:
        if context.is_disconnect or context.connection is None:
            self._broke_at = time.monotonic()


def _sqlite(url: URL, connections: int) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        connect_args={"check_same_thread": False, "timeout": 10},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _postgresql(url: URL, connections: int) -> Engine:
    _name_the_authorities()
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=connections,
        max_overflow=0,
        isolation_level="REPEATABLE READ",
        connect_args=_CLIENT_LIMITS,
    )
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _name_the_authorities() -> None:
    """The OpenSSL that psycopg brings along looks for the system's authorities where no system has them
    (/usr/lib/psycopg-openssl); these variables tell it where they are, unless somebody has said so already."""
    known = ssl.get_default_verify_paths()
    for name, path in ((known.openssl_cafile_env, known.cafile), (known.openssl_capath_env, known.capath)):
        if path is not None:
            os.environ.setdefault(name, path)


_CLIENT_LIMITS = {
    "application_name": "vocu-hub",
    "connect_timeout": 10,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
}

_SERVER_LIMITS = (
    "tcp_user_timeout = '10s'",
    "tcp_keepalives_idle = 5",
    "tcp_keepalives_interval = 3",
    "tcp_keepalives_count = 3",
    "lock_timeout = '10s'",
    "synchronous_commit = on",
)


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    connection.autocommit = True
    for limit in _SERVER_LIMITS:
        connection.execute(f"SET {limit}")
    connection.autocommit = False
