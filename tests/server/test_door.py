"""What a connection meets before anybody serves it."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.system.certificates import certify
from vocu_server.arrivals import Arrivals
from vocu_server.door import Door


class Inside(asyncio.Protocol):
    """Says what it hears once more, then hangs up."""

    def __init__(self, leave: Callable[[], None]) -> None:
        self._leave = leave

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(data)
        self._transport.close()

    def connection_lost(self, _exc: Exception | None) -> None:
        self._leave()


@pytest.fixture
async def listener() -> AsyncIterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    return certify(tmp_path, "hub")


def secured(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


async def ask(listener: socket.socket, tls: ssl.SSLContext | None = None) -> bytes:
    """What comes back."""
    name = "127.0.0.1" if tls is not None else None
    reader, writer = await asyncio.open_connection(*listener.getsockname(), ssl=tls, server_hostname=name)
    writer.write(b"who is there?")
    try:
        return await reader.read()
    finally:
        writer.close()


async def test_a_connection_counts_until_it_is_over(listener: socket.socket) -> None:
    door = Door(listener, Arrivals(1, ()), 10, None, Inside)
    door.open()
    _, writer = await asyncio.open_connection(*listener.getsockname())
    with capture_logs() as said:
        reader, other = await asyncio.open_connection(*listener.getsockname())
        assert await reader.read() == b""
        other.close()
    assert [(line["event"], line["code"]) for line in said] == [("hung-up", "too-many-connections")]
    writer.close()
    async with asyncio.timeout(20):
        while await _answer(listener) != b"who is there?":
            await asyncio.sleep(0.01)
    door.close()


async def _answer(listener: socket.socket) -> bytes:
    try:
        return await ask(listener)
    except ConnectionError:
        return b""


async def test_what_comes_together_with_the_end_of_the_handshake_is_heard(
    listener: socket.socket, certificate: tuple[Path, Path]
) -> None:
    door = Door(listener, Arrivals(5, ()), 10, secured(certificate), Inside)
    door.open()
    trusting = ssl.create_default_context(cafile=certificate[0])
    for _ in range(5):
        assert await ask(listener, trusting) == b"who is there?"
    door.close()


async def test_a_handshake_that_does_not_come_about_counts_no_longer(
    listener: socket.socket, certificate: tuple[Path, Path]
) -> None:
    door = Door(listener, Arrivals(1, ()), 0.1, secured(certificate), Inside)
    door.open()
    for beginning in (b"", b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\n\r\n"):
        with capture_logs() as said:
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            writer.write(beginning)
            with contextlib.suppress(ConnectionError):
                await asyncio.wait_for(reader.read(), 20)
            writer.close()
            async with asyncio.timeout(20):
                while not said:
                    await asyncio.sleep(0.01)
        assert [(line["event"], line["code"]) for line in said] == [("hung-up", "no-handshake")]
    door.close()
