"""Making a hub, and letting somebody begin an operation on it."""

import json
from typing import Annotated

import msgspec
import typer

from vocu.errors import RefusedError
from vocu_server.cli.folder import Folder
from vocu_server.log_files import put_on_record
from vocu_server.settings import HubFolder, Settings, check, read_settings
from vocu_server.store import directory
from vocu_server.store.keys import make_keys
from vocu_server.store.sql import Database


def init(
    folder: Folder,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8440,
    tls_certificate: Annotated[str | None, typer.Option(help="PEM file; without TLS only loopback is allowed.")] = None,
    tls_key: Annotated[str | None, typer.Option(help="PEM file.")] = None,
    database: Annotated[str | None, typer.Option(help="postgresql://user@host/name; without it, SQLite.")] = None,
    database_password_file: Annotated[str | None, typer.Option(help="A file in the hub's folder.")] = None,
    rehearsal_clock: Annotated[str | None, typer.Option(help="A file of UTC milliseconds, for rehearsals.")] = None,
) -> None:
    """Make a hub, and print the token that begins its operation."""
    settings = Settings(
        host=host,
        port=port,
        tls_certificate=tls_certificate,
        tls_key=tls_key,
        database=database,
        database_password_file=database_password_file,
        rehearsal_clock=rehearsal_clock,
    )
    check(settings)
    hub = HubFolder(settings, folder)
    if (folder / "hub.toml").exists():
        raise RefusedError("hub-exists", f"{folder} holds a hub already; choose another folder.")
    hub.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_keys(hub.data_dir)
    store = Database(hub.database)
    new = store.write_now(directory.new_token)
    store.close()
    (folder / "hub.toml").write_text(_as_toml(settings), encoding="utf-8")
    typer.echo(new)


def token(folder: Folder) -> None:
    """Print a token for one more operation."""
    hub = read_settings(folder)
    database = Database(hub.database)
    typer.echo(database.write_now(directory.new_token))
    database.close()
    put_on_record(hub, "token-issued")


def _as_toml(settings: Settings) -> str:
    """The settings but for the limits, whose defaults are meant to hold. Strings of JSON are strings of TOML."""
    given = {name: value for name, value in msgspec.to_builtins(settings).items() if value is not None}
    del given["limits"]
    return "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in given.items())
