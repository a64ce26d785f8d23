"""Participation at one glance: who is active, nil, silent since when; and a word to the silent ones."""

from collections.abc import Callable
from typing import Any, Final

from starlette.responses import Response

from vocu.compilation.schedule import closing_day
from vocu.operation.statements import Role
from vocu_client.overviews.participation import Participation
from vocu_client.store.drafts import Drafts
from vocu_client.web.organising import for_organisers
from vocu_client.web.pages.message_form import Message, ceiling, keep
from vocu_client.web.visit import Visit, get, post

WORKING: Final[frozenset[Role]] = frozenset({"organiser", "co_organiser", "participant", "support_agency"})
"""Those who are expected to report; of others silence means nothing."""
ORDER: Final = {"silent": 0, "nil": 1, "active": 2}
SORTED: Final[dict[str, Callable[[Participation], Any]]] = {
    "name": lambda row: row.ncp,
    "standing": lambda row: (ORDER[row.standing], row.silent_since or 0),
    "seen": lambda row: row.seen_at or 0,
    "seizures": lambda row: -row.seizures,
    "controls": lambda row: -row.controls,
    "nil": lambda row: -row.nil_days,
    "newsletters": lambda row: row.newsletters,
}
"""What the board is sorted by, as its address says: the first rows are those that one looks for."""


@for_organisers
async def overview(visit: Visit) -> Response:
    rows, own = expected(visit), visit.desk.settings.ncp
    by = visit.query.get("sort", "standing")
    by = by if by in SORTED else "standing"
    only = visit.query.get("only") == "silent"
    shown = [row for row in rows if row.standing == "silent"] if only else rows
    counts = {standing: sum(row.standing == standing for row in rows) for standing in ("active", "nil", "silent")}
    template = "board_part.html" if visit.is_fragment else "board.html"
    return visit.page(
        template,
        rows=sorted(shown, key=SORTED[by]),
        by=by,
        only=only,
        counts=counts,
        others=sum(row.standing == "silent" and row.ncp != own for row in rows),
        national=visit.desk.ledger.national_reports,
        owing=len(_owing(visit)),
        due_day=closing_day(visit.desk.view.state.genesis),
        evaluated=_is_evaluated(visit),
    )


@for_organisers
async def write(visit: Visit) -> Response:
    """A message to those who are silent, written down as a draft for the organiser to change and send."""
    own = visit.desk.settings.ncp
    silent = tuple(row.ncp for row in expected(visit) if row.standing == "silent" and row.ncp != own)
    if not silent:
        return visit.go("/operation/board", visit.words._("Nobody is silent."))
    subject = visit.words._("We have not heard from you today")
    text = visit.words._(
        "We have nothing from you for today yet. If you checked and found nothing, please file a nil return: it takes "
        "three clicks. If something keeps you from reporting, tell us what, so that we can help."
    )
    return begin_message(visit, silent, subject, text)


@for_organisers
async def remind(visit: Visit) -> Response:
    """A message to those whose national report has not come, written down as a draft."""
    owing = _owing(visit)
    if not owing:
        return visit.go("/operation/board", visit.words._("Everybody has filed a national report."))
    day = visit.words.day(closing_day(visit.desk.view.state.genesis))
    subject = visit.words._("Your national report")
    text = visit.words._(
        "We do not have your national report yet. It is due by {day}. The form begins with what your posts add up to, "
        "so that you only have to confirm or correct it. You find it under Controls today.",
        day=day,
    )
    return begin_message(visit, owing, subject, text)


def _owing(visit: Visit) -> tuple[str, ...]:
    """Those whose national report is expected now and has not come; nobody before the operational phase is over."""
    if not _is_evaluated(visit):
        return ()
    own, filed = visit.desk.settings.ncp, visit.desk.ledger.national_reports
    return tuple(row.ncp for row in expected(visit) if row.ncp not in filed and row.ncp != own)


def _is_evaluated(visit: Visit) -> bool:
    return visit.desk.view.state.phase in ("POST_OPERATIONAL", "CLOSED")


def begin_message(visit: Visit, to: tuple[str, ...], subject: str, text: str) -> Response:
    """To a message that is written already, but not sent: it is read, changed and sent on the page for messages."""
    message = Message(
        id=Drafts.new_id(), audience="countries", to=to, subject=subject, text=text, handling=ceiling(visit)
    )
    return visit.go(f"/messages/new?draft={keep(visit, message).id}")


def expected(visit: Visit) -> list[Participation]:
    """How those take part of whom reports are expected; of the organiser where it reported before, as a country."""
    rows = visit.desk.overviews.board.rows(visit.site.now())
    return [row for row in rows if row.role in WORKING and (row.role != "organiser" or row.worked_at is not None)]


ROUTES = [
    get("/operation/board", overview),
    post("/operation/board/write", write),
    post("/operation/board/remind", remind),
]
