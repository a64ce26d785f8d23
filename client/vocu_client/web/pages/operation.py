"""The organiser's start page: the plan, the phases, announcements, and the way to the other pages."""

from starlette.responses import Response

from vocu.errors import MalformedError, RefusedError
from vocu.operation.statements import PHASES, Phase
from vocu.rendering.wording import N_
from vocu_client.store.drafts import Drafts
from vocu_client.web.organising import decided, for_organisers, require_sure, text, told
from vocu_client.web.visit import Visit, get, post

ALLOWS = {
    "PRE_OPERATIONAL": N_(
        "Everybody tries everything out. Reports are counted as tests; participants are invited and admitted."
    ),
    "OPERATIONAL": N_("Seizures, controls, warnings and questions count. Newsletters are compiled at the set hour."),
    "POST_OPERATIONAL": N_(
        "Late reports are counted apart, as follow-ups; results are corrected, outcomes returned, and evaluated."
    ),
    "CLOSED": N_("Nothing is reported or written any more. Everybody can still read, export and verify."),
}
"""What each phase is for."""
OPENS = {
    "OPERATIONAL": N_("From now on what is reported counts. What was reported before stays a test."),
    "POST_OPERATIONAL": N_("From now on what is reported counts as a follow-up."),
    "CLOSED": N_("From now on nobody can report, write or correct anything, for ever."),
}
"""What opening each phase brings about."""


@for_organisers
async def overview(visit: Visit) -> Response:
    state = visit.desk.view.state
    return visit.page(
        "operation.html",
        genesis=state.genesis,
        phases=[(phase, visit.words._(ALLOWS[phase])) for phase in PHASES],
        phase=state.phase,
        reached=PHASES.index(state.phase),
        following=_following(visit),
        many=len(state.participants()),
    )


def _following(visit: Visit) -> Phase | None:
    place = PHASES.index(visit.desk.view.state.phase) + 1
    return PHASES[place] if place < len(PHASES) else None


@for_organisers
async def ask_phase(visit: Visit) -> Response:
    """Asks once before the next phase opens."""
    phase = _asked_for(visit)
    many = len(visit.desk.view.state.participants())
    return visit.page("phase.html", phase=phase, opens=visit.words._(OPENS[phase]), many=many)


@for_organisers
async def open_phase(visit: Visit) -> Response:
    if visit.path["phase"] == visit.desk.view.state.phase:
        return visit.go("/operation")  # the second of two clicks
    phase = _asked_for(visit)
    require_sure(visit)
    done = visit.words._("The phase is open for everybody.")
    return await decided(visit, "roots", lambda decisions: decisions.open_phase(phase), "/operation", done)


def _asked_for(visit: Visit) -> Phase:
    phase = _following(visit)
    if phase is None or visit.path["phase"] != phase:
        raise RefusedError("phase-order", "That is not the phase that comes next; look at the operation's page again.")
    return phase


@for_organisers
async def announcement(visit: Visit) -> Response:
    return visit.page("announcement.html", id=Drafts.new_id(), subject="", body="", error=None, many=_many(visit))


@for_organisers
async def announce(visit: Visit) -> Response:
    """Send the announcement; the same form sent twice posts it once."""
    subject, body, event_id = text(visit, "subject"), text(visit, "body"), text(visit, "id")
    try:
        if not body:
            raise MalformedError("empty-text", "There are no words to send; write some.")
        visit.actions.announce(body, subject=subject or None, event_id=event_id or None)
    except MalformedError as error:
        many = _many(visit)
        return visit.page("announcement.html", 400, id=event_id, subject=subject, body=body, error=error, many=many)
    return await told(visit, event_id, "/operation", visit.words._("Your announcement is sent to everybody."))


def _many(visit: Visit) -> int:
    return len(visit.desk.view.state.participants())


ROUTES = [
    get("/operation", overview),
    get("/operation/phase/{phase}", ask_phase, right="administer"),
    post("/operation/phase/{phase}", open_phase, right="administer"),
    get("/operation/announcement", announcement, right="approve"),
    post("/operation/announcement", announce, right="approve"),
]
