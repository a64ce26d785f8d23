"""Whether the hub is well, and bringing it to a new version."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from sqlalchemy import Connection

from vocu.crypto.backups import BackupKey
from vocu.errors import RefusedError
from vocu_server.cli.folder import Folder
from vocu_server.cli.progress import progress
from vocu_server.clock import system_clock
from vocu_server.doctor.examination import examine
from vocu_server.doctor.finding import Finding
from vocu_server.keeping.backups import make_backup
from vocu_server.log_files import put_on_record
from vocu_server.settings import HubFolder, read_settings
from vocu_server.store.engines import Connections
from vocu_server.store.keys import claim
from vocu_server.store.migrations import SCHEMA_VERSION, migrate

EXIT = {"ok": 0, "warn": 1, "bad": 2}


def doctor(
    folder: Folder,
    *,
    deep: Annotated[bool, typer.Option("--deep", help="Verify every entry of every log, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Look at everything on which the hub depends, and say what to do. The hub may be running."""
    found = []
    for finding in examine(folder, system_clock(), deep=deep):
        found.append(finding)
        if not as_json:
            _say(finding)
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
    raise typer.Exit(max(EXIT[finding.state] for finding in found))


def upgrade(
    folder: Folder,
    to: Annotated[Path | None, typer.Option(help="Where the backup goes: a file or a folder.")] = None,
    key: Annotated[Path | None, typer.Option(help="The public half of the offline key.")] = None,
    *,
    backed_up: Annotated[bool, typer.Option("--backed-up", help="You have a backup of the stopped hub.")] = False,
) -> None:
    """Bring a stopped hub's database to this version of vocu, after a backup, and look whether all is well."""
    hub = read_settings(folder)
    with claim(hub.data_dir):
        if not backed_up:
            _back_up(hub, to, key)
        before = _migrate(hub)
    if before < SCHEMA_VERSION:
        put_on_record(hub, "upgraded", before=before, now=SCHEMA_VERSION)
    typer.echo(f"schema {before}, now {SCHEMA_VERSION}" if before < SCHEMA_VERSION else f"schema {before} already")
    doctor(folder)


def _back_up(hub: HubFolder, to: Path | None, key: Path | None) -> None:
    if to is None or key is None:
        raise RefusedError("no-backup", "An upgrade begins with a backup: give --to and --key, or --backed-up.")
    with progress("backup") as told:
        made = make_backup(hub, BackupKey.from_file(key.read_bytes()), to, system_clock(), told)
    missing = f"; {made.missing} large parts were missing on this hub before" if made.missing else ""
    typer.echo(f"backup {made.path}{missing}")


def _migrate(hub: HubFolder) -> int:
    def work(connection: Connection) -> int | None:
        with connection.begin():
            return migrate(connection)

    connections = Connections(hub.database, 1, "upgrade")
    try:
        before = connections.use_now(work)
    finally:
        connections.close()
    if before is None:
        raise RefusedError("no-database", "The database holds no hub; run `vocu-hub init`, or restore a backup.")
    return before


def _say(finding: Finding) -> None:
    typer.echo(f"{finding.state:<5} {finding.of}: {finding.says}" + (f"; {finding.do}" if finding.do else ""))
