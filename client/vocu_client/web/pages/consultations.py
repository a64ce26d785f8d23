"""Why an officer opens what names persons; and the log of that, for the data-protection officer."""

from datetime import UTC, datetime

from starlette.responses import Response

from vocu.compilation.table import Column, table
from vocu.errors import RefusedError
from vocu.rendering.csv import table_csv
from vocu_client.store.consultations import Consultation
from vocu_client.web.pages.entry import HERE
from vocu_client.web.visit import Visit, get, post

SHOWN = 200
COLUMNS = (
    Column("opened_at", "Opened", "instant"),
    Column("officer", "Officer"),
    Column("name", "Name"),
    Column("case", "Case"),
    Column("reason", "Reason"),
)


async def give_reason(visit: Visit) -> Response:
    """Open a case, for a reason that is kept."""
    if not visit.site.team:
        raise RefusedError("no-team", "This desk is used by one officer and has no accounts.")
    case, reason = visit.path["case"], str(visit.form.get("reason", ""))
    visit.desk.consultations.give_reason(visit.officer.id, visit.officer.name, case, reason, visit.site.now())
    back = str(visit.form.get("back", ""))
    return visit.go(back if HERE.match(back) else address_of(visit, case))


async def overview(visit: Visit) -> Response:
    found = _found(visit)
    return visit.page(
        "consultations.html",
        found=[(each, address_of(visit, each.case)) for each in found[:SHOWN]],
        all=len(found),
        officers=visit.desk.team.accounts(),
        officer=visit.query.get("officer", ""),
        case=visit.query.get("case", ""),
        query=visit.query_but(),
    )


async def export(visit: Visit) -> Response:
    """What is shown, all of it, as CSV."""
    rows = [(_instant(each.opened_at), each.officer, each.name, each.case, each.reason) for each in _found(visit)]
    return visit.download(
        "consultations.csv",
        "text/csv; charset=utf-8",
        table_csv(table("consultations", "Consultations", COLUMNS, rows)),
    )


def _found(visit: Visit) -> list[Consultation]:
    """The newest first, of the officer and the case that are asked for."""
    officer, case = visit.query.get("officer", ""), visit.query.get("case", "").strip()
    return [
        each
        for each in reversed(visit.desk.consultations.all())
        if officer in ("", each.officer) and case in ("", each.case)
    ]


def address_of(visit: Visit, case: str) -> str:
    """The page of a case."""
    ledger = visit.desk.ledger
    if case in ledger.warnings:
        return f"/warnings/{case}"
    if case in ledger.questions or case in ledger.cross_checks:
        return f"/questions/{case}"
    return f"/seizures/{case}"


def _instant(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


ROUTES = [
    post("/consultations/{case}", give_reason, right="read"),
    get("/consultations", overview, right="administer"),
    get("/consultations.csv", export, right="administer"),
]
