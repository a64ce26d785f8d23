"""What a draft of a seizure report holds besides the form: for whom it is, and which report it amends."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
from starlette.responses import Response

from vocu.compilation.ledger import Warned
from vocu.errors import RefusedError
from vocu.form.report import SeizureReport
from vocu.form.whole import NOMINAL_FIELDS
from vocu.operation.events import SeizureReported
from vocu.rendering.wording import N_
from vocu_client.posting import OCU
from vocu_client.store.drafts import FormDraft
from vocu_client.web import drafting
from vocu_client.web.consulting import may_open
from vocu_client.web.digits import number_of
from vocu_client.web.forms.form import Filled, Form
from vocu_client.web.forms.inputs import Option
from vocu_client.web.forms.posting import Typed
from vocu_client.web.templating import who
from vocu_client.web.visit import Visit

SEIZURE: Final = "seizure"
AMENDMENT: Final = "amendment"
READERS: Final = "_readers"
RESTRICTED: Final = "_restricted"
AMENDS: Final = "_amends"
ASKED_BY: Final = "_asked_by"
"""The officer who asked a colleague to approve."""
NEWEST: Final = 200
"""So many of the newest warnings are offered to be answered."""
SAY_WHY_FIRST: Final = N_("Say here why you need to see the names of this report; then you can amend it.")
MUST_BE_RESTRICTED: Final = N_(
    "A controlled delivery is reported restricted only: restrict the whole report, further down."
)
_NOT_KEPT: Final = frozenset(["do", "_do", "_revision", "_over", ASKED_BY])
_BEHALF: Final = frozenset(["on_behalf_of", "received_by", "received_day", "received_from"])
_OF_AMENDMENTS: Final = frozenset(["amendment_reason"])
_AS_LAST_TIME: Final = ("agency", "place", "location_type", "direction", "transport_mode")


class Readers(msgspec.Struct, frozen=True):
    """Who will read the report, by name, before it is sent. `names` may read what names anybody."""

    restricted: bool
    contact_points: int
    names: tuple[str, ...]


def form_of(visit: Visit, *, amends: bool = False) -> Form:
    """The unified form, with the warnings that this country may answer; of an amendment, it asks why."""
    state = visit.desk.view.state
    warnings = tuple(Option(each.id, _warning(visit, each)) for each in _warnings(visit))
    choices = {"warning_answered": warnings} if warnings else {}
    on_behalf = visit.organises and not visit.desk.view.state.seals_stat
    without = (frozenset() if on_behalf else _BEHALF) | (frozenset() if amends else _OF_AMENDMENTS)
    own = visit.desk.settings.ncp
    return Form("seizure", visit.words, state, choices=choices, without=without, own=own)


def read(visit: Visit, typed: Typed) -> Filled:
    """What the draft says, and all that is wrong with it, as far as this desk can tell before it is sent."""
    filled = form_of(visit).read(typed)
    for name, texts in typed.items():
        if name.endswith("-goods_status") and texts == ["controlled_delivery"] and not is_restricted(typed):
            filled.faults.setdefault(name, visit.words._(MUST_BE_RESTRICTED))
    return filled


def begun(visit: Visit, warning: str = "") -> Typed:
    """A new report: today, otherwise as this country reported last; what the warning said, where one is answered."""
    today = datetime.fromtimestamp(visit.site.now() / 1000, ZoneInfo(visit.zone)).date().isoformat()
    values: dict[str, object] = {"seizure_day": today}
    last = next(_own_reports(visit), None)
    if last is not None:
        values |= {name: getattr(last, name) for name in _AS_LAST_TIME}
    typed: Typed = {READERS: [OCU]}
    warned = visit.desk.ledger.warnings.get(warning)
    if warned is not None:
        said = warned.form
        values |= {"warning_answered": warned.id, "goods": [{"commodity": said.commodity}]}
        same = {name: getattr(said, name) for name in ("transport_mode", "conveyance", "carried_in")}
        values |= {name: value for name, value in same.items() if value}
        if said.indicators:
            values["indicators_hit"] = list(said.indicators)
    return form_of(visit).typed(values) | typed


def kept(visit: Visit, draft_id: str, typed: Typed, *, by_itself: bool = False) -> FormDraft:
    """Save what was typed. Raises as `drafting.keep` does."""
    fields = {name: texts for name, texts in typed.items() if name not in _NOT_KEPT}
    kind = AMENDMENT if amended(typed) else SEIZURE
    there = visit.desk.drafts.find(draft_id)
    if there is not None:
        require_seizure(there)
    return drafting.keep(
        visit, draft_id, kind, fields, revision_of(typed),
        summary=_summary(visit, typed), by_itself=by_itself, over=bool(_one(typed, "_over")),
    )  # fmt: skip


def revision_of(typed: Typed) -> int:
    """That of the draft which the officer has before him."""
    return number_of(_one(typed, "_revision")) or 0


def amended(typed: Typed) -> str:
    """The id of the report that this amends; empty for a new one."""
    return _one(typed, AMENDS)


def is_restricted(typed: Typed) -> bool:
    return bool(_one(typed, RESTRICTED))


def chosen_readers(typed: Typed) -> tuple[str, ...]:
    """Who may read the nominal part and the files, besides this country."""
    return tuple(name for name in typed.get(READERS, [OCU]) if name)


def possible_readers(visit: Visit) -> list[Option]:
    """Whom the nominal part may be sealed to: the organiser first, then the participants by name."""
    state, own = visit.desk.view.state, visit.desk.settings.ncp
    others = [
        Option(ncp, _called(visit, ncp))
        for ncp, member in state.members.items()
        if member.reads_sealed and ncp != own and ncp not in state.organisers
    ]
    ocu = [] if own in state.organisers else [Option(OCU, _called(visit, OCU))]
    return [*ocu, *sorted(others, key=lambda option: option.label)]


def readers_of(visit: Visit, typed: Typed) -> Readers:
    """Who will be able to read what, as things stand in the form."""
    own = visit.desk.settings.ncp
    ours = {own, OCU} if visit.organises else {own}
    names = [own, *(name for name in chosen_readers(typed) if name not in ours)]
    return Readers(
        is_restricted(typed),
        contact_points(visit),
        tuple(_called(visit, name) for name in names),
    )


def say_why_first(visit: Visit, report: str, names: Iterable[str]) -> Response | None:
    """The page on which an officer says why he needs to see what names persons, where fields of these names show it and
    he has not said so yet; None where he may go on."""
    shown = NOMINAL_FIELDS & {name.partition("-")[0] for name in names}
    if not report or not shown or may_open(visit, report):
        return None
    return visit.go(f"/seizures/{report}", visit.words._(SAY_WHY_FIRST))


def contact_points(visit: Visit) -> int:
    """How many take part, and so read what is open to the whole operation."""
    return sum(party.active for party in visit.desk.ledger.parties.values())


def require_seizure(draft: FormDraft) -> FormDraft:
    """The draft, where it is one of a seizure report."""
    if draft.kind not in (SEIZURE, AMENDMENT):
        raise RefusedError("unknown-id", "This draft is not one of a seizure report.")
    return draft


def _one(typed: Typed, name: str) -> str:
    return next(iter(typed.get(name, [])), "")


def _called(visit: Visit, ncp: str) -> str:
    if ncp == OCU:
        organisers = sorted(visit.desk.view.state.organisers)
        return visit.words._("the OCU ({names})", names=visit.words.listed(_called(visit, each) for each in organisers))
    return who(visit, ncp)


def _warnings(visit: Visit) -> Iterator[Warned]:
    own = visit.desk.settings.ncp
    for each in reversed(list(visit.desk.ledger.warnings.values())[-NEWEST:]):
        if own in each.form.addressees or own == each.author:
            yield each


def _warning(visit: Visit, warned: Warned) -> str:
    commodity = visit.words.label("commodity", warned.form.commodity)
    at = visit.words.instant(warned.received.at, visit.zone)
    return visit.words._(
        "{commodity}, from {country}, {at}", commodity=commodity, country=_called(visit, warned.author), at=at
    )


def _own_reports(visit: Visit) -> Iterator[SeizureReport]:
    """This country's reports, the newest first; those that wait to be sent before those in the log."""
    desk = visit.desk
    for item in reversed(desk.outbox.items("queued", "sent")):
        if item.kind == "seizure_reported":
            event = desk.outbox.draft(item).event
            if isinstance(event, SeizureReported) and isinstance(event.stat, SeizureReport):
                yield event.stat
    for report in reversed(desk.ledger.reports.values()):
        if report.author == desk.settings.ncp and report.stat is not None:
            yield report.stat


def _summary(visit: Visit, typed: Typed) -> str:
    """One line that tells this draft from others."""
    commodity, place, day = (_one(typed, name) for name in ("goods-0-commodity", "place", "seizure_day"))
    named = visit.words.label("commodity", commodity) if commodity else ""
    return ", ".join(text for text in (named, place, day) if text)[:200]
