"""Four eyes: what names persons, vehicles or firms waits in the outbox until a second officer has approved it."""

from msgspec import Struct
from msgspec.structs import replace

from vocu.errors import RefusedError
from vocu.form.report import SeizureNominal
from vocu.operation.composing import Draft
from vocu.operation.events import SeizureAmended, SeizureReported
from vocu_client.store.outbox import Item, Outbox
from vocu_client.team import Officer, Team


class Waiting(Struct, frozen=True):
    """A report that waits; `author` is the id of the officer who wrote it, empty where nobody was logged in."""

    item: Item
    draft: Draft
    author: str


class Approvals:
    """Which reports wait, and what becomes of them."""

    def __init__(self, outbox: Outbox, team: Team) -> None:
        self._outbox = outbox
        self._team = team

    def needed(self, draft: Draft) -> bool:
        """Whether this waits for a second officer: a report with a nominal part, where this desk asks for four eyes."""
        event = draft.event
        if not isinstance(event, SeizureReported | SeizureAmended) or event.nominal is None:
            return False
        return replace(event.nominal, officer=None) != SeizureNominal() and self._team.four_eyes

    def waiting(self) -> list[Waiting]:
        """In the order of writing."""
        return [self._waiting(item) for item in self._outbox.items("held")]

    def find(self, event_id: str) -> Waiting:
        """Raises RefusedError (not-waiting)."""
        item = self._outbox.find(event_id)
        if item is None or item.state != "held":
            raise RefusedError("not-waiting", "This does not wait for approval (any more): somebody has dealt with it.")
        return self._waiting(item)

    def approve(self, by: Officer, event_id: str) -> None:
        """Send it. Raises RefusedError (own-report, not-your-right, not-waiting)."""
        _require_other_eyes(by, self.find(event_id))
        self._outbox.let_go(event_id)

    def take_back(self, by: Officer, event_id: str) -> Waiting:
        """Take it out of the outbox: an approver returns it, or its author changes it. It is the caller's to keep."""
        waiting = self.find(event_id)
        if by.id != waiting.author:
            _require_other_eyes(by, waiting)
        self._outbox.discard(event_id)
        return waiting

    def _waiting(self, item: Item) -> Waiting:
        draft = self._outbox.draft(item)
        nominal = getattr(draft.event, "nominal", None)
        return Waiting(item, draft, (nominal.officer if nominal is not None else None) or "")


def _require_other_eyes(by: Officer, waiting: Waiting) -> None:
    if not by.may("approve"):
        raise RefusedError("not-your-right", "Your account at this desk does not allow that; ask an approver.")
    if by.id in ("", waiting.author):
        raise RefusedError("own-report", "Four eyes are asked for here: a colleague approves what you wrote yourself.")
