"""How a desk proves who it is: the hub's half of a session (docs/protocol.md §7), and the tokens for HTTP."""

import hashlib
import secrets
import time

from msgspec import Struct

from vocu.canonical import b64
from vocu.crypto.keys import HubSigningKey
from vocu.errors import RefusedError
from vocu.protocol.frames import Auth, Challenge, Fresh, Hello
from vocu.protocol.session import DeskAuth, HubHello, open_auth, sign_hello
from vocu_server.clock import Clock
from vocu_server.sequencer.operations import Operations

TOKEN_SECONDS = 15 * 60


class Session(Struct):
    """A desk that has proved itself. Its token is good until `expires` (seconds of the monotonic clock)."""

    op: str
    device: str
    ncp: str
    size: int
    expires: float


class Login:
    """Challenges desks, and knows by their tokens those that answered. Tokens are kept as hashes, in memory only."""

    def __init__(self, operations: Operations, key: HubSigningKey, clock: Clock, tls: str) -> None:
        self._operations = operations
        self._key = key
        self._clock = clock
        self.tls = tls
        """The hash of our certificate's key; empty without TLS."""
        self._sessions: dict[bytes, Session] = {}

    def challenge(self, hello: Hello) -> tuple[HubHello, Challenge]:
        """Raises RefusedError where the operation or the device is not known here."""
        self._operations.get(hello.op).active_device(hello.device)
        said = self._hello(hello.op, hello.device, hello.nonce, secrets.token_bytes(16))
        return said, Challenge(*sign_hello(said, self._key))

    def accept(self, said: HubHello, answer: Auth) -> tuple[str, Session]:
        """A token for the desk that answered. Raises UntrustedError, MalformedError, RefusedError."""
        sequencer = self._operations.get(said.op)
        device = sequencer.active_device(said.device)
        auth: DeskAuth = open_auth(answer, device.sign, said, self._key.public, self.tls)
        if auth.size > sequencer.feed.size:
            raise RefusedError(
                "wrong-position", f"This hub's log has {sequencer.feed.size} entries, the desk has {auth.size}."
            )
        token = secrets.token_urlsafe(32)
        session = Session(said.op, device.id, device.ncp, auth.size, time.monotonic() + TOKEN_SECONDS)
        self._sessions[_hash(token)] = session
        return token, session

    def freshen(self, session: Session, nonce: bytes) -> Fresh:
        """Proof that the hub is where it says, and another 15 minutes for the session's token."""
        session.expires = time.monotonic() + TOKEN_SECONDS
        return Fresh(*sign_hello(self._hello(session.op, session.device, nonce, b""), self._key))

    def bearer(self, op: str, token: str) -> Session:
        """The session of this token. Raises RefusedError where there is none, or it is another operation's."""
        session = self._sessions.get(_hash(token))
        if session is None or session.op != op or session.expires < time.monotonic():
            raise RefusedError("not-authenticated", "Connect to the channel first, and use the token of its welcome.")
        self._operations.get(op).active_device(session.device)
        return session

    def leave(self, session: Session) -> None:
        """Let the session's token die."""
        self._sessions = {known: other for known, other in self._sessions.items() if other is not session}

    def _hello(self, op: str, device: str, nonce: bytes, own: bytes) -> HubHello:
        return HubHello(
            op=op,
            device=device,
            nonce_c=b64(nonce),
            nonce_s=b64(own),
            time=self._clock(),
            checkpoint=self._operations.get(op).checkpoint(),
        )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
