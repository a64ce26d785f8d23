"""Making a hub, and letting somebody begin an operation on it."""

import json
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from sqlalchemy import Connection

from vocu.errors import MalformedError, RefusedError
from vocu_server.cli.folder import Folder
from vocu_server.log_files import put_on_record
from vocu_server.settings import HubFolder, Limits, Settings, check, read_settings
from vocu_server.store import directory
from vocu_server.store.keys import copy_keys, make_keys, read_keys, require_same, write_secret
from vocu_server.store.sql import Database


def init(
    folder: Folder,
    *,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8440,
    tls_certificate: Annotated[str | None, typer.Option(help="PEM file; without TLS only loopback is allowed.")] = None,
    tls_key: Annotated[str | None, typer.Option(help="PEM file.")] = None,
    database: Annotated[str | None, typer.Option(help="postgresql://user@host/name; without it, SQLite.")] = None,
    database_password_file: Annotated[str | None, typer.Option(help="A file in the hub's folder.")] = None,
    public_url: Annotated[str | None, typer.Option(help="Where desks reach this process, if it is not alone.")] = None,
    like: Annotated[
        Path | None, typer.Option(help="Another process of the hub in this folder, or a copy of it.")
    ] = None,
    rehearsal_clock: Annotated[str | None, typer.Option(help="A file of UTC milliseconds, for rehearsals.")] = None,
) -> None:
    """Make a hub, and print the token that begins its operation; or one more process of a hub, which has one."""
    settings = Settings(
        host=host,
        port=port,
        tls_certificate=tls_certificate,
        tls_key=tls_key,
        database=database,
        database_password_file=database_password_file,
        public_url=public_url,
        rehearsal_clock=rehearsal_clock,
    )
    other = None if like is None else read_settings(like)
    if other is not None:
        settings = _shared_with(other, settings)
    check(settings)
    hub = HubFolder(settings, folder)
    if (folder / "hub.toml").exists():
        raise RefusedError("hub-exists", f"{folder} holds a hub already; choose another folder.")
    hub.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if other is None:
        make_keys(hub.data_dir)
        typer.echo(_new_token(hub))
    else:
        copy_keys(other.data_dir, hub.data_dir)
        _copy_secrets(other, hub)
    (folder / "hub.toml").write_text(_as_toml(settings), encoding="utf-8")


def token(folder: Folder) -> None:
    """Print a token for one more operation."""
    hub = read_settings(folder)
    typer.echo(_new_token(hub))
    put_on_record(hub, "token-issued")


def _new_token(hub: HubFolder) -> str:
    keys, database = read_keys(hub.data_dir), Database(hub.database)

    def add(connection: Connection) -> str:
        require_same(connection, keys)
        return directory.new_token(connection)

    try:
        return database.write_now(add)
    finally:
        database.close()


def _shared_with(other: HubFolder, own: Settings) -> Settings:
    """What all processes of a hub have in common, with this one's own addresses."""
    shared = other.settings
    if shared.database is None or shared.files is None:
        raise MalformedError(
            "bad-settings",
            f"The processes of a hub share a PostgreSQL, and a folder or bucket for files: set `database` and `files` "
            f"in {other.folder / 'hub.toml'} first.",
        )
    return msgspec.structs.replace(
        shared,
        data_dir=own.data_dir,
        host=own.host,
        port=own.port,
        public_url=own.public_url,
        tls_certificate=own.tls_certificate,
        tls_key=own.tls_key,
        proxy_certificate=None if own.tls_certificate else shared.proxy_certificate,
    )


def _copy_secrets(other: HubFolder, hub: HubFolder) -> None:
    """The files that the shared settings name, where they lie in the hub's folder."""
    shared = other.settings
    for name in (shared.database_password_file, shared.files_credentials_file, shared.files_ca_file):
        if name is not None and not Path(name).is_absolute():
            write_secret(hub.path(name), other.path(name).read_bytes())


def _as_toml(settings: Settings) -> str:
    """The settings, and those limits that are not the defaults. Strings of JSON are strings of TOML."""
    given = {name: value for name, value in msgspec.to_builtins(settings).items() if value is not None}
    limits, usual = given.pop("limits"), msgspec.to_builtins(Limits())
    changed = {name: value for name, value in limits.items() if value != usual[name]}
    return _lines(given) + ("\n[limits]\n" + _lines(changed) if changed else "")


def _lines(values: dict[str, Any]) -> str:
    return "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items())
