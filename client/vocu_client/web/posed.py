"""What warnings, questions, cross-checks and returns share where they are read: words, files, and how long ago."""

import asyncio
from datetime import timedelta
from typing import Any, Literal

from babel.dates import format_timedelta
from msgspec import Struct
from starlette.responses import Response

from vocu.canonical import decode_any, encode
from vocu.compilation.ledger import Asked, Checked, Warned
from vocu.errors import RefusedError, VocuError
from vocu.operation import bodies
from vocu.operation.events import Event
from vocu.operation.media import MediaFile
from vocu.operation.verified import Accepted
from vocu_client.files import Attached
from vocu_client.web.attached import file_routes
from vocu_client.web.consulting import may_open
from vocu_client.web.digits import number_of
from vocu_client.web.forms.telling import Told, tell
from vocu_client.web.visit import Visit

ON_TOP = frozenset(["addressees", "answer_due_at"])


class Said(Struct, frozen=True):
    """Somebody's words; or, where this desk cannot show them, the code of the error that says why."""

    text: bodies.Text | None
    sealed: str | None


class Nominal(Struct, frozen=True):
    """A nominal part and files: told, sealed to others, or to be opened after a reason was given."""

    state: Literal["told", "others", "ask"]
    told: tuple[Told, ...] = ()
    attached: Attached | None = None


def posed(visit: Visit, item: Warned | Asked | Checked, form: str, answering: str) -> dict[str, Any]:
    """What the pages of warnings, questions and cross-checks show alike: the form of this name in words, what was said
    with it, its replies, and the answers (of the kind `answering`) that wait here. The officer has opened it now."""
    entry, acts = visit.desk.reading.entry(item.id), visit.desk.view.acts
    replies = [(reply, acts[reply.received.index]) for reply in item.replies]
    opened(visit, entry, *(accepted for _, accepted in replies))
    mine = item.author == visit.desk.settings.ncp
    return {
        "told": told(visit, form, item.form),
        "said": said(visit, entry),
        "nominal": nominal(visit, item.id, entry),
        "replies": [(reply, said(visit, each), nominal(visit, item.id, each)) for reply, each in replies],
        "readers": visit.desk.overviews.receipts.of(entry) if mine else None,
        "waiting": under_way(visit, answering),
        "duration": duration,
    }


def changed(visit: Visit, group: Literal["warnings", "questions"]) -> Response:
    """Whether any came since the list of them was made."""
    size = number_of(visit.query.get("size"))
    counts = visit.desk.overviews.feed.counts(size) if size is not None else {}
    return visit.page("exchange_new_part.html", count=counts.get(group, 0), address=f"/{group}")


def said(visit: Visit, accepted: Accepted) -> Said | None:
    """The words of an entry; None where it has none."""
    if accepted.act is None or accepted.act.header.slip("text") is None:
        return None
    try:
        text = visit.desk.reading.body(accepted, "text")
    except VocuError as error:
        return Said(None, error.code)
    return Said(text, None) if isinstance(text, bodies.Text) else None


def nominal(visit: Visit, case: str, accepted: Accepted) -> Nominal | None:
    """The nominal part and the files of an entry that belongs to this case; None where it has neither. That they are
    shown is kept."""
    header = accepted.act.header if accepted.act is not None else None
    slips = [slip for part in ("nominal", "media") if header is not None and (slip := header.slip(part)) is not None]
    if header is None or not slips:
        return None
    if all(slip.devices is not None and visit.desk.settings.device not in slip.devices for slip in slips):
        return Nominal("others")
    if not may_open(visit, case):
        return Nominal("ask")
    attached = visit.desk.files.of(header.id) if header.slip("media") else None
    if header.slip("nominal") is None:
        return Nominal("told", (), attached)
    try:
        body = visit.desk.reading.body(accepted, "nominal")
    except VocuError:
        return Nominal("others", (), attached)
    return Nominal("told", told(visit, "seizure_nominal", body), attached)


async def _read(visit: Visit) -> tuple[MediaFile, bytes]:
    """A file of a case, or of an answer in it."""
    case, event_id = str(visit.path["case"]), str(visit.path["event"])
    if not may_open(visit, case):
        raise RefusedError("no-reason", "Say on the page of this case why you need to see it; then its files open.")
    act = visit.desk.reading.entry(event_id).act
    if act is None or case not in (event_id, act.header.ref) or case not in visit.desk.view.state.posed:
        raise RefusedError("no-such-file", "There is no such file; go back to where it was listed.")
    return await asyncio.to_thread(visit.desk.files.read, event_id, int(visit.path["number"]))


FILES = file_routes("/cases/{case}/files/{event}/{number:int}", _read)


def told(visit: Visit, form: str, body: Struct) -> tuple[Told, ...]:
    """What a form says, in words; but whom it is for and when an answer is due, which stand on top of every page."""
    values: dict[str, Any] = decode_any(encode(body))
    return tell(form, {name: value for name, value in values.items() if name not in ON_TOP}, visit.words)


def opened(visit: Visit, *entries: Accepted) -> None:
    """The officer looks at these entries now: they are read, and their authors will hear of it."""
    marks = visit.desk.marks.of(visit.officer.id)
    if fresh := marks.unread(accepted.index for accepted in entries):
        visit.desk.marks.read(visit.officer.id, fresh)
    visit.desk.receipts.opened(entries)


def under_way(visit: Visit, *kinds: str) -> list[str]:
    """The kinds of what was written here and is not in the log yet, of these, in the order of writing."""
    return [item.kind for item in visit.desk.outbox.undelivered(*kinds)]


def duration(visit: Visit, milliseconds: int) -> str:
    """A time span as people say it, no shorter than a minute: 3 hours."""
    span = timedelta(milliseconds=max(milliseconds, 60_000))
    return format_timedelta(span, locale=visit.words.locale, threshold=1.5, granularity="minute")


def may_write(visit: Visit, kind: type[Event]) -> bool:
    """Whether this officer may write such an event now, as far as his right, his country's role and the phase go."""
    state = visit.desk.view.state
    member = state.members.get(visit.desk.settings.ncp)
    return visit.may("post") and member is not None and member.role in kind.roles and state.phase in kind.phases


def no_such_event(visit: Visit) -> RefusedError:
    """What is raised where an address names an event that this desk does not hold."""
    return RefusedError("unknown-id", f"This desk holds no event with the id {visit.path['id']}.")
