"""Who takes part, in which role and with which desks; changing and removing."""

from starlette.responses import Response

from vocu.errors import RefusedError
from vocu.form.faults import Fault
from vocu.operation.state import Member
from vocu_client.admitting import not_welcomed, welcome
from vocu_client.planning import MAX_NAME
from vocu_client.web.beginning import beside
from vocu_client.web.organising import decided, for_organisers, require_sure, text, told
from vocu_client.web.pages.admission import waiting_here
from vocu_client.web.pages.invitations import ROLES, role_options
from vocu_client.web.templating import plain
from vocu_client.web.visit import Visit, get, post

HOME = "/operation/members"


@for_organisers
async def overview(visit: Visit) -> Response:
    """Participants, invitations that nobody used yet, and who waits to be admitted."""
    desk = visit.desk
    return visit.page(
        "members.html",
        members=desk.view.state.participants(),
        invitations=[each for each in desk.decisions.invitations() if each[1].role is not None],
        unwelcomed=not_welcomed(desk),
        waiting=await waiting_here(visit, "members"),
    )


@for_organisers
async def one(visit: Visit) -> Response:
    return _page(visit, _member(visit), [])


@for_organisers
async def change(visit: Visit) -> Response:
    """Change the name or the role."""
    member, name = _member(visit), text(visit, "name")
    role = next((role for role in ROLES if role == text(visit, "role")), None)
    if member.role == "organiser":
        role = member.role
    faults = []
    if not 1 <= len(name) <= MAX_NAME:
        faults.append(Fault("name", "A name has 1 to {most} characters.", {"most": MAX_NAME}))
    if role is None:
        faults.append(Fault("role", "Choose one of those that are offered."))
    if faults or role is None:
        return _page(visit, member, faults)
    done = visit.words._("{name} is changed.", name=plain(name))
    return await decided(
        visit, "roots", lambda decisions: decisions.change(member.ncp, name=name, role=role), HOME, done
    )


@for_organisers
async def ask_to_remove(visit: Visit) -> Response:
    return visit.page("remove.html", member=_member(visit))


@for_organisers
async def remove(visit: Visit) -> Response:
    member = _member(visit)
    require_sure(visit)
    done = visit.words._("{name} is removed, with all its desks.", name=plain(member.name))
    return await decided(visit, "roots", lambda decisions: decisions.remove(member.ncp), HOME, done)


@for_organisers
async def send_contacts(visit: Visit) -> Response:
    """To a newcomer who was not sent them, because the line broke after his admission."""
    member = _member(visit)
    event_id = welcome(visit.desk, member.ncp)
    if event_id is None:
        return visit.go(HOME)
    done = visit.words._("{name} is sent the contacts.", name=plain(member.name))
    return await told(visit, event_id, HOME, done)


def _member(visit: Visit) -> Member:
    for member in visit.desk.view.state.participants():
        if member.ncp == visit.path["ncp"]:
            return member
    raise RefusedError("unknown-participant", "There is no such participant in this operation.")


def _page(visit: Visit, member: Member, faults: list[Fault]) -> Response:
    return visit.page(
        "member.html",
        400 if faults else 200,
        member=member,
        name=text(visit, "name") if faults else member.name,
        role=text(visit, "role") if faults else member.role,
        roles=role_options(visit),
        desks=sorted(member.devices.values(), key=lambda device: device.admitted),
        errors=beside(visit, faults),
    )


ROUTES = [
    get("/operation/members", overview),
    get("/operation/members/{ncp}", one),
    post("/operation/members/{ncp}", change, right="administer"),
    get("/operation/members/{ncp}/remove", ask_to_remove, right="administer"),
    post("/operation/members/{ncp}/remove", remove, right="administer"),
    post("/operation/members/{ncp}/contacts", send_contacts, right="administer"),
]
