"""A small desk for tests of the hub: built of the core's own functions, with nothing of the real desk in it."""

import secrets
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx2
from websockets.asyncio.client import ClientConnection, connect

from vocu.canonical import b64, decode_any, encode, unb64
from vocu.crypto.keys import HubVerifyKey, RootSigningKey, SealingKey, SigningKey
from vocu.crypto.opening import OpeningKey
from vocu.crypto.signing import PayloadType
from vocu.ids import device_id, operation_id
from vocu.operation import bodies, events
from vocu.operation.admission import SignedEvent
from vocu.operation.composing import Author, Composer, Draft, LogView
from vocu.operation.header import digest
from vocu.operation.statements import (
    Admit,
    AdmitDevice,
    DeviceCard,
    Envelope,
    Genesis,
    OpenPhase,
    Participant,
    Remove,
    Revoke,
    Role,
    Roots,
    Statement,
    seal_off,
)
from vocu.operation.verified import Accepted, VerifiedOperation
from vocu.protocol.frames import (
    Append,
    Challenge,
    Entries,
    Entry,
    Frame,
    Hello,
    Receipts,
    Refusal,
    Welcome,
    read_from_hub,
)
from vocu.protocol.frames import encode as encode_frame
from vocu.protocol.session import DeskAuth, hub_hash, open_hello, sign_auth

F = TypeVar("F", bound=Frame)
DAY = 24 * 3600 * 1000


def salt() -> str:
    return b64(secrets.token_bytes(16))


def now() -> int:
    return time.time_ns() // 1_000_000


class Identity:
    """The keys of one desk, and its country's."""

    def __init__(self, ncp: str, country: SigningKey | None = None) -> None:
        self.ncp = ncp
        self.country = country or SigningKey.from_seed(secrets.token_bytes(32))
        self.key = SigningKey.from_seed(secrets.token_bytes(32))
        self.opening = OpeningKey.from_seed(secrets.token_bytes(32))
        sealing: SealingKey = self.opening.public
        self.card = DeviceCard(name=f"desk of {ncp}", sign=b64(self.key.public.data), seal=b64(sealing.data))
        self.device = device_id(self.key.public.data, sealing.data)

    def participant(self, role: Role) -> Participant:
        return Participant(ncp=self.ncp, name=f"Customs of {self.ncp}", role=role, key=b64(self.country.public.data))


class Plan:
    """An operation before it is begun: its root key, its organiser and its genesis."""

    def __init__(self, hub: HubVerifyKey, compiler: str, **changes: Any) -> None:
        self.hub = hub
        self.root = RootSigningKey.from_seed(secrets.token_bytes(64))
        self.organiser = Identity("XA")
        fields: dict[str, Any] = {
            "v": "vocu/1",
            "salt": salt(),
            "created_at": now(),
            "name": "Test",
            "kind": "JCO",
            "zone": "Europe/Berlin",
            "compile_hour": 18,
            "issue": "by_organiser",
            "starts_day": "2099-01-02",
            "ends_day": "2099-01-20",
            "retention_day": "2100-01-01",
            "handling": "TLP:AMBER",
            "roots": Roots(keys=(b64(self.root.public.data),), threshold=1),
            "hub": b64(hub.data),
            "compiler": compiler,
            "organiser": self.organiser.participant("organiser"),
            "device": self.organiser.card,
        }
        self.genesis = Genesis(**(fields | changes))
        self.envelope = seal_off(PayloadType.GENESIS, self.genesis, [self.root])
        self.op = operation_id(unb64(self.envelope.payload))

    def by_roots(self, kind: Callable[..., Statement], **fields: Any) -> Envelope:
        return seal_off(PayloadType.ROOT, kind(op=self.op, salt=salt(), **fields), [self.root])

    def admission(self, who: Identity, role: Role = "participant", *, replace: bool = False) -> events.Event:
        statement = self.by_roots(Admit, participant=who.participant(role), replace=replace)
        return events.ParticipantAdmitted(
            plain=bodies.Admission(statement=statement, device=self.device_statement(who))
        )

    def device_statement(self, who: Identity) -> Envelope:
        admit = AdmitDevice(op=self.op, salt=salt(), ncp=who.ncp, device=who.card)
        return seal_off(PayloadType.COUNTRY, admit, [who.country])

    def revocation(self, who: Identity) -> events.Event:
        return events.DeviceRevoked(plain=bodies.Carried(statement=self.by_roots(Revoke, device=who.device)))

    def removal(self, ncp: str) -> events.Event:
        return events.ParticipantRemoved(plain=bodies.Carried(statement=self.by_roots(Remove, ncp=ncp)))

    def phase(self, phase: str) -> events.Event:
        return events.PhaseOpened(plain=bodies.Carried(statement=self.by_roots(OpenPhase, phase=phase)))


class Desk:
    """A session of one desk, which verifies everything that the hub shows."""

    def __init__(self, url: str, plan: Plan, who: Identity, view: VerifiedOperation | None = None) -> None:
        self.url = url
        self.plan = plan
        self.who = who
        self.view = view or VerifiedOperation(plan.op, who.ncp, who.device, plan.hub)
        self.socket: ClientConnection
        self.token = ""
        self.shown: list[Entry] = []
        self.accepted: list[Accepted] = []
        self.frames: list[Frame] = []
        self.sizes: list[int] = []
        self.secret: bytes | None = None

    async def __aenter__(self) -> Self:
        """Connected, and up to date."""
        await self.until((await self.connect()).size)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.socket.close()

    async def connect(self, size: int | None = None) -> Welcome:
        self.socket = await open_socket(self.url)
        return await self._log_in(size)

    async def _log_in(self, size: int | None) -> Welcome:
        nonce = secrets.token_bytes(16)
        await self.send(Hello("vocu/1", self.plan.op, self.who.device, nonce))
        challenge = await self.receive(Challenge)
        hello = open_hello(challenge, self.plan.hub, op=self.plan.op, device=self.who.device, nonce=nonce)
        self.view.log.check_fresh(hello.checkpoint)
        auth = DeskAuth(
            op=self.plan.op,
            device=self.who.device,
            nonce_c=hello.nonce_c,
            nonce_s=hello.nonce_s,
            hub=hub_hash(self.plan.hub),
            tls="",
            size=self.view.size if size is None else size,
        )
        await self.send(sign_auth(auth, self.who.key))
        welcome = await self.receive(Welcome)
        self.token = welcome.token
        return welcome

    async def send(self, frame: Frame) -> None:
        await self.socket.send(encode_frame(frame))

    async def next_frame(self) -> Frame:
        """The next frame; entries are verified and kept on the way."""
        data = await self.socket.recv(decode=False)
        frame = read_from_hub(data)
        self.frames.append(frame)
        self.sizes.append(len(data))
        if isinstance(frame, Entries):
            self.shown.extend(frame.entries)
            self.accepted.extend(self.view.accept(frame.entries, frame.checkpoint))
        return frame

    async def receive(self, kind: type[F]) -> F:
        while not isinstance(frame := await self.next_frame(), kind):
            pass
        return frame

    async def until(self, size: int) -> None:
        """Read until this much of the log is verified."""
        while self.view.size < size:
            await self.next_frame()

    def compose(self, event: events.Event, **options: Any) -> SignedEvent:
        options.setdefault("id", salt())
        return self.composer().compose(Draft(event=event, ts=now(), **options), self.secret)

    def composer(self) -> Composer:
        view = LogView(self.view.state, self.view.log.root())
        return Composer(Author(self.who.device, self.who.key), view, secrets.token_bytes)

    async def append(self, signed: SignedEvent) -> None:
        await self.send(Append(signed.header, signed.signature, signed.parts))

    async def post(self, event: events.Event, **options: Any) -> int:
        """Append an event, verify its receipt and its entry, and return its index."""
        return await self.deliver(self.compose(event, **options))

    async def deliver(self, signed: SignedEvent) -> int:
        await self.append(signed)
        index = await self.receipt(signed)
        await self.until(index + 1)
        return index

    async def receipt(self, signed: SignedEvent) -> int:
        """The index on a verified receipt of this event. Raises AssertionError where it was refused."""
        wanted = digest(signed.header, signed.signature)
        while True:
            frame = await self.next_frame()
            assert not isinstance(frame, Refusal), frame
            if isinstance(frame, Receipts):
                for each in frame.receipts:
                    if each.digest == wanted:
                        self.view.log.check_receipt(
                            each.index, frame.size, each.leaf_data, each.proof, frame.checkpoint
                        )
                        return each.index

    async def refused(self, signed: SignedEvent) -> str:
        """The code with which the hub refuses this event."""
        await self.append(signed)
        frame = await self.receive(Refusal)
        assert frame.digest == digest(signed.header, signed.signature)
        return frame.code

    async def rotate(self) -> int:
        """Begin a new epoch, whose secret this desk keeps."""
        secret = secrets.token_bytes(32)
        index = await self.deliver(self.composer().compose_epoch(salt(), now(), secret))
        self.secret = secret
        return index

    async def http(
        self, method: str, path: str, content: bytes | None = None, *, token: bool = True
    ) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if token else {}
        async with httpx2.AsyncClient(base_url=self.url, timeout=30) as client:
            return await client.request(
                method, f"/v1/operations/{self.plan.op}{path}", content=content, headers=headers
            )


async def open_socket(url: str, **options: Any) -> ClientConnection:
    return await connect(url.replace("http", "ws", 1) + "/v1/channel", compression=None, max_size=2**25, **options)


async def call(url: str, method: str, path: str, value: Any = None) -> tuple[int, Any]:
    """Status and JSON of a request to the hub."""
    async with httpx2.AsyncClient(base_url=url, timeout=30) as client:
        response = await client.request(method, path, content=None if value is None else encode(value))
        return response.status_code, decode_any(response.content)


async def begin(url: str, token: str, **changes: Any) -> Plan:
    """A new operation on the hub."""
    _, keys = await call(url, "GET", "/v1/hub")
    plan = Plan(HubVerifyKey.from_bytes(unb64(keys["hub"])), keys["compiler"], **changes)
    status, answer = await call(url, "POST", "/v1/operations", {"genesis": plan.envelope, "token": token})
    assert (status, answer) == (201, {"op": plan.op}), answer
    return plan
