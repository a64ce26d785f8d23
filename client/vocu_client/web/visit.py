"""One request of one officer to the desk, and how pages declare what they answer."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote, urlencode

from python_multipart.multipart import parse_options_header
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.datastructures import FormData, QueryParams
from starlette.formparsers import MultiPartParser
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive

from vocu.errors import MalformedError, RefusedError, VocuError
from vocu_client.actions import Actions
from vocu_client.app import Desk
from vocu_client.team import Officer, Right
from vocu_client.web.digits import number_of
from vocu_client.web.guard import DOWNLOAD_CSP
from vocu_client.web.site import Needs, Site
from vocu_client.web.templating import render

MAX_FIELDS = 5000
MAX_FILES = 20
MAX_FIELD_BYTES = 2 * 1024 * 1024
MAX_BODY = 64 * 1024 * 1024
MAX_BODY_OF_STRANGERS = 64 * 1024
"""Bytes of one form; of one that somebody sends who has not logged in."""
FORM_SECONDS = 600
FORM_SECONDS_OF_STRANGERS = 30
PREFERENCE_SECONDS = 365 * 24 * 3600
MOST_NOTICES = 5
"""That wait for the next page: a script may send forms without ever opening one."""
MultiPartParser.spool_max_size = MAX_BODY
"""All of a form stays in memory: what officers send is never on the disk in the clear, not even for a moment."""
IN_ADDRESSES = ":/%#?=@[]!$&'()*+,;"
"""Signs that stand for themselves in an address; no other gets into a header."""


class _Number(IntegerConvertor):
    """A number in an address is short; the framework would read thousands of digits, and fail at them."""

    regex = "[0-9]{1,9}"


register_url_convertor("int", _Number())


class Visit:
    """What a handler is given: the request, the open desk, the officer, and the words of his language."""

    def __init__(self, request: Request, site: Site, session: str, officer: Officer | None) -> None:
        self.request = request
        self.site = site
        self.session = session
        self._officer = officer
        self.words = site.spoken.wording(site.language_of(request))
        self.form: FormData = FormData()

    @property
    def officer(self) -> Officer:
        """Who asks; nobody on the few pages that are shown before a login."""
        return self._officer or Officer(role="reader")

    @property
    def known(self) -> bool:
        """Whether an officer is logged in here."""
        return self._officer is not None

    @property
    def desk(self) -> Desk:
        if self.site.service.desk is None:
            raise RefusedError("desk-locked", "This desk is locked; give its passphrase first.")
        return self.site.service.desk

    @property
    def actions(self) -> Actions:
        """What this officer does: his id travels, sealed, with what he writes. Pages act through this alone."""
        return self.desk.actions.of(self.officer.id) if self.officer.id else self.desk.actions

    @property
    def query(self) -> QueryParams:
        return self.request.query_params

    def query_but(self, *names: str) -> str:
        """The query of this address without these names."""
        return urlencode([(name, value) for name, value in self.query.multi_items() if name not in names])

    @property
    def path(self) -> dict[str, Any]:
        """The values in the address, as its route names them."""
        return self.request.path_params

    @property
    def is_fragment(self) -> bool:
        """Whether htmx asks for a part of a page."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def organises(self) -> bool:
        """Whether this is the organiser's desk."""
        service = self.site.service
        if service.desk is None or service.state != "open":
            return False
        return service.desk.settings.ncp in service.desk.view.state.organisers

    @property
    def zone(self) -> str:
        """The operation's time zone."""
        return self.desk.view.state.genesis.zone if self.site.service.state == "open" else "UTC"

    @property
    def csrf(self) -> str:
        return self.site.doorkeeper.csrf(self.session) if self.session else ""

    def may(self, right: Right) -> bool:
        return self.officer.may(right)

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """The page of this template; of a fragment's template the fragment."""
        return HTMLResponse(render(self, template, values), status)

    def go(self, address: str, notice: str = "") -> Response:
        """To another page of the desk, with a notice that is shown there once."""
        if notice:
            notices = self.site.notices.setdefault(self.session, [])
            notices.append(notice)
            del notices[:-MOST_NOTICES]
        if self.is_fragment:
            return Response(status_code=204, headers={"HX-Redirect": quote(address, safe=IN_ADDRESSES)})
        return RedirectResponse(address, 303)

    def download(self, name: str, media_type: str, data: bytes) -> Response:
        """A file to keep, never to be shown in the desk's own origin."""
        plain = re.sub(r"[^A-Za-z0-9._-]", "_", name) or "file"
        disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
        headers = {"Content-Disposition": disposition, "Content-Security-Policy": DOWNLOAD_CSP}
        return Response(data, media_type=media_type, headers=headers)

    def remember(self, response: Response, name: str, value: str) -> Response:
        """Keep a preference (language, theme) in this browser."""
        response.set_cookie(
            self.site.cookie(name), value, max_age=PREFERENCE_SECONDS, httponly=True, samesite="strict",
            secure=self.site.secure,
        )  # fmt: skip
        return response

    def require(self, right: Right) -> None:
        if not self.may(right):
            raise RefusedError(
                "not-your-right", "Your account at this desk does not allow that; ask a colleague whose account does."
            )


def visit_of(request: Request) -> Visit:
    """The visit that this request is."""
    site: Site = request.app.state.site
    return Visit(request, site, *site.session_of(request))


def turned_away(request: Request) -> Response:
    """For who has no session here."""
    site: Site = request.app.state.site
    visit = Visit(request, site, "", None)
    if site.team and site.founded:
        if request.method == "GET" and not visit.is_fragment:
            return visit.go(f"/login?back={quote(request.url.path)}" if request.url.path != "/" else "/login")
        return visit.page("session_over_part.html" if visit.is_fragment else "session_over.html", 401)
    return visit.page("no_session.html", 401)


Handler = Callable[[Visit], Awaitable[Response]]


def get(
    path: str, handler: Handler, *, right: Right = "read", needs: Needs = "operation", public: bool = False
) -> Route:
    """A page. `public`: shown before anybody has logged in."""
    return _route(path, handler, "GET", right, needs, public)


def post(
    path: str, handler: Handler, *, right: Right = "post", needs: Needs = "operation", public: bool = False
) -> Route:
    """What a form of the desk's pages is sent to: the handler finds it in `visit.form`, checked for its CSRF token."""
    return _route(path, handler, "POST", right, needs, public)


def _route(path: str, handler: Handler, method: str, right: Right, needs: Needs, public: bool) -> Route:
    async def endpoint(request: Request) -> Response:
        visit = visit_of(request)
        if not visit.known and not public:
            return turned_away(request)
        try:
            if method == "POST":
                await _read_form(visit)
            elsewhere = visit.site.where_first(needs)
            if elsewhere and elsewhere != request.url.path:
                return visit.go(elsewhere)
            if not public:
                visit.require(right)
            return await handler(visit)
        except VocuError as error:
            return failure(visit, error)

    return Route(path, endpoint, methods=[method])


async def _read_form(visit: Visit) -> None:
    most, seconds = MAX_BODY, FORM_SECONDS
    if not visit.known:
        most, seconds = MAX_BODY_OF_STRANGERS, FORM_SECONDS_OF_STRANGERS
    visit.request = request = Request(visit.request.scope, _at_most(visit.request, most))
    try:
        _require_utf_8(request.headers.get("content-type", ""))
        async with asyncio.timeout(seconds):
            visit.form = await request.form(max_fields=MAX_FIELDS, max_files=MAX_FILES, max_part_size=MAX_FIELD_BYTES)
    except VocuError:
        raise
    except Exception as error:  # whatever the parser does not like of what it was sent
        raise _unreadable() from error
    shown = request.headers.get("x-vocu") or visit.form.get("csrf")
    if visit.session and not (isinstance(shown, str) and visit.site.doorkeeper.is_ours(visit.session, shown)):
        raise RefusedError("stale-page", "This page is from an earlier session; open it again and repeat what you did.")


def _at_most(request: Request, most: int) -> Receive:
    """What the browser sends, as long as it is not too much; a length that is announced is believed at once."""
    announced, taken, receive = number_of(request.headers.get("content-length", "0")), 0, request.receive

    async def receive_at_most() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most or announced is None or announced > most:
            raise MalformedError("form-too-large", "This is more than a desk takes at once; send it in smaller parts.")
        return message

    return receive_at_most


def _require_utf_8(content_type: str) -> None:
    """In no other encoding: some of them make half characters, which nothing can store, or take minutes to read."""
    charset = parse_options_header(content_type)[1].get(b"charset", b"utf-8")
    if charset.lower() not in (b"utf-8", b"utf8"):
        raise _unreadable()


def _unreadable() -> MalformedError:
    return MalformedError("bad-request", "This form could not be read; go back and send it again.")


def failure(visit: Visit, error: VocuError) -> Response:
    """One clear error, with what to do next."""
    return visit.page(
        "error_part.html" if visit.is_fragment else "error.html", _STATUS.get(error.code, 400), error=error
    )


_STATUS = {
    "not-your-right": 403,
    "stale-page": 403,
    "unknown-id": 404,
    "no-such-page": 404,
    "unknown-part": 404,
    "form-too-large": 413,
    "desk-fault": 500,
}
