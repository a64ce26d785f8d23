"""A hub again, out of a backup: on an empty place, whole or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, delete, func, insert, select

from vocu.crypto.restoring import RestoringKey
from vocu.errors import MalformedError, RefusedError
from vocu_server.keeping.archive import End, File, Part, Record, Rows, Start, broken
from vocu_server.keeping.backups import Told
from vocu_server.keeping.sealed_file import records, require_whole, sync_folder
from vocu_server.settings import HubFolder, Settings, check
from vocu_server.store.attachments import proving
from vocu_server.store.attachments.choosing import place_of
from vocu_server.store.attachments.place import Place
from vocu_server.store.migrations import SCHEMA_VERSION
from vocu_server.store.sql import Database
from vocu_server.store.tables import metadata, schema

KEYS = "keys"
FOLDER = "folder"
SETTINGS = f"{FOLDER}/hub.toml"


class Content(Struct, frozen=True):
    """What a backup holds, found by reading it to its end."""

    start: Start
    files: dict[str, bytes]
    end: End


def survey(path: Path, key: RestoringKey, told: Told) -> Content:
    """Read a backup to its end and take nothing of it: it is whole, genuine, and something that can be restored.

    Raises MalformedError `not-a-backup`, RefusedError `wrong-backup-key` or `wrong-schema`, UntrustedError
    `damaged-backup`; OSError.
    """
    require_whole(path)
    start, end = None, None
    files: dict[str, bytes] = {}
    rows = parts = 0
    for record in records(path, key):
        if (start is None) != isinstance(record, Start) or end is not None:
            raise broken("its records are not in their order")
        match record:
            case Start():
                start = record
                _require_schema(record)
            case File(name=name, data=data):
                files[_safe(name)] = data
            case Rows():
                _require_table(record)
                rows += len(record.rows)
            case Part():
                parts += 1
            case End():
                end = record
        told(rows + parts, 0)
    if start is None or end is None or (end.rows, end.parts) != (rows, parts):
        raise broken("it is not all there")
    if missing := {SETTINGS, f"{KEYS}/hub.seed", f"{KEYS}/compiler.seed"} - files.keys():
        raise broken(f"{missing.pop()} is not in it")
    return Content(start, files, end)


def restore(path: Path, key: RestoringKey, folder: Path, told: Told, settings: bytes | None = None) -> HubFolder:
    """Make the hub of this backup again in `folder`, with the settings in it or, in their place, other ones.

    `told`: rows and parts so far, of so many; of the first look, so many of 0. Raises what `survey` does, RefusedError
    `not-empty` where there is something already; and where anything fails, leaves nothing behind.
    """
    content = survey(path, key, told)
    hub = HubFolder(_settings(content.files[SETTINGS] if settings is None else settings), folder)
    with _all_or_nothing(hub):
        hub.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, data in content.files.items():
            if name != SETTINGS:
                place, _, rest = name.partition("/")
                _write(hub.data_dir / rest if place == KEYS else folder / rest, data)
        database = Database(hub.database)
        try:
            _require_empty(database)
            files = place_of(hub)
            filling = _Filling(files, told, content.end, content.start.made)
            database.write_now(lambda connection: filling.take(connection, records(path, key)))
        finally:
            database.close()
        _write(folder / "hub.toml", content.files[SETTINGS] if settings is None else settings)
        sync_folder(folder)
    return hub


class _Filling:
    """Puts the rows and parts of a backup where they belong, in one transaction."""

    def __init__(self, files: Place, told: Told, end: End, now: int) -> None:
        self._files, self._told, self._end, self._now = files, told, end, now

    def take(self, connection: Connection, found: Iterator[Record]) -> None:
        done = 0
        for table in metadata.tables.values():
            if table is not schema:
                connection.execute(delete(table))
        for record in found:
            match record:
                case Rows(table=name, columns=columns, rows=rows):
                    values = [dict(zip(columns, row, strict=True)) for row in rows]
                    connection.execute(insert(metadata.tables[name]), values)
                    done += len(rows)
                case Part(op=op, sha256=sha256, data=None):
                    _forget(connection, op, sha256)
                    done += 1
                case Part(op=op, sha256=sha256, data=bytes(data)):
                    proving.put_back(self._files, connection, op, sha256, data, self._now)
                    done += 1
            self._told(done, self._end.rows + self._end.parts)


def _forget(connection: Connection, op: str, sha256: str) -> None:
    """It was erased while the backup was made: after its rows were read, before its bytes were."""
    for table in metadata.tables.values():
        if {"op", "sha256"} <= set(table.columns.keys()):
            connection.execute(delete(table).where(table.c.op == op, table.c.sha256 == sha256))


@contextmanager
def _all_or_nothing(hub: HubFolder) -> Iterator[None]:
    """Folders that are empty or new before, and again where what is done in them fails."""
    places = list(dict.fromkeys((hub.folder, hub.data_dir)))
    for place in places:
        if place.exists() and (not place.is_dir() or any(place.iterdir())):
            raise RefusedError("not-empty", f"There is something in {place} already; restore to an empty place.")
    were_there = [place for place in places if place.exists()]
    hub.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for place in reversed(places):
            shutil.rmtree(place, ignore_errors=True)
        for place in were_there:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        raise


def _require_empty(database: Database) -> None:
    def count(connection: Connection) -> int:
        tables = (metadata.tables["operation"], metadata.tables["token"])
        return sum(connection.execute(select(func.count()).select_from(each)).scalar_one() for each in tables)

    if database.read_now(count):
        raise RefusedError("not-empty", "The database holds a hub already; restore to an empty database.")


def _settings(toml: bytes) -> Settings:
    try:
        settings = msgspec.toml.decode(toml, type=Settings)
    except (msgspec.MsgspecError, ValueError) as error:
        raise MalformedError("bad-settings", f"Correct the settings, and give them with --settings: {error}.") from None
    check(settings)
    return settings


def _safe(name: str) -> str:
    """The name of a file that stays where it belongs. Whoever has the public key can seal a backup: believe nothing."""
    path = PurePosixPath(name)
    first, *rest = path.parts or ("",)
    if str(path) != name or first not in (KEYS, FOLDER) or not rest or {"..", "."} & set(rest) or "\0" in name:
        raise broken("it holds a file that does not belong into a hub's folder")
    if first == KEYS and name not in (f"{KEYS}/hub.seed", f"{KEYS}/compiler.seed"):
        raise broken("it holds a key that no hub has")
    return name


def _require_schema(start: Start) -> None:
    # What an older one lacks, restoring fills, or it may be empty; a step that needs more must come with its own way.
    if not 1 <= start.schema <= SCHEMA_VERSION:
        raise RefusedError(
            "wrong-schema",
            f"This backup was made by vocu {start.version} with schema {start.schema}, this one reads "
            f"up to {SCHEMA_VERSION}; restore it with that version, or a newer one.",
        )


def _require_table(record: Rows) -> None:
    table = metadata.tables.get(record.table)
    if table is None or table is schema or not set(record.columns) <= set(table.columns.keys()):
        raise broken(f"there is no table {record.table[:40]!r} of these columns")
    if any(len(row) != len(record.columns) for row in record.rows):
        raise broken(f"a row of {record.table!r} has not as many values as columns")


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(0o600)
    path.write_bytes(data)
