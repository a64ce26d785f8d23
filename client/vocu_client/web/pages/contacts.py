"""Who is reached how: the persons of every contact point, and the form in which a country keeps its own."""

import re
from typing import Final

from msgspec import Struct
from starlette.responses import Response

from vocu.errors import VocuError
from vocu.operation import bodies, events
from vocu_client.folding import fold
from vocu_client.store.drafts import DraftChangedError, Drafts, Fields, FormDraft
from vocu_client.web.digits import number_of
from vocu_client.web.pages.contact_form import Person, blank, problems, read, typed
from vocu_client.web.templating import who
from vocu_client.web.visit import Visit, get, post

DIALLED: Final = re.compile(r"\+?[0-9][0-9 ()./-]{2,40}")
E_MAIL: Final = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9.-]+")
DAY_AND_NIGHT: Final = re.compile(r"24\s*/\s*7|24\s*h(ours)?( a day)?", re.IGNORECASE)
DRAFT: Final = "contacts"


class Entry(Struct, frozen=True):
    """One person as the page shows him. `dial` and `mail` are addresses for links, empty where what was written is
    none; `always`: on duty now, because always."""

    contact: bodies.Contact
    dial: str
    mail: str
    languages: tuple[str, ...]
    always: bool


class Point(Struct, frozen=True):
    """A contact point with its persons; `published_at` is None where they came with the organiser's directory."""

    ncp: str
    role: str
    persons: tuple[Entry, ...]
    published_at: int | None


async def overview(visit: Visit) -> Response:
    """Everybody, or those whom the search finds."""
    query = visit.query.get("q", "").strip()
    points = [_found(visit, point, query) for point in _points(visit)]
    published = [point for point in points if point is not None and point.persons]
    missing = [] if query else [who(visit, each.ncp) for each in points if each is not None and not each.persons]
    return visit.page("contacts.html", points=published, missing=missing, query=query, own=visit.desk.settings.ncp)


async def own(visit: Visit) -> Response:
    """This country's own persons as they were published, or as somebody left them half changed."""
    draft = _draft(visit)
    known = visit.desk.reading.contacts().get(visit.desk.settings.ncp, ())
    persons = typed(draft.fields) if draft else [Person.of(contact) for contact in known]
    return _form(visit, persons or [blank()], draft)


async def save(visit: Visit) -> Response:
    """A person more, a person less, publish, or throw the changes away: whatever the button says. All is kept."""
    do = str(visit.form.get("do", "publish"))
    drafts, words = visit.desk.drafts, visit.words
    draft_id = str(visit.form.get("draft", "")) or Drafts.new_id()
    if do == "discard" and visit.form.get("sure") == "yes":
        drafts.delete(draft_id)
        return visit.go("/contacts/own", words._("Your changes were thrown away."))
    fields = _fields(visit)
    persons = typed(fields)
    if do == "add":
        persons.append(blank())
    elif do.startswith("remove."):
        persons = [person for number, person in enumerate(persons) if str(number) != do.removeprefix("remove.")]
    try:
        draft = _keep(visit, draft_id, persons)
    except DraftChangedError as error:
        return _form(visit, persons, error.theirs, error=error, theirs=typed(error.theirs.fields))
    if do == "discard":
        lost = words._("What was changed since you published last will be lost.")
        return visit.page("draft_discard.html", draft=draft, lost=lost, action="/contacts/own", back="/contacts/own")
    if do != "publish":
        return _form(visit, persons or [blank()], draft, moved=do)
    found = problems(persons, words)
    if found:
        return _form(visit, persons or [blank()], draft, found, status=400)
    try:
        visit.actions.publish_contacts(read(persons))
    except VocuError as error:
        return _form(visit, persons or [blank()], draft, error=error, status=400)
    drafts.delete(draft.id)
    return visit.go(
        "/contacts", words._("Your contacts are on their way. They replace those that you published before.")
    )


async def keep(visit: Visit) -> Response:
    """What is being typed, kept now and then; answered with where it stands."""
    draft_id = str(visit.form.get("draft", "")) or Drafts.new_id()
    return visit.page("draft_part.html", draft=_keep(visit, draft_id, typed(_fields(visit))), error=None)


def _form(
    visit: Visit,
    persons: list[Person],
    draft: FormDraft | None,
    found: dict[str, str] | None = None,
    *,
    error: VocuError | None = None,
    theirs: list[Person] | None = None,
    moved: str = "",
    status: int = 200,
) -> Response:
    return visit.page(
        "contacts_own.html", status, persons=persons, draft=draft, found=found or {}, error=error, theirs=theirs,
        moved=moved, restored=moved == "" and visit.request.method == "GET" and draft is not None,
    )  # fmt: skip


def _fields(visit: Visit) -> Fields:
    names = {name for name in visit.form if "." in name}
    return {name: [str(value) for value in visit.form.getlist(name)] for name in sorted(names)}


def _keep(visit: Visit, draft_id: str, persons: list[Person]) -> FormDraft:
    revision = str(visit.form.get("revision", ""))
    fields: Fields = {}
    for number, person in enumerate(persons):
        fields |= person.fields(number)
    return visit.desk.drafts.keep(
        draft_id, DRAFT, fields, visit.officer.id, visit.site.now(), revision=number_of(revision) or 0
    )


def _draft(visit: Visit) -> FormDraft | None:
    return next((draft for draft in visit.desk.drafts.list() if draft.kind == DRAFT), None)


def _points(visit: Visit) -> list[Point]:
    """All active participants in the order of their names, whether or not they published anybody."""
    desk = visit.desk
    known = desk.reading.contacts()
    published = {line.ncp: line.at for line in desk.reading.lines((events.ContactPublished,))}
    points = [
        Point(
            member.ncp,
            member.role,
            tuple(_entry(visit, contact) for contact in known.get(member.ncp, ())),
            published.get(member.ncp),
        )
        for member in desk.view.state.participants()
    ]
    return sorted(points, key=lambda point: fold(who(visit, point.ncp)))


def _entry(visit: Visit, contact: bodies.Contact) -> Entry:
    telephone, address = (contact.telephone or "").strip(), (contact.email or "").strip()
    return Entry(
        contact=contact,
        dial="tel:" + re.sub(r"[^+0-9]", "", telephone) if DIALLED.fullmatch(telephone) else "",
        mail=f"mailto:{address}" if E_MAIL.fullmatch(address) else "",
        languages=tuple(visit.words.locale.languages.get(code, code) for code in contact.languages or ()),
        always=bool(DAY_AND_NIGHT.fullmatch((contact.duty_hours or "").strip())),
    )


def _found(visit: Visit, point: Point, query: str) -> Point | None:
    """The point as far as the query finds it: whole by its country, else the persons that have every word."""
    wanted = fold(query).split()
    country = fold(f"{who(visit, point.ncp)} {point.ncp}")
    persons = tuple(entry for entry in point.persons if all(word in f"{country} {_searched(entry)}" for word in wanted))
    return Point(point.ncp, point.role, persons, point.published_at) if persons or not wanted else None


def _searched(entry: Entry) -> str:
    contact = entry.contact
    texts = (contact.name, contact.function, contact.telephone, contact.email, contact.duty_hours, *entry.languages)
    return fold(" ".join(text for text in texts if text))


ROUTES = [
    get("/contacts", overview),
    get("/contacts/own", own, right="post"),
    post("/contacts/own", save),
    post("/contacts/own/draft", keep),
]
