"""A desk's session with the hub: both prove themselves, then frames go both ways (docs/protocol.md §7)."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial

from vocu.canonical import b64
from vocu.crypto.certificates import issuer, spki_sha256
from vocu.crypto.keys import HubVerifyKey
from vocu.errors import MalformedError, RefusedError, UntrustedError
from vocu.operation.composing import Author
from vocu.protocol.frames import (
    VERSION,
    Challenge,
    Failure,
    Frame,
    Freshen,
    FromHub,
    Hello,
    Redirect,
    Welcome,
    read_from_hub,
)
from vocu.protocol.frames import (
    encode as encode_frame,
)
from vocu.protocol.session import DeskAuth, HubHello, hub_hash, open_hello, sign_auth
from vocu_client.transport.address import MAX_REDIRECTS, require_redirect
from vocu_client.transport.connecting import connect_line
from vocu_client.transport.http import HubHTTP
from vocu_client.transport.line import Line, OfflineError
from vocu_client.transport.way import Way

PASSING = frozenset({"too-many-sockets", "stopping", "not-here", "not-authenticated"})
"""Why the hub may turn a desk away that it would take a little later: it is crowded, it stops, another of its processes
takes over, or the line was slow."""
WELCOME_SECONDS = 15.0


class Channel:
    """A session on a line, in which the hub has proven itself. Close it when done.

    `address` is that of the hub, or of the one of its processes that it has sent this desk to.
    """

    def __init__(
        self, address: str, line: Line, hello: HubHello, author: Author, hub_key: HubVerifyKey, way: Way
    ) -> None:
        self.address = address
        self._way = way
        self._line = line
        self._author = author
        self._hub_key = hub_key
        self.hello = hello

    @classmethod
    async def connect(
        cls, hub: str, op: str, author: Author, hub_key: HubVerifyKey, way: Way | None = None
    ) -> "Channel":
        """Connect, follow the hub to the process that serves the operation, and let that one prove itself.

        Raises OfflineError, UntrustedError, RefusedError.
        """
        address, way, back = hub, way or Way(), False
        for attempt in range(MAX_REDIRECTS + 1):
            greet = partial(_greet, op, author, hub_key, address)
            try:
                line, answer = await connect_line(address, way, greet, shared=attempt == 0)
            except OfflineError:
                if address == hub or back or way.kind != "polling":
                    raise
                address, back = hub, True  # if always the same process answers there, it serves as well
                continue
            if isinstance(answer, HubHello):
                return cls(address, line, answer, author, hub_key, way)
            await line.close()
            address = answer.url
        raise OfflineError(
            "offline", "The hub sends this desk from one of its processes to the other; try again later."
        )

    async def authenticate(self, size: int) -> Welcome:
        """Prove ourselves, and ask for the log from this size on."""
        certificate = self._line.certificate
        auth = DeskAuth(
            op=self.hello.op,
            device=self._author.device,
            nonce_c=self.hello.nonce_c,
            nonce_s=self.hello.nonce_s,
            hub=hub_hash(self._hub_key),
            tls=b64(spki_sha256(certificate)) if certificate else "",
            size=size,
        )
        await self.send(sign_auth(auth, self._author.key))
        try:
            async with asyncio.timeout(WELCOME_SECONDS):
                welcome = await self.receive()
        except TimeoutError:
            self._way.swallowed()
            raise OfflineError("offline", "What this desk says does not get through to the hub.") from None
        except RefusedError as error:
            if error.code == "tls-intercepted" and certificate:
                raise RefusedError(error.code, error.message, (f"certificate from: {issuer(certificate)}",)) from None
            raise
        if not isinstance(welcome, Welcome):
            raise MalformedError("bad-frame", "The hub did not welcome us as vocu/1 prescribes.")
        return welcome

    async def freshen(self) -> bytes:
        """Ask the hub for proof that our view is still fresh. Returns the nonce that its answer must sign."""
        nonce = secrets.token_bytes(16)
        await self.send(Freshen(nonce))
        return nonce

    async def send(self, frame: Frame) -> None:
        """Raises OfflineError when the line is gone."""
        await self._line.send(encode_frame(frame))

    async def receive(self) -> FromHub:
        """The next frame. Raises OfflineError when the line is gone, RefusedError where the hub gave a reason."""
        return _read(await self._line.receive())

    async def close(self) -> None:
        await self._line.close()


async def _greet(op: str, author: Author, hub_key: HubVerifyKey, address: str, line: Line) -> HubHello | Redirect:
    """The hub's answer to our nonce, which only it can sign; or where to ask for it."""
    nonce = secrets.token_bytes(16)
    await line.send(encode_frame(Hello(VERSION, op, author.device, nonce)))
    challenge = _read(await line.receive())
    if isinstance(challenge, Redirect):
        with exhibiting(challenge):
            require_redirect(address, challenge.url)
        return challenge
    if not isinstance(challenge, Challenge):
        raise MalformedError("bad-frame", "The hub did not answer our greeting as vocu/1 prescribes.")
    with exhibiting(challenge):
        return open_hello(challenge, hub_key, op=op, device=author.device, nonce=nonce)


def _read(data: bytes) -> FromHub:
    try:
        frame = read_from_hub(data)
    except MalformedError as error:
        shown = (f"frame of {len(data)} bytes, of which the first: {b64(data[:256])}",)
        raise MalformedError(error.code, "The hub speaks otherwise than vocu/1 prescribes.", shown) from None
    if isinstance(frame, Failure):
        raise (OfflineError if frame.code in PASSING else RefusedError)(frame.code, frame.message)
    return frame


@contextmanager
def exhibiting(frame: Frame) -> Iterator[None]:
    """Adds the frame as it travelled to the evidence of what is wrong with it."""
    try:
        yield
    except (UntrustedError, MalformedError) as error:
        raise UntrustedError(
            error.code, error.message, (*error.details, f"frame: {b64(encode_frame(frame))}")
        ) from error


@asynccontextmanager
async def visit(
    hub: str, op: str, author: Author, hub_key: HubVerifyKey, size: int, way: Way | None = None
) -> AsyncIterator[HubHTTP]:
    """HTTP with a token of its own, beside whatever other process of this desk is connected."""
    channel = await Channel.connect(hub, op, author, hub_key, way)
    try:
        welcome = await channel.authenticate(size)
        async with HubHTTP(channel.address, welcome.token, way) as http:
            yield http
    finally:
        await channel.close()


async def sleep_with_jitter(attempt: int) -> None:
    """Wait before the next try to connect: longer each time, up to some 20 seconds, and never all desks at once."""
    await asyncio.sleep(min(15.0, 0.25 * 2**attempt) * (0.5 + secrets.randbelow(1000) / 1000))
