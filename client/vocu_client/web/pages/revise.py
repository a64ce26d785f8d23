"""What becomes of a report that is out: amended, withdrawn, confirmed by its country, released for all to see."""

from typing import Any, Final

from starlette.responses import Response
from starlette.routing import Route

from vocu.errors import RefusedError, VocuError
from vocu.form.codes import codes
from vocu.form.report import SeizureNominal, SeizureReport
from vocu.form.whole import whole
from vocu.operation.events import SeizureAmended, SeizureReleased, SeizureReported
from vocu.rendering.wording import N_
from vocu_client.posting import OCU
from vocu_client.store.drafts import Drafts
from vocu_client.web.forms.posting import Typed
from vocu_client.web.pages.report_draft import (
    AMENDMENT,
    AMENDS,
    READERS,
    RESTRICTED,
    amended,
    contact_points,
    form_of,
    say_why_first,
)
from vocu_client.web.visit import Visit, get, post

WITHDRAWN: Final = N_("The withdrawal is queued, and goes out when there is a line.")
CONFIRMED: Final = N_("Your confirmation is queued, and goes out when there is a line.")
RELEASED: Final = N_("The release is queued, and goes out when there is a line.")


async def amend(visit: Visit) -> Response:
    """Go on with the draft of an amendment, or begin one with the report as it stands."""
    report = visit.path["report"]
    begun = (draft for draft in visit.desk.drafts.list() if draft.kind == AMENDMENT)
    draft = next((draft for draft in begun if amended(draft.fields) == report), None)
    if draft is None:
        values = _values(visit, report)
        _require_readable(values)
        if elsewhere := say_why_first(visit, report, values):
            return elsewhere
        typed: Typed = form_of(visit).typed(values) | {AMENDS: [report], READERS: _readers(visit, report)}
        if report in visit.desk.view.state.reports and visit.desk.view.state.reports[report].restricted:
            typed |= {RESTRICTED: ["yes"]}
        draft = visit.desk.drafts.keep(
            Drafts.new_id(), AMENDMENT, typed, visit.officer.id, visit.site.now(), summary=values["place"]
        )
    return visit.go(f"/report/{draft.id}")


async def ask_to_withdraw(visit: Visit) -> Response:
    reasons = [(code.id, visit.words.label("withdrawal_reason", code.id)) for code in codes("withdrawal_reason")]
    return _ask(visit, "withdraw", reasons=reasons, missing=False)


async def withdraw(visit: Visit) -> Response:
    reason = str(visit.form.get("reason", ""))
    if not reason:
        reasons = [(code.id, visit.words.label("withdrawal_reason", code.id)) for code in codes("withdrawal_reason")]
        return _ask(visit, "withdraw", reasons=reasons, missing=True, status=422)
    report = visit.path["report"]
    visit.actions.withdraw_seizure(report, reason)
    return visit.go(f"/seizures/{report}", visit.words._(WITHDRAWN))


async def ask_to_confirm(visit: Visit) -> Response:
    return _ask(visit, "confirm")


async def confirm(visit: Visit) -> Response:
    """Confirm the revision that was read on the page, and no newer one."""
    report = visit.path["report"]
    known = visit.desk.view.state.reports.get(report)
    if known is None or known.revision != visit.form.get("revision"):
        raise RefusedError("stale-revision", "This report was amended since; read it again, then confirm that.")
    visit.actions.confirm_seizure(report)
    return visit.go(f"/seizures/{report}", visit.words._(CONFIRMED))


async def ask_to_release(visit: Visit) -> Response:
    return _ask(visit, "release")


async def release(visit: Visit) -> Response:
    report = visit.path["report"]
    values = _values(visit, report)
    _require_readable(values)
    visit.actions.release_seizure(report, values)
    return visit.go(f"/seizures/{report}", visit.words._(RELEASED))


def _ask(visit: Visit, what: str, *, status: int = 200, **more: Any) -> Response:
    """The page that asks once, with the report as it stands and what will follow."""
    report = visit.path["report"]
    known = visit.desk.view.state.reports.get(report)
    return visit.page(
        "report_revise.html",
        status,
        what=what,
        report=report,
        revision=known.revision if known is not None else "",
        told=[section for section in form_of(visit).tell(_values(visit, report)) if not section.sealed],
        contact_points=contact_points(visit),
        **more,
    )


def _values(visit: Visit, report: str) -> dict[str, Any]:
    """The report as it stands, also while it waits to be sent; a release says nothing of the names, so they still hold.

    Why it was amended last is no part of it: the next revision has a reason of its own. Raises RefusedError
    (unknown-id).
    """
    item = visit.desk.outbox.find(report)
    if item is not None and item.under_way:
        event = visit.desk.outbox.draft(item).event
        if isinstance(event, SeizureReported) and isinstance(event.stat, SeizureReport):
            return whole(event.stat, event.nominal if isinstance(event.nominal, SeizureNominal) else None)
    values = visit.desk.reading.seizure_form(report)
    revisions = visit.desk.reading.revisions(report)
    newest = revisions[-1].act
    if newest is not None and isinstance(newest.event, SeizureReleased):
        before = next((each for each in reversed(revisions) if each.act and each.act.header.slip("nominal")), None)
        try:
            nominal = visit.desk.reading.body(before, "nominal") if before is not None else None
        except VocuError:
            nominal = None
        stat = newest.event.stat
        if isinstance(stat, SeizureReport) and isinstance(nominal, SeizureNominal):
            values = whole(stat, nominal)
            values.pop("amendment_reason", None)
    return values


def _require_readable(values: dict[str, Any]) -> None:
    if "goods" not in values:
        raise RefusedError("restricted", "This report is restricted, and not sealed to this desk.")


def _readers(visit: Visit, report: str) -> list[str]:
    """Whom the names of the newest revision were sealed to; the OCU where there were none."""
    state, own = visit.desk.view.state, visit.desk.settings.ncp
    try:
        revisions = visit.desk.reading.revisions(report)
    except RefusedError:
        return [OCU]
    for accepted in reversed(revisions):
        act = accepted.act
        slip = act.header.slip("nominal") if act is not None else None
        if act is not None and isinstance(act.event, SeizureReported | SeizureAmended) and slip is not None:
            ncps = {state.devices[name].ncp for name in slip.devices or () if name in state.devices} - {own}
            ocu = [OCU] if ncps & state.organisers else []
            return [*ocu, *sorted(ncps - state.organisers)]
    return [OCU]


ROUTES: list[Route] = [
    get("/seizures/{report}/amend", amend, right="post"),
    get("/seizures/{report}/withdraw", ask_to_withdraw, right="post"),
    post("/seizures/{report}/withdraw", withdraw),
    get("/seizures/{report}/confirm", ask_to_confirm, right="post"),
    post("/seizures/{report}/confirm", confirm),
    get("/seizures/{report}/release", ask_to_release, right="post"),
    post("/seizures/{report}/release", release),
]
