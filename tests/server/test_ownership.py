"""Two processes of one hub on one PostgreSQL: each operation is served by exactly one of them."""

import asyncio
import contextlib
import hashlib
import secrets
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
import structlog.testing
from sqlalchemy import text
from websockets.exceptions import ConnectionClosed

from tests.postgres import fresh_database
from tests.server.conftest import RunningHub
from tests.server.desk import Desk, Identity, Plan, begin, call, open_socket
from tests.server.polled import PolledSocket
from vocu.errors import UntrustedError
from vocu.operation.admission import MAX_SEALED
from vocu.protocol.frames import Challenge, Frame, Hello, Redirect, encode, read_from_hub
from vocu.protocol.polling import MAX_ASKED
from vocu_client.transport import HubHTTP
from vocu_server.sequencer.ownership import NotHereError
from vocu_server.settings import HubFolder, Settings


class Pair(NamedTuple):
    """Two processes of a hub, and their database."""

    first: RunningHub
    second: RunningHub
    database: str

    def terminate_writer(self, hub: RunningHub) -> None:
        """End the session that holds this hub's locks, as its administrator may, or a broken line would."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            found = hub.hub.database.write_now(lambda c: c.execute(text("SELECT pg_backend_pid()")).scalar_one())
            connection.execute("SELECT pg_terminate_backend(%s)", (found,))


@pytest.fixture
def database() -> Iterator[str]:
    with fresh_database() as url:
        yield url


@pytest.fixture
async def pair(tmp_path: Path, database: str) -> AsyncIterator[Pair]:
    async with contextlib.AsyncExitStack() as running:
        first, second = (make(tmp_path / name, database) for name in ("first", "second"))
        shutil.copytree(first.folder.data_dir, second.folder.data_dir, dirs_exist_ok=True)
        for hub in (first, second):
            await hub.start()
            running.push_async_callback(hub.stop)
        yield Pair(first, second, database)


def make(folder: Path, database: str) -> RunningHub:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    folder.mkdir()
    settings = Settings(port=port, public_url=f"http://127.0.0.1:{port}", database=database)
    return RunningHub.new(HubFolder(settings, folder).folder, settings)


async def greet(hub: RunningHub, plan: Plan) -> tuple[Frame, int | None]:
    """What a hub says first to the organiser's desk, and with which code it hangs up if it does."""
    socket_ = await open_socket(hub.url)
    await socket_.send(encode(Hello("vocu/1", plan.op, plan.organiser.device, secrets.token_bytes(16))))
    frame = read_from_hub(await socket_.recv(decode=False))
    try:
        async with asyncio.timeout(1):
            await socket_.recv()
    except ConnectionClosed as closed:
        return frame, closed.rcvd.code if closed.rcvd else None
    except TimeoutError:
        return frame, None
    finally:
        await socket_.close()
    raise AssertionError("the hub said more than one frame")


async def test_a_process_names_the_one_that_serves_the_operation(pair: Pair) -> None:
    plan = await pair.first.begin()
    async with Desk(pair.first.url, plan, plan.organiser) as desk:
        assert await greet(pair.second, plan) == (Redirect(pair.first.url), 4421)
        path = f"/v1/operations/{plan.op}/join-requests"
        elsewhere = Desk(pair.second.url, plan, plan.organiser)
        elsewhere.token = desk.token
        answer = await elsewhere.http("GET", "/join-requests")
        assert (answer.status_code, answer.headers["location"]) == (307, pair.first.url + path)
        assert (await desk.http("GET", "/join-requests")).status_code == 200
        large = bytes(MAX_SEALED)
        upload = f"/parts/{hashlib.sha256(large).hexdigest()}"
        assert (await elsewhere.http("PUT", upload, large)).status_code == 307
        async with HubHTTP(pair.second.url, desk.token) as http:
            await http.put_part(plan.op, large)
        assert (await desk.http("PUT", upload, large)).status_code == 200  # it is there already


async def test_who_is_sent_on_has_not_failed_to_log_in(pair: Pair) -> None:
    plan = await pair.first.begin()
    async with Desk(pair.first.url, plan, plan.organiser):
        with structlog.testing.capture_logs() as said:
            await greet(pair.second, plan)
    told = [each for each in said if each["event"] in ("sent-on", "login-failed")]
    assert [(each["event"], each.get("url")) for each in told] == [("sent-on", pair.first.url)]


async def test_a_session_by_long_poll_begins_at_the_owner_s_own_address(pair: Pair) -> None:
    plan = await pair.first.begin()
    with contextlib.suppress(NotHereError):
        await pair.first.hub.operations.find(plan.op)
    owner = pair.first if served(pair.first) else pair.second
    hello = encode(Hello("vocu/1", plan.op, plan.organiser.device, secrets.token_bytes(16)))
    for hub in (pair.first, pair.second):
        async with PolledSocket(hub.url) as socket:
            _, _, frames, closed, _ = await socket.ask([0, 0, [hello], MAX_ASKED, True])
            assert read_from_hub(frames[0]) == Redirect(owner.url)
            assert closed[0] == 4421
    async with PolledSocket(owner.url) as socket:
        _, _, frames, closed, _ = await socket.ask([0, 0, [hello], MAX_ASKED, False])
        assert isinstance(read_from_hub(frames[0]), Challenge)
        assert closed is None


async def test_a_hub_of_one_process_sends_nobody_on(tmp_path: Path) -> None:
    settings = Settings(port=0, public_url="https://hub.example.org")
    hub = RunningHub.new(HubFolder(settings, tmp_path).folder, settings)
    await hub.start()
    try:
        plan = await hub.begin()
        hello = encode(Hello("vocu/1", plan.op, plan.organiser.device, secrets.token_bytes(16)))
        async with PolledSocket(hub.url) as socket:
            _, _, frames, _, _ = await socket.ask([0, 0, [hello], MAX_ASKED, True])
        assert isinstance(read_from_hub(frames[0]), Challenge)
    finally:
        await hub.stop()


async def test_what_needs_no_owner_any_process_answers(pair: Pair) -> None:
    plan = await pair.first.begin()
    async with Desk(pair.first.url, plan, plan.organiser):
        for hub in (pair.first, pair.second):
            status, genesis = await call(hub.url, "GET", f"/v1/operations/{plan.op}/genesis")
            assert (status, genesis["payload"]) == (200, plan.envelope.payload)
            assert (await call(hub.url, "POST", f"/v1/operations/{plan.op}/join-requests", {}))[0] == 400
        other = await begin(pair.second.url, pair.first.new_token())
        assert (await greet(pair.second, other))[1] is None


async def test_a_token_begins_one_operation_whichever_processes_are_asked(pair: Pair) -> None:
    known = await pair.first.begin()
    plans = [Plan(known.hub, known.genesis.compiler) for _ in range(2)]
    token = pair.first.new_token()
    asked = [
        call(hub.url, "POST", "/v1/operations", {"genesis": plan.envelope, "token": token})
        for hub, plan in zip(pair[:2], plans, strict=True)
    ]
    assert [status for status, _ in await asyncio.gather(*asked)].count(201) == 1
    held = [await call(pair.first.url, "GET", f"/v1/operations/{plan.op}/genesis") for plan in plans]
    assert sorted(status for status, _ in held) == [200, 404]


async def test_of_two_that_take_an_operation_at_once_exactly_one_gets_it(pair: Pair) -> None:
    plan = await pair.first.begin()
    for _ in range(5):
        asked = [hub.hub.operations.find(plan.op) for hub in pair[:2]]
        outcomes = await asyncio.gather(*asked, return_exceptions=True)
        assert [isinstance(each, NotHereError) for each in outcomes].count(True) == 1
        for hub in pair[:2]:
            hub.hub.operations._let_go(plan.op)
            await hub.hub.database.unlock(plan.op)


async def test_a_process_that_stops_lets_another_go_on_at_once(pair: Pair) -> None:
    plan = await pair.first.begin()
    async with Desk(pair.first.url, plan, plan.organiser) as desk:
        await desk.post(plan.admission(Identity("DE")))
        stopping = asyncio.create_task(pair.first.stop())
        with pytest.raises(ConnectionClosed) as closed:
            await desk.until(99)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4503
        async with asyncio.timeout(20):
            while not isinstance((await greet(pair.second, plan))[0], Redirect) and len(served(pair.second)) == 0:
                await asyncio.sleep(0.05)
        async with Desk(pair.second.url, plan, plan.organiser, desk.view) as again:
            assert await again.post(plan.admission(Identity("FR"))) == 2
        await stopping
        await pair.first.start()


async def test_an_operation_that_nobody_serves_is_taken_without_being_asked_for(pair: Pair) -> None:
    plan = await pair.first.begin()
    async with asyncio.timeout(30):
        while not served(pair.first) and not served(pair.second):
            await asyncio.sleep(0.05)
    serves = [(await call(hub.url, "GET", "/health"))[1]["serves"] for hub in pair[:2]]
    assert sorted(serves) == [0, 1]
    assert [plan.op] in (served(pair.first), served(pair.second))


async def test_a_process_whose_connection_was_ended_goes_on_and_its_desks_stay(pair: Pair) -> None:
    plan = await pair.first.begin()
    async with Desk(pair.first.url, plan, plan.organiser) as desk:
        for number in range(3):
            generation = pair.first.hub.database.generation
            async with held_up(pair.second):  # or it might be quicker
                pair.terminate_writer(pair.first)
                async with asyncio.timeout(30):
                    while pair.first.hub.database.generation == generation or not pair.first.hub.database.holds(
                        plan.op
                    ):
                        await asyncio.sleep(0.05)
            assert await desk.post(plan.admission(Identity(f"C{number}"))) == number + 1


async def test_who_lost_the_lock_to_another_writes_nothing_and_says_who_has_it(pair: Pair) -> None:
    plan = await pair.first.begin()
    async with Desk(pair.first.url, plan, plan.organiser) as desk:
        signed = desk.compose(plan.admission(Identity("DE")))
        given_up = pair.first.hub.operations.get(plan.op)
        async with held_up(pair.first):
            pair.terminate_writer(pair.first)
            async with asyncio.timeout(30):
                while plan.op not in served(pair.second):
                    with contextlib.suppress(NotHereError):
                        await pair.second.hub.operations.find(plan.op)
        with pytest.raises(ConnectionClosed):
            await desk.deliver(signed)
        assert served(pair.first) == []
        assert await greet(pair.first, plan) == (Redirect(pair.second.url), 4421)
        async with Desk(pair.second.url, plan, plan.organiser, desk.view) as again:
            assert again.view.size == 1
            assert await again.deliver(signed) == 1
        async with held_up(pair.first), held_up(pair.second):
            pair.second.hub.operations._let_go(plan.op)
            await pair.second.hub.database.unlock(plan.op)
            await given_up.resume()
            assert not pair.first.hub.database.holds(plan.op), "it holds what it does not serve"


async def test_a_damaged_log_is_served_by_nobody_and_its_lock_is_free(pair: Pair) -> None:
    plan = await pair.first.begin()
    for hub in pair[:2]:
        hub.hub.operations._let_go(plan.op)
        await hub.hub.database.unlock(plan.op)
    with psycopg.connect(pair.database, autocommit=True) as connection:
        connection.execute("UPDATE entry SET position = 7")
        for hub in pair[:2]:
            with pytest.raises(UntrustedError) as damaged:
                await hub.hub.operations.find(plan.op)
            assert damaged.value.code == "damaged-log"
        frame, _ = await greet(pair.first, plan)
        assert not isinstance(frame, Redirect)


def served(hub: RunningHub) -> list[str]:
    return [sequencer.op for sequencer in hub.hub.operations]


@contextlib.asynccontextmanager
async def held_up(hub: RunningHub) -> AsyncIterator[None]:
    """This process does not look after its locks meanwhile, and has ended what it had begun."""
    operations = hub.hub.operations
    assert operations._looking is not None
    operations._looking.cancel()
    await asyncio.gather(operations._looking, *operations._taking.values(), return_exceptions=True)
    yield
    hub.hub.operations._looking = asyncio.create_task(hub.hub.operations._look_around())
