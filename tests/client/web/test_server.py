"""Where the pages are served."""

import asyncio
import socket

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
