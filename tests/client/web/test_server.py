"""Where the pages are served."""

import asyncio
import socket
from pathlib import Path

import httpx2

from tests.browser.rig import DeskPages
from vocu_client import Home
from vocu_client.web.server import LOOPBACK, _listen


async def test_a_page_is_sent_without_waiting_for_the_browser_to_acknowledge_its_head() -> None:
    listening = _listen(LOOPBACK, 0)
    accepted = asyncio.get_running_loop().create_future()

    async def accept(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = writer.get_extra_info("socket")
        accepted.set_result(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    async with await asyncio.start_server(accept, sock=listening):
        _, writer = await asyncio.open_connection(*listening.getsockname())
        assert await accepted == 1
        writer.close()
        await writer.wait_closed()


def test_a_desk_with_open_pages_ends_at_once_and_quietly_when_it_is_interrupted(tmp_path: Path) -> None:
    desk = DeskPages(Home(tmp_path / "home"), passphrase=False)
    desk.start()
    with httpx2.Client(base_url=desk.address, follow_redirects=True) as browser:
        browser.get(desk.link)
        with browser.stream("GET", "/live") as live, browser.stream("GET", "/live") as another:
            for stream in (live, another):
                assert "hello" in next(stream.iter_lines())
            status = desk.interrupt()
    assert status == 0
    assert "Traceback" not in desk.errors
