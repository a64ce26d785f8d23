"""Who sees what of the log, and at what pace."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed

from tests.server.conftest import MakeHub, RunningHub
from tests.server.desk import Desk, Identity, Plan, open_socket
from tests.server.reports import report
from vocu.canonical import b64, encode, unb64
from vocu.crypto.signing import PayloadType, sign
from vocu.operation import bodies, events
from vocu.operation.admission import SignedEvent
from vocu.operation.header import WRAP_SIZE, digest, read_header
from vocu.operation.reading import Keyring, open_body, open_epoch
from vocu.operation.state import Chained
from vocu.protocol.frames import Challenge, Entries, Hello, Welcome, read_from_hub
from vocu.protocol.frames import encode as encode_frame
from vocu.protocol.session import DeskAuth, hub_hash, open_hello, sign_auth


@pytest.fixture
async def french(hub: RunningHub, plan: Plan, organiser: Desk) -> AsyncIterator[Desk]:
    who = Identity("FR")
    await organiser.post(plan.admission(who))
    async with Desk(hub.url, plan, who) as desk:
        yield desk


def message(body: str = "Good morning") -> events.Event:
    return events.MessagePosted(text=bodies.Text(body=body))


async def test_a_message_to_one_participant_is_bare_for_the_others(organiser: Desk, german: Desk, french: Desk) -> None:
    index = await organiser.post(message(), to=("DE", "XA"), readers={"text": ("DE",)})
    await german.until(index + 1)
    await french.until(index + 1)
    full, bare = german.shown[index], french.shown[index]
    assert full.header is not None
    assert None not in full.parts
    assert (bare.header, bare.signature, bare.parts) == (None, None, ())
    assert bare.leaf_data == full.leaf_data
    assert open_text(german, index) == "Good morning"


def open_text(desk: Desk, index: int) -> str:
    accepted = next(each for each in desk.accepted if each.index == index)
    assert accepted.act is not None
    assert accepted.signed is not None
    keyring = Keyring(desk.who.device, desk.who.opening, {})
    body = open_body(accepted.act, accepted.signed, "text", keyring, frozenset())
    assert isinstance(body, bodies.Text)
    return body.body


async def test_a_part_sealed_to_some_is_shown_to_their_participants_alone(
    plan: Plan, organiser: Desk, german: Desk, french: Desk
) -> None:
    await organiser.post(plan.phase("OPERATIONAL"))
    await german.until(organiser.view.size)
    index = await german.post(report(), readers={"stat": ("XA",)})
    await french.until(index + 1)
    await organiser.until(index + 1)
    header = read_header(german.shown[index].header or b"")
    assert [slip.p for slip in header.parts] == ["stat", "wraps"]
    assert None not in organiser.shown[index].parts
    assert french.shown[index].header == german.shown[index].header
    assert french.shown[index].parts == (None, None)


async def test_each_device_gets_its_own_wrap_of_a_new_epoch(organiser: Desk, german: Desk, french: Desk) -> None:
    index = await organiser.rotate()
    wraps = set()
    for desk in (german, french):
        await desk.until(index + 1)
        accepted = desk.accepted[-1]
        assert accepted.act is not None
        assert accepted.signed is not None
        wrap = accepted.signed.parts[1]
        assert wrap is not None
        assert len(wrap) == WRAP_SIZE
        wraps.add(wrap)
        keyring = Keyring(desk.who.device, desk.who.opening, {})
        assert open_epoch(accepted.act, accepted.signed, keyring) == organiser.secret
    assert len(wraps) == 2


async def test_who_is_not_a_reader_of_an_epoch_gets_no_wrap(hub: RunningHub, plan: Plan, organiser: Desk) -> None:
    analyst = Identity("EU")
    await organiser.post(plan.admission(analyst, "analyst"))
    index = await organiser.rotate()
    async with Desk(hub.url, plan, analyst) as desk:
        assert desk.shown[index].parts[1] is None


async def test_a_late_joiner_sees_the_same_as_those_who_were_there(
    hub: RunningHub, plan: Plan, organiser: Desk, german: Desk
) -> None:
    await organiser.rotate()
    for n in range(3):
        await organiser.post(message(str(n)))
    await organiser.post(message(), to=("DE", "XA"), readers={"text": ("DE",)})
    await german.until(organiser.view.size)
    second = Identity("DE", german.who.country)
    await german.post(events.DeviceAdmitted(plain=bodies.Carried(statement=plan.device_statement(second))))
    async with Desk(hub.url, plan, second) as desk:
        assert desk.view.log.root() == german.view.log.root()
        assert desk.shown[6] == german.shown[6]
        assert desk.shown[2].parts[1] is None


@pytest.mark.parametrize("start", [0, 1, 250, 499, 500, 501, 999])
async def test_a_desk_resumes_from_any_position(long_log: tuple[RunningHub, Desk], start: int) -> None:
    hub, organiser = long_log
    socket_desk = Desk(hub.url, organiser.plan, organiser.plan.organiser)
    await socket_desk.connect(size=start)
    shown: list[int] = []
    checkpoints = []
    while len(shown) < organiser.view.size - start:
        frame = read_from_hub(await socket_desk.socket.recv(decode=False))
        assert isinstance(frame, Entries)
        assert len(frame.entries) <= 500
        shown.extend(entry.index for entry in frame.entries)
        checkpoints.append((frame.checkpoint, shown[-1] + 1))
    assert shown == list(range(start, organiser.view.size))
    for checkpoint, size in checkpoints:
        assert int(checkpoint.split("\n")[1]) == size
    await socket_desk.socket.close()


@pytest.fixture
async def long_log(make_hub: MakeHub, request: pytest.FixtureRequest) -> AsyncIterator[tuple[RunningHub, Desk]]:
    """1,000 entries, of which memory holds the newer ones only."""
    async with make_hub(feed_mib=1) as hub:
        plan = await hub.begin()
        async with Desk(hub.url, plan, plan.organiser) as organiser:
            await organiser.rotate()
            await post_many(organiser, 998, "word " * 100)
            sequencer = hub.hub.operations.get(plan.op)
            assert sequencer.feed.ring_bytes <= 1024 * 1024
            yield hub, organiser


async def post_many(desk: Desk, count: int, body: str) -> None:
    """So many messages, signed one after another and all in flight at once."""
    chains = desk.view.state.chains
    size = desk.view.size
    before = dict(chains)
    signed = []
    for n in range(count):
        signed.append(desk.compose(message(body)))
        last = desk.view.state.last_in_chain(desk.who.device, "all")
        chains[desk.who.device, "all"] = Chained(last.dseq + 1, digest(signed[n].header, signed[n].signature))
    chains.clear()
    chains.update(before)
    reading = asyncio.create_task(desk.until(size + count))
    for each in signed:
        await desk.append(each)
    await reading


async def test_memory_for_the_newest_entries_is_bounded_and_slow_readers_cost_none(
    make_hub: MakeHub,
) -> None:
    async with make_hub(feed_mib=1) as hub:
        plan = await hub.begin()
        async with Desk(hub.url, plan, plan.organiser) as organiser:
            await organiser.rotate()
            slow = Desk(hub.url, plan, plan.organiser)
            slow.socket = await open_socket(hub.url, max_queue=1)
            await log_in(slow)
            await post_many(organiser, 600, "w" * 20_000)
            feed = hub.hub.operations.get(plan.op).feed
            assert feed.size == 602
            assert feed.ring_bytes <= 1024 * 1024
            reader = min(feed.readers, key=lambda reader: reader.position)
            assert reader.position < feed.size - 100
            assert len(reader.replies) == 0
            await slow.until(feed.size)
            assert slow.view.log.root() == organiser.view.log.root()
            await slow.socket.close()


async def log_in(desk: Desk) -> None:
    """Hello and auth on a socket that was opened before."""
    plan = desk.plan
    hello = Hello("vocu/1", plan.op, desk.who.device, secrets.token_bytes(16))
    await desk.socket.send(encode_frame(hello))
    challenge = read_from_hub(await desk.socket.recv(decode=False))
    assert isinstance(challenge, Challenge)
    said = open_hello(challenge, plan.hub, op=plan.op, device=desk.who.device, nonce=hello.nonce)
    auth = DeskAuth(
        op=plan.op,
        device=desk.who.device,
        nonce_c=said.nonce_c,
        nonce_s=said.nonce_s,
        hub=hub_hash(plan.hub),
        tls="",
        size=0,
    )
    await desk.socket.send(encode_frame(sign_auth(auth, desk.who.key)))
    assert isinstance(read_from_hub(await desk.socket.recv(decode=False)), Welcome)


async def test_a_socket_that_takes_nothing_is_closed(make_hub: MakeHub) -> None:
    async with make_hub(seconds_to_take_a_frame=1) as hub:
        plan = await hub.begin()
        async with Desk(hub.url, plan, plan.organiser) as organiser:
            await organiser.rotate()
            stuck = Desk(hub.url, plan, plan.organiser)
            stuck.socket = await open_socket(hub.url, max_queue=1)
            await log_in(stuck)
            feed = hub.hub.operations.get(plan.op).feed
            assert len(feed.readers) == 2
            await post_many(organiser, 600, "w" * 20_000)
            async with asyncio.timeout(8):
                while len(feed.readers) == 2:
                    await asyncio.sleep(0.1)
            with pytest.raises(ConnectionClosed):
                await stuck.until(feed.size)


async def test_large_sealed_parts_are_not_pushed(organiser: Desk, german: Desk) -> None:
    await organiser.rotate()
    await german.until(organiser.view.size)
    index, large = await post_large(organiser)
    await german.until(index + 1)
    assert german.shown[index].parts == (None,)
    answer = await german.http("GET", f"/parts/{hashlib.sha256(large).hexdigest()}")
    assert (answer.status_code, answer.content) == (200, large)


async def post_large(desk: Desk, **options: object) -> tuple[int, bytes]:
    """A contact list whose sealed part is larger than what travels in a frame: its index, and the part."""
    contacts = tuple(bodies.Contact(name="N" * 120, function="F" * 120, email="e" * 120) for _ in range(100))
    lists = {f"X{n}": contacts for n in range(3)}
    event: events.Event = events.DirectorySent(text=bodies.Directory(participants=lists))
    signed = desk.compose(event, **options)
    large = signed.parts[0]
    assert large is not None
    assert len(large) > 64 * 1024
    name = hashlib.sha256(large).hexdigest()
    assert unb64(read_header(signed.header).parts[0].sha256).hex() == name
    uploaded = await desk.http("PUT", f"/parts/{name}", large)
    assert uploaded.status_code == 201, uploaded.content
    without = type(signed)(signed.header, signed.signature, (None, *signed.parts[1:]))
    return await desk.deliver(without), large


async def test_the_wraps_of_a_large_operation_are_uploaded_and_each_is_checked(
    hub: RunningHub, plan: Plan, organiser: Desk
) -> None:
    newcomers = [Identity(f"C{number:02}") for number in range(56)]
    for who in newcomers:
        await organiser.post(plan.admission(who))
    swapped = organiser.composer().compose_epoch(secrets.token_hex(11), organiser.view.state.at, bytes(32))
    wraps = swapped.parts[1] or b""
    false = wraps[WRAP_SIZE : 2 * WRAP_SIZE] + wraps[:WRAP_SIZE] + wraps[2 * WRAP_SIZE :]
    for data, code in ((false, "bad-parts"), (wraps, "")):
        signed = _resigned(organiser, swapped, data)
        uploaded = await organiser.http("PUT", f"/parts/{hashlib.sha256(data).hexdigest()}", data)
        assert uploaded.status_code == 201, uploaded.content
        bare = SignedEvent(signed.header, signed.signature, (signed.parts[0], None))
        if code:
            assert await organiser.refused(bare) == code
        else:
            index = await organiser.deliver(bare)
    async with Desk(hub.url, plan, newcomers[-1]) as desk:
        accepted = desk.accepted[index]
        assert accepted.act is not None
        assert accepted.signed is not None
        keyring = Keyring(desk.who.device, desk.who.opening, {})
        assert open_epoch(accepted.act, accepted.signed, keyring) == bytes(32)


def _resigned(desk: Desk, signed: SignedEvent, wraps: bytes) -> SignedEvent:
    """The epoch with other wraps, whose hash its header names as it should."""
    header = msgspec.json.decode(signed.header)
    header["parts"][1]["sha256"] = b64(hashlib.sha256(wraps).digest())
    data = encode(header)
    return SignedEvent(data, sign(desk.who.key, PayloadType.EVENT, data), (signed.parts[0], wraps))
