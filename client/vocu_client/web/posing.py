"""What warnings, questions, cross-checks and returns share: a form with words, what was said, and how long ago."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Literal

from babel.dates import format_timedelta
from msgspec import Struct
from starlette.responses import Response

from vocu.canonical import decode_any, encode
from vocu.errors import RefusedError, VocuError
from vocu.operation import bodies
from vocu.operation.verified import Accepted
from vocu.rendering.wording import N_
from vocu_client.files import Attached
from vocu_client.store.drafts import Drafts
from vocu_client.web.consulting import may_open
from vocu_client.web.forms.form import ARRANGE, Form
from vocu_client.web.forms.inputs import Option, Shown, ShownFault
from vocu_client.web.forms.posting import Typed
from vocu_client.web.forms.telling import Told, tell
from vocu_client.web.visit import Visit, get

WORDS, ID = "_words", "_id"
ON_TOP = frozenset(["addressees", "answer_due_at"])
SAY_SOMETHING = N_("Write a few words.")
NAME_SOMETHING = N_("Fill in what is to be looked up: a name, a plate, a number.")


class Said(Struct, frozen=True):
    """Somebody's words; or, where this desk cannot show them, the code of the error that says why."""

    text: bodies.Text | None
    sealed: str | None


class Nominal(Struct, frozen=True):
    """A nominal part and files: told, sealed to others, or to be opened after a reason was given."""

    state: Literal["told", "others", "ask"]
    told: tuple[Told, ...] = ()
    attached: Attached | None = None


class Sent(Struct, frozen=True):
    """What an officer filled in without faults. `id`: the event's, so that a form sent twice posts once."""

    id: str
    values: dict[str, Any]
    words: str | None
    nominal: dict[str, Any] | None


class Sheet(Struct, frozen=True, kw_only=True):
    """A form with its words, as a template shows it."""

    id: str
    form: Shown
    nominal: Shown | None
    faults: tuple[ShownFault, ...]
    words: str | None
    words_required: bool
    words_error: str
    error: VocuError | None


class Asking:
    """One form of `vocu.form.schema.FORMS` with words (None: none are asked for) and perhaps a nominal part."""

    def __init__(
        self,
        visit: Visit,
        name: str,
        *,
        words: Literal["required", "optional"] | None = None,
        nominal: Literal["required", "optional"] | None = None,
        choices: Mapping[str, tuple[Option, ...]] | None = None,
        without: frozenset[str] = frozenset(),
    ) -> None:
        state = visit.desk.view.state
        self._visit = visit
        self._form = Form(name, visit.words, state, choices=choices, without=without)
        self._nominal = Form("seizure_nominal", visit.words, state) if nominal else None
        self._words = words
        self._names_required = nominal == "required"

    def show(self, template: str, values: Mapping[str, Any], **more: Any) -> Response:
        """The form, filled in with these values."""
        return self._page(template, 200, self._form.typed(values), {}, {}, None, Drafts.new_id(), more)

    def take(self, template: str, act: Callable[[Sent], Response], **more: Any) -> Response:
        """What was sent: acted upon where it is without faults, shown again otherwise, with all that was typed."""
        posted = self._visit.form
        typed = self._form.arranged(posted) | (self._nominal.arranged(posted) if self._nominal else {})
        sent_id = str(posted.get(ID, "")) or Drafts.new_id()
        if ARRANGE in posted:
            return self._page(template, 200, typed, {}, {}, None, sent_id, more)
        filled = self._form.read(typed)
        named = self._nominal.read(typed) if self._nominal else None
        faults, of_names = dict(filled.faults), dict(named.faults) if named else {}
        if self._names_required and named is not None and not named.values:
            of_names.setdefault("free_text", self._visit.words._(NAME_SOMETHING))
        words = str(posted.get(WORDS, "")).strip()
        if self._words == "required" and not words:
            faults[WORDS] = self._visit.words._(SAY_SOMETHING)
        if faults or of_names:
            return self._page(template, 422, typed, faults, of_names, None, sent_id, more)
        try:
            return act(Sent(sent_id, filled.values, words or None, (named.values or None) if named else None))
        except VocuError as error:
            return self._page(template, 400, typed, {}, {}, error, sent_id, more)

    def _page(
        self,
        template: str,
        status: int,
        typed: Typed,
        faults: dict[str, str],
        of_names: dict[str, str],
        error: VocuError | None,
        sent_id: str,
        more: dict[str, Any],
    ) -> Response:
        words_error = faults.pop(WORDS, "")
        form = self._form.show(typed, faults)
        names = self._nominal.show(typed, of_names) if self._nominal else None
        summary = (*form.faults, *(names.faults if names else ()))
        if words_error:
            summary += (ShownFault("words", self._visit.words._("Your words"), words_error),)
        sheet = Sheet(
            id=sent_id,
            form=form,
            nominal=names,
            faults=summary,
            words=str(self._visit.form.get(WORDS, "")) if self._words else None,
            words_required=self._words == "required",
            words_error=words_error,
            error=error,
        )
        form_name = self._nominal.name if self._nominal else self._form.name
        return self._visit.page(template, status, sheet=sheet, form_name=form_name, **more)


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


async def file(visit: Visit) -> Response:
    """A file to keep, of a case or of an answer in it. Raises RefusedError (no-reason, no-such-file)."""
    case, event_id = str(visit.path["case"]), str(visit.path["event"])
    if not may_open(visit, case):
        raise RefusedError("no-reason", "Say on the page of this case why you need to see it; then its files open.")
    act = visit.desk.reading.entry(event_id).act
    if act is None or case not in (event_id, act.header.ref) or case not in visit.desk.view.state.posed:
        raise RefusedError("no-such-file", "There is no such file; go back to where it was listed.")
    described, data = await asyncio.to_thread(visit.desk.files.read, event_id, int(visit.path["number"]))
    return visit.download(described.name, described.type, data)


FILES = [get("/cases/{case}/files/{event}/{number:int}", file)]


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
    return [item.kind for item in visit.desk.outbox.items("queued", "sent", "refused") if item.kind in kinds]


def duration(visit: Visit, milliseconds: int) -> str:
    """A time span as people say it, no shorter than a minute: 3 hours."""
    span = timedelta(milliseconds=max(milliseconds, 60_000))
    return format_timedelta(span, locale=visit.words.locale, threshold=1.5, granularity="minute")
