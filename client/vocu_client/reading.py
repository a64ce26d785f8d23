"""What an officer reads: everything this desk holds, opened as far as it is sealed to it. Works without a line."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from vocu.canonical import decode_any, encode
from vocu.errors import RefusedError, VocuError
from vocu.form.whole import whole
from vocu.operation import bodies, events
from vocu.operation.act import Act
from vocu.operation.header import EVERYONE
from vocu.operation.verified import Accepted
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
REVISIONS = (events.SeizureReported, events.SeizureAmended, events.SeizureReleased)


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


class Reading:
    """Questions that a desk can answer from its own copy of the log."""

    def __init__(self, view: View) -> None:
        self._view = view

    def lines(self, kinds: tuple[type[events.Event], ...] = PEOPLE, since: int = 0) -> Iterator[Line]:
        """The events of these kinds from this log index on, oldest first."""
        for accepted in self._view.acts[since:]:
            if accepted.act is not None and isinstance(accepted.act.event, kinds):
                yield self._line(accepted, accepted.act)

    def line(self, event_id: str) -> Line:
        """The event of this id. Raises RefusedError where there is none."""
        for accepted in self._view.acts:
            if accepted.act is not None and accepted.act.header.id == event_id:
                return self._line(accepted, accepted.act)
        raise RefusedError("unknown-id", f"This desk holds no event with the id {event_id}.")

    def seizure_form(self, report: str) -> dict[str, Any]:
        """The newest revision of a report as the whole form, as far as this desk may read it."""
        newest: Accepted | None = None
        for accepted in self._view.acts:
            act = accepted.act
            if act is not None and isinstance(act.event, REVISIONS) and report in (act.header.id, act.header.ref):
                newest = accepted
        if newest is None or newest.act is None:
            raise RefusedError("unknown-id", f"This desk holds no seizure report with the id {report}.")
        stat = getattr(newest.act.event, "stat", None) or self._open(newest, "stat")
        return whole(stat, self._open(newest, "nominal"))

    def contacts(self) -> dict[str, tuple[bodies.Contact, ...]]:
        """The newest contacts of each participant; those of a directory where this desk came later."""
        found: dict[str, tuple[bodies.Contact, ...]] = {}
        for accepted in self._view.acts:
            act = accepted.act
            if act is None:
                continue
            if isinstance(act.event, events.DirectorySent):
                directory = self._open(accepted, "text")
                if isinstance(directory, bodies.Directory):
                    found = directory.participants | found
            elif isinstance(act.event, events.ContactPublished):
                published = self._open(accepted, "text")
                if isinstance(published, bodies.Contacts):
                    found[self._ncp(act)] = published.contacts
        return dict(sorted(found.items()))

    def words_of(self, day: str) -> tuple[bodies.Issued, bodies.Text | None] | None:
        """What the organiser issued of that day's newsletter, and his words as far as this desk may read them."""
        for accepted in self._view.acts:
            act = accepted.act
            if act is not None and isinstance(act.event, events.NewsletterIssued):
                issued = act.body(bodies.Issued)
                compiled = self._view.state.compiled.get(day)
                if compiled is not None and compiled.number == issued.number:
                    text = self._open(accepted, "text")
                    return issued, text if isinstance(text, bodies.Text) else None
        return None

    def _line(self, accepted: Accepted, act: Act) -> Line:
        text, nominal, sealed = None, None, None
        for name in ("text", "nominal"):
            if act.header.slip(name) is None:
                continue
            try:
                body = self._view.open(accepted, name)
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
            return self._view.open(accepted, part)
        except VocuError:
            return None

    def _ncp(self, act: Act) -> str:
        return self._view.state.devices[act.header.sender].ncp
