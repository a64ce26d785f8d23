"""What a hub holds, and whether it is what it claims to be."""

import http.client

import msgspec
import typer

from vocu.errors import UntrustedError
from vocu_server.cli.folder import Folder
from vocu_server.inspection import holdings, verify_operation
from vocu_server.log_files import put_on_record
from vocu_server.settings import HubFolder, read_settings
from vocu_server.store.attachments.choosing import place_of
from vocu_server.store.keys import claim, read_keys
from vocu_server.store.sql import Database


def status(folder: Folder) -> None:
    """Say what the hub holds, and whether it runs."""
    hub = read_settings(folder)
    database = Database(hub.database)
    typer.echo(_running(hub))
    for each in holdings(database, read_keys(hub.data_dir)):
        typer.echo(f"{each.op}  {each.size} entries  root {each.root}")
    database.close()


def verify(folder: Folder) -> None:
    """Verify every signature, root, newsletter and table. The hub must not be running."""
    hub = read_settings(folder)
    try:
        verify_all(hub)
    except UntrustedError as error:
        put_on_record(hub, "verified", code=error.code)
        raise
    put_on_record(hub, "verified")


def verify_all(hub: HubFolder) -> None:
    """Verify every operation of a hub that is not running, and say what was found of each. Raises UntrustedError."""
    with claim(hub.data_dir):
        keys, database = read_keys(hub.data_dir), Database(hub.database)
        for each in holdings(database, keys):
            found = verify_operation(database, keys, place_of(hub), each.op)
            sealed = " with sealed figures, which desks verify" if found.sealed else ""
            typer.echo(
                f"{found.op}  {found.size} entries, {found.newsletters} newsletters{sealed}, "
                f"{found.projected} table rows: in order  root {found.root}"
            )
        database.close()


def _running(hub: HubFolder) -> str:
    settings = hub.settings
    clock = ", rehearsal clock" if settings.rehearsal_clock else ""
    if settings.tls_certificate is not None:
        return f"serves {settings.host}:{settings.port} with TLS{clock}"
    connection = http.client.HTTPConnection(settings.host, settings.port, timeout=2)
    try:
        connection.request("GET", "/health")
        health = msgspec.json.decode(connection.getresponse().read())
        return f"running on {settings.host}:{settings.port}, {health['connected']} desks connected{clock}"
    except (OSError, http.client.HTTPException, msgspec.MsgspecError, KeyError, TypeError):
        return f"not running on {settings.host}:{settings.port}{clock}"
    finally:
        connection.close()
