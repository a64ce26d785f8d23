"""Write a message: what is typed is kept as a draft until it is sent; sent twice, it is sent once."""

from starlette.responses import Response
from starlette.routing import Route

from vocu.errors import RefusedError, VocuError
from vocu_client.store.drafts import DraftChangedError, FormDraft
from vocu_client.web.draft_files import listed, prepared, take_uploads
from vocu_client.web.pages.message_form import (
    DRAFT,
    Message,
    addressed,
    audiences,
    begun,
    choices,
    keep,
    markings,
    problems,
    readership,
    restored,
    typed,
)
from vocu_client.web.visit import Visit, get, post


async def new(visit: Visit) -> Response:
    """An empty message, or a draft as it was left."""
    if "draft" not in visit.query:
        return _page(visit, begun(visit))
    draft = visit.desk.drafts.get(visit.query["draft"])
    if draft.kind != DRAFT:
        raise RefusedError("draft-gone", "This draft is not one of a message.")
    return _page(visit, restored(draft), draft)


async def take(visit: Visit) -> Response:
    """Whatever the button says: send it, keep it, take a file away, throw it all away."""
    do, message, drafts = str(visit.form.get("do", "send")), typed(visit), visit.desk.drafts
    if do == "discard" and (visit.form.get("sure") == "yes" or _is_empty(visit, message)):
        drafts.delete(message.id)
        return visit.go("/messages", visit.words._("The draft was thrown away."))
    if visit.desk.outbox.find(message.id) is not None:
        return visit.go(_after(message), visit.words._("This message was sent before; it was not sent again."))
    try:
        draft = keep(visit, message)
    except DraftChangedError as error:
        return _page(visit, message, error.theirs, error=error, status=409)
    message = restored(draft)
    try:
        await take_uploads(visit, draft.id)
    except VocuError as error:
        return _page(visit, message, draft, error=error, status=400)
    if do == "discard":
        lost = visit.words._("What was typed, and its files, will be lost.")
        back = f"/messages/new?draft={draft.id}"
        return visit.page("draft_discard.html", draft=draft, lost=lost, action="/messages/new", back=back)
    if do != "send":
        return visit.go(f"/messages/new?draft={draft.id}", visit.words._("The draft is kept."))
    return await _send(visit, message, draft)


async def _send(visit: Visit, message: Message, draft: FormDraft) -> Response:
    found = problems(visit, message)
    if found:
        return _page(visit, message, draft, found, status=400)
    try:
        visit.actions.send_message(
            message.text,
            to=addressed(visit, message),
            subject=message.subject.strip() or None,
            handling=message.handling,
            in_reply_to=message.ref or None,
            files=await prepared(visit, draft.id),
            event_id=message.id,
        )
    except VocuError as error:
        return _page(visit, message, draft, error=error, status=400)
    visit.desk.drafts.delete(draft.id)
    said = visit.words._("Your message is on its way.")
    if visit.site.service.status().line != "connected":
        said = visit.words._(
            "There is no line now. Your message is kept on this desk and is sent when the line is back."
        )
    return visit.go(_after(message), said)


async def save(visit: Visit) -> Response:
    """What is being typed, kept now and then; answered with where it stands and who could read it."""
    message, error = typed(visit), None
    if visit.desk.outbox.find(message.id) is not None:
        return Response(status_code=204)  # what was typed last was overtaken by the sending of it
    held: Message | FormDraft = message
    try:
        held = keep(visit, message, by_itself=True)
    except DraftChangedError as changed:  # the form goes on holding its own revision: theirs was not seen yet
        error = changed
    return visit.page("message_kept_part.html", draft=held, error=error, readers=readership(visit, message), part=True)


def _is_empty(visit: Visit, message: Message) -> bool:
    return not (message.text.strip() or message.subject.strip() or visit.desk.drafts.files.of(message.id))


def _after(message: Message) -> str:
    return f"/messages/{message.ref}" if message.ref else "/messages"


def _page(
    visit: Visit,
    message: Message,
    draft: FormDraft | None = None,
    found: dict[str, str] | None = None,
    *,
    error: VocuError | None = None,
    status: int = 200,
) -> Response:
    return visit.page(
        "message_new.html",
        status,
        message=message,
        draft=draft,
        found=found or {},
        error=error,
        audiences=audiences(visit),
        choices=choices(visit),
        markings=markings(visit),
        readers=readership(visit, message),
        files=listed(visit, message.id),
    )


ROUTES: list[Route] = [
    get("/messages/new", new, right="post"),
    post("/messages/new", take),
    post("/messages/draft", save),
]
