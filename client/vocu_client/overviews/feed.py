"""What happened, newest first: the entries of the log that people want to see, filtered by kind, country, commodity."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator

from msgspec import Struct

from vocu.compilation.ledger import Asked, Checked, Report, Warned
from vocu.errors import VocuError
from vocu.form.codes import parents
from vocu.operation import bodies, events
from vocu.operation.act import Act
from vocu.operation.events import PART_TYPES, Event
from vocu.operation.header import EVERYONE
from vocu.operation.statements import Statement
from vocu.operation.verified import Accepted
from vocu_client.following import Follower
from vocu_client.overviews.concern import address_of, commodities_of, concerns, countries_of
from vocu_client.reading import Reading
from vocu_client.view import View

GROUPS: dict[str, tuple[type[Event], ...]] = {
    "messages": (events.MessagePosted,),
    "announcements": (events.AnnouncementPosted,),
    "warnings": (events.WarningIssued, events.FeedbackGiven),
    "questions": (
        events.QuestionAsked,
        events.QuestionAnswered,
        events.CrossCheckAsked,
        events.CrossCheckAnswered,
    ),
    "seizures": (
        events.SeizureReported,
        events.SeizureAmended,
        events.SeizureWithdrawn,
        events.SeizureReleased,
        events.SeizureConfirmed,
    ),
    "returns": (events.DailyReturnFiled, events.OutcomeReturned, events.NationalReportFiled),
    "newsletters": (events.NewsletterIssued, events.NewsletterCompiled),
    "notices": (
        events.PhaseOpened,
        events.ParticipantAdmitted,
        events.ParticipantChanged,
        events.ParticipantRemoved,
        events.DeviceAdmitted,
        events.DeviceRevoked,
        events.EntryErased,
        events.ReferencePublished,
        events.EditionPublished,
    ),
}
"""The kinds that are shown, as people filter them."""
GROUP_OF = {kind: name for name, kinds in GROUPS.items() for kind in kinds}

Key = tuple[str, str]


class Item(Struct, frozen=True, kw_only=True):
    """One entry of the feed. `to` is empty where it went to all; `stat`, `plain` and `statement` are its clear facts
    (None for a restricted report), `about` what it answers or changes, as it stands now. `words` are None where there
    are none, or where `sealed`, the code of a SealedError, says why this desk cannot show them."""

    index: int
    at: int
    id: str
    kind: str
    group: str
    ncp: str
    to: tuple[str, ...]
    ref: str | None
    address: str | None
    mine: bool
    concerns: bool
    restricted: bool
    stat: Struct | None
    plain: Struct | None
    statement: Statement | None
    about: Report | Warned | Asked | Checked | None
    words: bodies.Text | None
    sealed: str | None


class Page(Struct, frozen=True):
    """Newest first. `older` goes on as `before`; None where nothing older fits the filter."""

    items: tuple[Item, ...]
    older: int | None


class Feed(Follower):
    """Lists of log indexes by kind, country and commodity; an answer walks the shortest that its filter names."""

    def __init__(self, view: View, reading: Reading) -> None:
        super().__init__(view)
        self._reading = reading

    def _begin(self) -> None:
        self._listed: dict[Key, array[int]] = {}

    def _take(self, accepted: Accepted, act: Act) -> None:
        group = GROUP_OF.get(type(act.event))
        if group is None or (isinstance(act.event, events.NewsletterCompiled) and not self._issued_at_once()):
            return
        keys: set[Key] = {("all", ""), ("group", group)}
        keys |= {("country", ncp) for ncp in countries_of(act, self._view)}
        for commodity in commodities_of(act, self._view):
            keys |= {("commodity", code) for code in (commodity, *parents(commodity))}
        if concerns(self._view.settings.ncp, act, self._view):
            keys.add(("concerns", ""))
        for key in keys:
            self._listed.setdefault(key, array("L")).append(accepted.index)

    def _issued_at_once(self) -> bool:
        """Whether a newsletter goes out by being compiled; else everybody waits until the organiser sends it."""
        return self._view.state.genesis.issue == "automatic"

    def page(
        self,
        *,
        before: int | None = None,
        since: int = 0,
        group: str | None = None,
        country: str | None = None,
        commodity: str | None = None,
        concerning: bool = False,
        limit: int = 50,
    ) -> Page:
        """The newest entries from the log index `since` on and below `before`, of this group (a key of GROUPS), country
        and commodity (those under it included); `concerning`: only what concerns this desk's own country."""
        self.catch_up()
        keys: list[Key] = [("all", "")]
        keys += [
            (name, code) for name, code in (("group", group), ("country", country), ("commodity", commodity)) if code
        ]
        keys += [("concerns", "")] if concerning else []
        found: list[int] = []
        for index in self._walk(keys, since, self._view.size if before is None else before):
            if len(found) == limit:
                return Page(tuple(map(self.item, found)), found[-1])
            found.append(index)
        return Page(tuple(map(self.item, found)), None)

    def counts(self, since: int) -> dict[str, int]:
        """How many entries of each group came from this log index on; groups without any are left out."""
        self.catch_up()
        counted = {name: self._listed.get(("group", name), array("L")) for name in GROUPS}
        new = {name: len(listed) - bisect_left(listed, since) for name, listed in counted.items()}
        return {name: count for name, count in new.items() if count}

    def item(self, index: int) -> Item:
        """The entry at this index, which must be one of a kind that is shown."""
        accepted = self._view.acts[index]
        act = accepted.act
        if act is None:
            raise LookupError(f"entry {index} is not for this desk")
        words, sealed = self._words(accepted, act)
        ncp, own = self._ncp(act), self._view.settings.ncp
        return Item(
            index=index,
            at=accepted.at,
            id=act.header.id,
            kind=act.header.type,
            group=GROUP_OF[type(act.event)],
            ncp=ncp,
            to=() if act.header.to == EVERYONE else tuple(act.header.to),
            ref=act.header.ref,
            address=address_of(act),
            mine=ncp == own,
            concerns=concerns(own, act, self._view),
            restricted=act.restricted,
            stat=getattr(act.event, "stat", None),
            plain=getattr(act.event, "plain", None),
            statement=act.statements[0] if act.statements else None,
            about=self._about(act),
            words=words,
            sealed=sealed,
        )

    def _walk(self, keys: list[Key], since: int, before: int) -> Iterator[int]:
        lists = sorted((self._listed.get(key, array("L")) for key in keys), key=len)
        shortest, others = lists[0], lists[1:]
        for place in range(bisect_left(shortest, before) - 1, -1, -1):
            index = shortest[place]
            if index < since:
                return
            if all(_holds(other, index) for other in others):
                yield index

    def _words(self, accepted: Accepted, act: Act) -> tuple[bodies.Text | None, str | None]:
        if PART_TYPES[act.header.type].get("text") is not bodies.Text or act.header.slip("text") is None:
            return None, None
        try:
            return self._reading.body(accepted, "text"), None
        except VocuError as error:
            return None, error.code

    def _about(self, act: Act) -> Report | Warned | Asked | Checked | None:
        ledger, ref = self._view.ledger, act.header.ref or act.header.id
        if ledger is None:
            return None
        return (
            ledger.reports.get(ref)
            or ledger.warnings.get(ref)
            or ledger.questions.get(ref)
            or ledger.cross_checks.get(ref)
        )


def _holds(listed: "array[int]", index: int) -> bool:
    place = bisect_left(listed, index)
    return place < len(listed) and listed[place] == index
