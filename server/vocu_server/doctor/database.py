"""The database and the files beside it: reachable, of the right version, set so that what is committed stays."""

from collections.abc import Iterator

from sqlalchemy import Connection, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from vocu.errors import VocuError
from vocu_server.doctor.finding import Finding, bad, ok
from vocu_server.settings import HubFolder
from vocu_server.store.attachments.choosing import place_of
from vocu_server.store.engines import Connections
from vocu_server.store.migrations import SCHEMA_VERSION
from vocu_server.store.tables import schema

OF = "database"
OLDEST_POSTGRESQL = 15
MUST = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "server_encoding": "UTF8"}


def database(hub: HubFolder, connections: Connections) -> Iterator[Finding]:
    """It answers, has our schema, and loses nothing in a power cut."""
    try:
        yield from connections.use_now(lambda connection: list(_look(connection)))
    except SQLAlchemyError as error:
        why = type(getattr(error, "orig", None) or error).__name__
        do = "see that the server runs and lets the hub in" if hub.settings.database else "restore it from a backup"
        yield bad(OF, f"it cannot be read ({why})", do)


def _look(connection: Connection) -> Iterator[Finding]:
    yield from _postgresql(connection) if connection.dialect.name == "postgresql" else _sqlite(connection)
    if not inspect(connection).has_table(schema.name):
        yield bad(OF, "it holds no hub", "run `vocu-hub init`, or restore a backup")
        return
    found = connection.execute(select(schema.c.version)).scalar()
    if found == SCHEMA_VERSION:
        yield ok(OF, f"schema {found}")
    else:
        yield bad(OF, f"schema {found}, and this vocu reads {SCHEMA_VERSION}", "`vocu-hub upgrade`, or a newer vocu")


def _sqlite(connection: Connection) -> Iterator[Finding]:
    version = connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
    mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
    if mode == "wal":
        yield ok(OF, f"SQLite {version}, write-ahead log, synchronous=FULL")
    else:
        yield bad(OF, f"SQLite {version} in journal mode {mode}", "move `data_dir` to a disk of this machine")


def _postgresql(connection: Connection) -> Iterator[Finding]:
    version = connection.exec_driver_sql("SHOW server_version").scalar_one()
    if int(str(version).split(".", maxsplit=1)[0]) < OLDEST_POSTGRESQL:
        yield bad(OF, f"PostgreSQL {version}", f"run PostgreSQL {OLDEST_POSTGRESQL} or newer")
        return
    found = {name: str(connection.exec_driver_sql(f"SHOW {name}").scalar_one()) for name in MUST}
    wrong = [f"{name} = {value}" for name, value in found.items() if value != MUST[name]]
    if wrong:
        right = ", ".join(f"{name} = {value}" for name, value in MUST.items())
        yield bad(OF, f"PostgreSQL {version} may lose what it confirmed: {', '.join(wrong)}", f"set {right}")
    else:
        yield ok(OF, f"PostgreSQL {version}, durable")


def files(hub: HubFolder) -> Finding:
    """The folder or bucket of large parts takes, gives back and erases."""
    try:
        place_of(hub).check()
    except VocuError as error:
        return bad("files", error.message, "correct it: desks cannot send or fetch photos and files")
    except OSError as error:
        return bad("files", f"the folder of large parts does not work ({error.strerror})", "see who owns it")
    return ok("files", "written, read and erased")
