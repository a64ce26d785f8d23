"""What the sealed statistical parts of a log say, as far as one keyring opens them, and which of them count.

Only where an operation seals them (`Genesis.profile`). Whoever opens the same parts comes to the same judgement: what
is not in order, breaks a rule, or is about something that does not count, counts as nothing (docs/protocol.md §9).
"""

from msgspec.structs import replace

from vocu.errors import RefusedError, SealedError, VocuError
from vocu.operation import events
from vocu.operation.act import Act
from vocu.operation.admission import SignedEvent
from vocu.operation.reading import Keyring, open_body
from vocu.operation.stat_rules import require_stat
from vocu.operation.state import OperationState, Posed


class Unsealing:
    """One log's statistical parts, read from its beginning on."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._unopened: set[str] = set()
        self._void: set[str] = set()
        self._unreleased: set[str] = set()
        self.posed: dict[str, Posed] = {}
        """What was asked, and of whom, as far as it opens."""

    def read(self, act: Act, signed: SignedEvent, state: OperationState, at: int) -> Act:
        """The act with its statistical part, where that is sealed to the operation and opens; `Act.void` says why it
        counts as nothing. `state` has just applied it, `at` this instant (UTC milliseconds)."""
        if not act.unopened:
            return act
        try:
            read = self._open(act, signed, state, at)
        except SealedError:
            self._unopened |= {act.header.id, *_released(act)}
            return act
        except VocuError as error:
            self._void.add(act.header.id)
            self._unreleased.update(_released(act))
            return replace(act, void=error.message)
        if (posed := state.posed.get(act.header.id)) is not None:
            addressees = getattr(getattr(read.event, "stat", None), "addressees", ())
            self.posed[act.header.id] = Posed(posed.kind, posed.asker, tuple(addressees))
        return read

    def _open(self, act: Act, signed: SignedEvent, state: OperationState, at: int) -> Act:
        about = act.header.ref
        if about in self._unopened:
            raise SealedError("before-us", "What this is about was sealed before this desk joined.")
        if about in self._void or (about in self._unreleased and not isinstance(act.event, events.SeizureWithdrawn)):
            raise RefusedError("void", "What this is about counts as nothing.")
        stat = open_body(act, signed, "stat", self._keyring, state.added_commodities)
        read = replace(act, event=replace(act.event, stat=stat))
        require_stat(state.devices[act.header.sender], read, state, self.posed, at)
        return read


def _released(act: Act) -> tuple[str, ...]:
    """The report that goes on being restricted where its release does not count."""
    return (act.ref,) if isinstance(act.event, events.SeizureReleased) else ()
