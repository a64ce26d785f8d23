"""Where a hub sends a desk: it follows a few times, never out of TLS or off its machine, and believes nobody there."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from tests.system.rig import PASSPHRASE, Hub, found
from vocu.canonical import b64
from vocu.crypto.keys import COMPOSITE_SEED_SIZE, HubSigningKey
from vocu.errors import MalformedError, UntrustedError
from vocu.protocol.frames import Challenge, Frame, Hello, Redirect, encode, read_from_desk
from vocu.protocol.polling import Asked, Brought, read_asked
from vocu.protocol.polling import encode as encode_poll
from vocu.protocol.session import HubHello, sign_hello
from vocu_client import Desk
from vocu_client.transport import HubHTTP, OfflineError

Answer = Callable[[Hello, str], Frame]


class Front:
    """Answers each greeting with what it is told to, and each request with a redirect to `location`."""

    def __init__(self) -> None:
        self.url = ""
        self.answer: Answer = lambda _, url: Redirect(url)
        self.location: Callable[[Request], str] = lambda request: str(request.url)
        self.greeted = 0
        self.asked: list[Asked] = []
        """What began a session by long-poll."""
        self.tokens: list[str] = []

    async def channel(self, socket: WebSocket) -> None:
        await socket.accept()
        self.greeted += 1
        hello = read_from_desk(await socket.receive_bytes())
        assert isinstance(hello, Hello)
        await socket.send_bytes(encode(self.answer(hello, self.url)))
        await socket.close(4421)

    async def poll(self, request: Request) -> Response:
        asked = read_asked(await request.body())
        self.asked.append(asked)
        hello = read_from_desk(asked.frames[0])
        assert isinstance(hello, Hello)
        said = memoryview(encode(self.answer(hello, self.url)))
        brought = Brought(taken=1, first=0, frames=(said,), closed=(4421, ""), session="none")
        return Response(encode_poll(brought), media_type="application/octet-stream")

    async def request(self, request: Request) -> Response:
        self.tokens.append(request.headers.get("authorization", ""))
        return Response("{}", 307, headers={"location": self.location(request)})


@contextlib.asynccontextmanager
async def serving(front: Front) -> AsyncIterator[Front]:
    routes = [
        WebSocketRoute("/v1/channel", front.channel),
        Route("/v1/poll", front.poll, methods=["POST"]),
        Route("/{path:path}", front.request),
    ]
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=routes), port=0, log_config=None, ws="websockets-sansio", lifespan="off")
    )
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    front.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield front
    finally:
        server.should_exit = True
        await task


@pytest.fixture
async def front() -> AsyncIterator[Front]:
    async with serving(Front()) as front:
        yield front


@pytest.fixture
async def desk(tmp_path: Path, front: Front) -> AsyncIterator[Desk]:
    """The organiser's desk, whose operation stands on a real hub, and whose address of it is now the front's."""
    hub = Hub(tmp_path / "hub")
    hub.start()
    try:
        desk = await found(hub, tmp_path)
        home = desk.home
        desk.close()
        home.settings_file.write_text(home.settings_file.read_text().replace(hub.url, front.url))
        front.answer = lambda _hello, _url: Redirect(hub.url)
        async with Desk.open(home, PASSPHRASE) as moved:
            yield moved
    finally:
        hub.stop()


async def test_a_desk_goes_where_its_hub_sends_it(desk: Desk, front: Front) -> None:
    message = desk.actions.send_message("By another process of the hub.")
    assert await desk.sync()
    assert {item.id: item.state for item in desk.outbox.items()}[message] == "delivered"
    assert front.greeted == 1
    assert await desk.applicants() == []
    assert desk.settings.hub == front.url


async def test_a_desk_that_is_sent_in_a_circle_gives_up_for_now(desk: Desk, front: Front) -> None:
    front.answer = lambda _, url: Redirect(url)
    assert not await desk.sync(2)
    assert front.greeted % 4 == 0
    assert not desk.replica.alarms()


async def test_a_desk_that_is_sent_to_nobody_begins_at_its_own_address_again(desk: Desk, front: Front) -> None:
    to_the_hub, greeted = front.answer, 0

    def first_to_nobody(hello: Hello, url: str) -> Frame:
        nonlocal greeted
        greeted += 1
        return Redirect("http://127.0.0.1:1") if greeted == 1 else to_the_hub(hello, url)

    front.answer = first_to_nobody
    assert await desk.sync(20)
    assert greeted == 2


async def test_another_hub_that_a_desk_is_sent_to_is_an_alarm(desk: Desk, front: Front) -> None:
    other = HubSigningKey.from_seed(secrets.token_bytes(COMPOSITE_SEED_SIZE))

    def lure(hello: Hello, _url: str) -> Frame:
        said = HubHello(
            op=hello.op,
            device=hello.device,
            nonce_c=b64(hello.nonce),
            nonce_s=b64(bytes(16)),
            time=time.time_ns() // 1_000_000,
            checkpoint="",
        )
        return Challenge(*sign_hello(said, other))

    rogue = Front()
    rogue.answer = lure
    async with serving(rogue):
        front.answer = lambda _hello, _url: Redirect(rogue.url)
        with pytest.raises(UntrustedError, match="bad-signature"):
            await desk.sync()
    assert rogue.greeted == 1
    assert desk.replica.alarms()


@pytest.mark.parametrize(
    "url",
    [
        "http://hub.example.org",
        "https://127.0.0.1:1",
        "http://user@127.0.0.1:1",
        "http://127.0.0.1:1?next=2",
        "http://127.0.0.1:99999",
        "http://[::1",
        "ftp://127.0.0.1",
        "",
    ],
)
async def test_an_address_to_which_no_hub_sends_a_desk_is_an_alarm(desk: Desk, front: Front, url: str) -> None:
    front.answer = lambda _hello, _url: Redirect(url)
    with pytest.raises(UntrustedError, match="bad-frame"):
        await desk.sync()
    assert desk.replica.alarms()


@pytest.fixture
def polling(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk has found that no WebSocket passes, and believes it, however slow this machine is now."""
    monkeypatch.setattr("vocu_client.transport.connecting.HEAD_START_SECONDS", 60.0)
    desk.way.swallowed()


@pytest.mark.usefixtures("polling")
async def test_by_long_poll_a_desk_lets_itself_be_sent_on_from_its_own_address_alone(desk: Desk, front: Front) -> None:
    assert await desk.sync()
    assert [asked.shared for asked in front.asked] == [True]
    front.asked.clear()
    front.answer = lambda _hello, url: Redirect(url)
    assert not await desk.sync(persist=False)
    assert [asked.shared for asked in front.asked] == [True, False, False, False]
    assert front.greeted == 0
    assert not desk.replica.alarms()


@pytest.mark.usefixtures("polling")
async def test_by_long_poll_a_desk_that_is_sent_to_nobody_stays_at_its_own_address_if_it_may(
    desk: Desk, front: Front
) -> None:
    to_the_hub = front.answer
    front.answer = lambda hello, url: (
        Redirect("http://127.0.0.1:1") if front.asked[-1].shared else to_the_hub(hello, url)
    )
    assert await desk.sync(20)
    assert [asked.shared for asked in front.asked] == [True, False]


@pytest.mark.usefixtures("polling")
@pytest.mark.parametrize("url", ["http://hub.example.org", "https://127.0.0.1:1", ""])
async def test_by_long_poll_an_address_to_which_no_hub_sends_a_desk_is_an_alarm_too(
    desk: Desk, front: Front, url: str
) -> None:
    front.answer = lambda _hello, _url: Redirect(url)
    with pytest.raises(UntrustedError, match="bad-frame"):
        await desk.sync()
    assert desk.replica.alarms()
    assert len(front.asked) == 1


async def test_a_request_is_sent_on_with_its_token_a_few_times(front: Front) -> None:
    async with HubHTTP(front.url, "secret") as http:
        with pytest.raises(OfflineError):
            await http.get("/v1/hub", dict)
    assert front.tokens == ["Bearer secret"] * 4


@pytest.mark.parametrize("there", ["http://hub.example.org/v1/hub", "https://127.0.0.1:1/v1/hub", "/v1/hub", ""])
async def test_a_request_leaves_neither_its_scheme_nor_this_machine(front: Front, there: str) -> None:
    front.location = lambda _: there
    async with HubHTTP(front.url, "secret") as http:
        with pytest.raises(MalformedError, match="bad-frame"):
            await http.get("/v1/hub", dict)
    assert len(front.tokens) == 1


async def test_a_request_is_not_made_another_one_on_the_way(front: Front) -> None:
    front.location = lambda _: f"{front.url}/v1/operations"
    async with HubHTTP(front.url, "secret") as http:
        with pytest.raises(MalformedError, match="bad-frame"):
            await http.get("/v1/hub", dict)
