"""A hub's process, from its settings until it is told to stop."""

import asyncio
import hashlib
import resource
import signal
import socket
from importlib.metadata import version
from pathlib import Path

import structlog

from vocu.errors import RefusedError
from vocu_server.app import HubServer, make_server
from vocu_server.log_files import log_to
from vocu_server.settings import HubFolder, read_settings

log = structlog.get_logger()


def serve(folder: Path, port: int | None) -> None:
    """Serve until SIGTERM or SIGINT; SIGHUP: take up a new certificate. `port` overrides the setting."""
    hub = read_settings(folder)
    take_all_open_files()
    with log_to(hub):
        log.info("configured", version=version("vocu"), settings=_fingerprint(hub))
        server, listener = make_server(hub, port)
        with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
            runner.run(_serve(server, listener))
    if not server.started:
        raise RefusedError("not-started", "The hub did not start; its log says why.")


def take_all_open_files() -> None:
    """As many open files as this process may have: each desk needs one, and shells begin with 1024."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _serve(server: HubServer, listener: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: setattr(server, "should_exit", True))
    loop.add_signal_handler(signal.SIGHUP, server.renew_certificate)
    await server.serve(sockets=[listener])


def _fingerprint(hub: HubFolder) -> str:
    return hashlib.sha256((hub.folder / "hub.toml").read_bytes()).hexdigest()
