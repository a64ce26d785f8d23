"""No desk in this home yet: join an operation with an invitation, or found one."""

from starlette.responses import Response

from vocu.errors import MalformedError, VocuError
from vocu.form.faults import Fault
from vocu_client import founding
from vocu_client.membership import Invitation, read_invitation
from vocu_client.web.beginning import (
    Typed,
    beginning,
    beside,
    make_desk,
    passphrase_faults,
    require_absent,
    texts,
    uploaded,
)
from vocu_client.web.visit import Visit, get, post

LONGEST_NAME = 120


async def start(visit: Visit) -> Response:
    """The two ways to a desk."""
    if visit.site.service.state != "absent":
        return visit.go("/")
    require_absent(visit)
    return visit.page("start.html")


async def ask(visit: Visit) -> Response:
    """The page on which an invitation is answered."""
    require_absent(visit)
    return _form(visit, beginning(visit).typed.get(visit.session, {}), [])


async def join(visit: Visit) -> Response:
    """Answer the invitation, and go on to the safety number."""
    if visit.site.service.state == "waiting":
        return visit.go("/waiting")  # the second of two clicks
    require_absent(visit)
    typed = texts(visit, ("invitation", "desk_name", "passphrase", "again"))
    file = await uploaded(visit, "file")
    if file:
        typed["invitation"] = [file.decode("utf-8", "replace")]
    faults, invitation = [*_name_faults(typed), *passphrase_faults(typed)], None
    try:
        invitation = read_invitation(typed["invitation"][0].encode() if typed["invitation"] else b"")
    except MalformedError:
        faults.insert(0, Fault("invitation", "This is not an invitation of vocu, or not the whole of it."))
    except VocuError as error:
        return _form(visit, typed, faults, error)
    if faults or invitation is None:
        return _form(visit, typed, faults)
    return await _join(visit, invitation, typed)


async def _join(visit: Visit, invitation: Invitation, typed: Typed) -> Response:
    home, name, passphrase = visit.site.service.home, typed["desk_name"][0].strip(), typed["passphrase"][0]
    try:
        await make_desk(visit, lambda: founding.join(home, invitation, name, passphrase), passphrase)
    except VocuError as error:
        if visit.site.service.state == "waiting":
            return visit.go("/waiting")
        return _form(visit, typed, [], error)
    return visit.go("/waiting")


def _name_faults(typed: Typed) -> list[Fault]:
    name = (typed["desk_name"] or [""])[0].strip()
    if 1 <= len(name) <= LONGEST_NAME:
        return []
    return [Fault("desk_name", "A name has 1 to {most} characters.", {"most": LONGEST_NAME})]


def _form(visit: Visit, typed: Typed, faults: list[Fault], error: VocuError | None = None) -> Response:
    """The page with what was typed; passphrases are typed again."""
    kept = {name: (values or [""])[0] for name, values in typed.items() if name in ("invitation", "desk_name")}
    beginning(visit).typed[visit.session] = {name: [text] for name, text in kept.items()}
    status = 400 if faults or error else 200
    return visit.page("join.html", status, typed=kept, errors=beside(visit, faults), error=error)


ROUTES = [
    get("/start", start, needs="nothing"),
    get("/start/join", ask, needs="nothing"),
    post("/start/join", join, needs="nothing", right="administer"),
]
