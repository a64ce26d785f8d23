"""The forms of warnings, questions, cross-checks and returns, with words and files: kept as typed until sent."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from msgspec import Struct
from msgspec.structs import replace
from starlette.responses import Response

from vocu.errors import RefusedError, VocuError
from vocu.operation.events import Event, kind_of
from vocu.rendering.wording import N_
from vocu_client.attachments import Attachment
from vocu_client.store.drafts import DraftChangedError, Drafts, FormDraft
from vocu_client.web import drafting
from vocu_client.web.digits import number_of
from vocu_client.web.draft_files import ShownFile, listed, prepared, take_uploads
from vocu_client.web.forms.form import ARRANGE, Form
from vocu_client.web.forms.inputs import Option, Shown, ShownFault
from vocu_client.web.forms.posting import Typed
from vocu_client.web.visit import Visit

WORDS: Final = "_words"
PAGE: Final = "_page"
"""Among the fields of a draft: the path of the form in which one goes on with it."""
SAY_SOMETHING = N_("Write a few words.")
NAME_SOMETHING = N_("Fill in what is to be looked up: a name, a plate, a number.")
_NOT_KEPT: Final = frozenset(["draft", "revision", "do", "_over"])


class Sent(Struct, frozen=True):
    """What an officer filled in without faults. `id`: the event's, so that a form sent twice posts once."""

    id: str
    values: dict[str, Any]
    words: str | None
    nominal: dict[str, Any] | None
    files: tuple[Attachment, ...] = ()


class Wrong(Struct, frozen=True, kw_only=True):
    """What is wrong with a form: sentences by field, of its own and of the nominal part; or why it was not taken."""

    faults: Mapping[str, str] = {}
    of_names: Mapping[str, str] = {}
    error: VocuError | None = None


class Sheet(Struct, frozen=True, kw_only=True):
    """A form with its words and files, as a template shows it. `words` or `files` None: they are not asked for.

    `saved`: the draft that it is; `begun`: the drafts of the same form, where this one is fresh.
    """

    page: str
    id: str
    revision: int
    typed: Typed
    form: Shown
    nominal: Shown | None
    faults: tuple[ShownFault, ...]
    words: str | None
    words_required: bool
    words_error: str
    error: VocuError | None
    files: list[ShownFile] | None
    saved: FormDraft | None
    begun: tuple[FormDraft, ...]


class Asking:
    """One form of `vocu.form.schema.FORMS`, with words (None: none are asked for) and perhaps a nominal part and files,
    of which an event of this kind is made. Drafts of it are kept under the kind's name.

    `beside`: by flat name, what the fields are compared with, of what was typed. `check`: the page on which what is
    without faults is read before it goes; its button says do=checked, of this draft in this revision."""

    def __init__(
        self,
        visit: Visit,
        name: str,
        kind: type[Event],
        *,
        words: Literal["required", "optional"] | None = None,
        nominal: Literal["required", "optional"] | None = None,
        files: bool = False,
        choices: Mapping[str, tuple[Option, ...]] | None = None,
        without: frozenset[str] = frozenset(),
        beside: Callable[[Typed], Mapping[str, str]] = lambda _: {},
        check: Callable[[FormDraft, Sent], Response] | None = None,
    ) -> None:
        state = visit.desk.view.state
        self._visit = visit
        self._page = visit.request.url.path
        self._form = Form(name, visit.words, state, choices=choices, without=without, own=visit.desk.settings.ncp)
        self._nominal = Form("seizure_nominal", visit.words, state) if nominal else None
        self._kind = kind_of(kind)
        self._words = words
        self._names_required = nominal == "required"
        self._files = files
        self._beside = beside
        self._check = check

    def show(self, template: str, values: Mapping[str, Any], **more: Any) -> Response:
        """The form, filled in with these values; or a draft of it, as it was left or to be thrown away."""
        query = self._visit.query
        if "discard" in query:
            lost = self._visit.words._("What was typed, and its files, will be lost.")
            draft = self._draft(query["discard"])
            back = self._address(draft)
            return self._visit.page("draft_discard.html", draft=draft, lost=lost, action=self._page, back=back)
        if "draft" in query:
            draft = self._draft(query["draft"])
            return self._show(template, draft.fields, draft, draft.id, draft.revision, more)
        return self._show(template, self._form.typed(values), None, Drafts.new_id(), 0, more)

    async def take(
        self, template: str, post: Callable[[Sent], object], after: str, notice: str, **more: Any
    ) -> Response:
        """Whatever the button says. All that was typed is kept first. What is without faults is given to `post`; then
        its draft is gone, and the page `after` is next, with the notice."""
        visit, drafts, form = self._visit, self._visit.desk.drafts, self._visit.form
        do = "keep" if "_over" in form else str(form.get("do", "send"))
        draft_id = str(form.get("draft", "")) or Drafts.new_id()
        if do == "discard" and form.get("sure") == "yes":
            drafts.delete(self._draft(draft_id).id)
            return visit.go(after, visit.words._("The draft was thrown away."))
        if visit.desk.outbox.find(draft_id) is not None:
            drafts.delete(draft_id)
            return visit.go(after, visit.words._("This was sent before; it was not sent again."))
        if do == "checked":
            return await self._checked(post, after, notice, draft_id)
        typed = self._form.arranged(form) | (self._nominal.arranged(form) if self._nominal else {})
        if do == "autosave":
            return self._autosave(draft_id, typed)
        try:
            draft = self._keep(draft_id, typed)
        except DraftChangedError as error:
            return self._show(template, typed, None, draft_id, _revision(typed), more, Wrong(error=error), status=409)
        except RefusedError as error:  # it was thrown away meanwhile: what was typed may become a new one
            return self._show(template, typed, None, Drafts.new_id(), 0, more, Wrong(error=error), status=400)
        try:
            await take_uploads(visit, draft.id)
        except VocuError as error:
            return self._again(template, draft, more, Wrong(error=error), status=400)
        if ARRANGE in form:
            return self._again(template, draft, more)
        if do == "discard":
            return visit.go(f"{self._page}?discard={draft.id}")
        if do != "send":
            return visit.go(self._address(draft), visit.words._("The draft is kept."))
        sent, wrong = self._read(draft)
        if wrong.faults or wrong.of_names:
            return self._again(template, draft, more, wrong, status=422)
        if self._check is not None:
            return self._check(draft, sent)
        try:
            post(replace(sent, files=tuple(await prepared(visit, draft.id))))
        except VocuError as error:
            return self._again(template, draft, more, Wrong(error=error), status=400)
        drafts.delete(draft.id)
        return visit.go(after, notice)

    async def _checked(self, post: Callable[[Sent], object], after: str, notice: str, draft_id: str) -> Response:
        """Send the draft as it was read on the page before; one that changed since, or has faults, is not sent."""
        visit, draft = self._visit, self._draft(draft_id)
        sent, wrong = self._read(draft)
        if wrong.faults or wrong.of_names or self._check is None:
            return visit.go(self._address(draft))
        if str(draft.revision) != visit.form.get("revision"):
            return self._check(draft, sent)
        post(replace(sent, files=tuple(await prepared(visit, draft.id))))
        visit.desk.drafts.delete(draft.id)
        return visit.go(after, notice)

    def _read(self, draft: FormDraft) -> tuple[Sent, Wrong]:
        filled = self._form.read(draft.fields)
        named = self._nominal.read(draft.fields) if self._nominal else None
        faults, of_names = dict(filled.faults), dict(named.faults) if named else {}
        if self._names_required and named is not None and not named.values:
            of_names.setdefault("free_text", self._visit.words._(NAME_SOMETHING))
        words = _one(draft.fields, WORDS).strip()
        if self._words == "required" and not words:
            faults[WORDS] = self._visit.words._(SAY_SOMETHING)
        sent = Sent(draft.id, filled.values, words or None, (named.values or None) if named else None)
        return sent, Wrong(faults=faults, of_names=of_names)

    # --- drafts ---

    def _keep(self, draft_id: str, typed: Typed, *, by_itself: bool = False) -> FormDraft:
        """Save what was typed. Raises as `drafting.keep` does."""
        if self._visit.desk.drafts.find(draft_id) is not None:
            self._draft(draft_id)
        fields = {name: texts for name, texts in typed.items() if name not in _NOT_KEPT} | {PAGE: [self._page]}
        return drafting.keep(
            self._visit, draft_id, self._kind, fields, _revision(typed),
            summary=self._summary(typed), by_itself=by_itself, over="_over" in typed,
        )  # fmt: skip

    def _autosave(self, draft_id: str, typed: Typed) -> Response:
        """What is being typed, kept now and then; answered with where it stands."""
        try:
            draft = self._keep(draft_id, typed, by_itself=True)
        except RefusedError as error:
            return self._visit.page("sheet_kept_part.html", saved=None, error=error)
        part = self._visit.page("sheet_kept_part.html", saved=draft, error=None)
        part.headers["HX-Replace-Url"] = self._address(draft)
        return part

    def _draft(self, draft_id: str) -> FormDraft:
        """A draft of this very form. Raises RefusedError (draft-gone)."""
        draft = self._visit.desk.drafts.get(draft_id)
        if not self._is_ours(draft):
            raise RefusedError("draft-gone", "This is a draft of something else; find it on the page of its own form.")
        return draft

    def _is_ours(self, draft: FormDraft) -> bool:
        return draft.kind == self._kind and draft.fields.get(PAGE) == [self._page]

    def _address(self, draft: FormDraft) -> str:
        return f"{self._page}?draft={draft.id}"

    def _summary(self, typed: Typed) -> str:
        """One line that tells this draft from others: its first words, else its goods, else its day."""
        commodity = _one(typed, "commodity")
        named = self._visit.words.label("commodity", commodity) if commodity else ""
        return (_one(typed, WORDS).strip().partition("\n")[0] or named or _one(typed, "day"))[:120].strip()

    # --- showing ---

    def _again(
        self, template: str, draft: FormDraft, more: dict[str, Any], wrong: Wrong | None = None, *, status: int = 200
    ) -> Response:
        return self._show(template, draft.fields, draft, draft.id, draft.revision, more, wrong, status=status)

    def _show(
        self,
        template: str,
        typed: Typed,
        saved: FormDraft | None,
        draft_id: str,
        revision: int,
        more: dict[str, Any],
        wrong: Wrong | None = None,
        *,
        status: int = 200,
    ) -> Response:
        visit, wrong = self._visit, wrong or Wrong()
        faults = {name: fault for name, fault in wrong.faults.items() if name != WORDS}
        form = self._form.show(typed, faults, self._beside(typed))
        names = self._nominal.show(typed, wrong.of_names) if self._nominal else None
        summary = (*form.faults, *(names.faults if names else ()))
        words_error = wrong.faults.get(WORDS, "")
        if words_error:
            summary += (ShownFault("words", visit.words._("Your words"), words_error),)
        fresh = saved is None and wrong.error is None
        sheet = Sheet(
            page=self._page,
            id=draft_id,
            revision=revision,
            typed=typed,
            form=form,
            nominal=names,
            faults=summary,
            words=_one(typed, WORDS) if self._words else None,
            words_required=self._words == "required",
            words_error=words_error,
            error=wrong.error,
            files=listed(visit, draft_id) if self._files else None,
            saved=saved,
            begun=tuple(draft for draft in visit.desk.drafts.list() if self._is_ours(draft)) if fresh else (),
        )
        form_name = self._nominal.name if self._nominal else self._form.name
        return visit.page(template, status, sheet=sheet, form_name=form_name, **more)


def _revision(typed: Typed) -> int:
    """That of the draft which the officer has before him."""
    return number_of(_one(typed, "revision")) or 0


def _one(typed: Typed, name: str) -> str:
    return next(iter(typed.get(name, [])), "")
