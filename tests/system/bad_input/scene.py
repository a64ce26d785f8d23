"""The hub and the desks that all bad input meets, and how a test talks to them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.core.form.forms import shortest_report
from tests.system.logs import served_at
from tests.system.rig import CHEAP, PASSPHRASE, PLAN, Hub, admit, found
from vocu.operation.admission import SignedEvent
from vocu.protocol.frames import Append, Failure, Refusal, read_from_hub
from vocu.protocol.session import open_hello
from vocu_client import Desk, Home, join
from vocu_client.membership import read_invitation
from vocu_client.transport import Channel


class Place:
    """A hub process with an operation that is still being prepared, and the folders of its desks. ES was removed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hub = Hub(folder / "hub")
        self.invitation = b""

    def open(self, ncp: str) -> Desk:
        return Desk.open(Home(self.folder / ncp), PASSPHRASE)

    async def tell(self) -> None:
        pl = await found(self.hub, self.folder, msgspec.structs.replace(PLAN, roots=3, threshold=2))
        de, es = await admit(pl, self.folder, "DE"), await admit(pl, self.folder, "ES")
        de.actions.report_seizure(shortest_report())
        de.actions.send_message("to the epoch with Spain")
        assert await de.sync()
        assert await pl.sync()
        pl.decisions.remove("ES")
        pl.actions.announce("to the epoch without Spain")
        self.invitation = pl.decisions.invite("FR", "France", "participant")
        number = await join(Home(self.folder / "FR"), read_invitation(self.invitation), "FR-1", PASSPHRASE, CHEAP)
        (applicant,) = await pl.applicants()
        pl.decisions.admit(applicant, number)
        assert await pl.sync()
        assert await de.sync()
        for desk in (pl, de, es):
            desk.close()
        self.hub.url = served_at(self.hub)


async def checkpoint(desk: Desk) -> str:
    """Size and root of the log, as the hub signs them for a new connection."""
    async with connected(desk) as (channel, _):
        return channel.hello.checkpoint.partition("\n\n")[0]


@contextlib.asynccontextmanager
async def connected(desk: Desk) -> AsyncIterator[tuple[Channel, str]]:
    """An authenticated connection of this desk, and its token for HTTP."""
    settings = desk.settings
    channel = await Channel.connect(settings.hub, settings.op, desk.keys.author, desk.view.operation.hub_key)
    try:
        welcome = await channel.authenticate(desk.view.size)
        yield channel, welcome.token
    finally:
        await channel.close()


async def refusal(desk: Desk, event: SignedEvent) -> Refusal:
    """What the hub says of this event, on a connection that it keeps open."""
    async with connected(desk) as (channel, _):
        await channel.send(Append(event.header, event.signature, event.parts))
        said = await channel.receive()
        nonce = await channel.freshen()
        open_hello(
            await channel.receive(),  # type: ignore[arg-type]
            desk.view.operation.hub_key,
            op=desk.settings.op,
            device=desk.settings.device,
            nonce=nonce,
        )
    assert isinstance(said, Refusal), said
    assert said.message
    return said


async def open_socket(url: str, **options: Any) -> ClientConnection:
    return await connect(url.replace("http", "ws", 1) + "/v1/channel", **{"compression": None} | options)


async def farewell(socket: ClientConnection) -> tuple[int, str]:
    """The close code, and the error that was named before it."""
    named = ""
    with contextlib.suppress(ConnectionClosed):
        async with asyncio.timeout(10):
            while True:
                frame = read_from_hub(await socket.recv(decode=False))
                if isinstance(frame, Failure):
                    assert frame.message
                    named = frame.code
    return socket.close_code or 0, named
