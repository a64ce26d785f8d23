"""The desk's web server: one address, one launch link, until it is stopped."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from vocu.errors import RefusedError
from vocu_client.settings import Home
from vocu_client.web.app import build
from vocu_client.web.room import TeamSettings
from vocu_client.web.service import Service
from vocu_client.web.site import Site

PORT = 8470
"""Where a desk answers unless told otherwise; the next free one of the ten after it where that is taken."""
TRIES = 10
LOOPBACK = "127.0.0.1"
STOP_SECONDS = 1
CONNECTIONS = 500
"""At once; fewer than the files that a process may have open."""


@asynccontextmanager
async def serving(
    home: Home, *, port: int | None = None, passphrase: str | None = None, team: TeamSettings | None = None
) -> AsyncIterator[Site]:
    """Serve the pages of this home's desk while inside. Raises RefusedError (no-port), and as `Service.unlock` does.

    Port 0 is any free one. Without a passphrase the pages ask for it.
    """
    listening = _listen(team.bind if team else LOOPBACK, port)
    number = listening.getsockname()[1]
    address = f"https://{team.host}{'' if number == 443 else f':{number}'}" if team else f"http://{LOOPBACK}:{number}"
    service = Service(home)
    site = Site(service, address, team=team is not None)
    config = uvicorn.Config(
        build(site),
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        ws="none",
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=STOP_SECONDS,
        ssl_certfile=team.certificate if team else None,
        ssl_keyfile=team.key if team else None,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve([listening]))
    try:
        if passphrase is not None:
            await service.unlock(passphrase)
        while not server.started:
            if running.done():
                running.result()
                raise RefusedError("no-server", "The pages could not be served; see what was printed before.")
            await asyncio.sleep(0.01)
        site.leave_link()
        yield site
    finally:
        site.ended.set()
        server.should_exit = True
        await asyncio.gather(running, return_exceptions=True)
        await service.close()
        home.link_file.unlink(missing_ok=True)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]  # the command stops us, not a signal of our own
        yield


def _listen(host: str, port: int | None) -> socket.socket:
    candidates = [port] if port is not None else range(PORT, PORT + TRIES)
    for candidate in candidates:
        # TCP by name: asyncio only then sends without delay (TCP_NODELAY), which is 40 ms for each page.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, candidate))
        except OSError:
            listening.close()
            continue
        return listening
    raise RefusedError("no-port", f"Nothing can be served at port {candidates[0]}; choose another with --port.")
