"""The desk's connection to the hub: one WebSocket with verified frames, and HTTP for what does not fit into it."""

import asyncio
import hashlib
import secrets
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import httpx2
import websockets
from websockets.asyncio.client import ClientConnection, connect

from vocu.canonical import b64, decode_any, encode
from vocu.crypto.certificates import spki_sha256
from vocu.crypto.keys import HubVerifyKey
from vocu.errors import MalformedError, RefusedError, UntrustedError, VocuError
from vocu.operation.composing import Author
from vocu.protocol.frames import (
    VERSION,
    Challenge,
    Failure,
    Frame,
    Freshen,
    FromHub,
    Hello,
    Welcome,
    read_from_hub,
)
from vocu.protocol.frames import (
    encode as encode_frame,
)
from vocu.protocol.session import DeskAuth, HubHello, hub_hash, open_hello, sign_auth

CONNECT_SECONDS = 10.0
MAX_FROM_HUB = 32 * 1024 * 1024
PASSING = frozenset({"too-many-sockets", "stopping", "not-authenticated"})
"""Why the hub may turn a desk away that it would take a little later: it is crowded, it stops, or the line was slow."""
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class OfflineError(VocuError):
    """The hub cannot be reached now. What was written waits in the outbox."""


def require_safe_address(hub: str) -> None:
    """Raises RefusedError for an address that is neither TLS nor on this machine."""
    parts = urlsplit(hub)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise RefusedError("no-tls", f"{hub} is neither https nor on this machine; ask for the hub's https address.")


class Channel:
    """A session on the WebSocket, in which the hub has proven itself. Close it when done."""

    def __init__(self, socket: ClientConnection, hello: HubHello, author: Author, hub_key: HubVerifyKey) -> None:
        self._socket = socket
        self._author = author
        self._hub_key = hub_key
        self.hello = hello

    @classmethod
    async def connect(cls, hub: str, op: str, author: Author, hub_key: HubVerifyKey) -> "Channel":
        """Connect, and let the hub prove itself. Raises OfflineError, UntrustedError, RefusedError."""
        try:
            socket = await connect(
                _channel_url(hub),
                ssl=_trust(hub),
                compression=None,
                max_size=MAX_FROM_HUB,
                open_timeout=CONNECT_SECONDS,
                user_agent_header=None,
            )
        except (OSError, TimeoutError, websockets.WebSocketException) as error:
            raise OfflineError("offline", f"The hub cannot be reached now ({error}).") from None
        nonce = secrets.token_bytes(16)
        try:
            await _send(socket, Hello(VERSION, op, author.device, nonce))
            challenge = await _receive(socket)
            if not isinstance(challenge, Challenge):
                raise MalformedError("bad-frame", "The hub did not answer our greeting as vocu/1 prescribes.")
            with exhibiting(challenge):
                hello = open_hello(challenge, hub_key, op=op, device=author.device, nonce=nonce)
        except VocuError:
            await socket.close()
            raise
        return cls(socket, hello, author, hub_key)

    async def authenticate(self, size: int) -> Welcome:
        """Prove ourselves, and ask for the log from this size on."""
        auth = DeskAuth(
            op=self.hello.op,
            device=self._author.device,
            nonce_c=self.hello.nonce_c,
            nonce_s=self.hello.nonce_s,
            hub=hub_hash(self._hub_key),
            tls=self._certificate_hash(),
            size=size,
        )
        await self.send(sign_auth(auth, self._author.key))
        welcome = await self.receive()
        if not isinstance(welcome, Welcome):
            raise MalformedError("bad-frame", "The hub did not welcome us as vocu/1 prescribes.")
        return welcome

    async def freshen(self) -> bytes:
        """Ask the hub for proof that our view is still fresh. Returns the nonce that its answer must sign."""
        nonce = secrets.token_bytes(16)
        await self.send(Freshen(nonce))
        return nonce

    async def send(self, frame: Frame) -> None:
        """Raises OfflineError when the line is gone."""
        await _send(self._socket, frame)

    async def receive(self) -> FromHub:
        """The next frame. Raises OfflineError when the line is gone, RefusedError where the hub gave a reason."""
        return await _receive(self._socket)

    async def close(self) -> None:
        await self._socket.close()

    def _certificate_hash(self) -> str:
        tls: ssl.SSLObject | None = self._socket.transport.get_extra_info("ssl_object")
        certificate = tls.getpeercert(binary_form=True) if tls is not None else None
        return b64(spki_sha256(certificate)) if certificate else ""


def _trust(hub: str) -> ssl.SSLContext | None:
    """The authorities that this machine trusts, with those in `SSL_CERT_FILE`; None on loopback without TLS."""
    return ssl.create_default_context() if urlsplit(hub).scheme == "https" else None


def _channel_url(hub: str) -> str:
    require_safe_address(hub)
    parts = urlsplit(hub)
    scheme = "wss" if parts.scheme == "https" else "ws"
    return urlunsplit((scheme, parts.netloc, parts.path.rstrip("/") + "/v1/channel", "", ""))


async def _send(socket: ClientConnection, frame: Frame) -> None:
    try:
        await socket.send(encode_frame(frame))
    except websockets.ConnectionClosed as closed:
        raise _closed(closed) from None


async def _receive(socket: ClientConnection) -> FromHub:
    try:
        data = await socket.recv(decode=False)
    except websockets.ConnectionClosed as closed:
        raise _closed(closed) from None
    try:
        frame = read_from_hub(data)
    except MalformedError as error:
        shown = (f"frame of {len(data)} bytes, of which the first: {b64(data[:256])}",)
        raise MalformedError(error.code, "The hub speaks otherwise than vocu/1 prescribes.", shown) from None
    if isinstance(frame, Failure):
        raise (OfflineError if frame.code in PASSING else RefusedError)(frame.code, frame.message)
    return frame


@contextmanager
def exhibiting(frame: Frame) -> Iterator[None]:
    """Adds the frame as it travelled to the evidence of what is wrong with it."""
    try:
        yield
    except (UntrustedError, MalformedError) as error:
        raise UntrustedError(
            error.code, error.message, (*error.details, f"frame: {b64(encode_frame(frame))}")
        ) from error


_NOT_OUR_PROTOCOL = {1002: "bad-frame", 1007: "bad-frame", 1009: "frame-too-large"}


def _closed(closed: websockets.ConnectionClosed) -> VocuError:
    received = closed.rcvd
    if closed.sent is not None and not closed.rcvd_then_sent and closed.sent.code in _NOT_OUR_PROTOCOL:
        return MalformedError(
            _NOT_OUR_PROTOCOL[closed.sent.code],
            "The hub sends what no hub of vocu/1 sends, so this desk hung up.",
            (f"hung up with {closed.sent.code}: {closed.sent.reason}",),
        )
    if received is not None and 4400 <= received.code < 4500:
        code = {4403: "not-admitted", 4409: "wrong-position", 4401: "not-authenticated"}.get(received.code, "closed")
        if code in ("not-admitted", "wrong-position"):
            return RefusedError(code, received.reason or "The hub does not serve this desk.")
    return OfflineError("offline", "The line to the hub is gone; what is not yet delivered waits in the outbox.")


@asynccontextmanager
async def visit(hub: str, op: str, author: Author, hub_key: HubVerifyKey, size: int) -> AsyncIterator["HubHTTP"]:
    """HTTP with a token of its own, beside whatever other process of this desk is connected."""
    channel = await Channel.connect(hub, op, author, hub_key)
    try:
        welcome = await channel.authenticate(size)
        async with HubHTTP(hub, welcome.token) as http:
            yield http
    finally:
        await channel.close()


class HubHTTP:
    """The hub's HTTP side. Raises OfflineError, or the error that the hub names."""

    def __init__(self, hub: str, token: str = "") -> None:
        require_safe_address(hub)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx2.AsyncClient(
            base_url=hub.rstrip("/"), headers=headers, timeout=30.0, verify=_trust(hub) or False
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def get(self, path: str) -> Any:
        """The JSON at this path."""
        return decode_any((await self._request("GET", path)).content)

    async def post(self, path: str, value: Any) -> Any:
        """The hub's answer to this value, posted as canonical JSON."""
        response = await self._request(
            "POST", path, content=encode(value), headers={"Content-Type": "application/json"}
        )
        return decode_any(response.content)

    async def put_part(self, op: str, data: bytes) -> None:
        """Upload a large part, before the event that names it."""
        await self._request("PUT", f"/v1/operations/{op}/parts/{hashlib.sha256(data).hexdigest()}", content=data)

    async def get_part(self, op: str, sha256: bytes) -> bytes:
        data = (await self._request("GET", f"/v1/operations/{op}/parts/{sha256.hex()}")).content
        if hashlib.sha256(data).digest() != sha256:
            raise MalformedError("bad-parts", "The hub sent other bytes than those that were signed.")
        return data

    async def _request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        try:
            response = await self._client.request(method, path, **options)
        except httpx2.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise OfflineError("offline", f"The hub cannot be reached now ({reason}).") from None
        if response.is_success:
            return response
        raise _named_error(response)


def _named_error(response: httpx2.Response) -> RefusedError:
    try:
        named = decode_any(response.content)["error"]
        return RefusedError(named["code"], named["message"], tuple(named.get("details", ())))
    except (MalformedError, KeyError, TypeError):
        return RefusedError("hub-error", f"The hub answered {response.status_code} without saying why.")


async def sleep_with_jitter(attempt: int) -> None:
    """Wait before the next try to connect: longer each time, up to some 20 seconds, and never all desks at once."""
    await asyncio.sleep(min(15.0, 0.25 * 2**attempt) * (0.5 + secrets.randbelow(1000) / 1000))
