"""Bad input of every kind, against a real hub process: one clear error each, no traceback, and nothing changed.

Whatever somebody sends, on the channel or over HTTP, before or after he has proved who he is: the log, its root and the
hub's memory stay as they were, and the next one is served as ever.
"""

import asyncio
import contextlib
import hashlib
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import msgspec
import psutil
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.core.form.forms import shortest_report
from tests.system.rig import CHEAP, PASSPHRASE, PLAN, Hub, admit, found
from vocu.canonical import b64, decode_any, encode
from vocu.crypto.keys import SigningKey
from vocu.crypto.signing import PayloadType, sign
from vocu.errors import MalformedError, RefusedError
from vocu.ids import newsletter_id
from vocu.operation import bodies, events
from vocu.operation.admission import SignedEvent, Vantage, examine, identify
from vocu.operation.composing import Composer, Draft, LogView
from vocu.operation.header import MAX_HEADER, WRAP_SIZE
from vocu.operation.statements import OpenPhase, seal_off
from vocu.protocol.frames import Append, Auth, Challenge, Failure, Freshen, Hello, Refusal, read_from_hub
from vocu.protocol.frames import encode as encode_frame
from vocu.protocol.session import DeskAuth, hub_hash, open_hello, sign_auth
from vocu_client import Desk, Home, join
from vocu_client.keyring import DeskKeys, load_root_key
from vocu_client.membership import make_request, new_salt, now_ms, read_invitation, write_invitation
from vocu_client.transport import Channel

MEBIBYTE = 1024 * 1024


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


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("place"))
    place.hub.start()
    try:
        asyncio.run(place.tell())
        yield place
    finally:
        place.hub.stop()
    verified = [Path(sys.executable).with_name("vocu-hub"), "verify", str(place.hub.folder)]
    assert subprocess.run(verified, capture_output=True, check=False).returncode == 0


@pytest.fixture
async def de(place: Place) -> AsyncIterator[Desk]:
    async with place.open("DE") as desk:
        yield desk


@pytest.fixture(autouse=True)
async def unchanged(place: Place) -> AsyncIterator[None]:
    """Whatever a test does: the log is the same afterwards, and the hub serves as ever and has seen no trouble."""
    async with place.open("PL") as pl:
        before = await checkpoint(pl)
        yield
        assert await checkpoint(pl) == before
        log = place.hub.log.read_text()
        assert "Traceback" not in log
        assert '"level": "error"' not in log


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


# --- forms ---


def _goods(**changes: Any) -> dict[str, Any]:
    return shortest_report(goods=[shortest_report()["goods"][0] | changes])


FORMS: dict[str, tuple[dict[str, Any], str]] = {
    "a quantity that is not a number": (_goods(quantity="NaN"), "bad-form"),
    "an infinite quantity": (_goods(quantity="Infinity"), "bad-form"),
    "a negative quantity": (_goods(quantity="-12.5"), "bad-form"),
    "a quantity with an exponent": (_goods(quantity="1e400"), "bad-form"),
    "a quantity of a thousand digits": (_goods(quantity="9" * 1000), "bad-form"),
    "a day in 2062": (shortest_report(seizure_day="2062-01-01"), "bad-day"),
    "a day before there were joint operations": (shortest_report(seizure_day="1789-07-14"), "bad-day"),
    "a day that is on no calendar": (shortest_report(seizure_day="2023-02-29"), "bad-form"),
    "a code that there is not": (shortest_report(direction="sideways"), "bad-form"),
    "a commodity that there is not": (_goods(commodity="drugs.moonshine"), "bad-form"),
    "a unit that there is not": (_goods(unit="bucket"), "bad-form"),
    "a country that there is not": (shortest_report(route={"departure": {"country": "ZZ"}}), "bad-form"),
    "free text among the figures": (shortest_report(remarks="call Mr Smith"), "bad-form"),
    "free text as a place": (shortest_report(place="the driver said that\nhe came from home"), "bad-form"),
    "a form without goods": (shortest_report(goods=[]), "bad-form"),
    "more goods than a form may have": (shortest_report(goods=shortest_report()["goods"] * 500), "bad-form"),
    "a number where a text belongs": (shortest_report(place=5), "bad-form"),
    "minus one persons": (shortest_report(persons_involved=-1), "bad-form"),
    "more persons than can be counted": (shortest_report(persons_involved=2**53), "bad-form"),
}


@pytest.mark.parametrize(("form", "code"), FORMS.values(), ids=FORMS)
async def test_a_desk_refuses_a_report_with(de: Desk, form: dict[str, Any], code: str) -> None:
    with pytest.raises(MalformedError) as refused:
        de.actions.report_seizure(form)
    assert refused.value.code == code
    assert not de.outbox.waiting(0, 10)


@pytest.mark.parametrize(("form", "code"), FORMS.values(), ids=FORMS)
async def test_the_hub_refuses_a_report_with(de: Desk, form: dict[str, Any], code: str) -> None:
    said = await refusal(de, Hand(de).report(msgspec.json.encode({"body": form, "salt": new_salt()}, order="sorted")))
    assert said.code in (code, "not-canonical")


def _reversed(data: bytes) -> bytes:
    value = msgspec.json.decode(data)
    return msgspec.json.encode(dict(reversed(value.items())))


BYTES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a floating-point number": (lambda data: data.replace(b'"12.5"', b"12.5"), "not-canonical"),
    "a null": (lambda data: data.replace(b'"12.5"', b"null"), "not-canonical"),
    "a key twice": (lambda data: data.replace(b'"agency":', b'"agency":"police","agency":'), "bad-form"),
    "an envelope with a key twice": (lambda data: data.replace(b'"salt":', b'"salt":"x","salt":'), "bad-value"),
    "white space": (lambda data: data.replace(b":", b": ", 1), "not-canonical"),
    "keys in another order": (_reversed, "not-canonical"),
    "half a JSON": (lambda data: data[:-10], "not-json"),
    "bytes that are no text": (lambda data: data.replace(b"ATLANTA", b"\xff\xfe\xfd"), "not-json"),
    "half a character": (lambda data: data.replace(b"ATLANTA", b"\\ud800"), "not-json"),
    "no JSON at all": (lambda _: b"\x00" * 500, "not-json"),
    "lists ten thousand deep": (lambda _: b"[" * 10_000 + b"]" * 10_000, "not-json"),
    "a form ten thousand deep": (
        lambda data: data.replace(b'"ATLANTA FIELD OFFICE"', b"[" * 10_000 + b"]" * 10_000),
        "not-json",
    ),
    "nothing": (lambda _: b"", "not-json"),
}


@pytest.mark.parametrize(("bend", "code"), BYTES.values(), ids=BYTES)
async def test_the_hub_refuses_a_report_of(de: Desk, bend: Callable[[bytes], bytes], code: str) -> None:
    data = bend(encode({"body": shortest_report(), "salt": new_salt()}))
    assert (await refusal(de, Hand(de).report(data))).code in (code, "not-canonical", "not-json", "bad-value")


# --- events ---


class Hand:
    """Events made by hand, with a real desk's key and none of its caution."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.op, self.state = desk, desk.settings.op, desk.view.state

    def compose(self, event: events.Event, **fields: Any) -> SignedEvent:
        return self.composer().compose(Draft(**{"event": event, "id": new_salt(), "ts": now_ms()} | fields), bytes(32))

    def composer(self) -> Composer:
        view = LogView(self.state, self.desk.view.operation.log.root())
        return Composer(self.desk.keys.author, view, secrets.token_bytes)

    def bend(self, event: SignedEvent, change: Callable[[dict[str, Any]], Any], **parts: bytes) -> SignedEvent:
        """The event with its header changed, with these bytes as clear parts instead of its own, signed again."""
        header = msgspec.json.decode(event.header)
        if parts:
            header["parts"] = [_slip(name, data) for name, data in parts.items()]
        change(header)
        return self.sign(encode(header), tuple(parts.values()) or event.parts)

    def sign(self, header: bytes, parts: tuple[bytes | None, ...]) -> SignedEvent:
        return SignedEvent(header, sign(self.desk.keys.sign, PayloadType.EVENT, header), parts)

    def report(self, stat: bytes) -> SignedEvent:
        """A report of these bytes."""
        return self.bend(self.honest(), lambda _: None, stat=stat)

    def honest(self, **fields: Any) -> SignedEvent:
        """A return that the hub would admit."""
        stat = self.desk.actions._read("daily_return", {"day": "2022-10-17", "kind": "nil", "running": "well"})
        return self._as_report(self.compose(events.DailyReturnFiled(stat=stat), **fields))

    def _as_report(self, event: SignedEvent) -> SignedEvent:
        data = encode({"body": shortest_report(), "salt": new_salt()})
        return self.bend(event, lambda header: header.update(type="seizure_reported"), stat=data)

    def changed(self, **fields: Any) -> SignedEvent:
        return self.bend(self.honest(), lambda header: header.update(fields))

    def message(self, **fields: Any) -> SignedEvent:
        return self.compose(events.MessagePosted(text=bodies.Text(body="words")), **fields)

    def carry(self, kind: type[events.Event], envelope: Any) -> SignedEvent:
        return self.compose(kind(plain=bodies.Carried(statement=envelope)))

    def device_of(self, ncp: str) -> str:
        return next(device.id for device in self.state.devices.values() if device.ncp == ncp)


def _slip(name: str, data: bytes) -> dict[str, Any]:
    return {"enc": "clear", "p": name, "sha256": b64(hashlib.sha256(data).digest()), "size": len(data)}


def _to_who_was_removed(hand: Hand) -> SignedEvent:
    spanish = hand.device_of("ES")
    words, wraps = bytes(2000), bytes(2 * WRAP_SIZE)
    sealed = _slip("text", words) | {"devices": sorted([spanish, hand.desk.settings.device]), "enc": "direct"}
    slips = [sealed, _slip("wraps", wraps)]
    return hand.bend(hand.message(), lambda header: header.update(parts=slips), text=words, wraps=wraps)


def _phase_by_one_root(hand: Hand) -> SignedEvent:
    root = load_root_key(hand.desk.home.root_files()[0], PASSPHRASE)
    return hand.carry(events.PhaseOpened, _phase(hand, [root]))


def _phase(hand: Hand, roots: list[Any], phase: Any = "OPERATIONAL") -> Any:
    return seal_off(PayloadType.ROOT, OpenPhase(op=hand.op, salt=new_salt(), phase=phase), roots)


def _phase_out_of_order(hand: Hand) -> SignedEvent:
    roots = [load_root_key(file, PASSPHRASE) for file in hand.desk.home.root_files()]
    return hand.carry(events.PhaseOpened, _phase(hand, roots, "CLOSED"))


def _phase_by_a_country_key(hand: Hand) -> SignedEvent:
    return hand.carry(events.PhaseOpened, _phase(hand, [SigningKey.from_seed(bytes(32))]))


def _statement_again(hand: Hand) -> SignedEvent:
    old = next(a.act.event for a in hand.desk.view.acts if a.act and isinstance(a.act.event, events.ParticipantRemoved))
    return hand.compose(old)


def _newsletter(hand: Hand) -> SignedEvent:
    day = hand.state.genesis.starts_day
    root = b64(hand.desk.view.operation.log.root())
    plain = bodies.Compiled(day=day, number=1, position=hand.state.size, root=root, figures={})
    return hand.compose(events.NewsletterCompiled(plain=plain), id=newsletter_id(hand.op, day))


def _wrong_epoch(hand: Hand) -> SignedEvent:
    return hand.composer().compose_epoch(new_salt(), now_ms(), bytes(32))


def _bare_wraps(hand: Hand) -> SignedEvent:
    event = _wrong_epoch(hand)
    return hand.sign(event.header, (event.parts[0], (event.parts[1] or b"")[:-1]))


def _of_another(hand: Hand, kind: str) -> str:
    """The id of Germany's event of this kind."""
    return next(event_id for event_id, each in hand.state.kind_of.items() if each == kind)


def _carried(hand: Hand, ncp: str) -> SignedEvent:
    """Another desk's event, on our connection."""
    desk = Desk.open(Home(hand.desk.home.path.parent / ncp), PASSPHRASE)
    try:
        return hand.bend(hand.honest(), lambda header: header.update({"from": desk.settings.device}))
    finally:
        desk.close()


class Bad(NamedTuple):
    """An event that the hub must not take, who sends it, and the hub's word for it."""

    what: str
    make: Callable[[Hand], SignedEvent]
    code: str
    by: str = "DE"


OUTCOME = {"country": "DE", "period_from": "2022-10-17", "period_to": "2022-10-18"}

EVENTS = [
    Bad("whose header has more than 64 KiB", lambda h: h.sign(bytes(MAX_HEADER + 1), (b"",)), "header-too-large"),
    Bad("whose header is no JSON", lambda h: h.sign(b"\x00" * 100, (b"",)), "not-json"),
    Bad("whose header is ten thousand deep", lambda h: h.sign(b'{"v":' + b"[" * 10_000, (b"",)), "bad-value"),
    Bad(
        "whose header is not canonical",
        lambda h: h.sign(h.honest().header.replace(b",", b", ", 1), h.honest().parts),
        "not-canonical",
    ),
    Bad(
        "whose header has a key twice",
        lambda h: h.sign(h.honest().header.replace(b'"v":', b'"v":"vocu/1","v":'), (b"",)),
        "not-canonical",
    ),
    Bad("whose header has a field too many", lambda h: h.changed(colour="blue"), "bad-value"),
    Bad("of another version", lambda h: h.changed(v="vocu/2"), "bad-value"),
    Bad("of another operation", lambda h: h.changed(op=b64(bytes(32))), "wrong-operation"),
    Bad("of a kind that there is not", lambda h: h.changed(type="gossip_spread"), "unknown-kind"),
    Bad("with an id that is none", lambda h: h.changed(id="../../etc/passwd"), "bad-value"),
    Bad("with a negative time", lambda h: h.changed(ts=-1), "bad-value"),
    Bad("for nobody", lambda h: h.changed(to=[]), "bad-value"),
    Bad("for everybody twice", lambda h: h.changed(to="everybody"), "bad-value"),
    Bad("for participants out of order", lambda h: h.changed(to=["FR", "DE"]), "bad-value"),
    Bad(
        "for others without its sender",
        lambda h: h.bend(
            h.message(to=("DE", "PL"), readers={"text": ("PL",)}), lambda header: header.update(to=["PL"], dseq=0)
        ),
        "sender-not-in-audience",
    ),
    Bad(
        "for a country that does not take part",
        lambda h: h.bend(
            h.message(to=("DE", "PL"), readers={"text": ("PL",)}), lambda header: header.update(to=["DE", "XX"], dseq=0)
        ),
        "unknown-participant",
    ),
    Bad(
        "for one country alone that is for all",
        lambda h: h.changed(to=["DE", "PL"], dseq=0, prev=b64(hashlib.sha256(b"").digest())),
        "must-be-to-all",
    ),
    Bad("out of its turn", lambda h: h.changed(dseq=77), "stale-prev"),
    Bad("that skips what came before", lambda h: h.changed(prev=b64(bytes(32))), "stale-prev"),
    Bad("that saw another log", lambda h: h.changed(head={"n": 3, "root": b64(bytes(32))}), "split-view"),
    Bad("that saw a longer log", lambda h: h.changed(head={"n": 999_999, "root": b64(bytes(32))}), "split-view"),
    Bad("of a device that was never admitted", lambda h: h.changed(**{"from": b64(bytes(16))}), "unknown-device"),
    Bad("in another's name", lambda h: _carried(h, "PL"), "bad-signature"),
    Bad("of a device that was revoked", lambda h: _carried(h, "ES"), "revoked-device"),
    Bad(
        "with another key's signature",
        lambda h: SignedEvent(h.honest().header, bytes(64), h.honest().parts),
        "bad-signature",
    ),
    Bad("without a signature", lambda h: SignedEvent(h.honest().header, b"", h.honest().parts), "bad-signature"),
    Bad("with a signature of 100 KB", lambda h: SignedEvent(h.honest().header, bytes(100_000), ()), "bad-signature"),
    Bad("with the id of another's event", lambda h: h.changed(id=_of_another(h, "announcement_posted")), "id-in-use"),
    Bad(
        "with the id of a newsletter to come",
        lambda h: h.changed(id=newsletter_id(h.op, h.state.genesis.ends_day)),
        "reserved-id",
    ),
    Bad("whose part was changed", lambda h: h.sign(h.honest().header, (h.honest().parts[0],)), "bad-parts"),
    Bad("whose part is not there", lambda h: h.sign(h.honest().header, (None,)), "bad-parts"),
    Bad("with a part too many", lambda h: h.sign(h.honest().header, (*h.honest().parts, b"more")), "bad-parts"),
    Bad("without its parts", lambda h: h.sign(h.honest().header, ()), "bad-parts"),
    Bad("with seven parts in its header", lambda h: h.changed(parts=[_slip("stat", b"")] * 7), "bad-value"),
    Bad("with the same part twice", lambda h: h.changed(parts=[_slip("stat", b"")] * 2), "bad-value"),
    Bad("with a part of another kind", lambda h: h.bend(h.honest(), lambda _: None, plain=b"{}"), "unexpected-part"),
    Bad(
        "with a clear part of 140 KiB",
        lambda h: h.report(encode({"body": shortest_report(place="A" * 140_000), "salt": new_salt()})),
        "bad-form",
    ),
    Bad(
        "with words in the clear",
        lambda h: h.bend(h.message(), lambda _: None, text=encode({"body": {"body": "words"}, "salt": new_salt()})),
        "must-be-sealed",
    ),
    Bad("sealed to an epoch that is over", lambda h: h.message(), "stale-epoch"),
    Bad(
        "sealed to an epoch that never was",
        lambda h: h.bend(h.message(), lambda header: header["parts"][0].update(epoch=3)),
        "stale-epoch",
    ),
    Bad("sealed to a device that was revoked", _to_who_was_removed, "inactive-device"),
    Bad(
        "sealed to more desks than may be",
        lambda h: h.changed(
            parts=[
                _slip("text", b"")
                | {"enc": "direct", "devices": sorted(b64(hashlib.sha256(bytes([n])).digest()[:16]) for n in range(56))}
            ]
        ),
        "bad-value",
    ),
    Bad("with wraps that are too short", _bare_wraps, "bad-parts"),
    Bad(
        "in the wrong phase",
        lambda h: h.compose(events.OutcomeReturned(stat=h.desk.actions._read("outcome_return", OUTCOME))),
        "wrong-phase",
    ),
    Bad(
        "that takes back another country's report",
        lambda h: h.compose(
            events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="duplicate")), ref=_of_another(h, "seizure_reported")
        ),
        "not-your-report",
        "PL",
    ),
    Bad(
        "about nothing",
        lambda h: h.compose(events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="duplicate"))),
        "missing-ref",
    ),
    Bad(
        "about what there is not",
        lambda h: h.compose(events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="duplicate")), ref=new_salt()),
        "unknown-ref",
    ),
    Bad("that compiles a newsletter", _newsletter, "not-your-role"),
    Bad(
        "that a participant may not post",
        lambda h: h.compose(events.AnnouncementPosted(text=bodies.Text(body="I am the organiser"))),
        "not-your-role",
    ),
    Bad("with a decision that was carried out before", _statement_again, "statement-used", "PL"),
    Bad("with a decision of one root where two must sign", _phase_by_one_root, "too-few-signatures", "PL"),
    Bad("with a decision out of order", _phase_out_of_order, "phase-order", "PL"),
    Bad("with a decision of a key that has no say", _phase_by_a_country_key, "unknown-key", "PL"),
]


@pytest.mark.parametrize("bad", EVENTS, ids=lambda bad: bad.what)
async def test_the_hub_refuses_an_event(place: Place, bad: Bad) -> None:
    async with place.open(bad.by) as desk:
        assert (await refusal(desk, bad.make(Hand(desk)))).code == bad.code


async def test_what_is_made_by_hand_is_good_but_for_what_is_bad(place: Place, tmp_path: Path) -> None:
    """Else every refusal above could have another reason."""
    async with place.open("DE") as desk:
        honest = Hand(desk).honest()
        stale = Hand(desk).bend(honest, lambda header: header.update(dseq=header["dseq"] + 1))
        assert (await refusal(desk, stale)).code == "stale-prev"
    shutil.copytree(place.folder / "DE", tmp_path / "DE")
    async with Desk.open(Home(tmp_path / "DE"), PASSPHRASE) as copy:
        copy.view.accept([], copy.replica.checkpoint() or "")
        act = examine(identify(honest, copy.view.state), copy.view.state, now_ms(), _anywhere(copy))
        assert act.header.type == "seizure_reported"


def _anywhere(desk: Desk) -> Vantage:
    return Vantage(desk.view.operation.log.root, lambda _: False)


# --- frames ---


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


FRAMES: dict[str, tuple[bytes | str, int]] = {
    "a frame of 50 MB": (bytes(50_000_000), 1009),
    "a frame of one byte more than allowed": (bytes(256 * 1024 + 1), 1009),
    "bytes that are not MessagePack": (b"\xc1" * 100, 4400),
    "nothing": (b"", 4400),
    "text": ("hello", 4400),
    "half a frame": (encode_frame(Freshen(bytes(16)))[:-1], 4400),
    "a frame and a half": (encode_frame(Freshen(bytes(16))) + b"\x91", 4400),
    "a frame of another kind": (msgspec.msgpack.encode(["shutdown", True]), 4400),
    "what only a hub says": (encode_frame(Failure("x", "y")), 4400),
    "a nonce that is too short": (msgspec.msgpack.encode(["freshen", bytes(15)]), 4400),
    "lists ten thousand deep": (b"\x91" * 10_000, 4400),
    "a map where a list belongs": (msgspec.msgpack.encode({"freshen": bytes(16)}), 4400),
    "a list that claims four billion members": (b"\xdd\xff\xff\xff\xff", 4400),
    "bytes that claim four gigabytes": (b"\x92\xa7freshen\xc6\xff\xff\xff\xff", 4400),
    "an event of seven parts": (msgspec.msgpack.encode(["append", b"", b"", [None] * 7]), 4400),
    "an event whose parts are numbers": (msgspec.msgpack.encode(["append", b"", b"", [1]]), 4400),
    "a second hello": (encode_frame(Hello("vocu/1", "A" * 43, "A" * 22, bytes(16))), 4400),
    "a second answer": (encode_frame(Auth(b"{}", b"")), 4400),
}


@pytest.mark.parametrize(("data", "code"), FRAMES.values(), ids=FRAMES)
async def test_the_hub_hangs_up_on(de: Desk, data: bytes | str, code: int) -> None:
    async with connected(de) as (channel, _):
        socket = channel._socket
        with contextlib.suppress(ConnectionClosed):
            await socket.send(data)
        assert (await farewell(socket))[0] == code


async def test_the_hub_agrees_to_no_compression_and_hangs_up_on_compressed_frames(place: Place) -> None:
    socket = await open_socket(place.hub.url, compression="deflate")
    assert not socket.protocol.extensions
    socket.transport.write(b"\xc2\x80" + bytes(4))  # RSV1: a compressed, binary, empty, masked frame
    assert (await farewell(socket))[0] == 1002


# --- who are you? ---


class Stranger:
    """The desk's half of the greeting, step by step, to be taken wrongly."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.nonce = secrets.token_bytes(16)

    async def greet(self, socket: ClientConnection, **changes: Any) -> Any:
        hello = {"version": "vocu/1", "op": self.desk.settings.op, "device": self.desk.settings.device} | changes
        await socket.send(msgspec.msgpack.encode(["hello", *hello.values(), self.nonce]))
        frame = read_from_hub(await socket.recv(decode=False))
        assert isinstance(frame, Challenge)
        return decode_any(frame.payload)

    def auth(self, said: Any, key: SigningKey | None = None, **changes: Any) -> Auth:
        hub = hub_hash(self.desk.view.operation.hub_key)
        fields = {name: said[name] for name in ("op", "device", "nonce_c", "nonce_s")}
        auth = DeskAuth(**(fields | {"hub": hub, "tls": "", "size": 0} | changes))
        return sign_auth(auth, key or self.desk.keys.sign)


HELLOS: dict[str, tuple[dict[str, Any], int]] = {
    "an unknown device": ({"device": b64(bytes(16))}, 4403),
    "an unknown operation": ({"op": b64(bytes(32))}, 4409),
    "another version": ({"version": "vocu/0"}, 4400),
    "a device that is no name": ({"device": "'; DROP TABLE entry;--"}, 4400),
}


@pytest.mark.parametrize(("changes", "code"), HELLOS.values(), ids=HELLOS)
async def test_the_hub_turns_away_a_hello_of(place: Place, de: Desk, changes: dict[str, Any], code: int) -> None:
    socket = await open_socket(place.hub.url)
    hello = {"version": "vocu/1", "op": de.settings.op, "device": de.settings.device} | changes
    await socket.send(msgspec.msgpack.encode(["hello", *hello.values(), bytes(16)]))
    assert (await farewell(socket))[0] == code


async def test_the_hub_turns_away_a_device_that_was_revoked(place: Place) -> None:
    async with place.open("ES") as es:
        with pytest.raises(RefusedError) as refused:
            await es.sync()
        assert refused.value.code == "not-admitted"


AUTHS: dict[str, tuple[Callable[[Stranger, Any], Auth], int, str]] = {
    "signed by another key": (lambda s, said: s.auth(said, SigningKey.from_seed(bytes(32))), 4401, "bad-signature"),
    "of another session": (lambda s, said: s.auth(said, nonce_s=b64(bytes(16))), 4401, "wrong-session"),
    "in another's name": (lambda s, said: s.auth(said, device=b64(bytes(16))), 4401, "wrong-session"),
    "meant for another hub": (lambda s, said: s.auth(said, hub=b64(bytes(32))), 4401, "wrong-session"),
    "from beyond the log": (lambda s, said: s.auth(said, size=999_999), 4409, "wrong-position"),
    "that is no JSON": (
        lambda s, _: Auth(b"\x00", sign(s.desk.keys.sign, PayloadType.AUTH, b"\x00")),
        4401,
        "not-json",
    ),
    "signed as an event": (
        lambda s, said: Auth(s.auth(said).payload, sign(s.desk.keys.sign, PayloadType.EVENT, s.auth(said).payload)),
        4401,
        "bad-signature",
    ),
}


@pytest.mark.parametrize(("answer", "code", "named"), AUTHS.values(), ids=AUTHS)
async def test_the_hub_turns_away_an_answer(
    place: Place, de: Desk, answer: Callable[[Stranger, Any], Auth], code: int, named: str
) -> None:
    socket, stranger = await open_socket(place.hub.url), Stranger(de)
    said = await stranger.greet(socket)
    await socket.send(encode_frame(answer(stranger, said)))
    assert await farewell(socket) == (code, named)


async def test_somebody_elses_greeting_cannot_be_played_again(place: Place, de: Desk) -> None:
    stranger = Stranger(de)
    first, second = await open_socket(place.hub.url), await open_socket(place.hub.url)
    overheard = encode_frame(stranger.auth(await stranger.greet(first)))
    await stranger.greet(second)
    await second.send(overheard)
    assert await farewell(second) == (4401, "wrong-session")
    await first.close()


async def test_an_event_before_the_greeting_is_not_looked_at(place: Place, de: Desk) -> None:
    socket, honest = await open_socket(place.hub.url), Hand(de).honest()
    await socket.send(encode_frame(Append(honest.header, honest.signature, honest.parts)))
    assert await farewell(socket) == (4401, "not-authenticated")


# --- HTTP ---


class Request(NamedTuple):
    """A bad request, its status, and the hub's word for it. `{op}` stands for the operation."""

    method: str
    path: str
    status: int
    code: str
    body: bytes | Callable[[], Any] = b""
    token: str | None = "good"


def _chunks() -> Any:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(60):
            yield bytes(MEBIBYTE)

    return chunks()


OTHER = hashlib.sha256(b"other bytes").hexdigest()
LARGE = bytes(100_000)
OP = "/v1/operations/{op}"
REQUESTS: dict[str, Request] = {
    "a part of 26 MB": Request("PUT", f"{OP}/parts/{OTHER}", 400, "bad-part-size", bytes(26 * MEBIBYTE)),
    "a part of no stated size": Request("PUT", f"{OP}/parts/{OTHER}", 400, "bad-part-size", _chunks),
    "a part that belongs into the event": Request("PUT", f"{OP}/parts/{OTHER}", 400, "bad-part-size", b"small"),
    "other bytes than the hash": Request("PUT", f"{OP}/parts/{OTHER}", 400, "bad-parts", LARGE),
    "a part at no address": Request("PUT", f"{OP}/parts/..%2F..%2Fhub.seed", 404, "no-such-address", LARGE),
    "a part at a bad address": Request("PUT", f"{OP}/parts/{OTHER.upper()}", 400, "bad-address", LARGE),
    "a part without a token": Request("PUT", f"{OP}/parts/{OTHER}", 401, "not-authenticated", LARGE, None),
    "a part with a wrong token": Request("PUT", f"{OP}/parts/{OTHER}", 401, "not-authenticated", LARGE, "wrong"),
    "a part for another operation": Request(
        "PUT", f"/v1/operations/{'A' * 43}/parts/{OTHER}", 401, "not-authenticated", LARGE
    ),
    "a part that nobody sent": Request("GET", f"{OP}/parts/{OTHER}", 404, "unknown-part"),
    "a part to be read without a token": Request("GET", f"{OP}/parts/{OTHER}", 401, "not-authenticated", b"", None),
    "the applicants without a token": Request("GET", f"{OP}/join-requests", 401, "not-authenticated", b"", None),
    "the genesis of an unknown operation": Request(
        "GET", f"/v1/operations/{'A' * 43}/genesis", 404, "unknown-operation"
    ),
    "a request to join of 50 MB": Request("POST", f"{OP}/join-requests", 413, "body-too-large", bytes(50_000_000)),
    "a request to join without end": Request("POST", f"{OP}/join-requests", 413, "body-too-large", _chunks),
    "a request to join that is no JSON": Request("POST", f"{OP}/join-requests", 400, "not-json", b"\x00"),
    "a request to join that is another thing": Request("POST", f"{OP}/join-requests", 400, "bad-value", b"{}"),
    "a request to join ten thousand deep": Request("POST", f"{OP}/join-requests", 400, "bad-value", b"[" * 10_000),
    "a request to join an unknown operation": Request(
        "POST", f"/v1/operations/{'A' * 43}/join-requests", 404, "unknown-operation", b"{}"
    ),
    "an operation that is none": Request("POST", "/v1/operations", 400, "bad-value", b"{}"),
    "an operation of 50 MB": Request("POST", "/v1/operations", 413, "body-too-large", bytes(50_000_000)),
    "a path that there is not": Request("GET", "/v1/heapdump", 404, "no-such-address"),
    "a way to ask that there is not": Request("DELETE", f"{OP}/genesis", 405, "no-such-address"),
}


@pytest.mark.parametrize("bad", REQUESTS.values(), ids=REQUESTS)
async def test_the_hub_refuses_over_http(de: Desk, bad: Request) -> None:
    status, code = await ask(de, bad)
    assert (status, code) == (bad.status, bad.code)


async def ask(desk: Desk, bad: Request) -> tuple[int, str]:
    async with connected(desk) as (_, fresh), httpx2.AsyncClient(base_url=desk.settings.hub, timeout=30) as client:
        token = fresh if bad.token == "good" else bad.token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = bad.body() if callable(bad.body) else bad.body
        path = bad.path.replace("{op}", desk.settings.op)
        for _ in range(3):
            try:
                response = await client.request(bad.method, path, content=body, headers=headers)
            except (httpx2.WriteError, httpx2.ReadError):  # the hub had answered and hung up before all was sent
                continue
            error = decode_any(response.content)["error"]
            assert error["message"]
            return response.status_code, error["code"]
    return 0, "hung up"


async def test_a_token_that_was_spent_begins_no_other_operation(place: Place, tmp_path: Path) -> None:
    with pytest.raises(RefusedError) as refused:
        await found(place.hub, tmp_path)
    assert refused.value.code == "bad-token"
    assert not list((tmp_path / "PL").glob("*.vocu"))


# --- joining ---


async def test_an_invitation_is_good_once(place: Place, tmp_path: Path) -> None:
    async with place.open("PL") as pl:
        with pytest.raises(RefusedError) as refused:
            await join(Home(tmp_path / "second"), read_invitation(place.invitation), "FR-2", PASSPHRASE, CHEAP)
        assert refused.value.code == "invitation-used"
        assert not (tmp_path / "second" / "keys.vocu").exists()
        assert await pl.applicants() == []


async def test_an_invitation_expires(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    async with place.open("PL") as pl:
        settings = pl.settings
        old = now_ms() - 73 * 3600 * 1000
        _, file = write_invitation(
            hub=settings.hub, hub_key=settings.hub_key, op=settings.op, ncp="XK", name="X", role=None, now=old
        )
    with pytest.raises(RefusedError) as refused:
        read_invitation(file)
    assert refused.value.code == "invitation-expired"


async def test_nobody_is_admitted_on_a_wrong_safety_number(place: Place, tmp_path: Path) -> None:
    async with place.open("PL") as pl:
        invitation = read_invitation(pl.decisions.invite("XK", "Kosovo", "participant"))
        number = await join(Home(tmp_path / "XK"), invitation, "XK-1", PASSPHRASE, CHEAP)
        (applicant,) = await pl.applicants()
        wrong = ("1" if number[0] == "0" else "0") + number[1:]
        with pytest.raises(RefusedError) as refused:
            pl.decisions.admit(applicant, wrong)
        assert refused.value.code == "safety-number"
        assert not pl.outbox.waiting(0, 10)


async def test_a_request_to_join_that_another_signed_is_refused(place: Place, de: Desk) -> None:
    invitation = read_invitation(place.invitation)
    _, ours = make_request(invitation, DeskKeys.generate(), "FR-3", SigningKey.from_seed(secrets.token_bytes(32)))
    _, other = make_request(invitation, DeskKeys.generate(), "FR-3", SigningKey.from_seed(secrets.token_bytes(32)))
    body = encode(msgspec.structs.replace(ours, sig=other.sig))
    assert await ask(de, Request("POST", f"{OP}/join-requests", 403, "", body)) == (403, "bad-signature")


# --- all at once ---


async def test_a_burst_of_bad_input_costs_the_hub_no_memory_and_its_desks_no_service(place: Place, de: Desk) -> None:
    assert place.hub.process is not None
    hub = psutil.Process(place.hub.process.pid)
    most = before = hub.memory_info().rss

    async def frame(data: bytes | str) -> None:
        socket = await open_socket(place.hub.url)
        with contextlib.suppress(ConnectionClosed):
            await socket.send(data)
        await farewell(socket)

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, hub.memory_info().rss)
            await asyncio.sleep(0.02)

    watching = asyncio.create_task(watch())
    started = time.monotonic()
    for _ in range(3):
        await asyncio.gather(*(frame(data) for data, _ in list(FRAMES.values())[:8]))
        for request in REQUESTS.values():
            await ask(de, request)
        for bad in EVENTS[:10]:
            await refusal(de, bad.make(Hand(de)))
        assert await de.sync()
    watching.cancel()
    assert time.monotonic() - started < 60
    assert most - before < 32 * MEBIBYTE
