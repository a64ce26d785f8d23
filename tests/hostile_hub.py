"""A hub that lies: the real hub with its real keys, and on a real socket before it a front that changes what it says.

The hub itself works as ever, so that honest desks notice nothing. What is said to one desk can be bent by a `Lie`:
frame by frame, or by telling it another history, with leaves, checkpoints and hellos that fit and that the hub signs.
"""

import asyncio
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import httpx2
import msgspec
import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from vocu.canonical import decode_any, encode
from vocu.crypto.keys import HubSigningKey
from vocu.log.checkpoint import Checkpoint, origin, sign_checkpoint
from vocu.log.entry import leaf_data, parse_leaf
from vocu.log.merkle import MerkleTree, leaf_hash
from vocu.operation.admission import SignedEvent
from vocu.operation.header import read_header
from vocu.protocol.frames import (
    Append,
    Challenge,
    Entries,
    Entry,
    Frame,
    FromHub,
    Hello,
    Welcome,
    read_from_desk,
    read_from_hub,
)
from vocu.protocol.frames import encode as encode_frame
from vocu.protocol.polling import Asked, Brought, read_asked, read_brought
from vocu.protocol.polling import encode as encode_poll
from vocu.protocol.session import HubHello, sign_hello
from vocu_client import Desk
from vocu_server.app import make_server
from vocu_server.settings import HubFolder, Settings
from vocu_server.store import directory
from vocu_server.store.keys import HubKeys, make_keys, read_keys
from vocu_server.store.sql import Database

Said = list[Frame | bytes]
Retelling = Callable[[list[Entry]], list[Entry]]


class Lie:
    """How what the hub says to one desk is bent. This one tells the truth."""

    def say(self, frame: FromHub) -> Said:
        """What the desk gets instead of this frame."""
        return [frame]


class Instead(Lie):
    """Bends frames one by one."""

    def __init__(self, say: Callable[[FromHub], Said]) -> None:
        self._say = say

    def say(self, frame: FromHub) -> Said:
        return self._say(frame)


class History(Lie):
    """Tells a desk that was told the truth so far how it went on, by `retell`, and signs for exactly that.

    `invented` are entries that nobody ever sent; they come right after the welcome. A `quiet` lie denies in its welcome
    that there is anything new.
    """

    def __init__(
        self,
        key: HubSigningKey,
        desk: Desk,
        retell: Retelling = list,
        *,
        invented: Iterable[Entry] = (),
        quiet: bool = False,
    ) -> None:
        self._key = key
        self._op = desk.settings.op
        self._retell = retell
        self._invented = list(invented)
        self._quiet = quiet
        self._next = desk.view.size
        self.tree = MerkleTree()
        self.tree.extend(leaf_hash(accepted.leaf_data) for accepted in desk.view.acts)

    def say(self, frame: FromHub) -> Said:
        match frame:
            case Challenge():
                said = HubHello(**(decode_any(frame.payload) | {"checkpoint": self._note()}))
                return [Challenge(*sign_hello(said, self._key))]
            case Welcome():
                size = self.tree.size if self._quiet else max(frame.size, self.tree.size + len(self._invented))
                return [
                    Welcome(frame.token, size),
                    *([self._tell(self._invented, frame.size)] if self._invented else []),
                ]
            case Entries():
                news = [entry for entry in frame.entries if entry.index >= self._next]
                self._next = max(self._next, frame.entries[-1].index + 1)
                return [self._tell(self._retell(news), frame.size)]
        return [frame]

    def _tell(self, entries: list[Entry], size: int) -> Entries:
        self.tree.extend(leaf_hash(entry.leaf_data) for entry in entries)
        return Entries(tuple(entries), self._note(), max(size, self.tree.size))

    def _note(self) -> str:
        return signed_note(self._op, self.tree, self._key)


class HostileHub:
    """A hub in this process, behind a front on a free port of loopback. `lies` stand under the device they are told."""

    def __init__(self, folder: Path) -> None:
        self._folder = HubFolder(Settings(port=0), folder)
        self.lies: dict[str, Lie] = {}
        self.heard: list[tuple[str, Append]] = []
        """Every event that a desk sent, with the device that sent it."""
        self.answers: dict[str, Callable[[bytes], bytes]] = {}
        """Other bodies for the HTTP answers whose path ends so."""
        self.talks: dict[str, _Talk] = {}
        """Those over long-poll, by what the desk authorises itself with."""
        self.url = ""
        self._behind = ""
        self._running: list[tuple[uvicorn.Server, asyncio.Task[None]]] = []

    @classmethod
    def new(cls, folder: Path) -> "HostileHub":
        hub = cls(folder)
        hub._folder.data_dir.mkdir(mode=0o700, parents=True)
        make_keys(hub._folder.data_dir)
        return hub

    @property
    def keys(self) -> HubKeys:
        return read_keys(self._folder.data_dir)

    @property
    def token(self) -> str:
        """A new one each time."""
        database = Database(self._folder.database)
        try:
            return database.write_now(directory.new_token)
        finally:
            database.close()

    def tell(self, desk: Desk, lie: Lie) -> None:
        self.lies[desk.settings.device] = lie

    def sent_by(self, desk: Desk) -> list[Append]:
        return [append for device, append in self.heard if device == desk.settings.device]

    async def __aenter__(self) -> Self:
        self._behind = await self._serve(*make_server(self._folder))
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(self.answer, interface="asgi3", lifespan="off", log_config=None, ws="websockets-sansio")
        self.url = await self._serve(_Front(config), listener)
        return self

    async def __aexit__(self, *_: object) -> None:
        for server, _ in self._running:
            server.should_exit = True
        await asyncio.gather(*(task for _, task in self._running))

    async def _serve(self, server: uvicorn.Server, listener: socket.socket) -> str:
        task = asyncio.create_task(server.serve(sockets=[listener]))
        self._running.append((server, task))
        while not server.started:
            if task.done():
                await task
            await asyncio.sleep(0.005)
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The front: everything comes from the hub behind it, bent on the way."""
        if scope["type"] == "websocket":
            await _Conversation(self, WebSocket(scope, receive, send)).hold(self._behind)
            return
        request = Request(scope, receive)
        if scope["path"] == "/v1/poll" and request.method == "POST":
            await (await self._poll(request))(scope, receive, send)
            return
        async with httpx2.AsyncClient(base_url=self._behind, verify=False) as client:
            headers = {k: v for k, v in request.headers.items() if k in ("authorization", "content-type")}
            body = await request.body()
            told = await client.request(request.method, scope["path"], content=body, headers=headers)
        bend = next((bend for end, bend in self.answers.items() if scope["path"].endswith(end)), bytes)
        await Response(bend(told.content), told.status_code)(scope, receive, send)

    def overhear(self, device: str, data: bytes) -> str:
        """Keeps what a desk says, and gives its name, which it says first."""
        frame = read_from_desk(data)
        if isinstance(frame, Append):
            self.heard.append((device, frame))
        return frame.device if isinstance(frame, Hello) else device

    def bent(self, device: str, data: bytes) -> list[bytes]:
        """What this desk gets instead of a frame of the hub."""
        lie = self.lies.get(device)
        said: Said = lie.say(read_from_hub(data)) if lie else [data]
        return [each if isinstance(each, bytes) else encode_frame(each) for each in said]

    async def _poll(self, request: Request) -> Response:
        """One request of a desk that has no WebSocket: the same frames, bent as on any other line."""
        session, asked = request.headers.get("authorization", ""), read_asked(await request.body())
        talk = self.talks.setdefault(session, _Talk(self)) if session else _Talk(self)
        talk.hear(asked)
        async with httpx2.AsyncClient(base_url=self._behind, timeout=40) as client:
            behind = msgspec.structs.replace(asked, have=talk.told)
            headers = {"authorization": session} if session else {}
            answer = await client.post("/v1/poll", content=encode_poll(behind), headers=headers)
        if not answer.is_success:
            return Response(answer.content, answer.status_code)
        brought = talk.bend(asked, read_brought(answer.content))
        if brought.session is not None:
            self.talks[f"Bearer {brought.session}"] = talk
        return Response(encode_poll(brought), media_type="application/octet-stream")


class _Talk:
    """What was said to one desk over long-poll: `told` frames by the hub, and what the desk got instead of them."""

    def __init__(self, hub: HostileHub) -> None:
        self._hub = hub
        self._device = ""
        self.told = 0
        self._said: list[memoryview] = []

    def hear(self, asked: Asked) -> None:
        for data in asked.frames:
            self._device = self._hub.overhear(self._device, data)

    def bend(self, asked: Asked, brought: Brought) -> Brought:
        if not asked.frames or brought.session is not None:
            for data in brought.frames[self.told - brought.first :]:
                self.told += 1
                self._said += map(memoryview, self._hub.bent(self._device, bytes(data)))
        frames = () if asked.frames and brought.session is None else tuple(self._said[asked.have :])
        return msgspec.structs.replace(brought, first=asked.have, frames=frames)


class _Front(uvicorn.Server):
    """Leaves signals to the tests."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Conversation:
    """One socket of a desk: what the desk says is overheard, what the hub says is bent."""

    def __init__(self, hub: HostileHub, desk: WebSocket) -> None:
        self._hub, self._desk = hub, desk
        self._device = ""

    async def hold(self, behind: str) -> None:
        await self._desk.accept()
        async with connect(f"{behind.replace('http', 'ws', 1)}/v1/channel", compression=None, max_size=None) as honest:
            hearing = asyncio.create_task(self._hear(honest))
            try:
                await self._speak(honest)
            finally:
                hearing.cancel()
                await asyncio.gather(hearing, return_exceptions=True)

    async def _hear(self, honest: ClientConnection) -> None:
        try:
            while True:
                data = await self._desk.receive_bytes()
                self._device = self._hub.overhear(self._device, data)
                await honest.send(data)
        except WebSocketDisconnect:
            await honest.close()

    async def _speak(self, honest: ClientConnection) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):  # the desk has hung up
            try:
                while True:
                    data = await honest.recv(decode=False)
                    for said in self._hub.bent(self._device, data):
                        await self._desk.send_bytes(said)
            except ConnectionClosed as closed:
                if closed.rcvd is not None:
                    await self._desk.close(closed.rcvd.code, closed.rcvd.reason)


def signed_note(op: str, tree: MerkleTree, key: HubSigningKey) -> str:
    """The hub's signature under any tree at all."""
    return sign_checkpoint(Checkpoint(origin=origin(op), size=tree.size, root=tree.root()), key, post_quantum=False)


def entry_of(event: SignedEvent, index: int, at: int) -> Entry:
    """An entry of the log that shows this event, with a leaf that fits it."""
    leaf = leaf_data(read_header(event.header).leaf_kind, at, event.header, event.signature)
    return Entry(index, leaf, event.header, event.signature, event.parts)


def refitted(entry: Entry, **changes: Any) -> Entry:
    """The entry with these changes, and with a leaf that fits them unless the leaf itself is changed."""
    fields = {name: getattr(entry, name) for name in entry.__struct_fields__} | changes
    if "leaf_data" not in changes:
        leaf = parse_leaf(entry.leaf_data)
        fields["leaf_data"] = leaf_data(leaf.kind, leaf.hub_ms, fields["header"] or b"", fields["signature"] or b"")
    return Entry(**fields)


def renumbered(entries: Iterable[Entry], first: int) -> list[Entry]:
    """The entries in this order, as if they had been admitted so."""
    return [refitted(entry, index=index, leaf_data=entry.leaf_data) for index, entry in enumerate(entries, first)]


def canonical(bend: Callable[[Any], Any]) -> Callable[[bytes], bytes]:
    """Bends the JSON of an answer."""
    return lambda body: encode(bend(decode_any(body)))
