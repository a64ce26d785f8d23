"""Report a seizure: fill in the form, check it in words, send it. What was typed is kept all the way."""

from starlette.responses import Response
from starlette.routing import Route

from vocu.errors import VocuError
from vocu.form.whole import split
from vocu_client.actions import Actions
from vocu_client.reported import already_reported
from vocu_client.store.drafts import DraftChangedError, Drafts, FormDraft
from vocu_client.web.draft_files import listed, prepared, take_uploads
from vocu_client.web.forms.form import ARRANGE, Filled
from vocu_client.web.forms.posting import Typed
from vocu_client.web.pages.approvals import approval_of, ask_for_approval, asked_by
from vocu_client.web.pages.report_draft import (
    AMENDMENT,
    SEIZURE,
    amended,
    begun,
    chosen_readers,
    form_of,
    is_restricted,
    kept,
    possible_readers,
    read,
    readers_of,
    require_seizure,
    revision_of,
    say_why_first,
)
from vocu_client.web.visit import Visit, get, post


async def new(visit: Visit) -> Response:
    """An empty form. It becomes a draft with the first thing that is typed."""
    return _page(visit, Drafts.new_id(), begun(visit, visit.query.get("warning", "")), 0)


async def go_on(visit: Visit) -> Response:
    """The form as it was left."""
    draft = _opened(visit)
    if isinstance(draft, Response):
        return draft
    return _page(visit, draft.id, draft.fields, draft.revision, saved=draft)


async def take(visit: Visit) -> Response:
    """What the buttons of the form do: a row more or less, save, or go on to the check."""
    draft_id, form = visit.path["draft"], form_of(visit)
    typed = form.arranged(visit.form)
    try:
        draft = kept(visit, draft_id, typed)
    except DraftChangedError as changed:
        return _page(visit, draft_id, typed, revision_of(typed), theirs=changed.theirs, status=409)
    try:
        await take_uploads(visit, draft_id)
    except VocuError as error:
        return _page(visit, draft_id, draft.fields, draft.revision, saved=draft, error=error, status=400)
    if visit.form.get("_do") == "check":
        filled = read(visit, draft.fields)
        if filled.faults:
            return _page(visit, draft_id, draft.fields, draft.revision, filled=filled, saved=draft, status=422)
        return visit.go(f"/report/{draft_id}/check")
    if ARRANGE in visit.form:
        return _page(visit, draft_id, draft.fields, draft.revision, saved=draft)
    return visit.go(f"/report/{draft_id}", visit.words._("The draft is saved."))


async def keep(visit: Visit) -> Response:
    """Save what was typed so far, and say so."""
    typed = form_of(visit).arranged(visit.form)
    try:
        draft = kept(visit, visit.path["draft"], typed, by_itself=True)
    except DraftChangedError as changed:
        return visit.page("report_kept_part.html", saved=None, theirs=changed.theirs, readers=readers_of(visit, typed))
    part = visit.page("report_kept_part.html", saved=draft, theirs=None, readers=readers_of(visit, draft.fields))
    part.headers["HX-Replace-Url"] = f"/report/{draft.id}"
    return part


async def check(visit: Visit) -> Response:
    """Everything in words, and who will read it, before it is sent."""
    draft = _opened(visit)
    if isinstance(draft, Response):
        return draft
    filled = read(visit, draft.fields)
    if filled.faults:
        return _page(visit, draft.id, draft.fields, draft.revision, filled=filled, saved=draft)
    return _in_words(visit, draft, filled)


async def send(visit: Visit) -> Response:
    """Queue the report. Its id is the draft's: sent twice, it is one report."""
    draft = _opened(visit)
    if isinstance(draft, Response):
        return draft
    filled = read(visit, draft.fields)
    if filled.faults:
        return visit.go(f"/report/{draft.id}/check")
    approval = approval_of(visit, draft, filled)
    if approval in ("ask", "waits"):
        return ask_for_approval(visit, draft)
    actions = visit.actions
    if approval == "decide":
        if visit.form.get("read") != _as_it_stands(visit, draft):
            changed = visit.words._("It was changed since you read it; read it again.")
            return visit.go(f"/report/{draft.id}/check", changed)
        actions = visit.desk.actions.of(asked_by(draft), approved_by=visit.officer.id)
    try:
        report = await _queue(visit, actions, draft, filled)
    except VocuError as error:
        return _in_words(visit, draft, filled, error)
    visit.desk.drafts.delete(draft.id)
    return visit.go(f"/seizures/{report}", visit.words._("Your report is queued, and goes out when there is a line."))


async def _queue(visit: Visit, actions: Actions, draft: FormDraft, filled: Filled) -> str:
    """The id of the report, new or amended."""
    report, readers = amended(draft.fields), chosen_readers(draft.fields)
    files = await prepared(visit, draft.id)
    if report:
        actions.amend_seizure(report, filled.values, readers=readers, files=files)
        return report
    restricted = is_restricted(draft.fields)
    return actions.report_seizure(filled.values, readers=readers, restricted=restricted, event_id=draft.id, files=files)


async def ask_to_discard(visit: Visit) -> Response:
    return visit.page("report_discard.html", draft=_draft(visit))


async def discard(visit: Visit) -> Response:
    visit.desk.drafts.delete(_draft(visit).id)
    return visit.go("/report", visit.words._("The draft was thrown away."))


def _opened(visit: Visit) -> FormDraft | Response:
    """The draft; or where an officer goes who comes back to one that is not here any more, or who has to say first why
    he needs to see it."""
    draft_id = visit.path["draft"]
    if visit.desk.drafts.find(draft_id) is None:
        if visit.desk.outbox.find(draft_id) is not None:
            return visit.go(f"/seizures/{draft_id}")
        return visit.go("/report", visit.words._("This draft was sent or thrown away meanwhile."))
    draft = _draft(visit)
    filled_in = [name for name, texts in draft.fields.items() if any(texts)]
    return say_why_first(visit, amended(draft.fields), filled_in) or draft


def _draft(visit: Visit) -> FormDraft:
    return require_seizure(visit.desk.drafts.get(visit.path["draft"]))


def _page(
    visit: Visit,
    draft_id: str,
    typed: Typed,
    revision: int,
    *,
    filled: Filled | None = None,
    saved: FormDraft | None = None,
    theirs: FormDraft | None = None,
    error: VocuError | None = None,
    status: int = 200,
) -> Response:
    others = [
        draft for draft in visit.desk.drafts.list() if draft.kind in (SEIZURE, AMENDMENT) and draft.id != draft_id
    ]
    return visit.page(
        "report.html",
        status,
        draft_id=draft_id,
        revision=revision,
        form=form_of(visit, amends=bool(amended(typed))).show(typed, filled.faults if filled else None),
        form_name="seizure",
        readers=readers_of(visit, typed),
        choices=possible_readers(visit),
        chosen=chosen_readers(typed),
        amends=amended(typed),
        files_stay=_files_stay(visit, typed),
        files=listed(visit, draft_id),
        drafts=others if saved is None and theirs is None and not amended(typed) else [],
        saved=saved,
        theirs=theirs,
        error=error,
    )


def _in_words(visit: Visit, draft: FormDraft, filled: Filled, error: VocuError | None = None) -> Response:
    """The page on which an officer checks what he is about to send; with the error, where it could not be sent."""
    alike: tuple[str, ...] = ()
    if not amended(draft.fields):
        alike = already_reported(visit.desk, split(filled.values, visit.desk.view.state.added_commodities)[0])
    return visit.page(
        "report_check.html",
        200 if error is None else 400,
        draft=draft,
        told=form_of(visit).tell(filled.values),
        readers=readers_of(visit, draft.fields),
        files=listed(visit, draft.id),
        alike=[(each, visit.desk.ledger.reports.get(each)) for each in alike],
        amends=amended(draft.fields),
        files_stay=_files_stay(visit, draft.fields),
        approval=approval_of(visit, draft, filled),
        as_it_stands=_as_it_stands(visit, draft),
        error=error,
    )


def _as_it_stands(visit: Visit, draft: FormDraft) -> str:
    """What a second officer has read, its files among it: it differs once anything has changed."""
    return " ".join([str(draft.revision), *(file.id for file in listed(visit, draft.id))])


def _files_stay(visit: Visit, typed: Typed) -> bool:
    """Whether the report that this amends has photos or files: an amendment takes none of them away."""
    return bool(amended(typed)) and bool(visit.desk.files.of_report(amended(typed)))


ROUTES: list[Route] = [
    get("/report", new, right="post"),
    get("/report/{draft}", go_on, right="post"),
    post("/report/{draft}", take),
    post("/report/{draft}/keep", keep),
    get("/report/{draft}/check", check, right="post"),
    post("/report/{draft}/send", send),
    get("/report/{draft}/discard", ask_to_discard, right="post"),
    post("/report/{draft}/discard", discard),
]
