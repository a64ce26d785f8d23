"""What a desk and the hub say to each other on the channel, and how it ends."""

import asyncio
import contextlib
import secrets
import time

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.server.conftest import MakeHub, RunningHub
from tests.server.desk import Desk, Identity, Plan, now, open_socket, salt
from tests.server.reports import outcome
from vocu.operation import bodies, events
from vocu.operation.admission import SignedEvent
from vocu.operation.composing import Author, Draft
from vocu.operation.header import digest, read_header
from vocu.protocol.frames import (
    Append,
    Auth,
    Challenge,
    Entries,
    Failure,
    Fresh,
    Freshen,
    Hello,
    Receipts,
    Refusal,
    read_from_hub,
)
from vocu.protocol.frames import encode as encode_frame
from vocu.protocol.session import DeskAuth, hub_hash, open_hello, sign_auth


async def closed_with(socket: ClientConnection) -> int | None:
    """The code with which the hub closes the socket, whatever it says before."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            await socket.recv()
    return socket.close_code


def announcement(body: str = "Good morning") -> events.Event:
    return events.AnnouncementPosted(text=bodies.Text(body=body))


# --- beginning ---


async def test_a_desk_sees_the_genesis_first(organiser: Desk) -> None:
    assert organiser.shown[0].index == 0
    assert organiser.view.state.genesis.name == "Test"


async def test_the_checkpoint_of_the_greeting_bears_both_signatures(organiser: Desk) -> None:
    challenge = organiser.frames[0]
    assert isinstance(challenge, Challenge)
    assert challenge.payload.decode().count("— vocu/") == 2


async def test_a_stranger_is_told_that_it_is_not_admitted(hub: RunningHub, plan: Plan) -> None:
    socket = await open_socket(hub.url)
    await socket.send(encode_frame(Hello("vocu/1", plan.op, Identity("FR").device, secrets.token_bytes(16))))
    failure = read_from_hub(await socket.recv())
    assert isinstance(failure, Failure)
    assert failure.code == "not-admitted"
    assert await closed_with(socket) == 4403


async def test_an_unknown_operation_is_the_wrong_one(hub: RunningHub, plan: Plan) -> None:
    socket = await open_socket(hub.url)
    await socket.send(encode_frame(Hello("vocu/1", "A" * 43, plan.organiser.device, secrets.token_bytes(16))))
    assert await closed_with(socket) == 4409


async def test_the_compiler_device_cannot_log_in(hub: RunningHub, plan: Plan, organiser: Desk) -> None:
    compiler = next(d for d in organiser.view.state.devices.values() if d.seal is None)
    socket = await open_socket(hub.url)
    await socket.send(encode_frame(Hello("vocu/1", plan.op, compiler.id, secrets.token_bytes(16))))
    assert await closed_with(socket) == 4403


async def test_another_key_than_the_device_s_does_not_authenticate(hub: RunningHub, plan: Plan) -> None:
    desk = Desk(hub.url, plan, plan.organiser)
    desk.who = Identity("XA")
    desk.who.device = plan.organiser.device
    with pytest.raises(ConnectionClosed) as closed:
        await desk.connect()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401
    assert [frame.code for frame in desk.frames if isinstance(frame, Failure)] == ["bad-signature"]


async def test_an_answer_to_another_challenge_does_not_authenticate(hub: RunningHub, plan: Plan) -> None:
    first, second = await open_socket(hub.url), await open_socket(hub.url)
    hello = Hello("vocu/1", plan.op, plan.organiser.device, secrets.token_bytes(16))
    said = []
    for socket in (first, second):
        await socket.send(encode_frame(hello))
        challenge = read_from_hub(await socket.recv())
        assert isinstance(challenge, Challenge)
        said.append(open_hello(challenge, plan.hub, op=plan.op, device=plan.organiser.device, nonce=hello.nonce))
    auth = DeskAuth(
        op=plan.op,
        device=plan.organiser.device,
        nonce_c=said[0].nonce_c,
        nonce_s=said[0].nonce_s,
        hub=hub_hash(plan.hub),
        tls="",
        size=0,
    )
    await second.send(encode_frame(sign_auth(auth, plan.organiser.key)))
    assert await closed_with(second) == 4401
    await first.close()


async def test_who_says_nothing_is_let_go(make_hub: MakeHub) -> None:
    async with make_hub(seconds_to_authenticate=1) as hub:
        socket = await open_socket(hub.url)
        began = time.monotonic()
        assert await closed_with(socket) == 4401
        assert 0.5 < time.monotonic() - began < 3


async def test_who_begins_with_an_event_is_not_authenticated(hub: RunningHub) -> None:
    socket = await open_socket(hub.url)
    await socket.send(encode_frame(Append(b"{}", b"", ())))
    assert await closed_with(socket) == 4401


async def test_an_address_opens_only_so_many_sockets_without_saying_who_it_is(make_hub: MakeHub) -> None:
    async with make_hub(unauthenticated_per_address=2) as hub:
        silent = [await open_socket(hub.url) for _ in range(2)]
        assert await closed_with(await open_socket(hub.url)) == 4429
        await silent[0].close()
        await asyncio.sleep(0.1)
        again = await open_socket(hub.url)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(again.recv(), 0.2)
        for socket in (again, silent[1]):
            await socket.close()


async def test_the_oldest_socket_of_a_device_gives_way(make_hub: MakeHub) -> None:
    async with make_hub(sockets_per_device=2) as hub:
        plan = await hub.begin()
        desks = [Desk(hub.url, plan, plan.organiser) for _ in range(3)]
        for desk in desks:
            await desk.__aenter__()
        assert await closed_with(desks[0].socket) == 4429
        assert await desks[2].post(plan.admission(Identity("DE"))) == 1
        await desks[1].until(2)
        for desk in desks[1:]:
            await desk.socket.close()


async def test_a_desk_that_has_more_than_the_hub_is_sent_away(hub: RunningHub, plan: Plan, organiser: Desk) -> None:
    desk = Desk(hub.url, plan, plan.organiser)
    with pytest.raises(ConnectionClosed) as closed:
        await desk.connect(size=5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4409


async def test_freshness_is_proved_with_our_nonce(plan: Plan, organiser: Desk) -> None:
    nonce = secrets.token_bytes(16)
    await organiser.send(Freshen(nonce))
    fresh = await organiser.receive(Fresh)
    hello = open_hello(fresh, plan.hub, op=plan.op, device=plan.organiser.device, nonce=nonce)
    assert hello.nonce_s == ""
    assert organiser.view.log.check_fresh(hello.checkpoint).size == organiser.view.size


# --- frames ---


async def test_a_malformed_frame_ends_the_session(organiser: Desk) -> None:
    await organiser.socket.send(b"\x93\xa4nope\x01\x02")
    failure = read_from_hub(await organiser.socket.recv())
    assert isinstance(failure, Failure)
    assert failure.code == "bad-frame"
    assert await closed_with(organiser.socket) == 4400


async def test_text_ends_the_session(organiser: Desk) -> None:
    await organiser.socket.send("hello")
    assert await closed_with(organiser.socket) == 4400


async def test_a_second_hello_ends_the_session(plan: Plan, organiser: Desk) -> None:
    await organiser.send(Hello("vocu/1", plan.op, plan.organiser.device, secrets.token_bytes(16)))
    assert await closed_with(organiser.socket) == 4400


async def test_a_second_auth_ends_the_session(organiser: Desk) -> None:
    await organiser.send(Auth(b"", b""))
    assert await closed_with(organiser.socket) == 4400


async def test_a_frame_that_is_too_large_ends_the_session(organiser: Desk) -> None:
    await organiser.socket.send(bytes(256 * 1024 + 1))
    assert await closed_with(organiser.socket) == 1009


async def test_a_malformed_event_is_refused_and_the_session_goes_on(plan: Plan, organiser: Desk) -> None:
    assert await organiser.refused(SignedEvent(b"not json", b"", (b"x",))) == "not-json"
    assert await organiser.post(plan.admission(Identity("DE"))) == 1


# --- events ---


async def test_an_admitted_event_has_a_receipt_that_verifies_and_reaches_everybody(
    plan: Plan, organiser: Desk, german: Desk
) -> None:
    await organiser.rotate()
    index = await organiser.post(announcement())
    await german.until(index + 1)
    assert german.shown[index] == organiser.shown[index]
    assert german.shown[index].parts[0] is not None


async def test_a_repetition_is_answered_with_the_first_receipt(organiser: Desk) -> None:
    signed = organiser.compose(organiser.plan.admission(Identity("DE")))
    assert await organiser.deliver(signed) == 1
    await organiser.append(signed)
    assert await organiser.receipt(signed) == 1
    assert organiser.view.size == 2


async def test_repetitions_within_one_batch_stand_in_the_log_once(organiser: Desk) -> None:
    signed = organiser.compose(organiser.plan.admission(Identity("DE")))
    for _ in range(20):
        await organiser.append(signed)
    taken = 0
    while taken < 20:
        receipts = await organiser.receive(Receipts)
        assert {each.index for each in receipts.receipts} == {1}
        taken += len(receipts.receipts)
    await organiser.until(2)
    assert organiser.view.size == 2


async def test_an_id_signed_again_is_answered_with_what_was_admitted_first(plan: Plan, organiser: Desk) -> None:
    """After `stale-prev` a desk signs again with the same id; if the first was admitted all the same, it learns so."""
    name = salt()
    first = organiser.compose(plan.admission(Identity("DE")), id=name)
    again = organiser.compose(plan.admission(Identity("FR")), id=name)
    assert await organiser.deliver(first) == 1
    await organiser.append(again)
    receipts = await organiser.receive(Receipts)
    assert receipts.receipts[0].digest == digest(again.header, again.signature)
    assert receipts.receipts[0].leaf_data[9:] == digest(first.header, first.signature)


async def test_what_the_phase_does_not_allow_is_refused_and_changes_nothing(organiser: Desk) -> None:
    signed = organiser.compose(outcome())
    assert await organiser.refused(signed) == "wrong-phase"
    assert await organiser.post(organiser.plan.phase("OPERATIONAL")) == 1
    assert await organiser.post(outcome()) == 2


async def test_what_was_in_flight_behind_a_refused_event_is_refused_too(plan: Plan, organiser: Desk) -> None:
    await organiser.rotate()
    first, second = organiser.compose(announcement("one")), organiser.compose(announcement("two"))
    assert await organiser.deliver(first) == 2
    assert await organiser.refused(second) == "stale-prev"
    again = organiser.compose(announcement("two"), id=read_header(second.header).id)
    assert await organiser.deliver(again) == 3


async def test_an_event_with_another_s_signature_is_refused(organiser: Desk, german: Desk) -> None:
    signed = organiser.compose(organiser.plan.phase("OPERATIONAL"))
    forged = german.composer()
    forged._author = Author(organiser.who.device, german.who.key)
    event = forged.compose(Draft(id=salt(), event=organiser.plan.phase("OPERATIONAL"), ts=now()))
    assert await german.refused(event) == "bad-signature"
    assert await organiser.deliver(signed) == 2


async def test_parts_that_do_not_match_are_refused(organiser: Desk) -> None:
    await organiser.rotate()
    signed = organiser.compose(announcement())
    other = bytes(len(signed.parts[0] or b""))
    assert await organiser.refused(SignedEvent(signed.header, signed.signature, (other,))) == "bad-parts"
    assert await organiser.refused(SignedEvent(signed.header, signed.signature, (None,))) == "part-missing"
    assert await organiser.deliver(signed) == 2


async def test_an_event_of_a_colleague_may_be_carried(organiser: Desk, german: Desk) -> None:
    """Authority is the signature's own; the socket that brings an event only hears the answer."""
    await organiser.rotate()
    signed = organiser.compose(announcement())
    await german.until(organiser.view.size)
    await german.append(signed)
    assert await german.receipt(signed) == 3


# --- endings ---


async def test_a_revoked_device_is_let_go_within_a_second_and_sees_no_later_byte(
    plan: Plan, organiser: Desk, german: Desk
) -> None:
    await organiser.rotate()
    await german.until(organiser.view.size)
    size = german.view.size
    began = time.monotonic()
    await organiser.append(organiser.compose(plan.revocation(german.who)))
    with contextlib.suppress(ConnectionClosed):
        while True:
            await german.next_frame()
    assert german.socket.close_code == 4403
    assert time.monotonic() - began < 1
    assert german.view.size == size
    with pytest.raises(ConnectionClosed):
        await Desk(german.url, plan, german.who).connect()


async def test_a_removed_participant_is_let_go_and_a_replaced_one_returns(
    hub: RunningHub, plan: Plan, organiser: Desk, german: Desk
) -> None:
    await organiser.post(plan.admission(returned := Identity("DE"), replace=True))
    assert await closed_with(german.socket) == 4403
    async with Desk(hub.url, plan, returned) as desk:
        await desk.until(organiser.view.size)
        await organiser.post(plan.removal("DE"))
        assert await closed_with(desk.socket) == 4403


async def test_a_token_dies_with_its_socket(hub: RunningHub, plan: Plan, organiser: Desk) -> None:
    async with Desk(hub.url, plan, plan.organiser) as desk:
        assert (await desk.http("GET", "/join-requests")).status_code == 200
    await asyncio.sleep(0.2)
    assert (await desk.http("GET", "/join-requests")).status_code == 401


async def test_a_hub_that_stops_says_so(make_hub: MakeHub) -> None:
    async with make_hub() as hub:
        plan = await hub.begin()
        desk = Desk(hub.url, plan, plan.organiser)
        await desk.connect()
        await hub.stop()
        assert await closed_with(desk.socket) == 4503
        await hub.start()


async def test_past_its_rate_a_desk_is_slowed_down_and_nothing_is_refused(make_hub: MakeHub) -> None:
    async with make_hub(events_per_second=20, events_at_once=10) as hub:
        plan = await hub.begin()
        async with Desk(hub.url, plan, plan.organiser) as desk:
            signed = desk.compose(plan.admission(Identity("DE")))
            began = time.monotonic()
            for _ in range(30):
                await desk.append(signed)
            taken = 0
            while taken < 30:
                frame = await desk.next_frame()
                assert not isinstance(frame, Refusal)
                if isinstance(frame, Receipts):
                    taken += len(frame.receipts)
            assert 0.8 < time.monotonic() - began < 5


async def test_entries_come_in_order_and_each_frame_has_the_checkpoint_that_covers_it(
    plan: Plan, organiser: Desk, german: Desk
) -> None:
    """VerifiedOperation raises otherwise; here it is only made sure that there was something to verify."""
    await organiser.rotate()
    for n in range(5):
        await organiser.post(announcement(str(n)))
    await german.until(organiser.view.size)
    frames = [frame for frame in german.frames if isinstance(frame, Entries)]
    assert [entry.index for frame in frames for entry in frame.entries] == list(range(8))
    assert german.view.log.root() == organiser.view.log.root()
