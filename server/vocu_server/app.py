"""The hub, put together: what it is made of, which paths it serves, and how it starts and stops."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import structlog
import uvicorn
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute

from vocu.canonical import b64
from vocu.crypto.certificates import spki_sha256
from vocu.errors import MalformedError, VocuError
from vocu.protocol.frames import MAX_FRAME
from vocu_server.admin import Admin
from vocu_server.api import API, answer, refuse, refuse_address, refuse_for_now
from vocu_server.arrivals import Arrivals, HubHTTP, Visits
from vocu_server.channel import Channel
from vocu_server.clock import rehearsal_clock, system_clock
from vocu_server.door import Door
from vocu_server.login import Login
from vocu_server.polling import Polling
from vocu_server.publisher import Publisher
from vocu_server.readiness import Readiness, first_certificate, read_expiry
from vocu_server.sequencer.operations import Operations
from vocu_server.settings import HubFolder
from vocu_server.store.attachments.attachments import Attachments
from vocu_server.store.attachments.choosing import place_of
from vocu_server.store.attachments.place import Place, PlaceError
from vocu_server.store.keys import claim, read_keys, require_same
from vocu_server.store.sql import Database
from vocu_server.systemd import keep_alive, tell
from vocu_server.wire import HubProtocol

log = structlog.get_logger()


class Hub:
    """Everything that one hub process holds. Raises VocuError where the folder cannot be served."""

    def __init__(self, folder: HubFolder) -> None:
        settings, data = folder.settings, folder.data_dir
        self.folder = folder
        self.rehearses = settings.rehearsal_clock is not None
        clock = rehearsal_clock(folder.path(settings.rehearsal_clock)) if settings.rehearsal_clock else system_clock
        clock()
        with contextlib.ExitStack() as resources:
            resources.enter_context(claim(data))
            self.keys = read_keys(data)
            self.database = Database(folder.database)
            resources.callback(self.database.close)
            self.database.write_now(partial(require_same, keys=self.keys))
            self.files = Attachments(_usable(place_of(folder)), self.database, clock)
            resources.callback(self.files.close)
            self.operations = Operations(
                self.keys, self.database, self.files, clock, settings.limits, settings.public_url or ""
            )
            self.operations.load()
            self.close = resources.pop_all().close
        self.login = Login(self.operations, self.keys.hub, clock, _tls_hash(folder))
        self.channel = Channel(self.operations, self.login, settings.limits)
        self.polling = Polling(self.channel.serve)
        self.publisher = Publisher(self.operations, self.keys.compiler, clock)
        certificate = folder.path(settings.tls_certificate) if settings.tls_certificate else None
        self.readiness = Readiness(self.database, data, certificate)
        limits = settings.limits
        visits = Visits(limits.join_requests_per_address_and_hour, settings.trusted_proxies)
        self.api = API(
            self.keys, self.database, self.files, self.operations, self.login, clock, settings.limits, visits
        )

    @contextlib.asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        self.operations.start()
        lasting = [
            asyncio.create_task(each) for each in (self._every_second(), self.files.tend(), keep_alive(self.database))
        ]
        try:
            yield
        finally:
            for task in lasting:
                task.cancel()
            await asyncio.gather(*lasting, return_exceptions=True)
            await self.polling.stop()
            await self.operations.stop()
            self.close()

    async def _every_second(self) -> None:
        while True:
            try:
                self.channel.dismiss_slow()
                self.polling.lose_forsaken()
                await self.publisher.publish_due()
            except Exception as error:  # an hour's trouble is not the next hour's
                log.warning("every-second-failed", error=type(error).__name__)
            await asyncio.sleep(1)

    async def health(self, _request: Request) -> Response:
        state: dict[str, Any] = {
            "status": "ok",
            "connected": self.channel.connected,
            "serves": len(list(self.operations)),
        }
        return answer(state | ({"clock": "rehearsal clock"} if self.rehearses else {}))


def _usable(place: Place) -> Place:
    """The place, unless somebody has to correct something first. Where it is out of reach, the hub does the rest of its
    work; desks keep their files until it is back."""
    try:
        place.check()
    except PlaceError as error:
        if error.code != "files-unreachable":
            raise
        log.warning("files-failed", doing="start", code=error.code, reason=error.message)
    return place


def make_app(hub: Hub) -> Starlette:
    return Starlette(
        routes=[
            Route("/health", hub.health, methods=["GET"]),
            WebSocketRoute("/v1/channel", hub.channel),
            Route("/v1/poll", hub.polling.answer, methods=["POST"]),
            Route("/v1/poll", hub.polling.end, methods=["DELETE"]),
            *hub.api.routes(),
        ],
        exception_handlers={VocuError: refuse, HTTPException: refuse_address, SQLAlchemyError: refuse_for_now},
        lifespan=hub.lifespan,
    )


class Server(uvicorn.Server):
    """Leaves signals to the command line."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class HubServer(Server):
    """Tells where it listens, says goodbye to the desks before it stops; serves those who watch over it meanwhile."""

    def __init__(self, config: uvicorn.Config, hub: Hub, admin: "Listening | None") -> None:
        super().__init__(config)
        self.hub = hub
        self.tls = _tls_context(hub.folder)
        self.admin = admin
        self._watched: asyncio.Task[None] | None = None
        self._door: Door | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup([])
        if self.started and sockets:
            self._door = self._make_door(sockets[0])
            self._door.open()
            if self.admin is not None:
                self._watched = asyncio.create_task(self.admin.server.serve(sockets=[self.admin.socket]))
                log.info("watched", url=_url("http", self.admin.socket))
            clock = {"clock": "rehearsal clock"} if self.hub.rehearses else {}
            log.info("listening", url=_url("https" if self.tls is not None else "http", sockets[0]), **clock)
            tell("READY=1")

    def _make_door(self, listener: socket.socket) -> Door:
        settings = self.hub.folder.settings
        arrivals = Arrivals(settings.limits.connections_per_address, settings.trusted_proxies)
        patience = settings.limits.seconds_to_take_a_frame

        def serve(leave: Callable[[], None]) -> HubHTTP:
            return HubHTTP(
                leave, patience, config=self.config, server_state=self.server_state, app_state=self.lifespan.state
            )

        return Door(listener, arrivals, patience, self.tls, serve)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        tell("STOPPING=1")
        log.info("stopping")
        await self.hub.channel.stop()
        await self.hub.operations.stop()
        if self._door is not None:
            self._door.close()
        await super().shutdown(sockets)
        if self.admin is not None and self._watched is not None:
            self.admin.server.should_exit = True
            await self._watched
        log.info("stopped")

    def renew_certificate(self) -> None:
        """Show new connections what the certificate's files hold now; where that does not fit, go on with the old."""
        settings, folder = self.hub.folder.settings, self.hub.folder
        if settings.proxy_certificate is not None:
            try:
                self.hub.login.tls = _tls_hash(folder)
            except (OSError, ValueError, VocuError) as error:
                log.warning("certificate-unfit", error=type(error).__name__)
            else:
                log.info("certificate-renewed")
        if settings.tls_certificate is None or settings.tls_key is None or self.tls is None:
            return
        files = folder.path(settings.tls_certificate), folder.path(settings.tls_key)
        try:
            _tls_context(folder)  # a trial: half a change would end all
            self.hub.readiness.certificate_expires = read_expiry(files[0])
            self.hub.login.tls = _tls_hash(folder)
            self.tls.load_cert_chain(*files)
        except (OSError, ValueError, VocuError) as error:
            log.warning("certificate-unfit", error=type(error).__name__)
        else:
            log.info("certificate-renewed")


class Listening(NamedTuple):
    """A server and the socket that it is to serve."""

    server: Server
    socket: socket.socket


def make_server(folder: HubFolder, port: int | None = None) -> tuple[HubServer, socket.socket]:
    """A server that is ready to run on this socket. Port 0 takes any that is free."""
    settings = folder.settings
    hub = Hub(folder)
    try:
        listener = _bind(settings.host, settings.port if port is None else port)
        admin = None
        if settings.metrics_port is not None:
            admin = Listening(_admin_server(hub), _bind(settings.metrics_host, settings.metrics_port))
            admin.socket.listen()  # who is told READY=1 may ask at once
    except VocuError:
        hub.close()
        raise
    config = uvicorn.Config(
        make_app(hub),
        ws=HubProtocol,
        ws_max_size=MAX_FRAME,
        ws_per_message_deflate=False,
        lifespan="on",
        timeout_graceful_shutdown=3,
        **_QUIET,
    )
    return HubServer(config, hub, admin), listener


_QUIET: dict[str, Any] = {"access_log": False, "log_config": None, "server_header": False, "date_header": False}


def _admin_server(hub: Hub) -> Server:
    app = Admin(hub.channel, hub.operations, hub.readiness).app()
    return Server(uvicorn.Config(app, ws="none", lifespan="off", timeout_graceful_shutdown=1, **_QUIET))


def _url(scheme: str, listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a receipt does not wait for company
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise MalformedError("bad-address", f"The hub cannot listen on {host}:{port} ({error.strerror}).") from None
    listener.set_inheritable(True)
    return listener


def _tls_context(folder: HubFolder) -> ssl.SSLContext | None:
    settings = folder.settings
    if settings.tls_certificate is None or settings.tls_key is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder.path(settings.tls_certificate), folder.path(settings.tls_key))
    return context


def _tls_hash(folder: HubFolder) -> str:
    """The hash of the key in the certificate that desks see, ours or a proxy's; empty where it is not known."""
    shown = folder.settings.tls_certificate or folder.settings.proxy_certificate
    return b64(spki_sha256(first_certificate(folder.path(shown)))) if shown is not None else ""
