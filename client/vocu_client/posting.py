"""How whatever an officer does reaches the outbox: all of it is checked first, as the hub will check it."""

import secrets
import time
from collections.abc import Callable, Iterable
from typing import Self

from msgspec.structs import replace

from vocu.canonical import b64
from vocu.errors import RefusedError, VocuError
from vocu.form.report import SeizureNominal
from vocu.operation import events
from vocu.operation.composing import Draft
from vocu.operation.events import Event
from vocu.operation.foreseeing import foresee, require_form
from vocu.operation.header import EVERYONE, SEALED
from vocu_client.attachments import Attachment
from vocu_client.enclosing import Enclosing
from vocu_client.store.chunks import ChunkStore
from vocu_client.store.outbox import Beside, Outbox
from vocu_client.view import View

OCU = "OCU"
"""Names the organiser, whoever that is, where participants are named."""


class Posting:
    """Checks what is written against the form and the rules, seals its files, and puts it into the outbox."""

    def __init__(
        self,
        view: View,
        outbox: Outbox,
        chunks: ChunkStore,
        four_eyes: Callable[[], bool],
        officer: str | None = None,
        approved_by: str | None = None,
    ) -> None:
        self._view = view
        self._outbox = outbox
        self._chunks = chunks
        self._enclosing = Enclosing(view.settings.op, chunks)
        self._four_eyes = four_eyes
        self._officer = officer
        self._approved_by = approved_by

    def of(self, officer: str, *, approved_by: str | None = None) -> Self:
        """The same, on behalf of one officer of this desk: his id, of at most 40 characters, travels with his words and
        with the nominal part of his reports, as sealed as these are. `approved_by`: the colleague who approved it,
        where this desk asks for four eyes."""
        return type(self)(self._view, self._outbox, self._chunks, self._four_eyes, officer, approved_by)

    def queue(self, drafts: list[Draft]) -> int:
        """Put drafts into the outbox, all or none; those that are there already stay as they are. How many are new."""
        if any(map(_names_somebody, drafts)) and self._four_eyes():
            self._require_second_eyes()
        for draft in drafts:
            require_form(draft, self._view.state.added_commodities)
            if not self._waits(draft.ref):
                self.require_allowed(draft)
        return self._outbox.queue(drafts, now())

    def queue_checked(self, drafts: list[Draft], beside: Beside) -> int:
        """The same for an import's drafts, whose form and right were checked one by one when it was planned. `beside`
        is written in the same transaction."""
        if any(map(_names_somebody, drafts)) and self._four_eyes():
            self._require_second_eyes()
        return self._outbox.queue(drafts, now(), beside)

    def require_allowed(self, draft: Draft) -> None:
        """Ask the same rule as the hub will, about what is known here and now."""
        state = self._view.state
        foresee(draft, self._view.settings.device, state, max(state.at, now()), self._view.posed)

    def _post(
        self,
        event: Event,
        *,
        to: tuple[str, ...] = (),
        ref: str | None = None,
        readers: dict[str, tuple[str, ...]] | None = None,
        event_id: str | None = None,
        files: Iterable[Attachment] = (),
    ) -> str:
        audience: str | tuple[str, ...] = EVERYONE
        if to:
            audience = tuple(sorted({*to, self._view.settings.ncp}))
            readers = self._to_addressees(to)
        if event_id is not None and self._outbox.find(event_id) is not None:
            return event_id  # written before: its files are sealed already
        event_id = event_id or b64(secrets.token_bytes(16))
        media = self._enclosing.seal(event_id, files)
        whole = event if media is None else replace(event, media=media)
        wanted = {part: names for part, names in (readers or {}).items() if getattr(whole, part, None) is not None}
        try:
            self.queue([Draft(id=event_id, event=whole, ts=now(), to=audience, ref=ref, readers=wanted)])
        except VocuError:
            if media is not None:
                self._enclosing.discard(media)
            raise
        return event_id

    def _require_second_eyes(self) -> None:
        if not self._approved_by or self._approved_by == self._officer:
            raise RefusedError(
                "needs-approval",
                "At this desk a second officer approves what names persons, vehicles or firms; ask one in its pages.",
            )

    def _waits(self, ref: str | None) -> bool:
        """Whether this is about something that is still in the outbox: it goes out first, and the hub judges then."""
        item = self._outbox.find(ref) if ref is not None else None
        return item is not None and item.under_way

    def _participants(self, names: Iterable[str]) -> tuple[str, ...]:
        found: set[str] = set()
        for name in names:
            found |= self._view.state.organisers if name == OCU else {name}
        return tuple(sorted(found))

    def _to_addressees(self, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Whatever of the event is sealed, to these."""
        return dict.fromkeys(SEALED, self._participants(names))


def _names_somebody(draft: Draft) -> bool:
    """Whether this is a report with files, or with a nominal part that says more than who wrote it."""
    event = draft.event
    if not isinstance(event, events.SeizureReported | events.SeizureAmended):
        return False
    nominal = event.nominal is not None and replace(event.nominal, officer=None) != SeizureNominal()
    return nominal or event.media is not None


def now() -> int:
    """UTC milliseconds."""
    return int(time.time() * 1000)
