"""Cross-checks: particulars given to a body such as Europol to look up, and what it said."""

from typing import Final

from starlette.responses import Response

from vocu.form.messages import CrossCheck
from vocu.operation import events
from vocu_client.overviews.clocks import Check
from vocu_client.overviews.days import local_day
from vocu_client.posting import OCU
from vocu_client.web import posed
from vocu_client.web.posed import may_write, no_such_event
from vocu_client.web.posing import Asking, Sent
from vocu_client.web.templating import who
from vocu_client.web.visit import Visit, get, post

READERS: Final = "_readers"
_ASKED: Final = frozenset(["answered_day", "hits"])
"""Fields that only the answer has."""


def one(visit: Visit) -> Response:
    """The page of a cross-check, with its particulars and its answers."""
    check = _check(visit)
    may_answer = may_write(visit, events.CrossCheckAnswered) and check.open
    shown = posed.posed(visit, check.checked, "cross_check", "cross_check_answered")
    return visit.page("cross_check.html", check=check, may_answer=may_answer, **shown)


async def new(visit: Visit) -> Response:
    today = local_day(visit.desk.view.state.genesis, visit.site.now())
    values = {"result": "pending", "asked_day": today}
    return _asking(visit).show("cross_check_new.html", values, readers=_readers(visit))


async def ask(visit: Visit) -> Response:
    """What is to be looked up is sealed to those chosen; nothing to look up is no cross-check."""
    readers = [str(name) for name in visit.form.getlist(READERS)] or [OCU]

    def act(sent: Sent) -> object:
        return visit.actions.ask_cross_check(sent.values, sent.nominal or {}, readers, event_id=sent.id)

    notice = visit.words._("Your cross-check is queued, and goes out when there is a line.")
    after = "/questions?show=checks"
    return await _asking(visit).take("cross_check_new.html", act, after, notice, readers=_readers(visit))


async def answer(visit: Visit) -> Response:
    check = _check(visit)
    asked = check.checked.form
    today = local_day(visit.desk.view.state.genesis, visit.site.now())
    values = {"body": asked.body, "subject": asked.subject, "answered_day": today}
    values |= {name: value for name in ("items", "asked_day") if (value := getattr(asked, name)) is not None}
    return _answering(visit).show("cross_check_answer.html", values, check=check)


async def send_answer(visit: Visit) -> Response:
    check = _check(visit)

    def act(sent: Sent) -> object:
        return visit.actions.answer_cross_check(check.checked.id, sent.values, sent.nominal, event_id=sent.id)

    notice = visit.words._("Your answer is queued, and goes out when there is a line.")
    after = f"/questions/{check.checked.id}"
    return await _answering(visit).take("cross_check_answer.html", act, after, notice, check=check)


def _asking(visit: Visit) -> Asking:
    return Asking(visit, "cross_check", events.CrossCheckAsked, nominal="required", without=_ASKED)


def _answering(visit: Visit) -> Asking:
    return Asking(visit, "cross_check", events.CrossCheckAnswered, nominal="optional")


def _readers(visit: Visit) -> list[tuple[str, str]]:
    """Whom the particulars may be sealed to besides the organiser: whoever else reads what is sealed."""
    state, own = visit.desk.view.state, visit.desk.settings.ncp
    others = [m.ncp for m in state.participants() if m.reads_sealed and m.ncp != own and m.ncp not in state.organisers]
    return sorted(((ncp, who(visit, ncp)) for ncp in others), key=lambda item: item[1])


def _check(visit: Visit) -> Check:
    check = visit.desk.overviews.clocks.cross_check(str(visit.path["id"]), visit.site.now())
    if check is None or not isinstance(check.checked.form, CrossCheck):
        raise no_such_event(visit)
    return check


ROUTES = [
    get("/questions/checks/new", new, right="post"),
    post("/questions/checks/new", ask),
    get("/questions/checks/{id}/answer", answer, right="post"),
    post("/questions/checks/{id}/answer", send_answer),
]
