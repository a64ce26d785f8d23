"""Controls today: what was checked, or that nothing was found, in three clicks; and the days without a return."""

from typing import Any

from starlette.responses import Response

from vocu.canonical import decode_any, encode
from vocu.compilation.schedule import closing_day
from vocu.form.report import SeizureReport
from vocu.form.returns import DailyReturn
from vocu.operation import events
from vocu_client.overviews.days import local_day
from vocu_client.store.drafts import Drafts
from vocu_client.web.pages.national_report import owes_report
from vocu_client.web.posed import may_write, under_way
from vocu_client.web.posing import Asking, Sent
from vocu_client.web.visit import Visit, get, post

OUTBOX_KIND = "daily_return_filed"


async def overview(visit: Visit) -> Response:
    today, days = _today(visit), visit.desk.overviews.days
    now = visit.site.now()
    filed = days.filed(now)
    return visit.page(
        "controls.html",
        today=today,
        filed=next((day.filed for day in filed if day.day == today), None) or _outside(visit, today),
        days=filed,
        missing=days.missing(now),
        pending=[(each, each.report.stat.goods[each.line]) for each in days.pending() if each.report.stat is not None],
        waiting=under_way(visit, OUTBOX_KIND),
        may_file=may_write(visit, events.DailyReturnFiled),
        report_due=closing_day(visit.desk.view.state.genesis) if owes_report(visit) else "",
        id=Drafts.new_id(),
    )


async def nil(visit: Visit) -> Response:
    """Nothing found that day: asks once more where this replaces what was filed, or the country reported seizures."""
    day = str(visit.form.get("day", "")) or _today(visit)
    filed, seizures = day in _filed_days(visit), _seizures(visit, day)
    if (filed or seizures) and not visit.form.get("sure"):
        number = str(visit.form.get("id", ""))
        return visit.page("controls_nil.html", 409, day=day, id=number, filed=filed, seizures=seizures)
    form = {"day": day, "kind": "nil", "running": "well"}
    visit.actions.file_daily_return(form, event_id=str(visit.form.get("id", "")) or None)
    return visit.go("/controls", visit.words._("“Nothing found” is queued, and goes out when there is a line."))


async def enter(visit: Visit) -> Response:
    """The form for one day, with what was filed for it before."""
    day = visit.query.get("day", "") or _today(visit)
    known = visit.desk.ledger.returns.get((visit.desk.settings.ncp, day))
    values = _values(day, known.form if known else None)
    return _asking(visit).show("controls_return.html", values, filed_days=_filed_days(visit))


async def file(visit: Visit) -> Response:
    def act(sent: Sent) -> object:
        return visit.actions.file_daily_return(sent.values, sent.words, event_id=sent.id)

    notice = visit.words._("Your return is queued, and goes out when there is a line.")
    days = _filed_days(visit)
    return await _asking(visit).take("controls_return.html", act, "/controls", notice, filed_days=days)


def _asking(visit: Visit) -> Asking:
    return Asking(visit, "daily_return", events.DailyReturnFiled, words="optional")


def _values(day: str, known: DailyReturn | None) -> dict[str, Any]:
    if known is not None:
        values: dict[str, Any] = decode_any(encode(known))
        return values
    return {"day": day, "kind": "control", "running": "well", "checks": [{}]}


def _today(visit: Visit) -> str:
    return local_day(visit.desk.view.state.genesis, visit.site.now())


def _filed_days(visit: Visit) -> set[str]:
    """The days for which this country filed a return before: another one replaces it."""
    return {day for ncp, day in visit.desk.ledger.returns if ncp == visit.desk.settings.ncp}


def _seizures(visit: Visit, day: str) -> int:
    """How many seizures of that day this country reported; what waits to be sent is taken as sent."""
    desk, own = visit.desk, visit.desk.settings.ncp
    known = desk.ledger.reports.values()
    reports = {each.id: each.stat for each in known if each.owner == own and each.withdrawn is None}
    for item in desk.outbox.items("queued", "sent"):
        draft = desk.outbox.draft(item)
        if isinstance(draft.event, events.SeizureReported) and isinstance(draft.event.stat, SeizureReport):
            reports[item.id] = draft.event.stat
        elif isinstance(draft.event, events.SeizureWithdrawn):
            reports.pop(draft.ref or "", None)
    return sum(stat.seizures for stat in reports.values() if stat is not None and stat.seizure_day == day)


def _outside(visit: Visit, today: str) -> Any:
    """A return for a day outside the operation, while everybody tries the system out."""
    return visit.desk.ledger.returns.get((visit.desk.settings.ncp, today))


ROUTES = [
    get("/controls", overview),
    post("/controls/nil", nil),
    get("/controls/return", enter, right="post"),
    post("/controls/return", file),
]
