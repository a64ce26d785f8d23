"""Making a backup of a hub, which may be running: everything as of one moment, sealed to an offline key."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from msgspec import Struct
from sqlalchemy import Connection, MetaData, Table, func, inspect, literal, select

from vocu.crypto.backups import BackupKey
from vocu.errors import RefusedError
from vocu_server.keeping.archive import End, File, Part, Rows, Start
from vocu_server.keeping.record import Newest
from vocu_server.keeping.sealed_file import PARTIAL, SealedFile, require_whole, sealing
from vocu_server.settings import HubFolder
from vocu_server.store.attachments.choosing import place_of
from vocu_server.store.attachments.place import Place
from vocu_server.store.attachments.proving import pieces
from vocu_server.store.attachments.records import SAFE
from vocu_server.store.engines import Connections
from vocu_server.store.keys import HubKeys, read_keys
from vocu_server.store.tables import large_part, owner, schema, stored_file

SUFFIX = ".vocu-backup"
ROWS_BYTES = 1024 * 1024
"""Bytes of the rows in one record, about."""
LEFT_OUT = {schema.name, owner.name}
"""Tables that say something of the database and of running processes, not of the hub."""
BESIDE = (
    "tls_certificate",
    "tls_key",
    "proxy_certificate",
    "database_password_file",
    "files_credentials_file",
    "files_ca_file",
)
"""Settings that name a file which goes with the hub, where it is in its folder."""

Told = Callable[[int, int], None]


class Made(Struct, frozen=True, kw_only=True):
    """A backup on the disk. `missing`: large parts that entries name and that were not there."""

    path: Path
    made: int
    size: int
    sha256: str
    rows: int
    parts: int
    missing: int


def make_backup(hub: HubFolder, key: BackupKey, to: Path, now: int, told: Told) -> Made:
    """Write everything that the hub holds, as of one moment, to the file `to`, or under a name of its own into the
    folder `to`. The hub may be running. What was written is read again, and noted in the data folder.

    `told`: rows and parts written so far, of so many. Raises RefusedError `file-exists`, OSError, SQLAlchemyError.
    """
    keys = read_keys(hub.data_dir)
    path = to / _name(keys, now) if to.is_dir() else to
    if path.exists():
        raise RefusedError("file-exists", f"There is {path} already; choose another name for the backup.")
    connections = Connections(hub.database, 1, "backup")
    try:
        with sealing(path, key, now) as file:
            copy = _Copy(file, told)
            connections.use_now(lambda connection: copy.of_hub(hub, keys, connection, now))
            copy.of_parts(place_of(hub), connections)
            file.add(End(copy.rows, copy.parts))
        if not hub.settings.database:
            connections.use_now(_truncate)
    finally:
        connections.close()
    require_whole(path)
    made = Made(
        path=path, made=now, size=file.size, sha256=file.sha256, rows=copy.rows, parts=copy.parts, missing=copy.missing
    )
    Newest(made=now, path=str(path.resolve()), size=file.size, sha256=file.sha256, key=key.id).write(hub)
    return made


class _Copy:
    """What has been written into one backup."""

    def __init__(self, file: SealedFile, told: Told) -> None:
        self._add, self._told = file.add, told
        self._total = 0
        self._names: list[tuple[str, str, str]] = []
        self.rows = self.parts = self.missing = 0

    def of_hub(self, hub: HubFolder, keys: HubKeys, connection: Connection, now: int) -> None:
        """Everything but the large parts, whose names are remembered."""
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")  # else every statement would see a moment of its own
        found = MetaData()
        found.reflect(connection)
        tables = [table for table in found.sorted_tables if table.name not in LEFT_OUT]
        self._names = _names(connection)
        counts = (connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)
        self._total = sum(counts) + len(self._names)
        number = connection.execute(select(schema.c.version)).scalar_one()
        self._add(Start(now, version("vocu"), number, keys.hub.public.data))
        for file in _files(hub, keys):
            self._add(file)
        for table in tables:
            self._of_table(connection, table)

    def of_parts(self, place: Place, connections: Connections) -> None:
        """The large parts: they never change, but may be erased before it is their turn."""
        for op, name, key in self._names:
            data = _read(place, key)
            if data is None and (op, name, key) in connections.use_now(_names):
                self.missing += 1
                continue
            self._add(Part(op, name, data))
            self.parts += 1
            self._told(self.rows + self.parts, self._total)

    def _of_table(self, connection: Connection, table: Table) -> None:
        columns = tuple(str(column.name) for column in table.columns)
        query = select(table).order_by(*inspect(table).primary_key)
        waiting: list[tuple[object, ...]] = []
        size = 0
        for row in connection.execute(query.execution_options(yield_per=500)):
            waiting.append(tuple(row))
            size += sum(len(value) if isinstance(value, bytes | str) else 8 for value in row)
            if size >= ROWS_BYTES:
                self._of_rows(str(table.name), columns, waiting)
                waiting, size = [], 0
        if waiting:
            self._of_rows(str(table.name), columns, waiting)

    def _of_rows(self, table: str, columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
        self._add(Rows(table, columns, tuple(rows)))
        self.rows += len(rows)
        self._told(self.rows, self._total)


def prune(folder: Path, hub: HubFolder, days: int, now: int) -> list[Path]:
    """Delete this hub's backups in a folder that are older than so many days, but never the newest; with each goes the
    key that opened it. Also what a backup left behind that was killed a day ago."""
    oldest = datetime.fromtimestamp(now / 1000, UTC) - timedelta(days=days)
    pattern = _name(read_keys(hub.data_dir), None)
    gone = [path for path in sorted(folder.glob(pattern))[:-1] if _made(path) < oldest]
    yesterday = now / 1000 - 24 * 3600
    gone += [path for path in folder.glob(pattern + PARTIAL) if path.stat().st_mtime < yesterday]
    for path in gone:
        path.unlink()
    return gone


def _name(keys: HubKeys, now: int | None) -> str:
    """The name of a backup of this hub, which tells the hub and the time apart; without a time, a pattern."""
    hub = sha256(keys.hub.public.data).hexdigest()[:8]
    time = "*" if now is None else datetime.fromtimestamp(now / 1000, UTC).strftime(_TIME)
    return f"hub-{hub}-{time}{SUFFIX}"


_TIME = "%Y%m%dT%H%M%SZ"


def _made(path: Path) -> datetime:
    try:
        return datetime.strptime(path.name.removesuffix(SUFFIX).rsplit("-", 1)[1], _TIME).replace(tzinfo=UTC)
    except ValueError:  # somebody named it otherwise: not ours to delete
        return datetime.max.replace(tzinfo=UTC)


def _files(hub: HubFolder, keys: HubKeys) -> Iterator[File]:
    yield File("keys/hub.seed", keys.hub.seed)
    yield File("keys/compiler.seed", keys.compiler.seed)
    names = ["hub.toml", *filter(None, (getattr(hub.settings, name) for name in BESIDE))]
    for name in dict.fromkeys(names):
        path = hub.path(name)
        if path.resolve().is_relative_to(hub.folder.resolve()):
            yield File(f"folder/{path.resolve().relative_to(hub.folder.resolve())}", path.read_bytes())


def _names(connection: Connection) -> list[tuple[str, str, str]]:
    """All large parts, of entries and of entries to come: operation, hash, and where each lies."""
    if inspect(connection).has_table(stored_file.name):
        query = select(stored_file.c.op, stored_file.c.sha256, stored_file.c.key).where(stored_file.c.state == SAFE)
    else:  # schema 1
        key = large_part.c.op + literal(".") + large_part.c.sha256
        query = select(large_part.c.op, large_part.c.sha256, key).distinct()
    return sorted((op, name, key) for op, name, key in connection.execute(query))


def _read(place: Place, key: str) -> bytes | None:
    try:
        return b"".join(pieces(place, key))
    except RefusedError as error:
        if error.code != "unknown-part":
            raise
        return None


def _truncate(connection: Connection) -> None:
    """While we read, nothing that was erased could leave the write-ahead log: now it can."""
    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
