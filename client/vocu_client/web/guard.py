"""Who may speak to the pages at all, and with which protections every answer leaves (docs/threat-model.md).

A page of another site, a name that was rebound to this machine, another user's program: none of them gets as far as a
handler. What a handler still checks is what the officer may do.
"""

import hmac
import secrets
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vocu_client.web.lasting import tell_where

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types default",
    )
)
DOWNLOAD_CSP = "sandbox; default-src 'none'"
FRAMED_CSP = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
"""For a newsletter, which carries its own styles as mail programs want them, and no script."""
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CSP,
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # "no-referrer" would have browsers send "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
BROKEN = "The desk itself failed at this. Try again, and tell those who look after it."
SAFE_METHODS = frozenset({"GET", "HEAD"})


class Guard:
    """Lets in requests to this address from its own pages, and from nowhere else."""

    def __init__(self, app: ASGIApp, address: str) -> None:
        self._app = app
        self._address = address
        self._host = urlsplit(address).netloc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # there is no WebSocket here; uvicorn closes what nobody accepted
        reason = self._refusal(Headers(scope=scope), scope["method"])
        if reason:
            await PlainTextResponse(reason, 403, dict(HEADERS))(scope, receive, send)
            return

        answered = False

        async def protected(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, protected)
        except Exception as error:
            tell_where(error)
            if not answered:
                await PlainTextResponse(BROKEN, 500, dict(HEADERS))(scope, receive, send)

    def _refusal(self, headers: Headers, method: str) -> str:
        if headers.getlist("host") != [self._host]:
            return f"This desk answers at {self._address} only."
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return "Another site asked for this. Type the address, or follow the link that the desk printed."
        if headers.get("origin", self._address) != self._address:
            return "Another site sent this. Go on in the desk's own pages."
        if method not in SAFE_METHODS and "origin" not in headers:
            return "This did not come from the desk's own pages."
        return ""


class Doorkeeper:
    """The launch token, good once, and the sessions of browsers that showed it; all of it in memory only."""

    def __init__(self) -> None:
        self._token = secrets.token_urlsafe(32)
        self._sessions: set[bytes] = set()
        self._key = secrets.token_bytes(32)

    @property
    def token(self) -> str:
        """What the next browser has to show. Another one once it was used."""
        return self._token

    def enter(self, token: str) -> str | None:
        """A new session for who shows the launch token; the token is used up."""
        if not hmac.compare_digest(token.encode(), self._token.encode()):
            return None
        self._token = secrets.token_urlsafe(32)
        session = secrets.token_urlsafe(32)
        self._sessions.add(_hash(session))
        return session

    def knows(self, session: str) -> bool:
        return _hash(session) in self._sessions

    def leave(self, session: str) -> None:
        self._sessions.discard(_hash(session))

    def csrf(self, session: str) -> str:
        """What every form of this session has to carry."""
        return hmac.new(self._key, session.encode(), sha256).hexdigest()

    def is_ours(self, session: str, csrf: str) -> bool:
        return hmac.compare_digest(self.csrf(session).encode(), csrf.encode())


def _hash(session: str) -> bytes:
    return sha256(session.encode()).digest()
