"""The newsletters: all issues, and one of them to read, print and keep."""

import asyncio
from typing import Any, Final

from msgspec import Struct
from starlette.responses import Response

from vocu.compilation.newsletter import notable_facts
from vocu.errors import RefusedError, SealedError
from vocu.ids import newsletter_id
from vocu.operation import events
from vocu.operation.bodies import Compiled, Issued, Text
from vocu.rendering.view import newsletter_view
from vocu_client.exports import newsletter_file
from vocu_client.web.posed import opened
from vocu_client.web.visit import Visit, get

FORMS: Final = {
    "html": ("html", "text/html; charset=utf-8"),
    "pdf": ("pdf", "application/pdf"),
    "txt": ("text", "text/plain; charset=utf-8"),
    "json": ("json", "application/json"),
}
"""What a newsletter is downloaded as, by the ending of the file's name."""


class Row(Struct, frozen=True):
    """One issue in the list. `issued_at` is None while the organiser has not sent it out; `passed_over`: a later one
    went out, so that nobody waits for this one any more."""

    day: str
    number: int
    compiled_at: int
    issued_at: int | None
    trial: bool
    closing: bool
    passed_over: bool


async def overview(visit: Visit) -> Response:
    """All issues, the newest first."""
    desk = visit.desk
    issued = {line.ref: line.at for line in desk.reading.lines((events.NewsletterIssued,))}
    at = {issue.day: issue.at for issue in desk.ledger.issues}
    rows, later_sent = [], False
    for day, compiled in sorted(desk.view.state.compiled.items(), reverse=True):
        header = _header(visit, day)
        sent = issued.get(_id(visit, day))
        rows.append(Row(day, compiled.number, at[day], sent, "trial" in header, "closing" in header, later_sent))
        later_sent = later_sent or sent is not None
    return visit.page("newsletters.html", rows=rows, waits=_waits(visit), hour=desk.view.state.genesis.compile_hour)


def _header(visit: Visit, day: str) -> dict[str, Any]:
    """The head of its figures; nothing where this desk cannot open them."""
    try:
        return dict(visit.desk.reading.figures_of(day)["header"])
    except SealedError:
        return {}


async def issue(visit: Visit) -> Response:
    """One issue; its author hears that it was opened."""
    compiled = _compiled(visit)
    if (entry := visit.desk.reading.issue_of(compiled.day)) is not None:
        opened(visit, entry)
    issued, words, notable = _said(visit, compiled)
    days = sorted(visit.desk.view.state.compiled)
    place = days.index(compiled.day)
    return visit.page(
        "newsletter.html",
        day=compiled.day,
        view=newsletter_view(visit.desk.reading.figures_of(compiled.day), words, notable, visit.words.language),
        position=compiled.position,
        unsent=issued is None and _waits(visit),
        before=days[place - 1] if place else None,
        after=days[place + 1] if place + 1 < len(days) else None,
    )


async def download(visit: Visit) -> Response:
    """The same as a file, in the officer's language; as JSON the figures alone, in which there are no words."""
    compiled = _compiled(visit)
    if visit.path["form"] not in FORMS:
        raise RefusedError("no-such-page", "A newsletter is kept as html, pdf, txt or json.")
    form, media_type = FORMS[visit.path["form"]]
    _, words, notable = _said(visit, compiled)
    figures = visit.desk.reading.figures_of(compiled.day)
    data = await asyncio.to_thread(newsletter_file, form, figures, words, notable, visit.words.language)
    return visit.download(f"newsletter-{compiled.day}.{visit.path['form']}", media_type, data)


def _compiled(visit: Visit) -> Compiled:
    compiled = visit.desk.view.state.compiled.get(visit.path["day"])
    if compiled is None:
        raise RefusedError("no-such-page", "There is no newsletter of that day (yet).")
    return compiled


def _said(visit: Visit, compiled: Compiled) -> tuple[Issued | None, str | None, list[dict[str, Any]] | None]:
    """What the organiser sent out, his words, and the facts of the seizures that he chose."""
    said: tuple[Issued, Text | None] | None = visit.desk.reading.words_of(compiled.day)
    if said is None:
        return None, None, None
    issued, text = said
    notable = notable_facts(visit.desk.ledger, issued.notable) if issued.notable else None
    return issued, text.body if text else None, notable


def _waits(visit: Visit) -> bool:
    """Whether in this operation the organiser sends newsletters out."""
    return visit.desk.view.state.genesis.issue == "by_organiser"


def _id(visit: Visit, day: str) -> str:
    return newsletter_id(visit.desk.view.state.op, day)


ROUTES = [
    get("/newsletters", overview),
    get("/newsletters/{day}.{form}", download),
    get("/newsletters/{day}", issue),
]
