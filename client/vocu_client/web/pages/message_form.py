"""A message before it is sent: to whom, under which marking, what is wrong with it, and who will be able to read it."""

from collections.abc import Iterator
from typing import Final, Literal, get_args

from msgspec import Struct

from vocu.operation import bodies
from vocu.operation.events import MessagePosted
from vocu.operation.handling import SCHEMES
from vocu_client.store.drafts import Drafts, Fields, FormDraft
from vocu_client.web import drafting
from vocu_client.web.digits import number_of
from vocu_client.web.templating import who
from vocu_client.web.visit import Visit

Audience = Literal["all", "countries", "ocu", "national"]
DRAFT: Final = "message"
KEPT: Final = ("audience", "to", "subject", "text", "handling", "ref")


class Message(Struct, frozen=True, kw_only=True):
    """A message as typed. `ref`: the message that it answers; `to`: the countries chosen, whatever the audience."""

    id: str
    audience: Audience
    to: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    handling: str = ""
    ref: str = ""
    revision: int = 0

    @property
    def fields(self) -> Fields:
        """As a draft keeps it."""
        texts = {"audience": self.audience, "subject": self.subject, "text": self.text, "ref": self.ref}
        return {name: [text] for name, text in (texts | {"handling": self.handling}).items()} | {"to": [*self.to]}

    @property
    def summary(self) -> str:
        return (self.subject or self.text).strip()[:120]


class Readership(Struct, frozen=True):
    """Who will be able to read a message, this country included: so many, or these by name."""

    audience: Audience
    count: int
    names: tuple[str, ...]


def begun(visit: Visit) -> Message:
    """An empty message, to whom the address says; else the first of the audiences that one may write to."""
    asked = visit.query.get("audience", "")
    named = tuple(name for name in visit.query.getlist("to") if name in choices(visit))
    allowed = audiences(visit)
    audience: Audience = "countries" if named and "countries" in allowed else allowed[0]
    audience = next((each for each in allowed if each == asked), audience)
    return Message(id=Drafts.new_id(), audience=audience, to=named, handling=ceiling(visit))


def typed(visit: Visit) -> Message:
    """What the form says that was sent."""
    form = visit.form
    fields = {name: [str(value) for value in form.getlist(name)] for name in KEPT}
    revision = str(form.get("revision", ""))
    draft_id = str(form.get("draft", "")) or Drafts.new_id()
    return _message(draft_id, fields, number_of(revision) or 0)


def restored(draft: FormDraft) -> Message:
    return _message(draft.id, draft.fields, draft.revision)


def _message(draft_id: str, fields: Fields, revision: int) -> Message:
    one = {name: next(iter(fields.get(name, [])), "") for name in KEPT}
    audience: Audience = next((each for each in get_args(Audience) if each == one["audience"]), "countries")
    return Message(
        id=draft_id,
        audience=audience,
        to=tuple(dict.fromkeys(fields.get("to", []))),
        subject=one["subject"],
        text=one["text"].replace("\r\n", "\n"),
        handling=one["handling"],
        ref=one["ref"],
        revision=revision,
    )


def keep(visit: Visit, message: Message, *, by_itself: bool = False) -> FormDraft:
    """Save it as a draft. Raises as `drafting.keep` does."""
    return drafting.keep(
        visit, message.id, DRAFT, message.fields, message.revision, summary=message.summary, by_itself=by_itself
    )


# --- to whom ---


def may_write(visit: Visit) -> bool:
    """Whether this officer may write at all: an analyst's desk does not, and nobody once the operation is closed."""
    state = visit.desk.view.state
    role = state.members[visit.desk.settings.ncp].role
    return visit.may("post") and role in MessagePosted.roles and state.phase in MessagePosted.phases


def audiences(visit: Visit) -> tuple[Audience, ...]:
    """Those that this desk may write to."""
    state, own = visit.desk.view.state, visit.desk.settings.ncp
    observes = state.members[own].role == "observer"
    to_ocu: tuple[Audience, ...] = ("ocu",) if state.organisers - {own} else ()
    return (*to_ocu, "national") if observes else ("all", "countries", *to_ocu, "national")


def choices(visit: Visit) -> dict[str, str]:
    """The participants that one may choose, with their names, in alphabetical order: all others that read what is
    sealed."""
    own = visit.desk.settings.ncp
    others = (member.ncp for member in visit.desk.view.state.participants() if member.reads_sealed)
    named = {ncp: who(visit, ncp) for ncp in others if ncp != own}
    return dict(sorted(named.items(), key=lambda item: item[1].casefold()))


def addressed(visit: Visit, message: Message) -> tuple[str, ...]:
    """The participants that the message names, as `send_message` wants them; none: the whole operation."""
    own = visit.desk.settings.ncp
    match message.audience:
        case "all":
            return ()
        case "national":
            return (own,)
        case "ocu":
            return tuple(sorted(visit.desk.view.state.organisers - {own}))
    return message.to


def readership(visit: Visit, message: Message) -> Readership:
    """Who could read it if it were sent now."""
    state, own = visit.desk.view.state, visit.desk.settings.ncp
    if message.audience == "all":
        count = sum(member.reads_sealed for member in state.participants())
        return Readership("all", count, ())
    readers = {own, *addressed(visit, message)} & state.members.keys()
    names = sorted((who(visit, ncp) for ncp in readers), key=str.casefold)
    return Readership(message.audience, len(names), tuple(names))


def replying(visit: Visit, ref: str, to: tuple[str, ...], draft: FormDraft | None) -> Message:
    """A reply to those of a conversation; as it was left, where somebody began one."""
    if draft is not None:
        return restored(draft)
    own = visit.desk.settings.ncp
    others = tuple(ncp for ncp in to if ncp != own)
    audience: Audience = "all" if not to else "countries" if others else "national"
    return Message(id=Drafts.new_id(), audience=audience, to=others, handling=ceiling(visit), ref=ref)


# --- what it may hold ---


def ceiling(visit: Visit) -> str:
    return visit.desk.view.state.genesis.handling


def markings(visit: Visit) -> tuple[str, ...]:
    """The markings that this operation handles, the most open first, its ceiling last."""
    most = ceiling(visit)
    scheme = next((scheme for scheme in SCHEMES if most in scheme), (most,))
    return scheme[: scheme.index(most) + 1]


def problems(visit: Visit, message: Message) -> dict[str, str]:
    """What is wrong, by field, in words."""
    return dict(_problems(visit, message))


def _problems(visit: Visit, message: Message) -> Iterator[tuple[str, str]]:
    words = visit.words
    answers = message.ref and message.audience == "countries"  # whom one may answer, the rules say
    if message.audience not in audiences(visit) and not answers:
        yield "audience", words._("This desk may not write to these; choose one of those that are offered.")
    if message.audience == "countries" and not message.to:
        yield "to", words._("Choose at least one country; a message to nobody is not sent.")
    if message.audience == "countries" and set(message.to) - choices(visit).keys():
        yield "to", words._("Somebody whom you chose does not take part any more, or cannot read; choose again.")
    if len(message.subject) > bodies.MAX_SUBJECT:
        yield "subject", _too_long(visit, bodies.MAX_SUBJECT, len(message.subject))
    if not message.text.strip():
        yield "text", words._("Write something; an empty message is not sent.")
    if len(message.text) > bodies.MAX_TEXT:
        yield "text", _too_long(visit, bodies.MAX_TEXT, len(message.text))
    if message.handling not in markings(visit):
        most = words.label("handling", ceiling(visit))
        yield "handling", words._("This operation handles information up to {most}; choose a lower marking.", most=most)


def _too_long(visit: Visit, most: int, length: int) -> str:
    number = visit.words.number
    return visit.words._(
        "This is too long: {most} characters are the most, these are {length}.",
        most=number(most),
        length=number(length),
    )
