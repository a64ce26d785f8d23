"""The way in: the launch link, the passphrase, waiting to be admitted; and the language and theme of this browser."""

import re
from typing import Final

from starlette.responses import Response

from vocu.errors import RefusedError, VocuError
from vocu_client.web.visit import Visit, get, post

HERE: Final = re.compile(r"/(?![/\\\\])[^\s]*\Z")
"""An address of this desk, and of nowhere else."""


async def enter(visit: Visit) -> Response:
    """Trade the launch token for a session."""
    session = visit.site.doorkeeper.enter(visit.query.get("token", ""))
    if session is None:
        return visit.page("no_session.html", 401)
    visit.site.leave_link()
    response = visit.go("/")
    response.set_cookie(
        visit.site.cookie("session"), session, httponly=True, samesite="strict", secure=visit.site.secure
    )
    return response


async def unlock(visit: Visit) -> Response:
    if visit.site.service.state != "locked":
        return visit.go("/")
    return visit.page("unlock.html", error=None)


async def take_passphrase(visit: Visit) -> Response:
    try:
        await visit.site.service.unlock(str(visit.form.get("passphrase", "")))
    except VocuError as error:
        return visit.page("unlock.html", 400, error=error)
    return visit.go("/")


async def waiting(visit: Visit) -> Response:
    """Joined, and not admitted yet: the safety number to read out."""
    if visit.site.service.state == "open":
        return visit.go("/")
    return visit.page("waiting.html", number=visit.desk.settings.safety_number)


async def line(visit: Visit) -> Response:
    """The line to the hub and the outbox, on top of every page."""
    return visit.page("line_part.html")


async def choose(visit: Visit) -> Response:
    """The language or the theme, from the foot of every page."""
    back = str(visit.form.get("back", "/"))
    response = visit.go(back if HERE.match(back) else "/")
    for name, known in (("language", visit.site.languages()), ("theme", ("system", "light", "dark"))):
        value = str(visit.form.get(name, ""))
        if value in known:
            visit.remember(response, name, value)
        elif value:
            raise RefusedError("unknown-choice", "This desk does not have that language or theme.")
    return response


ROUTES = [
    get("/enter", enter, needs="nothing", public=True),
    get("/unlock", unlock, needs="nothing"),
    post("/unlock", take_passphrase, needs="nothing"),
    get("/waiting", waiting, needs="desk"),
    get("/line", line),
    post("/preferences", choose, needs="nothing", right="read"),
]
