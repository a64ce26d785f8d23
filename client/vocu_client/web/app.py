"""The pages as one ASGI application: who is asking, in which language, and which module answers."""

import asyncio
import time
import traceback
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import quote, urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from vocu.errors import RefusedError, VocuError
from vocu.rendering.catalogue import COMPLETE
from vocu_client.languages import Languages
from vocu_client.settings import write_private
from vocu_client.team import ALONE, Officer
from vocu_client.web.guard import Doorkeeper, Guard
from vocu_client.web.live import Live
from vocu_client.web.pages import (
    account,
    admission,
    approvals,
    board,
    consultations,
    contacts,
    controls,
    devices,
    entry,
    form_parts,
    founding,
    handover,
    hits,
    invitations,
    issuing,
    login,
    members,
    message_new,
    messages,
    newsletters,
    now,
    officers,
    operation,
    outbox,
    outcomes,
    questions,
    report,
    report_files,
    results,
    revise,
    root_keys,
    seizure,
    seizures,
    start,
    this_desk,
    warnings,
)
from vocu_client.web.service import Service
from vocu_client.web.templating import STATIC
from vocu_client.web.visit import Needs, Visit, failure

PAGES: Final[Sequence[Sequence[BaseRoute]]] = (
    entry.ROUTES,
    now.ROUTES,
    login.ROUTES,
    account.ROUTES,
    officers.ROUTES,
    handover.ROUTES,
    approvals.ROUTES,
    consultations.ROUTES,
    outbox.ROUTES,
    this_desk.ROUTES,
    newsletters.ROUTES,
    results.ROUTES,
    form_parts.ROUTES,
    report.ROUTES,
    report_files.ROUTES,
    revise.ROUTES,
    contacts.ROUTES,
    seizures.ROUTES,
    seizure.ROUTES,
    start.ROUTES,
    founding.ROUTES,
    operation.ROUTES,
    root_keys.ROUTES,
    invitations.ROUTES,
    admission.ROUTES,
    members.ROUTES,
    devices.ROUTES,
    board.ROUTES,
    hits.ROUTES,
    issuing.ROUTES,
    message_new.ROUTES,
    messages.ROUTES,
    warnings.ROUTES,
    questions.ROUTES,
    controls.ROUTES,
    outcomes.ROUTES,
)  # fmt: skip
LANGUAGES: Final = COMPLETE
THEMES: Final = ("system", "light", "dark")

BROKEN: Final = VocuError(
    "desk-fault", "The desk itself failed at this. Nothing was lost; try again, and tell those who look after it."
)


class Site:
    """What all visits share. `address`: scheme, host and port under which browsers find these pages, exactly."""

    def __init__(self, service: Service, address: str, *, team: bool = False) -> None:
        self.service = service
        self.address = address
        self.team = team
        self.doorkeeper = Doorkeeper()
        self.live = Live(service)
        self.checking = this_desk.Checking()
        self.notices: dict[str, list[str]] = {}
        self.spoken = Languages(service.home)
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

    def turn_away(self, request: Request) -> Response:
        """For who has no session here."""
        visit = Visit(request, self, "", None)
        if self.team and self.founded:
            if request.method == "GET" and not visit.is_fragment:
                return visit.go(f"/login?back={quote(request.url.path)}" if request.url.path != "/" else "/login")
            return visit.page("session_over_part.html" if visit.is_fragment else "session_over.html", 401)
        return visit.page("no_session.html", 401)

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


def build(site: Site) -> ASGIApp:
    """The application, behind its guard."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        indexing = asyncio.create_task(site.service.keep_indexing())
        reading = asyncio.create_task(asyncio.to_thread(form_parts.read_lists))
        async with site.live.running():
            yield
        indexing.cancel()
        await asyncio.gather(indexing, reading, return_exceptions=True)
        await site.service.close()

    app = Starlette(
        routes=[*(route for routes in PAGES for route in routes), *_static(), *site.live.routes()],
        exception_handlers={HTTPException: _no_such_page, Exception: _broken},
        lifespan=lifespan,
    )
    app.state.site = site
    return Guard(app, site.address)


def _static() -> list[BaseRoute]:
    return [Mount("/static", _Static(directory=STATIC))]


class _Static(StaticFiles):
    """The address of a static file names its content, so a browser may keep it."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
        return response


async def _broken(request: Request, error: Exception) -> Response:
    """A fault of the desk itself: said once, in words; what to send to those who can mend it goes to the console."""
    traceback.print_exception(error)
    site: Site = request.app.state.site
    session, officer = site.session_of(request)
    visit = Visit(request, site, session, officer)
    return failure(visit, BROKEN)


async def _no_such_page(request: Request, _error: Exception) -> Response:
    site: Site = request.app.state.site
    session, officer = site.session_of(request)
    if officer is None:
        return site.turn_away(request)
    visit = Visit(request, site, session, officer)
    return failure(visit, RefusedError("no-such-page", "There is no such page at this desk."))
