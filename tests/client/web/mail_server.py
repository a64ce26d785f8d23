"""A real SMTP server in this process, for the tests of what a desk mails."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP


class MailServer:
    """Keeps what it takes; refuses or drops the line when told. `port` is its own on 127.0.0.1."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.taken: list[EmailMessage] = []
        self.answer = "250 taken"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.answer == "drop":
            session.peer = None
            server.transport.close()
        if self.answer.startswith("250") or self.answer == "drop":
            self.taken.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return self.answer if self.answer != "drop" else "250 nobody hears it"


@asynccontextmanager
async def serving() -> AsyncIterator[MailServer]:
    """A mail server that listens at a free port."""
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(lambda: SMTP(taker, hostname="localhost", loop=loop), "127.0.0.1", 0)
    taker = MailServer(listener.sockets[0].getsockname()[1])
    async with listener:
        yield taker
