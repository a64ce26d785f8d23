"""Pages of other sites, rebound names, missing tokens, forged forms: no page, no data (docs/threat-model.md)."""

import http.client
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import Room, SignIn
from tests.browser.rig import launch, sign_in

EVIL = """<!doctype html><title>evil</title><h1>evil</h1>
<form id="forged" method="post" action="{address}/preferences">
<input name="theme" value="dark"><input name="csrf" value="guess"></form>
<iframe id="framed" src="{address}/"></iframe><img id="pixel" src="{address}/static/icon.svg">
<script src="{address}/static/desk.js"></script>"""


@pytest.fixture
def foreign(room: Room) -> Iterator[str]:
    """The address of a page of somebody else, on another port of this machine."""
    page = EVIL.replace("{address}", room.desk("DE").address).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def victim(browser: Browser, room: Room) -> Iterator[Page]:
    """A browser that is let in at the German desk; its console may complain."""
    page = sign_in(browser, room.desk("DE"))
    page.wait_for_selector("h1")
    yield page
    page.context.close()


def test_a_foreign_page_reads_nothing_although_the_browser_is_let_in(victim: Page, foreign: str, room: Room) -> None:
    address = room.desk("DE").address
    victim.goto(foreign)
    for mode in ("cors", "no-cors"):
        outcome = victim.evaluate(
            """([address, mode]) => fetch(address, {mode, credentials: "include"})
                .then(answer => answer.text()).catch(error => "refused: " + error.name)""",
            [f"{address}/", mode],
        )
        assert outcome in ("", "refused: TypeError")
    heard = victim.evaluate(
        """address => new Promise(done => {
            const stream = new EventSource(address + "/live", {withCredentials: true});
            stream.onerror = () => done("refused"); stream.addEventListener("hello", () => done("heard")); })""",
        address,
    )
    assert heard == "refused"


def test_a_foreign_page_cannot_frame_the_desk_nor_show_its_files(victim: Page, foreign: str, room: Room) -> None:
    victim.goto(foreign)
    framed = victim.frames[1]
    assert room.desk("DE").home.read_settings().name not in framed.content()
    assert "BALTICA" not in framed.content()
    assert victim.evaluate("document.getElementById('pixel').naturalWidth") == 0


def test_a_form_that_a_foreign_page_sends_changes_nothing(victim: Page, foreign: str) -> None:
    victim.goto(foreign)
    with victim.expect_navigation():
        victim.evaluate("document.getElementById('forged').submit()")
    assert "BALTICA" not in victim.content()
    assert victim.context.cookies()
    assert not [c for c in victim.context.cookies() if "theme" in c["name"]]


def test_a_form_of_our_own_page_without_its_token_is_refused(victim: Page) -> None:
    answer = victim.evaluate(
        """() => fetch("/preferences", {method: "POST", body: new URLSearchParams({theme: "dark"})})
            .then(answer => answer.status)"""
    )
    assert answer == 403
    assert not [c for c in victim.context.cookies() if "theme" in c["name"]]


def test_a_name_that_was_rebound_to_this_machine_gets_no_page(room: Room) -> None:
    port = urlsplit(room.desk("DE").address).port

    def visit() -> tuple[int, str]:
        with sync_playwright() as playwright:
            chromium = launch(playwright, "--host-resolver-rules=MAP rebound.example 127.0.0.1")
            page = chromium.new_page()
            answer = page.goto(f"http://rebound.example:{port}/")
            assert answer is not None
            seen = answer.status, page.content()
            chromium.close()
            return seen

    with ThreadPoolExecutor(1) as thread:  # a second Playwright needs a thread of its own
        status, content = thread.submit(visit).result()
    assert status == 403
    assert "BALTICA" not in content
    assert "Open this desk" not in content


@pytest.mark.parametrize("host", ["localhost:{port}", "127.0.0.1", "127.0.0.1:{port}.evil.example", "[::1]:{port}", ""])
def test_only_the_exact_host_is_answered(room: Room, host: str) -> None:
    port = urlsplit(room.desk("DE").address).port
    assert port is not None
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.putrequest("GET", "/static/icon.svg", skip_host=True)
    if host:
        connection.putheader("Host", host.replace("{port}", str(port)))
    connection.endheaders()
    assert connection.getresponse().status in (400, 403)
    connection.close()


def test_without_the_launch_link_there_is_no_page(browser: Browser, room: Room) -> None:
    desk = room.desk("DE")
    context = browser.new_context()
    page = context.new_page()
    for path in ("/", "/seizures", "/live", "/enter?token=guess", "/no-such-page"):
        answer = page.goto(desk.address + path)
        assert answer is not None
        assert answer.status == 401
        assert "BALTICA" not in page.content()
    context.close()


def test_the_launch_link_is_good_once(browser: Browser, room: Room, enter: SignIn) -> None:
    desk = room.desk("DE")
    link = desk.link
    page = enter("DE")
    assert page.url == f"{desk.address}/"
    context = browser.new_context()
    thief = context.new_page()
    answer = thief.goto(link)
    assert answer is not None
    assert answer.status == 401
    context.close()


def test_every_answer_carries_the_protections(enter: SignIn) -> None:
    page = enter("DE")
    answer = page.goto("/")
    assert answer is not None
    headers = answer.headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in headers
    cookie = next(cookie for cookie in page.context.cookies() if "session" in cookie["name"])
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"


def test_a_script_that_got_into_a_page_would_not_run(victim: Page) -> None:
    victim.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran = 1\">')")
    victim.evaluate(
        """() => { try {
            const script = document.createElement("script");
            script.text = "window.ran = 2";
            document.body.append(script);
        } catch (refused) { window.refused = refused.name } }"""
    )
    victim.wait_for_timeout(200)
    assert victim.evaluate("window.ran") is None
    assert victim.evaluate("window.refused") == "TypeError"
