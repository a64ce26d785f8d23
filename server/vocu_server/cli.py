"""`vocu-hub`: make a hub, run it, look at it, verify it."""

import asyncio
import http.client
import json
import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TextIO

import msgspec
import structlog
import typer
from sqlalchemy.exc import SQLAlchemyError

from vocu.errors import RefusedError, UntrustedError, VocuError
from vocu_server.app import make_server
from vocu_server.inspection import holdings, verify_operation
from vocu_server.settings import HubFolder, Settings, check, read_settings
from vocu_server.store import directory
from vocu_server.store.attachments import Attachments
from vocu_server.store.keys import claim, make_keys, read_keys
from vocu_server.store.sql import Database

cli = typer.Typer(
    help="The hub of joint customs operations.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Folder = Annotated[Path, typer.Argument(help="The hub's folder, which holds hub.toml.")]

FAILED, ALARMED = 1, 2


@cli.command()
def init(
    folder: Folder,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8440,
    tls_certificate: Annotated[str | None, typer.Option(help="PEM file; without TLS only loopback is allowed.")] = None,
    tls_key: Annotated[str | None, typer.Option(help="PEM file.")] = None,
    rehearsal_clock: Annotated[str | None, typer.Option(help="A file of UTC milliseconds, for rehearsals.")] = None,
) -> None:
    """Make a hub, and print the token that begins its operation."""
    settings = Settings(
        host=host, port=port, tls_certificate=tls_certificate, tls_key=tls_key, rehearsal_clock=rehearsal_clock
    )
    with _one_sentence():
        check(settings)
        hub = HubFolder(settings, folder)
        if (folder / "hub.toml").exists():
            raise RefusedError("hub-exists", f"{folder} holds a hub already; choose another folder.")
        hub.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_keys(hub.data_dir)
        database = Database(hub.data_dir / "hub.sqlite")
        token = database.write_now(directory.new_token)
        database.close()
        (folder / "hub.toml").write_text(_as_toml(settings), encoding="utf-8")
    typer.echo(token)


@cli.command()
def token(folder: Folder) -> None:
    """Print a token for one more operation."""
    with _one_sentence():
        database = Database(read_settings(folder).data_dir / "hub.sqlite")
        typer.echo(database.write_now(directory.new_token))
        database.close()


@cli.command()
def serve(
    folder: Folder,
    port: Annotated[int | None, typer.Option(help="Another port than hub.toml says; 0 takes any.")] = None,
) -> None:
    """Run the hub until it is told to stop (SIGTERM or SIGINT)."""
    with _one_sentence():
        hub = read_settings(folder)
        with _log_to(hub):
            server, listener = make_server(hub, port)
            with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
                runner.run(_serve(server, listener))
        if not server.started:
            raise RefusedError("not-started", "The hub did not start; its log says why.")


@cli.command()
def status(folder: Folder) -> None:
    """Say what the hub holds, and whether it runs."""
    with _one_sentence():
        hub = read_settings(folder)
        database = Database(hub.data_dir / "hub.sqlite")
        typer.echo(_running(hub))
        for each in holdings(database, read_keys(hub.data_dir)):
            typer.echo(f"{each.op}  {each.size} entries  root {each.root}")
        database.close()


@cli.command()
def verify(folder: Folder) -> None:
    """Verify every signature, root, newsletter and table. The hub must not be running."""
    with _one_sentence():
        hub = read_settings(folder)
        with claim(hub.data_dir):
            keys, database = read_keys(hub.data_dir), Database(hub.data_dir / "hub.sqlite")
            for each in holdings(database, keys):
                found = verify_operation(database, keys, Attachments(hub.data_dir / "parts"), each.op)
                sealed = " with sealed figures, which desks verify" if found.sealed else ""
                typer.echo(
                    f"{found.op}  {found.size} entries, {found.newsletters} newsletters{sealed}, "
                    f"{found.projected} table rows: in order  root {found.root}"
                )
            database.close()


def main() -> None:
    cli()


def _as_toml(settings: Settings) -> str:
    """The settings but for the limits, whose defaults are meant to hold. Strings of JSON are strings of TOML."""
    given = {name: value for name, value in msgspec.to_builtins(settings).items() if value is not None}
    del given["limits"]
    return "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in given.items())


async def _serve(server: Any, listener: Any) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: setattr(server, "should_exit", True))
    await server.serve(sockets=[listener])


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


@contextmanager
def _log_to(hub: HubFolder) -> Iterator[None]:
    """JSON lines on standard error or in the log file: events, sizes and codes, never content or names."""
    name = hub.settings.log_file
    file: TextIO = hub.path(name).open("a", encoding="utf-8") if name else sys.stderr
    shared: list[Any] = [structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True)]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(file)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                *shared,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ]
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    try:
        yield
    finally:
        if name:
            file.close()


@contextmanager
def _one_sentence() -> Iterator[None]:
    """Errors as one sentence; exit code 2 where something is not to be trusted, else 1."""
    try:
        yield
    except VocuError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(ALARMED if isinstance(error, UntrustedError) else FAILED) from None
    except (OSError, SQLAlchemyError) as error:
        typer.echo(f"The hub's folder cannot be used ({type(error).__name__}): is it there, has it room?", err=True)
        raise typer.Exit(FAILED) from None


if __name__ == "__main__":
    main()
