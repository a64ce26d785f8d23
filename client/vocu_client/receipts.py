"""Telling authors that an officer here has opened what they wrote: together, at most once a minute to each."""

import secrets
from collections.abc import Iterable

from vocu.canonical import b64
from vocu.errors import RefusedError
from vocu.operation import bodies, events
from vocu.operation.composing import Draft
from vocu.operation.events import ReadingConfirmed
from vocu.operation.foreseeing import foresee
from vocu.operation.verified import Accepted
from vocu_client.store.openings import Batch, Openings
from vocu_client.store.outbox import Outbox
from vocu_client.view import View

CONFIRMED = (
    events.MessagePosted,
    events.AnnouncementPosted,
    events.WarningIssued,
    events.QuestionAsked,
    events.QuestionAnswered,
    events.NewsletterIssued,
)
"""The kinds whose authors are told."""
PAUSE = 60_000
"""Milliseconds between two confirmations to one author."""


class Receipts:
    """What was opened is kept until it can be said; it is said once, whatever is interrupted on the way."""

    def __init__(self, view: View, outbox: Outbox, openings: Openings) -> None:
        self._view = view
        self._outbox = outbox
        self._openings = openings
        self._noted: set[str] = set()

    def opened(self, entries: Iterable[Accepted]) -> None:
        """An officer has opened these entries. Own ones, and kinds whose authors are not told, are passed over."""
        own = self._view.settings.ncp
        noted = []
        for accepted in entries:
            act = accepted.act
            if act is not None and isinstance(act.event, CONFIRMED) and act.header.id not in self._noted:
                author = self._view.state.devices[act.header.sender].ncp
                if author != own and self._may_tell(author):
                    noted.append((act.header.id, author))
        self._openings.note(noted)
        self._noted |= {event_id for event_id, _ in noted}

    def send_due(self, now: int) -> list[str]:
        """Queue what is due (`now`: UTC milliseconds), nothing where nothing was opened; the ids of what was queued."""
        if self._view.state.phase not in ReadingConfirmed.phases or self._view.alarmed:
            return []
        for author, (batch, batched_at) in self._openings.waiting().items():
            if (batched_at is None or now - batched_at >= PAUSE) and not self._still_waits(batch):
                self._openings.batch(author, b64(secrets.token_bytes(16)), now, bodies.MAX_OPENED)
        return [batch.id for batch in self._openings.unsettled() if self._queue(batch, now)]

    def _still_waits(self, batch: str | None) -> bool:
        """Without a line one confirmation waits, and the next one gathers."""
        item = self._outbox.find(batch) if batch is not None else None
        return item is not None and item.under_way

    def _queue(self, batch: Batch, now: int) -> bool:
        """The outbox takes an id once, so a batch that was queued before a kill is not queued again."""
        reading = bodies.Reading(received=self._view.size, opened=batch.events)
        draft = Draft(
            id=batch.id,
            event=ReadingConfirmed(text=reading),
            ts=now,
            to=tuple(sorted({batch.author, self._view.settings.ncp})),
            readers={"text": (batch.author,)},
        )
        queued = False
        if self._may_tell(batch.author):
            try:
                foresee(draft, self._view.settings.device, self._view.state, max(self._view.state.at, now))
                queued = self._outbox.queue([draft], now) == 1
            except RefusedError:
                queued = False  # whoever wrote it takes part no longer
        self._openings.settle(batch.id)
        return queued

    def _may_tell(self, author: str) -> bool:
        """Whether this desk may write to that participant, and somebody there can open it."""
        state = self._view.state
        member = state.members[self._view.settings.ncp]
        if member.role not in ReadingConfirmed.roles or (member.role == "observer" and author not in state.organisers):
            return False
        return bool(state.readers(frozenset({author})))
