"""The line as a WebSocket: one frame in each binary message."""

import ssl
from typing import Self
from urllib.parse import urlsplit, urlunsplit

import websockets
from websockets.asyncio.client import ClientConnection, connect

from vocu.errors import MalformedError, VocuError
from vocu_client.transport.address import require_safe_address, trust
from vocu_client.transport.line import CONNECT_SECONDS, MAX_FROM_HUB, BlockedError, closed_by_hub, unreachable
from vocu_client.transport.proxy import Proxy, refused_by

GOODBYE_SECONDS = 2.0
_NOT_OUR_PROTOCOL = {1002: "bad-frame", 1007: "bad-frame", 1009: "frame-too-large"}


class WebSocketLine:
    """See `Line`."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    @classmethod
    async def connect(cls, hub: str, proxy: Proxy | None) -> Self:
        """Raises BlockedError where something answers that is no WebSocket; OfflineError, RefusedError."""
        try:
            socket = await connect(
                _channel_url(hub),
                ssl=trust(hub),
                proxy=proxy.url if proxy is not None else None,
                compression=None,
                max_size=MAX_FROM_HUB,
                open_timeout=CONNECT_SECONDS,
                close_timeout=GOODBYE_SECONDS,
                user_agent_header=None,
            )
        except websockets.InvalidProxyStatus as error:
            if proxy is None:
                raise
            raise refused_by(proxy, error.response.status_code) from None
        except (TimeoutError, EOFError, websockets.WebSocketException) as error:
            raise BlockedError("offline", f"No WebSocket to the hub comes about ({error}).") from None
        except OSError as error:
            raise unreachable(error) from None
        return cls(socket)

    @property
    def certificate(self) -> bytes | None:
        tls: ssl.SSLObject | None = self._socket.transport.get_extra_info("ssl_object")
        return tls.getpeercert(binary_form=True) if tls is not None else None

    async def send(self, data: bytes) -> None:
        try:
            await self._socket.send(data)
        except websockets.ConnectionClosed as closed:
            raise _closed(closed) from None

    async def receive(self) -> bytes:
        try:
            return await self._socket.recv(decode=False)
        except websockets.ConnectionClosed as closed:
            raise _closed(closed) from None

    async def close(self) -> None:
        await self._socket.close()


def _channel_url(hub: str) -> str:
    require_safe_address(hub)
    parts = urlsplit(hub)
    scheme = "wss" if parts.scheme == "https" else "ws"
    return urlunsplit((scheme, parts.netloc, parts.path.rstrip("/") + "/v1/channel", "", ""))


def _closed(closed: websockets.ConnectionClosed) -> VocuError:
    sent, received = closed.sent, closed.rcvd
    if sent is not None and not closed.rcvd_then_sent and sent.code in _NOT_OUR_PROTOCOL:
        return MalformedError(
            _NOT_OUR_PROTOCOL[sent.code],
            "The hub sends what no hub of vocu/1 sends, so this desk hung up.",
            (f"hung up with {sent.code}: {sent.reason}",),
        )
    return closed_by_hub(received.code, received.reason) if received is not None else closed_by_hub(1006, "")
