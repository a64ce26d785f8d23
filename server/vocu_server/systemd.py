"""What systemd is told, where it started the hub (sd_notify(3)): that it serves, that it stops, and that it lives."""

import asyncio
import contextlib
import os
import socket

from sqlalchemy.exc import SQLAlchemyError

from vocu_server.store.sql import Database


def tell(state: str) -> None:
    """Send `READY=1`, `STOPPING=1` or `WATCHDOG=1`; nothing where nobody asked to be told, or is there to hear it."""
    address = os.environ.get("NOTIFY_SOCKET")
    if address:
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notify,
        ):
            notify.connect("\0" + address[1:] if address.startswith("@") else address)
            notify.send(state.encode())


async def keep_alive(database: Database) -> None:
    """Tell the watchdog again and again that we live, until cancelled; return at once where there is none.

    This task runs, so the loop does; then the writer does some work, and gives it back. A database that is out of reach
    is no reason to be killed, a writer that never comes back is.
    """
    patience = _watchdog_seconds()
    while patience:
        with contextlib.suppress(SQLAlchemyError, OSError):
            await database.write(lambda _: None)
        tell("WATCHDOG=1")
        await asyncio.sleep(patience / 4)


def _watchdog_seconds() -> float:
    """How long systemd waits to be told; 0 if it does not."""
    ours = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return int(os.environ.get("WATCHDOG_USEC", "0")) / 1_000_000 if ours else 0.0
