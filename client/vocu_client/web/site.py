"""What all visits of one desk's pages share: their address, who may come in, in which languages and colours."""

import asyncio
import time
from typing import Final, Literal
from urllib.parse import urlsplit

from starlette.requests import Request

from vocu_client.languages import Languages
from vocu_client.settings import write_private
from vocu_client.team import ALONE, Officer
from vocu_client.web.guard import Doorkeeper
from vocu_client.web.passwords import Passwords
from vocu_client.web.service import Service

Needs = Literal["operation", "desk", "nothing"]
"""What must be there before a page makes sense: an operation that was seen, an open desk, or nothing."""
THEMES: Final = ("system", "light", "dark")


class Site:
    """One desk's pages. `address`: scheme, host and port under which browsers find these pages, exactly."""

    def __init__(self, service: Service, address: str, *, team: bool = False) -> None:
        self.service = service
        self.address = address
        self.team = team
        self.doorkeeper = Doorkeeper()
        self.passwords = Passwords()
        self.notices: dict[str, list[str]] = {}
        self.spoken = Languages(service.home)
        self.ended = asyncio.Event()
        """Set once the pages are served no longer: nothing goes on waiting for this desk then."""
        self._founded = False

    @property
    def secure(self) -> bool:
        return self.address.startswith("https:")

    @property
    def link(self) -> str:
        """The address that lets one browser in, once."""
        return f"{self.address}/enter?token={self.doorkeeper.token}"

    def leave_link(self) -> None:
        """Leave the launch link where only this machine's user finds it, for a second `vocu desk`."""
        self.service.home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(self.service.home.link_file, self.link.encode())

    def cookie(self, name: str) -> str:
        """Cookies do not know ports, and two desks may run on one machine: so the name does."""
        return f"vocu-{name}-{urlsplit(self.address).port or 443}"

    def now(self) -> int:
        return int(time.time() * 1000)

    def session_of(self, request: Request) -> tuple[str, Officer | None]:
        """The session that this browser shows, and whose it is."""
        session = request.cookies.get(self.cookie("session"), "")
        if not session:
            return "", None
        if self.team and self.founded:
            return session, self._member(session, request)
        return session, ALONE if self.doorkeeper.knows(session) else None

    @property
    def founded(self) -> bool:
        """Whether this desk has officers' accounts; before that, who started it makes the first."""
        desk = self.service.desk
        self._founded = self._founded or (desk is not None and desk.team.founded)
        return self._founded

    def _member(self, session: str, request: Request) -> Officer | None:
        """The officer of this session. A page that asks by itself does not keep it from ending."""
        desk = self.service.desk
        by_itself = request.url.path == "/live" or (request.method == "GET" and "hx-request" in request.headers)
        return desk.team.officer_of(session, active=not by_itself) if desk is not None else None

    def where_first(self, needs: Needs) -> str:
        """The page that has to be dealt with before one of these needs makes sense; empty where it does."""
        state = self.service.state
        if needs == "nothing":
            return ""
        if self.team and self.service.desk is not None and not self.founded:
            return "/officers/first"
        if state == "open":
            return ""
        if needs == "desk" and state == "waiting":
            return ""
        return {"absent": "/start", "locked": "/unlock", "waiting": "/waiting"}[state]

    def languages(self) -> tuple[str, ...]:
        """Those that vocu brings, and those that were imported into this desk's folder."""
        return self.spoken.offered()

    def language_of(self, request: Request) -> str:
        """The one this browser chose, else the first that it asks for and we have, else English."""
        chosen = request.cookies.get(self.cookie("language"), "")
        asked = [part.split(";")[0].strip()[:2] for part in request.headers.get("accept-language", "").split(",")]
        known = self.languages()
        return next((language for language in (chosen, *asked) if language in known), "en")

    def theme_of(self, request: Request) -> str:
        theme = request.cookies.get(self.cookie("theme"), "")
        return theme if theme in THEMES else "system"
