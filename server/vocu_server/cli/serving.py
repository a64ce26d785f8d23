"""Running a hub, and where its log goes."""

import asyncio
import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, TextIO

import structlog
import typer

from vocu.errors import RefusedError
from vocu_server.app import make_server
from vocu_server.cli.folder import Folder
from vocu_server.settings import HubFolder, read_settings


def serve(
    folder: Folder,
    port: Annotated[int | None, typer.Option(help="Another port than hub.toml says; 0 takes any.")] = None,
) -> None:
    """Run the hub until it is told to stop (SIGTERM or SIGINT)."""
    hub = read_settings(folder)
    with _log_to(hub):
        server, listener = make_server(hub, port)
        with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
            runner.run(_serve(server, listener))
    if not server.started:
        raise RefusedError("not-started", "The hub did not start; its log says why.")


async def _serve(server: Any, listener: Any) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: setattr(server, "should_exit", True))
    await server.serve(sockets=[listener])


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
