"""What an officer reads: everything this desk holds, opened as far as it is sealed to it. Works without a line."""

import heapq
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from vocu.canonical import decode_any, encode
from vocu.errors import RefusedError, VocuError
from vocu.form.whole import whole
from vocu.operation import bodies, events
from vocu.operation.act import Act
from vocu.operation.header import EVERYONE
from vocu.operation.verified import Accepted
from vocu_client.following import Follower
from vocu_client.view import View

PEOPLE = (
    events.MessagePosted,
    events.AnnouncementPosted,
    events.WarningIssued,
    events.FeedbackGiven,
    events.QuestionAsked,
    events.QuestionAnswered,
    events.CrossCheckAsked,
    events.CrossCheckAnswered,
    events.NewsletterIssued,
)
"""The kinds that people address to people."""
KEPT_OPEN = 1000
"""Opened parts that are kept in memory, the last ones that were read."""


class Line(Struct, frozen=True, kw_only=True):
    """One event as a person reads it. `at`: UTC milliseconds; `sealed`: why its words cannot be shown here."""

    index: int
    at: int
    id: str
    kind: str
    ncp: str
    to: tuple[str, ...]
    ref: str | None
    stat: dict[str, Any]
    text: bodies.Text | None
    nominal: dict[str, Any]
    sealed: str | None


class Reading(Follower):
    """Questions that a desk can answer from its own copy of the log. No answer looks through the whole of it."""

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._opened: OrderedDict[tuple[int, str], Struct] = OrderedDict()

    def _begin(self) -> None:
        self._index_of: dict[str, int] = {}
        self._of_kind: dict[type[events.Event], list[int]] = {}
        self._revisions: dict[str, list[int]] = {}
        self._contacts: dict[str, int] = {}
        self._compiled: dict[str, int] = {}
        self._issued: dict[int, int] = {}
        self._erased: set[int] = set()
        self._opened.clear()

    def _take(self, accepted: Accepted, act: Act) -> None:
        index, event = accepted.index, act.event
        self._index_of[act.header.id] = index
        self._of_kind.setdefault(type(event), []).append(index)
        match event:
            case events.SeizureReported():
                self._revisions[act.header.id] = [index]
            case events.SeizureAmended() | events.SeizureReleased():
                self._revisions[act.ref].append(index)
            case events.ContactPublished():
                self._contacts[self._ncp(act)] = index
            case events.NewsletterCompiled():
                self._compiled[act.body(bodies.Compiled).day] = index
            case events.NewsletterIssued():
                self._issued[act.body(bodies.Issued).number] = index
            case events.EntryErased():
                self._erased.add(act.body(bodies.Erasure).index)
                for key in [key for key in self._opened if key[0] in self._erased]:
                    del self._opened[key]

    # --- by log index, for overviews ---

    def entry(self, event_id: str) -> Accepted:
        """The entry of this event. Raises RefusedError where there is none."""
        self.catch_up()
        index = self._index_of.get(event_id)
        if index is None:
            raise RefusedError("unknown-id", f"This desk holds no event with the id {event_id}.")
        return self._view.acts[index]

    def revisions(self, report: str) -> tuple[Accepted, ...]:
        """The entries that say how a report reads, oldest first. Raises RefusedError where there is no such report."""
        self.catch_up()
        if report not in self._revisions:
            raise RefusedError("unknown-id", f"This desk holds no seizure report with the id {report}.")
        return tuple(self._view.acts[index] for index in self._revisions[report])

    def body(self, accepted: Accepted, part: str) -> Any:
        """A sealed part, opened; those read last stay open. Raises SealedError and others as `View.open` does."""
        self.catch_up()
        key = accepted.index, part
        if key in self._opened:
            self._opened.move_to_end(key)
            return self._opened[key]
        body = self._view.open(accepted, part)
        if accepted.index not in self._erased:
            self._opened[key] = body
            if len(self._opened) > KEPT_OPEN:
                self._opened.popitem(last=False)
        return body

    # --- whole answers ---

    def lines(self, kinds: tuple[type[events.Event], ...] = PEOPLE, since: int = 0) -> Iterator[Line]:
        """The events of these kinds from this log index on, oldest first."""
        self.catch_up()
        found = [self._of_kind.get(kind, []) for kind in kinds]
        return self._lines(heapq.merge(*(indexes[bisect_left(indexes, since) :] for indexes in found)))

    def line(self, event_id: str) -> Line:
        """The event of this id. Raises RefusedError where there is none."""
        return next(self._lines([self.entry(event_id).index]))

    def seizure_form(self, report: str) -> dict[str, Any]:
        """The newest revision of a report as the whole form, as far as this desk may read it; without the reason for
        that revision, so that the next one, which begins with this, does not bear it."""
        newest = self.revisions(report)[-1]
        stat = getattr(newest.act and newest.act.event, "stat", None) or self._open(newest, "stat")
        form = whole(stat, self._open(newest, "nominal"))
        form.pop("amendment_reason", None)
        return form

    def contacts(self) -> dict[str, tuple[bodies.Contact, ...]]:
        """The newest contacts of each participant; those of a directory where this desk came later."""
        self.catch_up()
        found: dict[str, tuple[bodies.Contact, ...]] = {}
        for index in self._of_kind.get(events.DirectorySent, []):
            directory = self._open(self._view.acts[index], "text")
            if isinstance(directory, bodies.Directory):
                found = directory.participants | found
        for ncp, index in self._contacts.items():
            published = self._open(self._view.acts[index], "text")
            if isinstance(published, bodies.Contacts):
                found[ncp] = published.contacts
        return dict(sorted(found.items()))

    def figures_of(self, day: str) -> dict[str, Any]:
        """The figures of that day's newsletter. Raises RefusedError (no-newsletter), and SealedError where the
        statistical part is sealed and this desk cannot open it."""
        self.catch_up()
        if day not in self._compiled:
            raise RefusedError("no-newsletter", f"No newsletter was compiled for {day} (yet).")
        accepted = self._view.acts[self._compiled[day]]
        stat = getattr(accepted.act and accepted.act.event, "stat", None) or self.body(accepted, "stat")
        return dict(stat.figures)

    def issue_of(self, day: str) -> Accepted | None:
        """The entry by which the organiser sent that day's newsletter out; None where he has not."""
        self.catch_up()
        compiled = self._view.state.compiled.get(day)
        index = self._issued.get(compiled.number) if compiled is not None else None
        return self._view.acts[index] if index is not None else None

    def words_of(self, day: str) -> tuple[bodies.Issued, bodies.Text | None] | None:
        """What the organiser issued of that day's newsletter, and his words as far as this desk may read them."""
        accepted = self.issue_of(day)
        if accepted is None or accepted.act is None:
            return None
        text = self._open(accepted, "text")
        return accepted.act.body(bodies.Issued), text if isinstance(text, bodies.Text) else None

    def _lines(self, indexes: Iterable[int]) -> Iterator[Line]:
        for index in indexes:
            accepted = self._view.acts[index]
            if accepted.act is not None:
                yield self._line(accepted, accepted.act)

    def _line(self, accepted: Accepted, act: Act) -> Line:
        text, nominal, sealed = None, None, None
        for name in ("text", "nominal"):
            if act.header.slip(name) is None:
                continue
            try:
                body = self.body(accepted, name)
            except VocuError as error:
                sealed = error.message
                continue
            if isinstance(body, bodies.Text):
                text = body
            else:
                nominal = body
        stat = getattr(act.event, "stat", None) or (self._open(accepted, "stat") if act.restricted else None)
        to = act.header.to
        return Line(
            index=accepted.index,
            at=accepted.at,
            id=act.header.id,
            kind=act.header.type,
            ncp=self._ncp(act),
            to=() if to == EVERYONE else tuple(to),
            ref=act.header.ref,
            stat=decode_any(encode(stat)) if stat is not None else {},
            text=text,
            nominal=decode_any(encode(nominal)) if nominal is not None else {},
            sealed=sealed,
        )

    def _open(self, accepted: Accepted, part: str) -> Any:
        try:
            return self.body(accepted, part)
        except VocuError:
            return None
