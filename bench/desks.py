"""A crowd of light desks: they prove themselves as desks do, and then only count what reaches them.

The client must not be what limits a server. A hub's frame holds many posts, each with one `MARK`. The bare server sends
a frame for each post: desks that do not publish count them without looking into them.
"""

import asyncio
import base64
import os
import re
import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

from websockets.frames import Opcode

from bench.bare import ACK
from bench.operation import Member, Operation, client_frame
from bench.processes import Server
from bench.tally import Tally
from vocu.protocol.frames import (
    Challenge,
    Entries,
    Failure,
    Frame,
    Hello,
    Receipts,
    Refusal,
    Welcome,
    encode,
    read_from_hub,
)
from vocu.protocol.session import DeskAuth, hub_hash, open_hello, sign_auth

MARK = b'"type":"message_posted"'
HEADER = 4
"""Bytes before the payload of a server's frame of 126 to 65,535 bytes."""
AUTHOR = re.compile(rb'"from":"([\w-]{22})"')


class LightDesk(asyncio.Protocol):
    """A raw WebSocket connection: `upgrade`, `authenticate`, then `listen`."""

    def __init__(self) -> None:
        self._bytes = b""
        self._news = asyncio.Event()
        self._listener: Callable[[bytes], None] | None = None
        self._transport: Any

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.write = transport.write

    def data_received(self, data: bytes) -> None:
        if self._listener is not None:
            self._listener(data)
        else:
            self._bytes += data
            self._news.set()

    def connection_lost(self, _error: Exception | None) -> None:
        self._news.set()

    def close(self) -> None:
        self._transport.abort()

    async def upgrade(self) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        self.write(
            "GET /v1/channel HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        while b"\r\n\r\n" not in self._bytes:
            await self._more()
        head, _, self._bytes = self._bytes.partition(b"\r\n\r\n")
        if b" 101 " not in head:
            raise ConnectionError(head.decode())

    async def authenticate(self, operation: Operation, member: Member, size: int) -> int:
        """Prove who we are, and return the size of the hub's log; entries from `size` on will follow."""
        op, hub_key, author = operation.settings.op, operation.hub_key, member.keys.author
        nonce = secrets.token_bytes(16)
        self.send(Hello("vocu/1", op, author.device, nonce))
        challenge = await self._receive()
        assert isinstance(challenge, Challenge)
        hello = open_hello(challenge, hub_key, op=op, device=author.device, nonce=nonce)
        auth = DeskAuth(
            op=op,
            device=author.device,
            nonce_c=hello.nonce_c,
            nonce_s=hello.nonce_s,
            hub=hub_hash(hub_key),
            tls="",
            size=size,
        )
        self.send(sign_auth(auth, author.key))
        welcome = await self._receive()
        assert isinstance(welcome, Welcome)
        return welcome.size

    def send(self, frame: Frame) -> None:
        self.write(client_frame(encode(frame)))

    def listen(self, listener: Callable[[bytes], None]) -> None:
        """From now on hand on whatever comes, beginning with what has come already."""
        self._listener = listener
        listener(self._bytes)

    async def _receive(self) -> Frame:
        while (found := frame_at(self._bytes, 0)) is None:
            await self._more()
        _, payload, end = found
        self._bytes = self._bytes[end:]
        return read_from_hub(payload)

    async def _more(self) -> None:
        if self._transport.is_closing():
            raise ConnectionError("the server hung up")
        self._news.clear()
        await self._news.wait()


def frame_at(data: bytes, start: int) -> tuple[int, bytes, int] | None:
    """A server's frame: its opcode, its payload, and where the next one begins; None where it is not complete.

    See RFC 6455 §5.2. Frames of data are whole here.
    """
    if len(data) < start + 2:
        return None
    size, begin = data[start + 1], start + 2
    if size > 125:
        begin += 2 if size == 126 else 8
        size = int.from_bytes(data[start + 2 : begin])
    end = begin + size
    return (data[start] & 0x0F, data[begin:end], end) if len(data) >= end else None


class Counter:
    """Counts frames by their lengths alone, for a stream of nothing but posts, each a frame of its own."""

    def __init__(self, receive: Callable[[int], None]) -> None:
        self._receive = receive
        self._rest = b""
        self._begins = 0

    def __call__(self, data: bytes) -> None:
        if self._rest:
            data = self._rest + data
        at, posts, last = self._begins, 0, len(data) - HEADER
        while at <= last:
            at += HEADER + (data[at + 2] << 8 | data[at + 3])
            posts += 1
        # A frame's header may be cut; its payload need not be kept.
        self._rest = data[at:]
        self._begins = max(0, at - len(data))
        if posts:
            self._receive(posts)


class Listener:
    """Takes the stream frame by frame: answers pings, and counts posts and what was acknowledged.

    The first desk's tells the tally the order of the log.
    """

    def __init__(self, desk: LightDesk, number: int, tally: Tally) -> None:
        self._desk, self._number, self._tally = desk, number, tally
        self._rest = b""

    def __call__(self, data: bytes) -> None:
        data, at = self._rest + data, 0
        while found := frame_at(data, at):
            opcode, payload, at = found
            if opcode == Opcode.PING:
                self._desk.write(client_frame(payload, Opcode.PONG))
            elif opcode == Opcode.CLOSE:
                raise ConnectionError(f"the server said goodbye: {payload!r}")
            elif posts := payload.count(MARK):
                if self._number == 0:
                    self._tally.order.extend(AUTHOR.findall(payload))
                self._tally.receive(self._number, posts)
            elif payload == ACK:
                self._tally.acknowledge(self._number, 1)
            else:
                self._take_answer(read_from_hub(payload))
        self._rest = data[at:]

    def _take_answer(self, frame: Frame) -> None:
        match frame:
            case Receipts(receipts=receipts):
                self._tally.acknowledge(self._number, len(receipts))
            case Refusal() | Failure():
                raise RuntimeError(f"{frame.code}: {frame.message}")
            case Entries():
                pass


async def connect(server: Server) -> LightDesk:
    _, desk = await asyncio.get_running_loop().create_connection(LightDesk, "127.0.0.1", server.port)
    await desk.upgrade()
    return desk


async def connect_all(server: Server, operation: Operation, tally: Tally, *, authenticate: bool) -> list[LightDesk]:
    """Desks of the first members, as many as the tally counts, that take what is new from now on."""
    desks = []
    for number, member in enumerate(operation.members[: tally.desks]):
        desk = await connect(server)
        if authenticate:
            await desk.authenticate(operation, member, operation.state.size)
        cuts = authenticate or number < len(operation.posts)
        desk.listen(Listener(desk, number, tally) if cuts else Counter(partial(tally.receive, number)))
        desks.append(desk)
    return desks
