"""Who answered an invitation and waits: admitted by the safety number that was read out by telephone, typed in whole.

The number is never shown to who admits. Somebody in between could make another request whose number ends alike; forty
digits that were heard leave no room for that, and nobody can nod through what he has to type.
"""

import asyncio
from typing import Literal

from starlette.responses import Response

from vocu.errors import RefusedError, VocuError
from vocu_client.admitting import differing, digits, welcome
from vocu_client.decisions import Applicant, Decisions
from vocu_client.web.organising import decide, is_delivered, text
from vocu_client.web.templating import plain
from vocu_client.web.visit import Visit, get, post

LOOK_SECONDS = 3.0
Where = Literal["members", "devices"]


class Waiting:
    """Who waits, as the hub said just now; or the error that says why it could not be asked."""

    def __init__(self, where: Where, applicants: list[Applicant], error: VocuError | None) -> None:
        self.where, self.applicants, self.error = where, applicants, error

    @property
    def known(self) -> str:
        """What a page shows already: nothing is put in its place unless it changes."""
        return ",".join([each.ticket for each in self.applicants] + ([self.error.code] if self.error else []))


async def waiting_here(visit: Visit, where: Where) -> Waiting:
    """Who waits on this page: participants at the organiser's, further desks of one's own country at the other."""
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            applicants = await visit.desk.applicants()
    except TimeoutError:
        return Waiting(where, [], RefusedError("offline", "The hub does not answer now."))
    except VocuError as error:
        return Waiting(where, [], error)
    return Waiting(where, [each for each in applicants if (each.invitation.role is None) == (where == "devices")], None)


async def waiting(visit: Visit) -> Response:
    """The list alone, for a page that is open; nothing where it would be the same."""
    found = await waiting_here(visit, _where(visit))
    if visit.is_fragment and visit.query.get("known") == found.known:
        return Response(status_code=204)
    return visit.page("waiting_part.html", waiting=found) if visit.is_fragment else visit.go(_home(visit))


async def compare(visit: Visit) -> Response:
    return _page(visit, await _applicant(visit), "")


async def admit(visit: Visit) -> Response:
    """Admit who has the number that was heard. There is no way round it."""
    try:
        return await _admit(visit, await _applicant(visit), text(visit, "number"))
    except RefusedError as error:
        if error.code != "nobody-waits":
            raise
        said = visit.words._("Nobody waits with this invitation any more; look whether they take part already.")
        return visit.go(_home(visit), said)


async def _admit(visit: Visit, applicant: Applicant, heard: str) -> Response:
    wrong = differing(heard, applicant.safety_number)
    if wrong or len(digits(heard)) != len(digits(applicant.safety_number)):
        return _page(visit, applicant, heard, wrong)
    further, replace = applicant.invitation.role is None, visit.form.get("replace") == "yes"
    if _is_there(visit, applicant) and not further and not replace:
        return _page(visit, applicant, heard)

    def act(decisions: Decisions) -> str:
        if all(ticket != applicant.ticket for ticket, _ in decisions.invitations()):
            raise _nobody_waits()  # the first of two clicks admitted it meanwhile
        return decisions.admit(applicant, digits(heard), replace=replace)

    event_id = await decide(visit, "country" if further else "roots", act)
    if not await is_delivered(visit, event_id):
        return visit.go(_home(visit), visit.words._("Queued. It will be sent when the line is back."))
    if not further:
        welcome(visit.desk, applicant.request.ncp)
    name = applicant.request.device.name if further else applicant.invitation.name
    return visit.go(_home(visit), visit.words._("{name} is admitted.", name=plain(name)))


def _where(visit: Visit) -> Where:
    """The page that this stands on. Raises RefusedError where it is not for this desk."""
    if visit.path["where"] == "devices":
        return "devices"
    if visit.path["where"] != "members":
        raise RefusedError("no-such-page", "There is no such page at this desk.")
    if not visit.organises:
        raise RefusedError("not-your-role", "Only the organiser admits participants.")
    return "members"


def _home(visit: Visit) -> str:
    return f"/operation/{_where(visit)}"


async def _applicant(visit: Visit) -> Applicant:
    _where(visit)
    for each in await visit.desk.applicants():
        if each.ticket == visit.path["ticket"] and (each.invitation.role is None) == (_where(visit) == "devices"):
            return each
    raise _nobody_waits()


def _nobody_waits() -> RefusedError:
    return RefusedError("nobody-waits", "Nobody waits with this invitation any more; look at the list again.")


def _is_there(visit: Visit, applicant: Applicant) -> bool:
    member = visit.desk.view.state.members.get(applicant.request.ncp)
    return member is not None and member.active


def _page(visit: Visit, applicant: Applicant, heard: str, wrong: list[int] | None = None) -> Response:
    return visit.page(
        "admit.html",
        400 if visit.request.method == "POST" else 200,
        where=_where(visit),
        applicant=applicant,
        heard=heard,
        wrong=wrong or [],
        count=len(digits(heard)),
        there=_is_there(visit, applicant) and applicant.invitation.role is not None,
        sent=visit.request.method == "POST",
    )


ROUTES = [
    get("/operation/{where}/waiting", waiting),
    get("/operation/{where}/admit/{ticket}", compare, right="administer"),
    post("/operation/{where}/admit/{ticket}", admit, right="administer"),
]
