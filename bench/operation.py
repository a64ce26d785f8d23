"""An operation with real keys, statements and seals, and posts that are signed before anything is measured."""

import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from websockets.frames import Frame as WebSocketFrame
from websockets.frames import Opcode

from bench import processes
from vocu.canonical import b64, unb64
from vocu.compilation.ledger import Ledger
from vocu.crypto.keys import HubVerifyKey, SigningKey
from vocu.crypto.passwords import Argon2Cost
from vocu.crypto.signing import PayloadType
from vocu.operation.admission import SignedEvent
from vocu.operation.bodies import Admission, Text
from vocu.operation.composing import Author, Composer, Draft, LogView
from vocu.operation.events import Event, MessagePosted, ParticipantAdmitted
from vocu.operation.header import EVERYONE, digest
from vocu.operation.state import Chained, OperationState
from vocu.operation.statements import Admit, AdmitDevice, Participant, Role, seal_off
from vocu.operation.verified import Accepted, VerifiedOperation
from vocu.protocol.frames import Append, Entries, Refusal, encode
from vocu_client import Home, Plan, create_operation
from vocu_client.keyring import DeskKeys, load_root_key
from vocu_client.settings import DeskSettings
from vocu_client.transport import Channel

PASSPHRASE = "an example of a passphrase"
CHEAP = Argon2Cost(memory_kib=1024, passes=1, lanes=1)
ORGANISER = "XA"
MOST_READERS = 200
"""Whoever comes after them sees the log and reads nothing sealed: the wraps of an epoch fit into one frame."""
WORDS = "The lorry left the ferry at noon; seals are whole, papers name another consignee. " * 8


@dataclass
class Member:
    """A participant and its only desk."""

    ncp: str
    keys: DeskKeys

    @property
    def device(self) -> str:
        return self.keys.author.device


@dataclass
class Operation:
    """An operation on a hub that is stopped, in `folder`: copy it, and serve the copy.

    `posts` holds for each of the first members its posts, as WebSocket frames that a client sends; `signed` are some of
    the same events.
    """

    folder: Path
    settings: DeskSettings
    hub_key: HubVerifyKey
    members: list[Member]
    state: OperationState
    ledger: Ledger
    posts: list[list[bytes]] = field(default_factory=list)
    signed: list[SignedEvent] = field(default_factory=list)

    def copy(self, name: str) -> Path:
        """The hub's folder once more, under this name."""
        return Path(shutil.copytree(self.folder, self.folder.with_name(name)))

    def make_home(self, folder: Path, member: Member, url: str) -> Home:
        """A desk of this member that has seen nothing yet."""
        home = Home(folder)
        home.make()
        member.keys.save(home.keys_file, PASSPHRASE, CHEAP)
        home.write_settings(
            DeskSettings(
                hub=url,
                hub_key=self.settings.hub_key,
                op=self.settings.op,
                ncp=member.ncp,
                device=member.device,
                name=member.ncp,
            )
        )
        return home


class Writer:
    """Signs the events of one desk, each the successor of the one before, on the log as it stands now."""

    def __init__(self, author: Author, state: OperationState, root: bytes) -> None:
        self._author, self._state, self._root = author, state, root
        self._last = state.last_in_chain(author.device, EVERYONE)

    def write(self, event: Event, secret: bytes | None = None) -> SignedEvent:
        composer = Composer(self._author, LogView(self._state, self._root, {EVERYONE: self._last}), secrets.token_bytes)
        return self._next(composer.compose(Draft(id=new_id(), event=event, ts=_now()), secret))

    def rotate(self, secret: bytes) -> SignedEvent:
        composer = Composer(self._author, LogView(self._state, self._root, {EVERYONE: self._last}), secrets.token_bytes)
        return self._next(composer.compose_epoch(new_id(), _now(), secret))

    def _next(self, signed: SignedEvent) -> SignedEvent:
        self._last = Chained(self._last.dseq + 1, digest(signed.header, signed.signature))
        return signed


async def prepare(folder: Path, desks: int, publishers: int, posts: int) -> Operation:
    """Found an operation of so many desks, rotate its epoch, stop the hub, and sign posts for the first desks."""
    token = processes.new_hub(folder / "hub")
    with processes.hub(folder / "hub") as server:
        home = Home(folder / "organiser")
        today = datetime.now(UTC).date()
        days = [str(today + timedelta(days=ahead)) for ahead in (1, 14, 400)]
        plan = Plan(
            name="BENCH",
            kind="JCO",
            organiser=ORGANISER,
            organiser_name="Organiser",
            starts_day=days[0],
            ends_day=days[1],
            retention_day=days[2],
        )
        await create_operation(home, server.url, token, plan, PASSPHRASE, CHEAP)
        founding = Founding(home)
        operation, secret = await founding.run(server.url, desks, folder / "hub")
    operation.posts = [
        list(_posts(member, operation.state, founding.view.log.root(), secret, posts, operation.signed))
        for member in operation.members[:publishers]
    ]
    return operation


class Founding:
    """The organiser's desk while it lets everybody in."""

    def __init__(self, home: Home) -> None:
        self._settings = home.read_settings()
        self._keys = DeskKeys.load(home.keys_file, PASSPHRASE)
        self._root = load_root_key(home.root_files()[0], PASSPHRASE)
        self._hub_key = HubVerifyKey.from_bytes(unb64(self._settings.hub_key))
        self.view = VerifiedOperation(self._settings.op, ORGANISER, self._settings.device, self._hub_key)
        self._ledger: Ledger | None = None

    async def run(self, url: str, desks: int, folder: Path) -> tuple[Operation, bytes]:
        """The operation, and its epoch's secret."""
        channel = await Channel.connect(url, self._settings.op, self._keys.author, self._hub_key)
        await self._follow(channel, (await channel.authenticate(0)).size)
        members = [Member(f"N{number:04}", DeskKeys.generate()) for number in range(desks)]
        writer = self._writer()
        roles: list[Role] = ["participant" if number < MOST_READERS else "analyst" for number in range(desks)]
        admissions = [self.admission(member, role) for member, role in zip(members, roles, strict=True)]
        await self._send(channel, [writer.write(each) for each in admissions])
        secret = secrets.token_bytes(32)
        await self._send(channel, [self._writer().rotate(secret)])
        await channel.close()
        assert self._ledger is not None
        return (
            Operation(folder, self._settings, self._hub_key, members, self.view.state, self._ledger),
            secret,
        )

    def _writer(self) -> Writer:
        return Writer(self._keys.author, self.view.state, self.view.log.root())

    async def _send(self, channel: Channel, events: list[SignedEvent]) -> None:
        for signed in events:
            await channel.send(Append(signed.header, signed.signature, signed.parts))
        await self._follow(channel, self.view.size + len(events))

    async def _follow(self, channel: Channel, size: int) -> None:
        while self.view.size < size:
            frame = await channel.receive()
            match frame:
                case Entries(entries=entries, checkpoint=checkpoint):
                    self.view.accept(entries, checkpoint, self._count)
                case Refusal(message=message):
                    raise RuntimeError(message)

    def _count(self, accepted: Accepted) -> None:
        if self._ledger is None:
            self._ledger = Ledger(self.view.state.genesis)
        self._ledger.take(accepted.index, accepted.at, accepted.act, self.view.state)

    def admission(self, member: Member, role: Role = "participant") -> Event:
        """The roots admit this participant with its desk; nothing is sent."""
        country = SigningKey.from_seed(secrets.token_bytes(32))
        participant = Participant(
            ncp=member.ncp, name=f"Customs of {member.ncp}", role=role, key=b64(country.public.data)
        )
        op = self._settings.op
        admit = Admit(op=op, salt=new_id(), participant=participant)
        device = AdmitDevice(op=op, salt=new_id(), ncp=member.ncp, device=member.keys.card(member.ncp))
        return ParticipantAdmitted(
            plain=Admission(
                statement=seal_off(PayloadType.ROOT, admit, [self._root]),
                device=seal_off(PayloadType.COUNTRY, device, [country]),
            )
        )


def _posts(
    member: Member, state: OperationState, root: bytes, secret: bytes, count: int, signed: list[SignedEvent]
) -> Iterator[bytes]:
    writer = Writer(member.keys.author, state, root)
    event = MessagePosted(text=Text(body=WORDS))
    for _ in range(count):
        post = writer.write(event, secret)
        if len(signed) < 2000:
            signed.append(post)
        yield client_frame(encode(Append(post.header, post.signature, post.parts)))


def client_frame(payload: bytes, opcode: Opcode = Opcode.BINARY) -> bytes:
    return WebSocketFrame(opcode, payload).serialize(mask=True)


def new_id() -> str:
    return b64(secrets.token_bytes(16))


def _now() -> int:
    return time.time_ns() // 1_000_000
