"""The hub's database: the one thread that writes to it, the threads that read, and who owns which operation."""

import hashlib
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import URL, Connection, Engine, Table, event, func, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from vocu_server.store.engines import Connections
from vocu_server.store.migrations import require_current

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")

READERS = 4
AT_ONCE = 1.0


class NotOwnedError(SQLAlchemyError):
    """Another process may write this log now: nothing was written."""


class Database:
    """SQLite or PostgreSQL. Work that writes runs in one thread, a transaction each: durable when `write` returns.

    All of it is written through one connection, and that connection holds the locks of the operations that this process
    owns. Where it breaks, `generation` grows with the next one, and all of them are free: for others, and for us to
    lock again. Until then `write` for an operation fails with NotOwnedError.

    Nobody waits for a server that is out of reach for more than about 15 seconds.
    """

    def __init__(self, at: Path | URL) -> None:
        url = at if isinstance(at, URL) else URL.create("sqlite", database=str(at))
        self._writer = Connections(url, 1, "writer")
        self._readers = Connections(url, READERS, "reader")
        self.shared = url.get_backend_name() == "postgresql"
        self.generation = 0
        self._held: set[str] = set()
        if self.shared:
            event.listen(self.writing, "connect", self._begin_generation)
        self.write_now(require_current)

    @property
    def writing(self) -> Engine:
        """What all writing goes through."""
        return self._writer.engine

    # --- reading and writing ---

    async def write(self, work: Callable[[Connection], T], op: str | None = None) -> T:
        """The work's result once it is on disk. Raises what the work raises, or SQLAlchemyError: then nothing is; or,
        where the connection broke during the commit, nobody knows before it is looked for.

        Work on the operation `op` is done only while this process owns it.
        """
        return await self._writer.use(lambda connection: self._commit(connection, work, op))

    def write_now(self, work: Callable[[Connection], T], op: str | None = None) -> T:
        """`write` for those who have no event loop: the command line, and the hub as it starts."""
        return self._writer.use_now(lambda connection: self._commit(connection, work, op))

    async def read(self, work: Callable[[Connection], T]) -> T:
        """The work's result, all of it as of one moment."""
        asked = time.monotonic()
        try:
            return await self._readers.use(work)
        except DBAPIError as error:
            if not _was_stale(error, asked):
                raise
        return await self._readers.use(work)

    def read_now(self, work: Callable[[Connection], T]) -> T:
        asked = time.monotonic()
        try:
            return self._readers.use_now(work)
        except DBAPIError as error:
            if not _was_stale(error, asked):
                raise
        return self._readers.use_now(work)

    async def truncate(self) -> None:
        """Leave nothing of what was erased in SQLite's write-ahead log. PostgreSQL frees its place for new rows; what
        that leaves, and where, docs/hub.md says."""
        if self.shared:
            await self._readers.use(_vacuum)
        else:
            await self._writer.use(_truncate)

    def close(self) -> None:
        """Wait for what is being written, then let go of the database and of all locks."""
        self._writer.close()
        self._readers.close()

    # --- who owns an operation ---

    async def try_lock(self, op: str) -> bool:
        """Own this operation, unless another process does. Where it is ours already, this asks whether the connection
        that holds the lock still lives. Raises SQLAlchemyError where it broke: nothing is ours then."""
        return await self._writer.use(lambda connection: self._commit(connection, self._lock(op), None))

    def try_lock_now(self, op: str) -> bool:
        """`try_lock` for the hub as it starts."""
        return self.write_now(self._lock(op))

    async def unlock(self, op: str) -> None:
        """Let others own this operation; fine where they do already."""
        if op in self._held:
            self._held.discard(op)
            if self.shared:
                await self.write(lambda connection: connection.execute(select(func.pg_advisory_unlock(_number(op)))))

    def holds(self, op: str) -> bool:
        """Whether this process owned the operation when it last used its connection."""
        return op in self._held

    def _lock(self, op: str) -> Callable[[Connection], bool]:
        def lock(connection: Connection) -> bool:
            if not self.shared:
                self._held.add(op)
            elif op in self._held:
                connection.execute(select(1))
            elif connection.execute(select(func.pg_try_advisory_lock(_number(op)))).scalar_one():
                self._held.add(op)
            return op in self._held

        return lock

    def _commit(self, connection: Connection, work: Callable[[Connection], T], op: str | None) -> T:
        if op is not None and op not in self._held:
            raise NotOwnedError
        try:
            with connection.begin():
                return work(connection)
        except DBAPIError as error:
            if error.connection_invalidated:
                self._held.clear()
            raise

    def _begin_generation(self, _connection: Any, _record: Any) -> None:
        self.generation += 1
        self._held.clear()


def upsert(connection: Connection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """An INSERT that may say `on_conflict_do_update` and `on_conflict_do_nothing`, in the database's own words."""
    words: Any = import_module(f"sqlalchemy.dialects.{connection.dialect.name}")  # PostgreSQL's take 3 MiB of memory
    insert: sqlite.Insert | postgresql.Insert = words.insert(table)
    return insert


def _was_stale(error: DBAPIError, asked: float) -> bool:
    """Whether the server was restarted since this connection was last used: a new one will do."""
    return error.connection_invalidated and time.monotonic() - asked < AT_ONCE


def _truncate(connection: Connection) -> None:
    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()  # until its row is read, it holds a lock


def _vacuum(connection: Connection) -> None:
    connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM entry")


def _number(op: str) -> int:
    """The number of an operation's advisory lock."""
    return int.from_bytes(hashlib.sha256(b"vocu-hub operation\0" + op.encode()).digest()[:8], "big", signed=True)
