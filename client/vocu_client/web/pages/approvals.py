"""Four eyes: the drafts that wait for a second officer. Their own page sends them, or hands them back with a note."""

from starlette.responses import Response

from vocu_client.store.drafts import FormDraft
from vocu_client.web.pages.report_draft import AMENDMENT, ASKED_BY, SEIZURE
from vocu_client.web.visit import Visit, get


async def overview(visit: Visit) -> Response:
    if not visit.site.team:
        return visit.page("officers_none.html")
    drafts = [draft for draft in visit.desk.drafts.list() if draft.kind in (SEIZURE, AMENDMENT)]
    mine = visit.officer.id
    return visit.page(
        "approvals.html",
        four_eyes=visit.desk.team.four_eyes,
        waiting=[(draft, asked_by(draft)) for draft in drafts if asked_by(draft) not in ("", mine)],
        asked=[draft for draft in drafts if asked_by(draft) == mine],
        returned=[draft for draft in drafts if draft.note and not asked_by(draft)],
    )


def asked_by(draft: FormDraft) -> str:
    """The officer who wants this approved; empty where nobody has asked yet."""
    return "".join(draft.fields.get(ASKED_BY, []))


ROUTES = [get("/approvals", overview)]
