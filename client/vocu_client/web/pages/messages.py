"""The messages: conversations, what was said in each, its files, and who has opened it."""

import asyncio
from urllib.parse import urlencode

from msgspec import Struct
from starlette.responses import Response
from starlette.routing import Route

from vocu.errors import VocuError
from vocu.operation.events import AnnouncementPosted, MessagePosted
from vocu.operation.media import MediaFile
from vocu_client.files import Attached
from vocu_client.overviews.read_receipts import Readers
from vocu_client.overviews.threads import Post, Scope
from vocu_client.store.drafts import FormDraft
from vocu_client.store.outbox import Item
from vocu_client.web.attached import file_routes
from vocu_client.web.digits import number_of
from vocu_client.web.pages.message_form import DRAFT, audiences, markings, may_write, readership, replying
from vocu_client.web.visit import Visit, get

SCOPES: dict[str, Scope] = {"all": "all", "countries": "countries", "ocu": "ocu", "national": "national"}


class Said(Struct, frozen=True):
    """A message of a conversation, with its files, and of this country's own who has received and opened it."""

    post: Post
    attached: Attached
    readers: Readers | None
    officer: str


class Waiting(Struct, frozen=True):
    """A message in the outbox: not yet in the log, or refused."""

    item: Item
    event: MessagePosted | AnnouncementPosted
    ref: str | None


async def inbox(visit: Visit) -> Response:
    """The conversations, those with something unread on top; or what a search finds."""
    overviews = visit.desk.overviews
    read = visit.desk.marks.of(visit.officer.id).has_read
    query, scope = visit.query.get("q", "").strip(), SCOPES.get(visit.query.get("scope", ""))
    before = number_of(visit.query.get("before", ""))
    page = overviews.threads.page(read, scope=scope, before=before)
    threads = page.threads if before is not None else sorted(page.threads, key=lambda thread: not thread.unread)
    return visit.page(
        "messages.html",
        threads=threads,
        older=_address(visit, before=page.older) if page.older is not None else "",
        scope=scope or "",
        scopes=tuple(SCOPES),
        query=query,
        found=overviews.threads.search(query, read) if query else (),
        progress=overviews.search.progress,
        drafts=[draft for draft in visit.desk.drafts.list() if draft.kind == DRAFT],
        waiting=_waiting(visit),
        may_write=may_write(visit),
        size=visit.desk.view.size,
        own=visit.desk.settings.ncp,
    )


async def newer(visit: Visit) -> Response:
    """How many messages of others came since a page was made; of one conversation, where the address names it."""
    desk, since, root = visit.desk, number_of(visit.query.get("since", "")) or 0, visit.query.get("thread")
    ncp_of = {device.id: device.ncp for device in desk.view.state.devices.values()}
    acts = [accepted.act for accepted in desk.view.acts[since:] if accepted.act is not None]
    posts = [act for act in acts if isinstance(act.event, MessagePosted | AnnouncementPosted)]
    new = [act.header.id for act in posts if ncp_of[act.header.sender] != desk.settings.ncp]
    if root:
        held = {post.id for post in desk.overviews.threads.thread(root, lambda _: True)[1]}
        new = [event_id for event_id in new if event_id in held]
    return visit.page("messages_newer_part.html", count=len(new), address=f"/messages/{root}" if root else "/messages")


async def conversation(visit: Visit) -> Response:
    """One conversation, oldest first. Who opens it has read it, and its authors are told."""
    desk = visit.desk
    read = desk.marks.of(visit.officer.id).has_read
    thread, posts = desk.overviews.threads.thread(visit.path["id"], read)
    fresh = [post.index for post in posts if post.unread]
    if fresh:
        desk.marks.read(visit.officer.id, fresh)
    desk.receipts.opened(desk.view.acts[post.index] for post in posts)
    ids = {post.id for post in posts}
    draft = next((each for each in desk.drafts.list() if each.kind == DRAFT and _ref(each) in ids), None)
    reply = replying(visit, posts[-1].id, thread.to, draft)
    return visit.page(
        "message_thread.html",
        thread=thread,
        posts=[_said(visit, post) for post in posts],
        subject=next((post.words.subject for post in posts if post.words and post.words.subject), ""),
        waiting=[each for each in _waiting(visit) if each.ref in ids],
        draft=draft,
        message=reply,
        may_reply=may_write(visit) and reply.audience in (*audiences(visit), "countries"),
        markings=markings(visit),
        readers=readership(visit, reply),
        size=desk.view.size,
        own=desk.settings.ncp,
    )


async def _read(visit: Visit) -> tuple[MediaFile, bytes]:
    """A file of a message, and of nothing else."""
    message = visit.path["id"]
    visit.desk.overviews.threads.thread(message, lambda _: True)
    return await asyncio.to_thread(visit.desk.files.read, message, visit.path["number"])


def _said(visit: Visit, post: Post) -> Said:
    desk = visit.desk
    readers = desk.overviews.receipts.of(desk.view.acts[post.index]) if post.mine else None
    officer = post.words.officer if post.words and post.mine and visit.site.team else None
    return Said(post, desk.files.of(post.id), readers, desk.team.name_of(officer) if officer else "")


def _waiting(visit: Visit) -> list[Waiting]:
    """Messages on their way, and those that were refused, in the order in which they were written."""
    found, outbox = [], visit.desk.outbox
    for item in outbox.undelivered("message_posted", "announcement_posted"):
        try:
            draft = outbox.draft(item)
        except VocuError:
            continue
        if isinstance(draft.event, MessagePosted | AnnouncementPosted):
            found.append(Waiting(item, draft.event, draft.ref))
    return found


def _ref(draft: FormDraft) -> str:
    return next(iter(draft.fields.get("ref", [])), "")


def _address(visit: Visit, **changed: object) -> str:
    return "/messages?" + urlencode({**dict(visit.query), **changed})


ROUTES: list[Route] = [
    get("/messages", inbox),
    get("/messages/newer", newer),
    get("/messages/{id}", conversation),
    *file_routes("/messages/{id}/files/{number:int}", _read),
]
