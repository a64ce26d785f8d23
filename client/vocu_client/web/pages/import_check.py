"""What an import would do, before it is done; then the import itself, in one transaction."""

from typing import Final, Literal

from starlette.responses import Response

from vocu.errors import RefusedError, VocuError
from vocu_client.imports import planning
from vocu_client.web.forms.form import Form
from vocu_client.web.importing import begun as imports
from vocu_client.web.importing import planned, saved, working
from vocu_client.web.importing.begun import Begun
from vocu_client.web.importing.planned import Planned
from vocu_client.web.importing.working import Told, Working
from vocu_client.web.pages.import_new import under_way
from vocu_client.web.visit import Visit, get, post

SHOWN: Final = 100
"""Faults that the page lists; all of them are in the file to take away."""
Approval = Literal["", "ask", "waits", "decide"]


async def check(visit: Visit) -> Response:
    """The whole file, read: reports in words, totals, faults; or how far the reading has come."""
    begun = under_way(visit)
    running = working.find(visit, "run", begun.id)
    if running is not None and (running.runs or running.failed is not None):
        return visit.go(f"/imports/begun/{begun.id}/run")
    work = await _planned(visit, begun)
    if work.runs:
        return _waits(visit, begun, work, "plan", f"/imports/begun/{begun.id}/check")
    if working.asks_by_itself(visit):
        return visit.go(f"/imports/begun/{begun.id}/check")
    if work.failed is not None:
        return visit.page("import_bad.html", 400, error=work.failed, begun=begun)
    return _page(visit, begun, work.result)


async def all_faults(visit: Visit) -> Response:
    """Every fault, as a table to take away."""
    begun = under_way(visit)
    work = await _planned(visit, begun)
    if work.runs or work.failed is not None:
        return visit.go(f"/imports/begun/{begun.id}/check")
    name = visit.words._("faults of {name}", name=begun.name)
    return visit.download(f"{name}.csv", "text/csv; charset=utf-8", planned.faults_file(work.result, visit.words))


async def run(visit: Visit) -> Response:
    """Queue the reports, or ask a colleague for his approval first."""
    begun = under_way(visit)
    back = f"/imports/begun/{begun.id}/check"
    work = await _planned(visit, begun)
    if work.runs or work.failed is not None:
        return visit.go(back)
    made: Planned = work.result
    if visit.form.get("read") != _as_it_stands(begun, made):
        return visit.go(back, visit.words._("It was changed since you read it; read it again."))
    if made.plan.refused and visit.form.get("leave_out") != "yes":
        said = visit.words._("Rows have faults. Correct them, or say that they stay out.")
        return visit.go(back, said)
    if not made.plan.fresh:
        return visit.go(back)
    approval = _approval(visit, begun, made)
    if approval in ("ask", "waits"):
        if not visit.officer.id:
            raise RefusedError("not-your-right", "A second officer has to approve this; log in with an account.")
        imports.keep(visit, begun, asked_by=visit.officer.id)
        return visit.go(back, visit.words._("A colleague who may approve is asked to import it."))
    desk, plan = visit.desk, made.plan
    approved_by = visit.officer.id if approval == "decide" else None

    def queue(_told: Told) -> int | None:
        number = planning.run(desk, plan, approved_by=approved_by)
        desk.drafts.delete(begun.id)
        return number

    working.forget(visit, "run", begun.id)
    running = working.begin(visit, queue, "run", begun.id)
    await running.wait()
    return await running_page(visit)


async def running_page(visit: Visit) -> Response:
    """How far the queueing has come; then the page of what was imported."""
    draft = str(visit.path["draft"])
    work = working.find(visit, "run", draft)
    if work is None:
        return visit.go(f"/imports/begun/{draft}/check")
    if work.runs:
        return _waits(visit, under_way(visit), work, "run", f"/imports/begun/{draft}/run")
    if work.failed is not None:
        if working.asks_by_itself(visit):
            return visit.go(f"/imports/begun/{draft}/run")
        failed = work.failed
        working.forget(visit, "run", draft)
        return visit.page("import_bad.html", 400, error=failed, begun=under_way(visit))
    working.forget(visit, "plan", draft)
    working.forget(visit, "read", draft)
    return visit.go(f"/imports/{work.result}")


async def _planned(visit: Visit, begun: Begun) -> Working:
    """The work that plans it, as it stands now and as far as this desk knows its operation."""
    desk, officer = visit.desk, begun.asked_by or visit.officer.id

    def work(told: Told) -> Planned:
        data = imports.data(visit, begun)
        return planned.plan_file(
            desk, data, begun.name, begun.mapping, begun.mapping_name, officer, told, by_itself=begun.speaks_for_itself
        )

    found = working.begin(visit, work, *_name(begun, officer))
    await found.wait()
    return found


def _name(begun: Begun, officer: str) -> tuple[str, ...]:
    return "plan", begun.id, str(begun.revision), officer


def _waits(visit: Visit, begun: Begun, work: Working, what: str, address: str) -> Response:
    return visit.page("import_working.html", work=work, what=what, address=address, name=begun.name)


def _page(visit: Visit, begun: Begun, made: Planned, error: VocuError | None = None) -> Response:
    words = visit.words
    found = planned.faults(made, words)
    return visit.page(
        "import_check.html",
        200 if error is None else 400,
        begun=begun,
        plan=made.plan,
        totals=made.totals,
        first=planned.first_reports(made, Form("seizure", words, visit.desk.view.state)),
        faults=found[:SHOWN],
        more=len(found) - len(found[:SHOWN]),
        names=made.names,
        approval=_approval(visit, begun, made),
        as_it_stands=_as_it_stands(begun, made),
        saved=saved.listed(visit),
        error=error,
        officer=visit.desk.team.name_of,
    )


def _approval(visit: Visit, begun: Begun, made: Planned) -> Approval:
    """What a second officer has to do with it: nothing (empty), be asked, is waited for, or decides here and now."""
    if not visit.site.team or not visit.desk.team.four_eyes or not made.names:
        return ""
    if not begun.asked_by:
        return "ask"
    return "decide" if visit.may("approve") and begun.asked_by != visit.officer.id else "waits"


def _as_it_stands(begun: Begun, made: Planned) -> str:
    """What somebody has read: it differs once anything has changed."""
    return f"{begun.revision} {len(made.plan.fresh)} {len(made.plan.refused)}"


ROUTES = [
    get("/imports/begun/{draft}/check", check, right="post"),
    get("/imports/begun/{draft}/faults.csv", all_faults, right="post"),
    post("/imports/begun/{draft}/run", run),
    get("/imports/begun/{draft}/run", running_page, right="post"),
]
