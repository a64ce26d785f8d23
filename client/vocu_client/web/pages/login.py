"""In and out at a desk that several officers share: password or passkey, a one-time code, the first administrator."""

from typing import Final

from starlette.responses import Response

from vocu.errors import RefusedError, VocuError
from vocu_client.team import Team
from vocu_client.web.pages.entry import HERE
from vocu_client.web.visit import Visit, get, post

JSON: Final = "application/json"


async def login(visit: Visit) -> Response:
    """For who is not logged in yet."""
    if visit.known or not visit.site.team:
        return visit.go("/")
    return _login_page(visit, 200, None)


async def log_in(visit: Visit) -> Response:
    officer, password = _typed(visit, "officer"), _typed(visit, "password")
    try:
        token = await visit.site.passwords.tried(_team(visit).log_in, officer, password)
    except VocuError as error:
        return _login_page(visit, 400, error)
    return begin(visit, token, _back(visit))


async def passkey_options(visit: Visit) -> Response:
    return Response(_team(visit).passkeys.login(visit.site.address), media_type=JSON)


async def log_in_with_passkey(visit: Visit) -> Response:
    """What the passkey answered, sent by a script that went on from the options."""
    token = _team(visit).log_in_with_passkey(visit.site.address, _typed(visit, "response"))
    return begin(visit, token, _back(visit))


async def code(visit: Visit) -> Response:
    """For who was given a one-time code: a new officer, or one who forgot his password."""
    return visit.page("login_code.html", error=None, officer=visit.query.get("officer", ""))


async def redeem(visit: Visit) -> Response:
    officer, given, password = _typed(visit, "officer"), _typed(visit, "code"), _typed(visit, "password")
    try:
        _require_same(password, _typed(visit, "again"))
        token = await visit.site.passwords.tried(_team(visit).redeem, officer, given, password)
    except VocuError as error:
        return visit.page("login_code.html", 400, error=error, officer=officer)
    return begin(visit, token, "/")


async def first(visit: Visit) -> Response:
    """Who started the desk of a team makes the first administrator: there is nobody yet who could log in."""
    if not visit.site.team or visit.site.founded:
        return visit.go("/")
    return visit.page("officers_first.html", error=None, officer="", name="")


async def make_first(visit: Visit) -> Response:
    if not visit.site.team:
        return visit.go("/")
    officer, name, password = _typed(visit, "officer").strip(), _typed(visit, "name"), _typed(visit, "password")
    try:
        _require_same(password, _typed(visit, "again"))
        token = await visit.site.passwords.tried(_team(visit).found, officer, name, password)
    except VocuError as error:
        return visit.page("officers_first.html", 400, error=error, officer=officer, name=name)
    visit.site.doorkeeper.leave(visit.session)
    return begin(visit, token, "/officers")


async def log_out(visit: Visit) -> Response:
    """Log this browser out; `this_desk.py` routes to it."""
    if visit.site.team and visit.site.service.desk is not None:
        visit.desk.team.log_out(visit.session)
    visit.site.doorkeeper.leave(visit.session)
    visit.site.notices.pop(visit.session, None)
    response = visit.go("/login") if visit.site.team else visit.page("left.html")
    response.delete_cookie(visit.site.cookie("session"), httponly=True, samesite="strict", secure=visit.site.secure)
    return response


def begin(visit: Visit, token: str, address: str) -> Response:
    """Give the browser its new session, and the looks that its officer likes."""
    response = visit.go(address)
    response.set_cookie(visit.site.cookie("session"), token, httponly=True, samesite="strict", secure=visit.site.secure)
    officer = visit.desk.team.officer_of(token)
    preference = visit.desk.preferences.of(officer.id if officer is not None else "")
    for name, value in (("language", preference.language), ("theme", preference.theme)):
        if value:
            visit.remember(response, name, value)
    return response


def _login_page(visit: Visit, status: int, error: VocuError | None) -> Response:
    team = visit.site.service.desk.team if visit.site.service.desk is not None else None
    passkeys = team is not None and team.passkeys.possible(visit.site.address)
    return visit.page(
        "login.html",
        status,
        error=error,
        locked=team is None,
        passkeys=passkeys,
        officer=_typed(visit, "officer"),
        back=_back(visit),
    )


def _team(visit: Visit) -> Team:
    if not visit.site.team:
        raise RefusedError("no-team", "This desk is used by one officer and has no accounts.")
    return visit.desk.team


def _back(visit: Visit) -> str:
    """The page that was wanted before the login."""
    back = _typed(visit, "back") or visit.query.get("back", "/")
    return back if HERE.match(back) else "/"


def _typed(visit: Visit, field: str) -> str:
    value = visit.form.get(field, "")
    return value if isinstance(value, str) else ""


def _require_same(password: str, again: str) -> None:
    if password != again:
        raise RefusedError("passwords-differ", "The two passwords differ; type the new one twice the same.")


ROUTES = [
    get("/login", login, needs="nothing", public=True),
    post("/login", log_in, needs="nothing", public=True),
    post("/login/passkey-options", passkey_options, needs="nothing", public=True),
    post("/login/passkey", log_in_with_passkey, needs="nothing", public=True),
    get("/login/code", code, needs="nothing", public=True),
    post("/login/code", redeem, needs="nothing", public=True),
    get("/officers/first", first, needs="desk", right="administer"),
    post("/officers/first", make_first, needs="desk", right="administer"),
]
