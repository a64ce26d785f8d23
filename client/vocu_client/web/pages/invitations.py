"""Invitations: for a participant by the organiser, for a further desk by its own country."""

from collections.abc import Iterator
from typing import Final

from starlette.responses import Response

from vocu.canonical import unb64
from vocu.form.codes import countries
from vocu.form.faults import Fault
from vocu.ids import ticket
from vocu.operation.statements import Role
from vocu.rendering.wording import N_
from vocu_client.membership import Invitation, open_invitation
from vocu_client.planning import MAX_NAME, is_participant_code
from vocu_client.web.beginning import beside
from vocu_client.web.organising import for_organisers, text
from vocu_client.web.templating import plain
from vocu_client.web.visit import Visit, get, post

ROLES: dict[Role, str] = {
    "participant": N_("Reports seizures and controls, warns, asks and answers."),
    "co_organiser": N_("As a participant, and organises with you: it may open what is sealed to the OCU."),
    "observer": N_("Reads, and writes to the OCU only."),
    "support_agency": N_("For bodies such as Europol: reports, warns, asks and answers as a participant does."),
    "analyst": N_("Sees figures only; sealed words stay closed to it."),
}
"""The roles that are given, with what each may do."""

TAKES_PART: Final = N_(
    "{name} takes part already. A second desk it invites itself, under This desk → Desks of your country."
)


@for_organisers
async def ask(visit: Visit) -> Response:
    return _form(visit, [])


@for_organisers
async def invite(visit: Visit) -> Response:
    """Write the invitation, and show what to do with it."""
    faults = list(_faults(visit))
    if faults:
        return _form(visit, faults)
    ncp = _code(visit)
    role = next(role for role in ROLES if role == text(visit, "role"))
    file = visit.desk.decisions.invite(ncp, text(visit, "name") or visit.words.country(ncp), role)
    return visit.go(_address(file))


async def invite_desk(visit: Visit) -> Response:
    """An invitation for a further desk of this country."""
    ncp = visit.desk.settings.ncp
    file = visit.desk.decisions.invite(ncp, visit.desk.view.state.members[ncp].name, None)
    return visit.go(_address(file))


async def show(visit: Visit) -> Response:
    invitation = _invitation(visit)
    back = "/operation/devices" if invitation.role is None else "/operation/members"
    return visit.page("invitation.html", invitation=invitation, ticket=visit.path["ticket"], back=back)


async def download(visit: Visit) -> Response:
    invitation = _invitation(visit)
    name = f"{invitation.ncp}{'-desk' if invitation.role is None else ''}.invitation"
    file = visit.desk.decisions.invitation_file(visit.path["ticket"])
    return visit.download(name, "application/octet-stream", file)


async def take_back(visit: Visit) -> Response:
    back = "/operation/devices" if _invitation(visit).role is None else "/operation/members"
    visit.desk.decisions.take_back(visit.path["ticket"])
    return visit.go(back, visit.words._("The invitation is taken back; nobody comes in with it."))


def _invitation(visit: Visit) -> Invitation:
    return open_invitation(visit.desk.decisions.invitation_file(visit.path["ticket"]))


def _address(file: bytes) -> str:
    return f"/operation/invitations/{ticket(unb64(open_invitation(file).code))}"


def _code(visit: Visit) -> str:
    return text(visit, "code").upper() or text(visit, "country")


def _faults(visit: Visit) -> Iterator[Fault]:
    if not is_participant_code(_code(visit)):
        yield Fault("code", "Choose a country, or write a body's code: 2 to 16 capital letters and digits.")
    member = visit.desk.view.state.members.get(_code(visit))
    if member is not None and member.active and visit.form.get("again") != "yes":
        yield Fault("code", TAKES_PART, {"name": plain(member.name)})
    if len(text(visit, "name")) > MAX_NAME:
        yield Fault("name", "A name has 1 to {most} characters.", {"most": MAX_NAME})
    if text(visit, "role") not in ROLES:
        yield Fault("role", "Choose one of those that are offered.")


def _form(visit: Visit, faults: list[Fault]) -> Response:
    names = {code: visit.words.country(code) for code in countries()}
    return visit.page(
        "invite.html",
        400 if faults else 200,
        countries=sorted(names.items(), key=lambda item: item[1]),
        typed={name: text(visit, name) for name in ("country", "code", "name")},
        role=text(visit, "role") or "participant",
        roles=role_options(visit),
        errors=beside(visit, faults),
        there=any(fault.message == TAKES_PART for fault in faults),
    )


def role_options(visit: Visit) -> list[tuple[str, str, str]]:
    """The roles to choose from, with what each may do."""
    return [(role, visit.words.label("role", role), visit.words._(about)) for role, about in ROLES.items()]


ROUTES = [
    get("/operation/members/invite", ask, right="administer"),
    post("/operation/members/invite", invite, right="administer"),
    post("/operation/devices/invite", invite_desk, right="administer"),
    get("/operation/invitations/{ticket}", show, right="administer"),
    get("/operation/invitations/{ticket}/file", download, right="administer"),
    post("/operation/invitations/{ticket}/back", take_back, right="administer"),
]
