"""Questions and requests for assistance: ask the OCU or others, see age and answer; answers of common interest."""

from starlette.responses import Response

from vocu.operation import events
from vocu_client.overviews.clocks import Query
from vocu_client.web import posed
from vocu_client.web.pages import cross_checks
from vocu_client.web.posed import duration, may_write, no_such_event, said, under_way
from vocu_client.web.posing import Asking, Sent
from vocu_client.web.visit import Visit, get, post

SHOWN = 50
KINDS = ("question_asked", "question_answered", "cross_check_asked", "cross_check_answered")


async def overview(visit: Visit) -> Response:
    """The open ones; all; those that wait for this country; the answers of common interest; or cross-checks."""
    show, now, clocks = visit.query.get("show", ""), visit.site.now(), visit.desk.overviews.clocks
    every = 1_000_000
    waiting = clocks.questions(now, only_open=True, limit=every)
    ours = tuple(query for query in waiting if query.ours_to_answer)
    common = tuple(query for query in clocks.questions(now, limit=every) if query.of_common_interest)
    checks = clocks.cross_checks(now, limit=SHOWN)
    shown = {"ours": ours, "common": common}.get(show, waiting)
    if show == "all":
        shown = clocks.questions(now, limit=SHOWN + 1)
    acts = visit.desk.view.acts
    return visit.page(
        "questions.html",
        queries=[(query, said(visit, acts[query.asked.received.index])) for query in shown[:SHOWN]],
        answers=_common(visit, common[:SHOWN]) if show == "common" else [],
        checks=checks if show == "checks" else (),
        more=len(shown) > SHOWN,
        show=show if show in ("all", "ours", "common", "checks") else "",
        counts={"open": len(waiting), "ours": len(ours), "common": len(common)},
        size=visit.desk.view.size,
        taken=visit.desk.marks.taken(),
        waiting=under_way(visit, *KINDS),
        may_ask=may_write(visit, events.QuestionAsked),
        may_check=may_write(visit, events.CrossCheckAsked),
        duration=duration,
    )


async def changed(visit: Visit) -> Response:
    return posed.changed(visit, "questions")


async def one(visit: Visit) -> Response:
    """A question, or a cross-check: the feed links both here."""
    query = _find(visit)
    if query is None:
        return cross_checks.one(visit)
    shown = posed.posed(visit, query.asked, "question", "question_answered")
    return visit.page("question.html", query=query, may_answer=_may_answer(visit, query), **shown)


async def new(visit: Visit) -> Response:
    """To the organiser, unless somebody else is chosen."""
    own = visit.desk.settings.ncp
    ocu = sorted(visit.desk.view.state.organisers - {own})
    return _asking(visit).show("question_new.html", {"addressees": ocu, "kind": "question"})


async def ask(visit: Visit) -> Response:
    def act(sent: Sent) -> object:
        return visit.actions.ask(sent.values, sent.words or "", sent.nominal, sent.files, event_id=sent.id)

    notice = visit.words._("Your question is queued, and goes out when there is a line.")
    return await _asking(visit).take("question_new.html", act, "/questions", notice)


async def answer(visit: Visit) -> Response:
    query = _query(visit)
    more = {"query": query, "said": said(visit, visit.desk.reading.entry(query.asked.id))}
    return _answering(visit).show("question_answer.html", {"result": "answered"}, **more)


async def send_answer(visit: Visit) -> Response:
    query = _query(visit)
    question = query.asked.id

    def act(sent: Sent) -> object:
        return visit.actions.answer(question, sent.values, sent.words or "", sent.files, event_id=sent.id)

    notice = visit.words._("Your answer is queued, and goes out when there is a line.")
    more = {"query": query, "said": said(visit, visit.desk.reading.entry(question))}
    return await _answering(visit).take("question_answer.html", act, f"/questions/{question}", notice, **more)


def _asking(visit: Visit) -> Asking:
    return Asking(visit, "question", events.QuestionAsked, words="required", nominal="optional", files=True)


def _answering(visit: Visit) -> Asking:
    return Asking(visit, "answer", events.QuestionAnswered, words="required", files=True)


def _common(visit: Visit, queries: tuple[Query, ...]) -> list[tuple[object, ...]]:
    """The answers that go to everybody, each with its question."""
    acts = visit.desk.view.acts
    return [
        (query, reply, said(visit, acts[reply.received.index]))
        for query in queries
        for reply in query.of_common_interest
    ]


def _find(visit: Visit) -> Query | None:
    return visit.desk.overviews.clocks.question(str(visit.path["id"]), visit.site.now())


def _query(visit: Visit) -> Query:
    query = _find(visit)
    if query is None:
        raise no_such_event(visit)
    return query


def _may_answer(visit: Visit, query: Query) -> bool:
    asked = {*query.asked.form.addressees, *visit.desk.view.state.organisers}
    return may_write(visit, events.QuestionAnswered) and visit.desk.settings.ncp in asked


ROUTES = [
    get("/questions", overview),
    get("/questions/changed", changed),
    get("/questions/new", new, right="post"),
    post("/questions/new", ask),
    *cross_checks.ROUTES,
    get("/questions/{id}", one),
    get("/questions/{id}/answer", answer, right="post"),
    post("/questions/{id}/answer", send_answer),
]
