"""Four eyes: reports that wait for a second officer, who sends them on their page or hands them back with a note."""

from typing import Literal

from starlette.responses import Response

from vocu.errors import RefusedError
from vocu.form.whole import split
from vocu_client.store.drafts import FormDraft
from vocu_client.web.draft_files import listed
from vocu_client.web.forms.form import Filled
from vocu_client.web.importing import begun
from vocu_client.web.pages.report_draft import AMENDMENT, ASKED_BY, SEIZURE, require_seizure
from vocu_client.web.visit import Visit, get, post

Approval = Literal["", "ask", "waits", "decide"]


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
        imports=[each for each in begun.listed(visit) if each.asked_by not in ("", mine)],
        returned=[draft for draft in drafts if draft.note and not asked_by(draft)],
    )


async def hand_back(visit: Visit) -> Response:
    """An approver's word to who asked him."""
    draft = require_seizure(visit.desk.drafts.get(visit.path["draft"]))
    fields = {name: texts for name, texts in draft.fields.items() if name != ASKED_BY}
    note = str(visit.form.get("note", ""))[:1000]
    visit.desk.drafts.keep(
        draft.id, draft.kind, fields, draft.officer, visit.site.now(), revision=draft.revision,
        summary=draft.summary, note=note,
    )  # fmt: skip
    return visit.go("/report", visit.words._("The draft went back with your note."))


def asked_by(draft: FormDraft) -> str:
    """The officer who wants this approved; empty where nobody has asked yet."""
    return "".join(draft.fields.get(ASKED_BY, []))


def approval_of(visit: Visit, draft: FormDraft, filled: Filled) -> Approval:
    """What a second officer has to do with it: nothing (empty), be asked, is waited for, or decides here and now."""
    names = bool(split(filled.values, visit.desk.view.state.added_commodities)[1])
    if not visit.site.team or not visit.desk.team.four_eyes or not (names or listed(visit, draft.id)):
        return ""
    if not asked_by(draft):
        return "ask"
    return "decide" if visit.may("approve") and asked_by(draft) != visit.officer.id else "waits"


def ask_for_approval(visit: Visit, draft: FormDraft) -> Response:
    if not visit.officer.id:
        raise RefusedError("not-your-right", "A second officer has to approve this; log in with an account.")
    fields = draft.fields | {ASKED_BY: [visit.officer.id]}
    visit.desk.drafts.keep(
        draft.id, draft.kind, fields, visit.officer.id, visit.site.now(), revision=draft.revision,
        summary=draft.summary,
    )  # fmt: skip
    return visit.go(f"/report/{draft.id}/check", visit.words._("A colleague who may approve is asked to send it."))


ROUTES = [
    get("/approvals", overview),
    post("/report/{draft}/hand-back", hand_back, right="approve"),
]
