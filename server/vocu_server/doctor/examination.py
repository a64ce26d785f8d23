"""The whole examination, one thing after another; what fails in one place does not keep the next from being seen."""

from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from vocu.errors import VocuError
from vocu_server.doctor.backups import backups
from vocu_server.doctor.certificate import certificate
from vocu_server.doctor.clock import clock
from vocu_server.doctor.database import database, files
from vocu_server.doctor.disk import disk
from vocu_server.doctor.finding import Finding, bad, ok
from vocu_server.doctor.logs import logs, newest_entry
from vocu_server.doctor.permissions import permissions
from vocu_server.doctor.process import process
from vocu_server.settings import HubFolder, read_settings
from vocu_server.store.engines import Connections
from vocu_server.store.keys import read_keys


def examine(folder: Path, now: int, *, deep: bool = False) -> Iterator[Finding]:
    """Every finding of the hub in this folder. Nothing is changed, and nobody outside is asked but its own database and
    files; `deep` verifies every entry."""
    try:
        hub = read_settings(folder)
    except VocuError as error:
        yield bad("settings", error.message, "see docs/hub.md; every setting stands there")
        return
    yield ok("settings", f"{folder / 'hub.toml'} is read")
    connections = Connections(hub.database, 1, "doctor")
    try:
        yield from _guarded("permissions", lambda: permissions(hub))
        yield from _guarded("certificate", lambda: certificate(hub, now))
        yield from _guarded("disk", lambda: disk(hub))
        yield from _guarded("database", lambda: database(hub, connections))
        yield from _guarded("files", lambda: iter([files(hub)]))
        yield from _guarded("clock", lambda: clock(hub, now, connections.use_now(newest_entry)))
        yield from _guarded("log", lambda: _logs(hub, connections, deep=deep))
        yield from _guarded("backup", lambda: backups(hub, now))
        yield from _guarded("process", lambda: process(hub))
    finally:
        connections.close()


def _logs(hub: HubFolder, connections: Connections, *, deep: bool) -> Iterator[Finding]:
    keys = read_keys(hub.data_dir)
    return iter(connections.use_now(lambda connection: list(logs(connection, keys, deep=deep))))


def _guarded(of: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from look()
    except VocuError as error:
        yield bad(of, error.message, "correct it, then ask again")
    except (OSError, SQLAlchemyError) as error:
        why = error.strerror if isinstance(error, OSError) else type(error).__name__
        yield bad(of, f"it could not be looked at ({why})", "see to what is bad above, then ask again")
