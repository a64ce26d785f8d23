"""What a session may hold of a desk, when it is over, and what the console hears: with the real web server."""

import asyncio
import stat
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from starlette.requests import Request

from tests.client.web.conftest import Countries
from tests.client.web.team import DutyRoom
from tests.client.web.visitor import Visitor
from tests.system.rig import PASSPHRASE
from vocu_client import Home
from vocu_client.cli.serving import _served_already
from vocu_client.team import ALONE
from vocu_client.web import live, service
from vocu_client.web.pages import this_desk
from vocu_client.web.server import serving
from vocu_client.web.site import Site
from vocu_client.web.visit import Visit

real = service._open


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Site]:
    """A desk that is yet to begin, at a port of its own."""
    async with serving(Home(tmp_path / "home"), port=0) as site:
        yield site


async def spoken(site: Site, request: bytes) -> bytes:
    """What the server answers to these bytes, within two seconds."""
    host, _, port = site.address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request.replace(b"HOST", f"{host}:{port}".encode()))
    await writer.drain()
    try:
        async with asyncio.timeout(2):
            return await reader.read(65536)
    finally:
        writer.close()


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "OPTIONS", "PUT", "DELETE", "PATCH", "HEAD", "X" * 3000])
async def test_a_method_that_no_page_has_does_nothing(served: Site, method: str) -> None:
    token = served.doorkeeper.token
    answer = await spoken(served, f"{method} /enter HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n".encode())
    status = int(answer.split()[1])
    assert 400 <= status < 500
    assert b"ookie" not in answer.split(b"\r\n\r\n")[0]
    assert served.doorkeeper.token == token


@pytest.mark.parametrize(
    "head",
    [
        b"GET /%ff%fe HTTP/1.1\r\nHost: HOST",
        b"GET /static/..%2f..%2fguard.py HTTP/1.1\r\nHost: HOST",
        b"GET /static/%00 HTTP/1.1\r\nHost: HOST",
        b"GET //evil.example/ HTTP/1.1\r\nHost: HOST",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example",
        b"GET / HTTP/1.1\r\nHost: HOST\r\nHost: HOST",
        b"GET / HTTP/1.1\r\nHost: HOST\r\nCookie: " + b"; ".join(b"c%d=x" % number for number in range(5000)),
        b"GET /?" + b"q=" + b"x" * 60_000 + b" HTTP/1.1\r\nHost: HOST",
    ],
)
async def test_a_hostile_head_gets_a_short_refusal(served: Site, head: bytes) -> None:
    answer = await spoken(served, head + b"\r\nConnection: close\r\n\r\n")
    assert 400 <= int(answer.split()[1]) < 500
    assert b"evil.example" not in answer
    assert b"Traceback" not in answer


async def test_many_ranges_of_a_static_file_cost_nothing(served: Site) -> None:
    ranges = ",".join(f"{number}-" for number in range(8000))
    begun = time.monotonic()
    await spoken(
        served,
        f"GET /static/desk.css HTTP/1.1\r\nHost: HOST\r\nRange: bytes={ranges}\r\nConnection: close\r\n\r\n".encode(),
    )
    assert time.monotonic() - begun < 1.5


async def test_the_launch_link_is_for_this_user_alone_and_gone_with_the_desk(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    async with serving(home, port=0) as site:
        assert stat.S_IMODE(home.link_file.stat().st_mode) == 0o600
        first = home.link_file.read_text()
        async with httpx2.AsyncClient(follow_redirects=False) as browser:
            answer = await browser.get(first)
            assert "httponly" in answer.headers["set-cookie"].lower()
            assert "samesite=strict" in answer.headers["set-cookie"].lower()
            assert home.link_file.read_text() == site.link != first
            assert (await browser.get(first)).status_code == 401
        assert site.doorkeeper.token not in first
    assert not home.link_file.exists()


async def test_a_second_start_finds_the_desk_whatever_proxy_there_is(
    served: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "all_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    assert await asyncio.to_thread(_served_already, served.service.home) == served.link


async def test_a_session_that_a_browser_brings_is_not_taken_over(served: Site) -> None:
    async with httpx2.AsyncClient(base_url=served.address, follow_redirects=False) as browser:
        browser.cookies.set(served.cookie("session"), "chosen-by-somebody-else")
        answer = await browser.get(served.link)
    assert "chosen-by-somebody-else" not in answer.headers["set-cookie"]
    assert not served.doorkeeper.knows("chosen-by-somebody-else")


async def test_one_browser_holds_no_more_than_its_streams(served: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_OF_A_SESSION", 3)
    async with httpx2.AsyncClient(base_url=served.address, follow_redirects=True) as browser:
        await browser.get(served.link)
        open_ones = [browser.stream("GET", "/live") for _ in range(3)]
        for each in open_ones:
            assert (await each.__aenter__()).status_code == 200
        assert (await browser.get("/live")).status_code == 204
        for each in open_ones:
            await each.__aexit__(None, None, None)
        async with asyncio.timeout(5):
            status = 204
            while status == 204:
                async with browser.stream("GET", "/live") as again:
                    status = again.status_code
        assert (await browser.head("/live")).status_code == 204


@pytest.mark.parametrize("how", ["log out", "close", "password", "role"])
async def test_an_open_page_hears_nothing_once_its_session_is_over(room: DutyRoom, how: str) -> None:
    await room.officer("anna", "administrator")
    bob = await room.officer("bob", "poster")
    team, session = room.desk.team, bob.session
    officer = team.officer_of(session)
    assert officer is not None
    listening = live.Live(room.site.service, room.site.ended)
    scope = {
        "type": "http", "method": "GET", "path": "/live", "query_string": b"",
        "headers": [(b"cookie", f"{room.site.cookie('session')}={session}".encode())],
    }  # fmt: skip
    visit = Visit(Request(scope), room.site, *room.site.session_of(Request(scope)))
    stream = (await listening._stream(visit)).body_iterator
    assert "hello" in str(await anext(stream))
    match how:
        case "log out":
            team.log_out(session)
        case "close":
            team.close(ALONE, "bob")
        case "password":
            team.change_password(officer, "correct horse battery", "another horse battery")
        case "role":
            team.change_role(ALONE, "bob", "reader")
    begun = time.monotonic()
    listening.tell("entries", {"size": 1})
    with pytest.raises(StopAsyncIteration):
        await anext(stream)
    assert time.monotonic() - begun < 1
    assert (await bob.get("/")).address.startswith("/login")


async def test_the_console_hears_where_it_failed_and_not_with_what(
    de: Visitor, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    name = "".join(("Vladi", "slav"))

    def failing(_desk: object) -> None:
        try:
            raise KeyError(name)
        except KeyError as error:
            raise ValueError(f"no such person as {name}, {de._csrf}") from error

    monkeypatch.setattr(this_desk, "_space", failing)
    page = await de.get("/desk")
    assert page.status == 500
    assert "Nothing was lost" in page.text
    said = capfd.readouterr()
    assert "ValueError" in said.err
    assert "this_desk.py" in said.err
    assert name not in said.err + said.out + page.html
    assert de._csrf not in said.err + said.out
    assert "Traceback" not in page.html


async def test_two_passphrases_at_once_open_one_desk(countries: Countries, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    monkeypatch.setattr(service, "_open", lambda *given: opened.append(real(*given)) or opened[-1])
    desk = service.Service(countries.home("FR"))
    monkeypatch.setattr(desk, "connect", lambda: None)
    await asyncio.gather(*(desk.unlock(PASSPHRASE) for _ in range(3)))
    await desk.close()
    assert len(opened) == 1
