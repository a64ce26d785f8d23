"""Which process of a hub serves an operation: the one whose connection to the database holds the operation's lock.

The lock and every commit go through that one connection. Who has lost it can write nothing, whatever he believes; and
the server frees the lock when the connection ends, so that another process can go on where the last commit ended.
"""

import contextlib

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from vocu.errors import RefusedError
from vocu_server.store import owners
from vocu_server.store.sql import Database

FROZEN_SECONDS = 20
"""A process that was stopped, or that hangs, is silent for longer; one that verifies a large batch is not."""
_LIMITS = ("idle_session_timeout", "idle_in_transaction_session_timeout")


class NotHereError(RefusedError):
    """The operation is not served here now, but at `url`, as a rule by another process; empty where that is not
    known."""

    def __init__(self, url: str = "") -> None:
        super().__init__("not-here", "This process of the hub cannot serve the operation now; connect again.")
        self.url = url


class Ownership:
    """The operations that this process has locked. `url` is where desks reach it, or empty."""

    def __init__(self, database: Database, url: str) -> None:
        self._database = database
        self._url = url

    async def claim(self, op: str) -> None:
        """Own the operation, and say so to the other processes.

        Raises NotHereError where another process owns it, and RefusedError where the hub does not hold it.
        """
        await self.require_known(op)
        if not await self._database.try_lock(op):
            raise NotHereError(await self._elsewhere(op))
        await self._database.write(lambda connection: owners.set_owner(connection, op, self._url), op)

    async def release(self, op: str) -> None:
        """Let others own it at once; where the database cannot be reached, they can soon."""
        with contextlib.suppress(SQLAlchemyError):
            await self._database.unlock(op)

    async def require_known(self, op: str) -> None:
        """Raises RefusedError where this hub does not hold the operation."""
        if not await self._database.read(lambda connection: owners.is_held(connection, op)):
            raise RefusedError("unknown-operation", "This hub does not hold that operation; check the invitation.")

    async def show_life(self) -> None:
        """Keep the locks: from the first time on, the server takes them from a process that says nothing for
        `FROZEN_SECONDS`, though its machine still answers. Notices where it has, or where the connection broke."""
        limits = select(*(func.set_config(limit, f"{FROZEN_SECONDS}s", False) for limit in _LIMITS))
        with contextlib.suppress(SQLAlchemyError):
            await self._database.write(lambda connection: connection.execute(limits).all())

    async def _elsewhere(self, op: str) -> str:
        """Where the owner is; our own address there is of a connection that the server has not given up yet."""
        url = await self._database.read(lambda connection: owners.owner_of(connection, op))
        return "" if url == self._url else url
