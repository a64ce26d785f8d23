"""The same session in HTTP requests that wait, and how it ends."""

import asyncio
import secrets

import httpx2
import msgspec
import pytest

from tests.server.conftest import MakeHub, RunningHub
from tests.server.desk import Desk, Identity, Plan
from tests.server.polled import ClosedError, PolledSocket
from tests.server.test_channel import announcement
from vocu.protocol.frames import MAX_FRAME, Append, Failure, Freshen, Hello, Receipts, Refusal, Welcome, read_from_hub
from vocu.protocol.frames import encode as encode_frame
from vocu_server import polling


class PolledDesk(Desk):
    """The tests' desk, on a line by long-poll."""

    async def connect(self, size: int | None = None) -> Welcome:
        self.socket = self.polled = PolledSocket(self.url)  # type: ignore[assignment]
        return await self._log_in(size)


def hello(plan: Plan) -> bytes:
    return encode_frame(Hello("vocu/1", plan.op, plan.organiser.device, secrets.token_bytes(16)))


async def test_a_desk_logs_in_posts_and_is_served(hub: RunningHub, plan: Plan) -> None:
    async with PolledDesk(hub.url, plan, plan.organiser) as desk, Desk(hub.url, plan, plan.organiser) as other:
        assert await desk.post(plan.admission(Identity("DE"))) == 1
        await other.until(2)
        assert await other.post(plan.admission(Identity("FR"))) == 2
        await desk.until(3)
        assert desk.view.log.root() == other.view.log.root()
        assert (await desk.http("GET", "/join-requests")).status_code == 200


async def test_lost_answers_lose_and_double_nothing(hub: RunningHub, plan: Plan) -> None:
    async with PolledDesk(hub.url, plan, plan.organiser) as desk:
        await desk.rotate()
        for _ in range(5):
            desk.polled.lose = 1
            await desk.post(announcement())
        assert [entry.index for entry in desk.shown] == list(range(7))
        assert len(await page(hub, plan)) == 7


async def page(hub: RunningHub, plan: Plan) -> list[int]:
    """The indexes of the log, as a desk sees them that comes now."""
    async with Desk(hub.url, plan, plan.organiser) as desk:
        return [entry.index for entry in desk.shown]


async def test_frames_that_come_twice_are_taken_once(hub: RunningHub, plan: Plan) -> None:
    async with PolledDesk(hub.url, plan, plan.organiser) as desk:
        asked = [2, desk.polled.have, [encode_frame(Freshen(bytes([n]) * 16)) for n in range(2)]]
        assert (await desk.polled.ask(asked))[0] == 4
        assert (await desk.polled.ask(asked))[0] == 4
        asked[2].append(encode_frame(Freshen(b"2" * 16)))
        assert (await desk.polled.ask(asked))[0] == 5
        desk.polled.sent = 5
        for _ in range(3):
            await desk.next_frame()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(desk.next_frame(), 0.3)


async def test_frames_are_brought_until_they_are_confirmed(hub: RunningHub, plan: Plan) -> None:
    async with PolledDesk(hub.url, plan, plan.organiser) as desk:
        have = desk.polled.have
        await desk.send(Freshen(bytes(16)))
        first, again = [(await desk.polled.ask([3, have]))[1:3] for _ in range(2)]
        assert first == again
        assert first[0] == have
        waiting = asyncio.create_task(desk.polled.ask([3, have + 1]))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(waiting, 0.3)


async def test_a_newer_request_takes_over_the_waiting(hub: RunningHub, plan: Plan) -> None:
    """A connection that broke unnoticed would swallow what is brought to it."""
    async with PolledDesk(hub.url, plan, plan.organiser) as desk:
        asked = [2, desk.polled.have]
        older = asyncio.create_task(desk.polled.post(msgspec.msgpack.encode(asked)))
        await asyncio.sleep(0.1)
        newer = asyncio.create_task(desk.polled.post(msgspec.msgpack.encode(asked)))
        assert msgspec.msgpack.decode((await older).content)[2] == []
        await desk.send(Freshen(bytes(16)))
        assert len(msgspec.msgpack.decode((await newer).content)[2]) == 1


@pytest.mark.parametrize(
    "asked",
    [
        b"",
        b"\xc1",
        b"\x91\x00",
        [0, 0, [], 0, 0],
        [0, 0, [], 0, False, 0],
        [-1, 0],
        [2, 99],
        [9, 0, [b""]],
        [2, 0, ["text"]],
        {},
    ],
    ids=str,
)
async def test_what_is_no_long_polling_is_malformed(hub: RunningHub, plan: Plan, asked: object) -> None:
    async with PolledDesk(hub.url, plan, plan.organiser) as desk:
        answer = await desk.polled.post(asked if isinstance(asked, bytes) else msgspec.msgpack.encode(asked))
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad-frame")


async def test_a_malformed_frame_ends_the_session(hub: RunningHub, plan: Plan) -> None:
    async with PolledDesk(hub.url, plan, plan.organiser) as desk:
        await desk.polled.send(b"\x93\xa4nope\x01\x02")
        failure = await desk.next_frame()
        assert isinstance(failure, Failure)
        assert failure.code == "bad-frame"
        with pytest.raises(ClosedError) as closed:
            await desk.next_frame()
        assert closed.value.code in (4400, 401)


async def test_a_frame_that_is_too_large_ends_the_session(hub: RunningHub, plan: Plan) -> None:
    async with PolledDesk(hub.url, plan, plan.organiser) as desk:
        await desk.polled.ask([2, desk.polled.have, [bytes(MAX_FRAME + 1)]])
        brought = await desk.polled.ask([3, desk.polled.have])
        assert brought[3][0] == 1009


async def test_a_request_that_is_too_large_is_refused(hub: RunningHub, plan: Plan) -> None:
    async with PolledDesk(hub.url, plan, plan.organiser) as desk:
        assert (await desk.polled.post(bytes(512 * 1024 + 1))).status_code == 413
    async with PolledSocket(hub.url) as stranger:
        assert (await stranger.post(bytes(2000))).status_code == 413


async def test_nobody_goes_on_with_a_session_that_is_not_his(hub: RunningHub, plan: Plan) -> None:
    async with PolledSocket(hub.url) as socket:
        socket.session = secrets.token_urlsafe(32)
        with pytest.raises(ClosedError) as closed:
            await socket.recv()
    assert closed.value.args == (401, "not-authenticated")


async def test_a_stranger_is_told_at_once_and_leaves_nothing_behind(hub: RunningHub, plan: Plan) -> None:
    stranger = Hello("vocu/1", plan.op, Identity("FR").device, secrets.token_bytes(16))
    async with httpx2.AsyncClient(base_url=hub.url) as http:
        asked = msgspec.msgpack.encode([0, 0, [encode_frame(stranger)]])
        taken, first, frames, closed, _ = msgspec.msgpack.decode((await http.post("/v1/poll", content=asked)).content)
    failure = read_from_hub(frames[0])
    assert isinstance(failure, Failure)
    assert (failure.code, closed[0], taken, first) == ("not-admitted", 4403, 1, 0)
    await asyncio.sleep(0.05)
    assert not hub.hub.polling._wires


async def test_an_address_begins_only_so_many_sessions_without_saying_who_it_is(make_hub: MakeHub) -> None:
    async with make_hub(unauthenticated_per_address=2) as hub:
        plan = await hub.begin()
        async with PolledSocket(hub.url) as first, PolledSocket(hub.url) as second, PolledSocket(hub.url) as third:
            for silent in (first, second):
                await silent.send(hello(plan))
            brought = await third.ask([0, 0, [hello(plan)]])
        assert brought[3][0] == 4429


async def test_who_does_not_prove_itself_is_let_go(make_hub: MakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "SECONDS_FOR_GOODBYE", 0.2)
    async with make_hub(seconds_to_authenticate=1) as hub:
        plan = await hub.begin()
        async with PolledSocket(hub.url) as socket:
            await socket.send(hello(plan))
            await until_empty(hub)


async def test_who_does_not_return_is_given_up(hub: RunningHub, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    async with PolledDesk(hub.url, plan, plan.organiser):
        assert hub.hub.channel.connected == 1
        monkeypatch.setattr(polling, "SECONDS_TO_RETURN", 0.2)
        await until_empty(hub)
        assert hub.hub.channel.connected == 0


async def until_empty(hub: RunningHub) -> None:
    async with asyncio.timeout(20):
        while hub.hub.polling._wires:
            await asyncio.sleep(0.05)


async def test_who_fetches_nothing_costs_bounded_memory_and_is_let_go(make_hub: MakeHub) -> None:
    async with make_hub(seconds_to_take_a_frame=1, events_per_second=10_000) as hub:
        plan = await hub.begin()
        async with Desk(hub.url, plan, plan.organiser) as writer:
            await writer.rotate()
            idle = PolledDesk(hub.url, plan, plan.organiser)
            await idle.connect()
            wire = next(iter(hub.hub.polling._wires.values()))
            for _ in range(150):
                await writer.post(announcement("x" * 4000))
                assert wire._bytes <= polling.MAX_WAITING + 64 * 1024
            async with asyncio.timeout(20):
                while hub.hub.channel.connected > 1:
                    await asyncio.sleep(0.05)
            await idle.socket.close()


async def test_a_revoked_device_s_session_ends_at_once(hub: RunningHub, plan: Plan, organiser: Desk) -> None:
    german = Identity("DE")
    await organiser.post(plan.admission(german))
    async with PolledDesk(hub.url, plan, german) as desk:
        waiting = asyncio.create_task(desk.polled.post(msgspec.msgpack.encode([2, desk.polled.have])))
        await asyncio.sleep(0.1)
        await organiser.post(plan.revocation(german))
        brought = msgspec.msgpack.decode((await asyncio.wait_for(waiting, 10)).content)
        while brought[3] is None:
            desk.polled.have = brought[1] + len(brought[2])
            brought = msgspec.msgpack.decode(
                (await desk.polled.post(msgspec.msgpack.encode([2, desk.polled.have]))).content
            )
        assert brought[3][0] == 4403


async def test_the_oldest_line_of_a_device_gives_way_whatever_its_kind(make_hub: MakeHub) -> None:
    async with make_hub(sockets_per_device=2) as hub:
        plan = await hub.begin()
        async with (
            PolledDesk(hub.url, plan, plan.organiser) as oldest,
            Desk(hub.url, plan, plan.organiser),
            PolledDesk(hub.url, plan, plan.organiser),
        ):
            with pytest.raises(ClosedError) as closed:
                await oldest.next_frame()
            assert closed.value.code == 4429


async def test_past_the_rate_frames_are_read_more_slowly_and_none_is_refused(
    make_hub: MakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "SECONDS_TO_WAIT", 0.2)
    async with make_hub(events_per_second=10, events_at_once=1) as hub:
        plan = await hub.begin()
        async with PolledDesk(hub.url, plan, plan.organiser) as desk:
            signed = desk.compose(plan.admission(Identity("DE")))
            for _ in range(15):
                await desk.polled.send(encode_frame(Append(signed.header, signed.signature, signed.parts)))
            taken = 0
            while taken < 15:
                frame = await desk.next_frame()
                assert not isinstance(frame, Refusal)
                if isinstance(frame, Receipts):
                    taken += len(frame.receipts)
