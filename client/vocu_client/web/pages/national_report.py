"""The national report: a country's confirmed totals, begun with what its own posts add up to; the last one counts."""

import asyncio
from typing import Any

from msgspec import Struct
from starlette.responses import Response

from vocu.canonical import decode_any, encode
from vocu.compilation.schedule import closing_day
from vocu.errors import RefusedError
from vocu.form.returns import NationalReport
from vocu.form.schema import read
from vocu.operation import events
from vocu.operation.media import MediaFile
from vocu_client.overviews.own_posts import OwnPosts, own_posts
from vocu_client.reading import Line
from vocu_client.store.drafts import FormDraft
from vocu_client.web.attached import file_routes
from vocu_client.web.confirming import beside, compared, in_words
from vocu_client.web.posed import may_write, opened, said, told, under_way
from vocu_client.web.posing import Asking, Sent
from vocu_client.web.visit import Visit, get, post

HOME, FORM = "/national-report", "/national-report/new"
KIND = "national_report_filed"


class Filed(Struct, frozen=True):
    """One report in the history; `counts`: it is the last one of its country."""

    line: Line
    counts: bool


async def overview(visit: Visit) -> Response:
    """Where this country stands: what it confirmed, or what its posts add up to so far."""
    own, ledger = visit.desk.settings.ncp, visit.desk.ledger
    reply, posted = ledger.national_reports.get(own), own_posts(ledger, own)
    history = _history(visit, own)
    return visit.page(
        "national_report.html",
        reply=reply,
        posted=posted,
        rows=compared(reply.form, posted, visit.words) if reply is not None else [],
        history=history,
        waiting=under_way(visit, KIND),
        may_file=may_write(visit, events.NationalReportFiled),
        due_day=closing_day(ledger.genesis),
        started=visit.desk.view.state.phase != "PRE_OPERATIONAL",
    )


async def enter(visit: Visit) -> Response:
    """The form, with what was filed before, else with what the own posts add up to."""
    own, ledger = visit.desk.settings.ncp, visit.desk.ledger
    reply, posted = ledger.national_reports.get(own), own_posts(ledger, own)
    fresh = reply is None or visit.query.get("from") == "posts"
    values: dict[str, Any] = posted.form() if reply is None or fresh else decode_any(encode(reply.form))
    return _asking(visit, posted).show("national_report_new.html", values, again=reply is not None, fresh=fresh)


async def file(visit: Visit) -> Response:
    """Keep, check, and once it was checked send: the differences are read before."""
    own, ledger = visit.desk.settings.ncp, visit.desk.ledger

    def act(sent: Sent) -> object:
        return visit.actions.file_national_report(sent.values, sent.words, sent.files, event_id=sent.id)

    notice = visit.words._("Your national report is queued, and goes out when there is a line.")
    again = own in ledger.national_reports
    asking = _asking(visit, own_posts(ledger, own))
    return await asking.take("national_report_new.html", act, HOME, notice, again=again, fresh=False)


def _check(visit: Visit, posted: OwnPosts, draft: FormDraft, sent: Sent) -> Response:
    """What is about to be filed, and in what it differs from the own posts."""
    report = read("national_report", encode(sent.values), visit.desk.view.state.added_commodities)
    if not isinstance(report, NationalReport):
        raise TypeError(report)
    return visit.page(
        "national_report_check.html",
        draft=draft,
        rows=compared(report, posted, visit.words),
        sentences=in_words(report, posted, visit.words),
        reached=report.objectives_reached,
        account=sent.words,
        again=visit.desk.settings.ncp in visit.desk.ledger.national_reports,
        form=FORM,
    )


async def one(visit: Visit) -> Response:
    """One report as it was filed, with the words and files that this desk may read."""
    accepted = visit.desk.reading.entry(visit.path["id"])
    event = accepted.act.event if accepted.act is not None else None
    if not isinstance(event, events.NationalReportFiled) or event.stat is None:
        raise RefusedError("unknown-id", f"This desk holds no national report with the id {visit.path['id']}.")
    opened(visit, accepted)
    line = visit.desk.reading.line(visit.path["id"])
    history = _history(visit, line.ncp)
    return visit.page(
        "national_report_one.html",
        line=line,
        told=told(visit, "national_report", event.stat),
        said=said(visit, accepted),
        attached=visit.desk.files.of(line.id),
        counts=bool(history) and history[0].line.id == line.id,
    )


def owes_report(visit: Visit) -> bool:
    """Whether the operational phase is over, and this officer may file the report that his country has not filed."""
    desk = visit.desk
    filed = desk.settings.ncp in desk.ledger.national_reports or bool(under_way(visit, KIND))
    return desk.view.state.phase == "POST_OPERATIONAL" and not filed and may_write(visit, events.NationalReportFiled)


def _history(visit: Visit, ncp: str) -> list[Filed]:
    """What this country filed, the newest first."""
    lines = [line for line in visit.desk.reading.lines((events.NationalReportFiled,)) if line.ncp == ncp]
    return [Filed(line, place == 0) for place, line in enumerate(reversed(lines))]


def _asking(visit: Visit, posted: OwnPosts) -> Asking:
    return Asking(
        visit,
        "national_report",
        events.NationalReportFiled,
        words="optional",
        files=True,
        beside=lambda typed: beside(typed, posted, visit.words),
        check=lambda draft, sent: _check(visit, posted, draft, sent),
    )


async def _read(visit: Visit) -> tuple[MediaFile, bytes]:
    report = str(visit.path["id"])
    accepted = visit.desk.reading.entry(report)
    if accepted.act is None or not isinstance(accepted.act.event, events.NationalReportFiled):
        raise RefusedError("no-such-file", "There is no such file; go back to where it was listed.")
    return await asyncio.to_thread(visit.desk.files.read, report, int(visit.path["number"]))


ROUTES = [
    get(HOME, overview),
    get(FORM, enter, right="post"),
    post(FORM, file),
    get(f"{HOME}/{{id}}", one),
    *file_routes(f"{HOME}/{{id}}/files/{{number:int}}", _read),
]
