"""A newsletter before it goes out: the figures as the hub compiled them, or as they would be now, and the words."""

import time
from typing import Any, Final, Literal
from weakref import WeakKeyDictionary

from msgspec import Struct

from vocu.canonical import b64
from vocu.compilation.newsletter import compile_newsletter, notable_facts
from vocu.compilation.schedule import issue_days
from vocu.errors import RefusedError
from vocu.ids import newsletter_id
from vocu.operation import events
from vocu.rendering.html import newsletter_html
from vocu.rendering.lines import seizure_line
from vocu_client.app import Desk
from vocu_client.reading import Line
from vocu_client.store.drafts import Drafts, FormDraft
from vocu_client.web.digits import number_of
from vocu_client.web.visit import Visit

DRAFT: Final = "newsletter"
MOST_NOTABLE: Final = 3
FRESH_SECONDS: Final = 30.0
"""How old the figures of a preview may be: compiling takes a while in a large operation."""

Standing = Literal["compiled", "preview", "sent"]


class Issue(Struct, frozen=True, kw_only=True):
    """One day's newsletter. `compiled`: the hub's figures, to be sent out; `preview`: what they would be now."""

    day: str
    number: int
    standing: Standing
    figures: dict[str, Any]


class Prepared(Struct, frozen=True, kw_only=True):
    """What the organiser adds: his words and the reports that he chose, in the draft of this id and revision."""

    id: str
    revision: int
    words: str = ""
    notable: tuple[str, ...] = ()


class _Fresh(Struct, frozen=True):
    made: float
    issue: Issue


_previews: WeakKeyDictionary[Desk, _Fresh] = WeakKeyDictionary()


def newest_issue(desk: Desk, now: int) -> Issue | None:
    """The first one that waits to be sent out; else how the next one would look now; None after the last. What was
    passed over, such as a trial, does not stand in the way of today's: nobody waits for it after a later one."""
    waiting = waiting_to_be_sent(desk)
    return issue_of(desk, waiting) if waiting is not None else _preview(desk, now)


def waiting_to_be_sent(desk: Desk) -> str | None:
    """The day of the newsletter that is compiled and waits for the organiser; None where none does."""
    if desk.view.state.genesis.issue != "by_organiser":
        return None
    last_sent = max((day for day in desk.view.state.compiled if _is_sent(desk, day)), default="")
    return next((day for day in sorted(desk.view.state.compiled) if day > last_sent), None)


def issue_of(desk: Desk, day: str) -> Issue:
    """The newsletter that the hub compiled for this day. Raises RefusedError where there is none."""
    compiled = desk.view.state.compiled.get(day)
    if compiled is None:
        raise RefusedError("no-newsletter", "No newsletter was compiled for that day yet; that happens at its hour.")
    standing: Standing = "sent" if _is_sent(desk, day) else "compiled"
    return Issue(day=day, number=compiled.number, standing=standing, figures=desk.reading.figures_of(day))


def _is_sent(desk: Desk, day: str) -> bool:
    return newsletter_id(desk.view.state.op, day) in desk.view.state.issued


def _preview(desk: Desk, now: int) -> Issue | None:
    fresh = _previews.get(desk)
    newest = max(desk.view.state.compiled, default="")
    if fresh is not None and time.monotonic() - fresh.made < FRESH_SECONDS and fresh.issue.day > newest:
        return fresh.issue
    day = next((day for day in issue_days(desk.view.state.genesis) if day > newest), None)
    if day is None or desk.view.state.phase == "CLOSED":
        return None
    ledger = desk.ledger
    last = ledger.issues[-1] if ledger.issues else None
    number = len(ledger.issues) + 1
    figures = compile_newsletter(
        ledger,
        day=day,
        number=number,
        position=ledger.position,
        root=b64(desk.view.operation.log.root(ledger.position)),
        window_from=last.at if last else ledger.genesis.created_at,
        window_to=max(now, ledger.at),
        since=last.position if last else 0,
    )
    issue = Issue(day=day, number=number, standing="preview", figures=figures)
    _previews[desk] = _Fresh(time.monotonic(), issue)
    return issue


# --- the organiser's words ---


def prepared(desk: Desk, day: str) -> Prepared:
    """What was kept for this day's newsletter; a new draft where nothing was."""
    for draft in desk.drafts.list():
        if draft.kind == DRAFT and draft.fields.get("day") == [day]:
            return restored(draft)
    return Prepared(id=Drafts.new_id(), revision=0)


def restored(draft: FormDraft) -> Prepared:
    words = (draft.fields.get("words") or [""])[0]
    return Prepared(id=draft.id, revision=draft.revision, words=words, notable=tuple(draft.fields.get("notable", ())))


def typed(visit: Visit) -> Prepared:
    """What the form says that was sent."""
    form = visit.form
    revision = str(form.get("revision", ""))
    return Prepared(
        id=str(form.get("draft", "")) or Drafts.new_id(),
        revision=number_of(revision) or 0,
        words=str(form.get("words", "")).replace("\r\n", "\n"),
        notable=tuple(str(each) for each in form.getlist("notable")),
    )


def keep(visit: Visit, day: str, said: Prepared) -> Prepared:
    """Save it as a draft. Raises as `Drafts.keep` does."""
    fields = {"day": [day], "words": [said.words], "notable": list(said.notable)}
    summary = said.words.strip().partition("\n")[0][:80]
    drafts, officer, now = visit.desk.drafts, visit.officer.id, visit.site.now()
    return restored(drafts.keep(said.id, DRAFT, fields, officer, now, revision=said.revision, summary=summary))


def candidates(visit: Visit, issue: Issue, chosen: tuple[str, ...]) -> list[tuple[str, str]]:
    """The reports to choose from, as (id, one line): the compiled candidates, and what was chosen before."""
    listed: list[dict[str, Any]] = list(issue.figures["notable"])
    known = {facts["report"] for facts in listed}
    listed += notable_facts(visit.desk.ledger, [report for report in chosen if report not in known])
    return [(facts["report"], seizure_line(facts, visit.words)) for facts in listed]


def occurrences(desk: Desk, issue: Issue) -> list[Line]:
    """What contact points wrote to the OCU with the returns that this issue counts; the organiser quotes of it what
    everybody may know."""
    header = issue.figures["header"]
    filed = desk.reading.lines((events.DailyReturnFiled,), header["since"])
    return [line for line in filed if line.index < header["position"] and line.text is not None]


def html_of(visit: Visit, issue: Issue, said: Prepared) -> str:
    """The newsletter as contact points will see it."""
    notable = notable_facts(visit.desk.ledger, said.notable) if said.notable else None
    return newsletter_html(issue.figures, said.words.strip() or None, notable, visit.words.language)
