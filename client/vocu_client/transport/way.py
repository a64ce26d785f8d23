"""How a desk gets through to its hub: through which proxy, and on which kind of line. It remembers what worked."""

import time
from pathlib import Path
from typing import Final, Literal

from vocu.errors import RefusedError
from vocu_client.transport.proxy import Proxy, proxy_for

Kind = Literal["websocket", "polling"]

TRY_AGAIN_SECONDS: Final = 1800.0
"""For so long a desk does without WebSockets where none came through."""


class Way:
    """`proxy`: the desk's own setting. `note`: a file in which the memory outlasts a command."""

    def __init__(self, proxy: str = "", note: Path | None = None) -> None:
        self._proxy = proxy
        self._note = note
        self._blocked_at = _read(note)
        self.kind: Kind | None = None
        """On which kind of line the hub answered last; None before it did."""

    @property
    def kinds(self) -> tuple[Kind, Kind]:
        """Which kind of line to try first, and which then."""
        if 0 <= time.time() - self._blocked_at < TRY_AGAIN_SECONDS:
            return "polling", "websocket"
        return "websocket", "polling"

    def proxy_to(self, hub: str) -> Proxy | None:
        """Raises RefusedError (bad-proxy)."""
        return proxy_for(hub, self._proxy)

    def told(self, hub: str) -> str:
        """For people, in the words of those who look after networks; never with the proxy's password."""
        try:
            proxy = self.proxy_to(hub)
        except RefusedError:
            proxy = None
        line = {"websocket": "WebSocket", "polling": "HTTPS long-poll", None: ""}[self.kind]
        return ", ".join(part for part in (line, f"proxy {proxy.name}" if proxy is not None else "") if part)

    def worked(self, kind: Kind) -> None:
        """The hub answered on this kind of line."""
        if kind == "polling" and self.kinds[0] == "websocket":
            self.swallowed()
        elif kind == "websocket":
            self._remember(0.0)
        self.kind = kind

    def swallowed(self) -> None:
        """Something between lets no WebSocket through, or nothing that is said on it."""
        self._remember(time.time())

    def _remember(self, blocked_at: float) -> None:
        if blocked_at != self._blocked_at:
            self._blocked_at = blocked_at
            if self._note is not None:
                self._note.write_text(f"{int(blocked_at)}\n", encoding="ascii")


def _read(note: Path | None) -> float:
    try:
        return float(note.read_text(encoding="ascii")) if note is not None else 0.0
    except (OSError, ValueError):
        return 0.0
