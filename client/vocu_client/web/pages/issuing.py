"""Today's newsletter at the organiser's desk: his words, notable seizures, how it will look; then it goes out, once."""

from starlette.responses import HTMLResponse, Response

from vocu.errors import RefusedError, VocuError
from vocu_client.store.drafts import DraftChangedError
from vocu_client.web.guard import FRAMED_CSP
from vocu_client.web.organising import for_organisers, require_sure, told
from vocu_client.web.pages.board import expected
from vocu_client.web.preparing import (
    DRAFT,
    MOST_NOTABLE,
    Issue,
    Prepared,
    candidates,
    html_of,
    issue_of,
    keep,
    newest_issue,
    occurrences,
    prepared,
    restored,
    typed,
)
from vocu_client.web.visit import Visit, get, post

HOME = "/operation/newsletter"


@for_organisers
async def overview(visit: Visit) -> Response:
    """The newsletter that waits to be sent out, or a preview of the next one."""
    issue = _issue(visit)
    if issue is None:
        return visit.page("issuing_none.html")
    return _page(visit, issue, prepared(visit.desk, issue.day))


@for_organisers
async def take(visit: Visit) -> Response:
    """Keep what was typed; then show how it looks, or ask whether to send it."""
    issue = _issue(visit)
    if issue is None:
        raise RefusedError("no-newsletter", "There is no newsletter to prepare any more.")
    said = typed(visit)
    if visit.desk.outbox.find(said.id) is not None or issue.standing == "sent":
        return visit.go(HOME, visit.words._("This newsletter was sent before; it was not sent again."))
    try:
        said = keep(visit, issue.day, said)
    except DraftChangedError as error:
        theirs = restored(error.theirs)
        mine = Prepared(id=said.id, revision=theirs.revision, words=said.words, notable=said.notable)
        return _page(visit, issue, mine, error=error, theirs=theirs.words, status=409)
    if len(said.notable) > MOST_NOTABLE:
        return _page(visit, issue, said, too_many=True, status=400)
    if visit.form.get("do") == "send" and issue.standing == "compiled":
        return visit.go(f"{HOME}/send?draft={said.id}")
    return visit.go(f"{HOME}?day={issue.day}#look", visit.words._("Your words are kept."))


@for_organisers
async def save(visit: Visit) -> Response:
    """What is being typed, kept now and then."""
    issue, error = _issue(visit), None
    said = typed(visit)
    if issue is None or visit.desk.outbox.find(said.id) is not None:
        return Response(status_code=204)
    try:
        said = keep(visit, issue.day, said)
    except DraftChangedError as changed:
        error = changed
    return visit.page("issuing_kept_part.html", said=said, error=error, kept=True)


@for_organisers
async def look(visit: Visit) -> Response:
    """The newsletter itself, in a frame in which no script runs."""
    issue = _issue(visit)
    if issue is None:
        raise RefusedError("no-newsletter", "There is no newsletter to show any more.")
    html = html_of(visit, issue, prepared(visit.desk, issue.day))
    return HTMLResponse(html, headers={"Content-Security-Policy": FRAMED_CSP})


@for_organisers
async def ask(visit: Visit) -> Response:
    """Asks once before it goes out."""
    if "draft" not in visit.query:
        return visit.go(HOME)
    issue, said = _to_send(visit, visit.query.get("draft", ""))
    many = sum(member.reads_sealed for member in visit.desk.view.state.participants())
    return visit.page("issuing_send.html", issue=issue, said=said, many=many)


@for_organisers
async def send(visit: Visit) -> Response:
    """Send it out. The same form sent twice sends it once."""
    draft_id = str(visit.form.get("draft", ""))
    if visit.desk.outbox.find(draft_id) is not None:
        return visit.go(HOME, visit.words._("This newsletter was sent before; it was not sent again."))
    require_sure(visit)
    issue, said = _to_send(visit, draft_id)
    words = said.words.strip() or None
    event_id = visit.actions.issue_newsletter(issue.day, words, said.notable[:MOST_NOTABLE], event_id=said.id)
    visit.desk.drafts.delete(said.id)
    done = visit.words._("Newsletter {number} is sent to all.", number=visit.words.number(issue.number))
    return await told(visit, event_id, HOME, done)


def _to_send(visit: Visit, draft_id: str) -> tuple[Issue, Prepared]:
    draft = visit.desk.drafts.get(draft_id)
    if draft.kind != DRAFT:
        raise RefusedError("draft-gone", "This draft is not one of a newsletter.")
    issue = issue_of(visit.desk, draft.fields["day"][0])
    if issue.standing == "sent":
        raise RefusedError("already-issued", "This newsletter was sent out before.")
    return issue, restored(draft)


def _issue(visit: Visit) -> Issue | None:
    """The one of the day that was asked for, if it is compiled; else the newest."""
    day = str(visit.query.get("day", "") or visit.form.get("day", ""))
    if day in visit.desk.view.state.compiled:
        return issue_of(visit.desk, day)
    return newest_issue(visit.desk, visit.site.now())


def _page(
    visit: Visit,
    issue: Issue,
    said: Prepared,
    *,
    error: VocuError | None = None,
    theirs: str | None = None,
    too_many: bool = False,
    status: int = 200,
) -> Response:
    state = visit.desk.view.state
    sent = [day for day in sorted(state.compiled, reverse=True) if issue_of(visit.desk, day).standing == "sent"]
    return visit.page(
        "issuing.html",
        status,
        issue=issue,
        said=said,
        error=error,
        theirs=theirs,
        too_many=too_many,
        occurrences=occurrences(visit.desk, issue),
        candidates=candidates(visit, issue, said.notable),
        silent=[row for row in expected(visit) if row.standing == "silent"],
        many=sum(member.reads_sealed for member in state.participants()),
        automatic=state.genesis.issue == "automatic",
        hour=state.genesis.compile_hour,
        sent=sent,
    )


ROUTES = [
    get(HOME, overview),
    post(HOME, take, right="approve"),
    post(f"{HOME}/draft", save, right="approve"),
    get(f"{HOME}/look", look),
    get(f"{HOME}/send", ask, right="approve"),
    post(f"{HOME}/send", send, right="approve"),
]
