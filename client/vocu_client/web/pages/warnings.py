"""Warnings: each with its feedback and seizures as one chain, and its clock; issue one, answer one."""

from typing import Any

from starlette.responses import Response

from vocu.form.report import SeizureReport
from vocu.operation import events
from vocu_client.overviews.clocks import Chain
from vocu_client.places import label
from vocu_client.web import posed, saying
from vocu_client.web.forms.inputs import Option
from vocu_client.web.posed import FILES, duration, may_write, no_such_event, told, under_way
from vocu_client.web.posing import Asking, Sent
from vocu_client.web.visit import Visit, get, post

SHOWN = 50
CHOICES = 30
KINDS = ("warning_issued", "feedback_given")


async def overview(visit: Visit) -> Response:
    """The open ones; all; or those that wait for this country."""
    show, now, clocks = visit.query.get("show", ""), visit.site.now(), visit.desk.overviews.clocks
    every = 1_000_000
    waiting = clocks.chains(now, only_open=True, limit=every)
    ours = tuple(chain for chain in waiting if chain.ours_to_answer)
    chains = {"all": lambda: clocks.chains(now, limit=SHOWN + 1), "ours": lambda: ours}.get(show, lambda: waiting)()
    return visit.page(
        "warnings.html",
        chains=chains[:SHOWN],
        more=len(chains) > SHOWN,
        show=show if show in ("all", "ours") else "",
        open=len(waiting),
        ours=len(ours),
        size=visit.desk.view.size,
        taken=visit.desk.marks.taken(),
        waiting=under_way(visit, *KINDS),
        may_post=may_write(visit, events.WarningIssued),
        duration=duration,
        place_name=label,
    )


async def changed(visit: Visit) -> Response:
    return posed.changed(visit, "warnings")


async def one(visit: Visit) -> Response:
    chain = _chain(visit)
    shown = posed.posed(visit, chain.warned, "warning", "feedback_given")
    return visit.page("warning.html", chain=chain, may_answer=_may_answer(visit, chain), **shown)


async def new(visit: Visit) -> Response:
    return _asking(visit).show("warning_new.html", {})


async def issue(visit: Visit) -> Response:
    def act(sent: Sent) -> object:
        return visit.actions.issue_warning(sent.values, sent.words, sent.nominal, sent.files, event_id=sent.id)

    notice = visit.words._("Your warning is queued, and goes out when there is a line.")
    return await _asking(visit).take("warning_new.html", act, "/warnings", notice)


async def answer(visit: Visit) -> Response:
    """The form of the feedback; with `seizure`, the report that this country just made of it."""
    chain = _chain(visit)
    values = {"result": visit.query["result"]} if visit.query.get("result") else {}
    ours = [report for report in chain.seizures if report.owner == visit.desk.settings.ncp]
    if ours:
        values = {"result": "seized", "seizure_report": ours[-1].id}
    return _answering(visit).show("warning_feedback.html", values, **_about(visit, chain))


async def feed_back(visit: Visit) -> Response:
    chain = _chain(visit)
    warning = chain.warned.id

    def act(sent: Sent) -> object:
        return visit.actions.give_feedback(warning, sent.values, sent.words, sent.files, event_id=sent.id)

    notice = visit.words._("Your feedback is queued, and goes out when there is a line.")
    about = _about(visit, chain)
    return await _answering(visit).take("warning_feedback.html", act, f"/warnings/{warning}", notice, **about)


def _asking(visit: Visit) -> Asking:
    return Asking(visit, "warning", events.WarningIssued, words="optional", nominal="optional", files=True)


def _answering(visit: Visit) -> Asking:
    """With this country's newest reports to choose from."""
    found = visit.desk.overviews.seizures.find(limit=1000).rows
    own = [row for row in found if row.report.owner == visit.desk.settings.ncp and row.stat is not None][:CHOICES]
    options = tuple(Option(row.report.id, _called(visit, row.stat)) for row in own if row.stat is not None)
    choices = {"seizure_report": options} if options else None
    return Asking(visit, "feedback", events.FeedbackGiven, words="optional", files=True, choices=choices)


def _called(visit: Visit, stat: SeizureReport) -> str:
    words = visit.words
    return f"{words.day(stat.seizure_day)}: {saying.goods(stat, words)}, {saying.place(stat, words)}"


def _about(visit: Visit, chain: Chain) -> dict[str, Any]:
    return {"chain": chain, "told": told(visit, "warning", chain.warned.form)}


def _chain(visit: Visit) -> Chain:
    chain = visit.desk.overviews.clocks.chain(str(visit.path["id"]), visit.site.now())
    if chain is None:
        raise no_such_event(visit)
    return chain


def _may_answer(visit: Visit, chain: Chain) -> bool:
    return may_write(visit, events.FeedbackGiven) and visit.desk.settings.ncp in chain.warned.form.addressees


ROUTES = [
    *FILES,
    get("/warnings", overview),
    get("/warnings/changed", changed),
    get("/warnings/new", new, right="post"),
    post("/warnings/new", issue),
    get("/warnings/{id}", one),
    get("/warnings/{id}/feedback", answer, right="post"),
    post("/warnings/{id}/feedback", feed_back),
]
