"""From one shift to the next: what is new, which clocks run and who has taken them, drafts, a note, "end my shift"."""

from collections import Counter
from typing import NamedTuple

from starlette.responses import Response

from vocu.errors import RefusedError
from vocu_client.overviews.clocks import Clock
from vocu_client.store.drafts import FormDraft
from vocu_client.web.digits import number_of
from vocu_client.web.kinds import KIND_NAMES
from vocu_client.web.pages.approvals import asked_by
from vocu_client.web.pages.entry import HERE
from vocu_client.web.pages.login import log_out
from vocu_client.web.posing import PAGE
from vocu_client.web.visit import Visit, get, post

NEWEST = 20
MAX_NOTE = 4000
UNTOLD = frozenset({"epoch_rotated", "erasure_confirmed", "reading_confirmed", "contact_published", "directory_sent"})
"""What no shift needs to be told."""


class Running(NamedTuple):
    """An open warning, question or cross-check: its page, what it is about (a code and its list), and its clock."""

    id: str
    kind: str
    address: str
    author: str
    about: tuple[str, str]
    clock: Clock
    ours: bool


async def handover(visit: Visit) -> Response:
    if not visit.site.team:
        return visit.page("handover_none.html")
    desk = visit.desk
    shift = desk.handover.last_shift(visit.officer.id) or desk.handover.last_shift()
    since = shift.position if shift is not None else 0
    drafts = desk.drafts.list()
    return visit.page(
        "handover.html",
        shift=shift,
        counts=_counts(visit, since),
        newest=desk.overviews.feed.page(since=since, limit=NEWEST).items,
        marks=desk.marks.of(visit.officer.id),
        running=_running(visit),
        taken=desk.marks.taken(),
        drafts=[_draft(draft) for draft in drafts],
        approvals=sum(bool(asked_by(draft)) for draft in drafts),
        outbox=desk.outbox.counts(),
        notes=desk.handover.notes(),
    )


async def leave_note(visit: Visit) -> Response:
    _keep_note(visit)
    return visit.go("/handover", visit.words._("Your note is there for the next shift."))


async def take_down(visit: Visit) -> Response:
    visit.desk.handover.take_down(number_of(visit.form.get("note")) or 0)
    return visit.go("/handover", visit.words._("The note is taken down."))


async def end_shift(visit: Visit) -> Response:
    """Keep where this officer's shift ended, with a last note if there is one, and log him out."""
    _require_team(visit)
    if str(visit.form.get("text", "")).strip():
        _keep_note(visit)
    visit.desk.handover.end_shift(visit.officer.id, visit.desk.view.size, visit.site.now())
    return await log_out(visit)


async def take(visit: Visit) -> Response:
    """Say "mine" of a warning or a question; what a colleague has is taken over from him by name."""
    _require_team(visit)
    event, holder = _known(visit), str(visit.form.get("instead_of", "")) or None
    visit.desk.marks.take(event, visit.officer.id, visit.site.now(), instead_of=holder)
    return _show_taken(visit, event)


async def release(visit: Visit) -> Response:
    _require_team(visit)
    event = _known(visit)
    visit.desk.marks.release(event, visit.officer.id)
    return _show_taken(visit, event)


def _show_taken(visit: Visit, event: str) -> Response:
    if visit.is_fragment:
        return visit.page("take_part.html", event=event)
    back = str(visit.form.get("back", ""))
    return visit.go(back if HERE.match(back) else "/handover")


def _known(visit: Visit) -> str:
    """The event, if it is one that is waited on."""
    event: str = visit.path["event"]
    ledger = visit.desk.ledger
    if event not in ledger.warnings and event not in ledger.questions and event not in ledger.cross_checks:
        raise RefusedError("unknown-id", f"This desk holds no warning or question with the id {event}.")
    return event


def _keep_note(visit: Visit) -> None:
    _require_team(visit)
    text = str(visit.form.get("text", "")).strip()
    if not text:
        raise RefusedError("empty-text", "There is nothing in this note yet; write something first.")
    if len(text) > MAX_NOTE:
        raise RefusedError("too-long", f"A note has at most {MAX_NOTE:,} characters; shorten it.")
    visit.desk.handover.leave_note(visit.officer.id, text, visit.site.now())


def _counts(visit: Visit, since: int) -> list[tuple[str, int]]:
    """How much of what has come, the most first."""
    kinds = Counter(accepted.act.header.type for accepted in visit.desk.view.acts[since:] if accepted.act is not None)
    return [(kind, count) for kind, count in kinds.most_common() if kind in KIND_NAMES and kind not in UNTOLD]


def _running(visit: Visit) -> list[Running]:
    """Late ones first, then those that are due, then the oldest."""
    clocks, now = visit.desk.overviews.clocks, visit.site.now()
    found = [
        Running(
            chain.warned.id, "warning_issued", f"/warnings/{chain.warned.id}", chain.warned.author,
            (chain.warned.form.commodity, "commodity"), chain.clock, chain.ours_to_answer,
        )
        for chain in clocks.chains(now, only_open=True)
    ]  # fmt: skip
    found += [
        Running(
            query.asked.id, "question_asked", f"/questions/{query.asked.id}", query.asked.author,
            (query.asked.form.subject, "question_subject"), query.clock, query.ours_to_answer,
        )
        for query in clocks.questions(now, only_open=True)
    ]  # fmt: skip
    found += [
        Running(
            check.checked.id, "cross_check_asked", f"/questions/{check.checked.id}", check.checked.author,
            (check.checked.form.body, "cross_check_body"), check.clock, False,
        )
        for check in clocks.cross_checks(now, only_open=True)
    ]  # fmt: skip
    never = 2**53
    return sorted(found, key=lambda each: (-(each.clock.late or 0), each.clock.due_at or never, -each.clock.age))


def _draft(draft: FormDraft) -> tuple[FormDraft, str, str]:
    """With what it will become, and where one goes on with it."""
    if page := "".join(draft.fields.get(PAGE, [])):
        return draft, draft.kind, f"{page}?draft={draft.id}"
    answered = "".join(draft.fields.get("ref", []))
    match draft.kind:
        case "message":
            address = f"/messages/{answered}#reply" if answered else f"/messages/new?draft={draft.id}"
            return draft, "message_posted", address
        case "contacts":
            return draft, "contact_published", "/contacts/own"
        case "newsletter":
            return draft, "newsletter_issued", "/operation/newsletter"
        case "amendment":
            return draft, "seizure_amended", f"/report/{draft.id}"
    return draft, "seizure_reported", f"/report/{draft.id}"


def _require_team(visit: Visit) -> None:
    if not visit.site.team:
        raise RefusedError("no-team", "This desk is used by one officer and has no accounts.")


ROUTES = [
    get("/handover", handover),
    post("/handover/note", leave_note, right="read"),
    post("/handover/note/take-down", take_down, right="read"),
    post("/handover/end", end_shift, right="read"),
    post("/take/{event}", take),
    post("/release-take/{event}", release),
]
