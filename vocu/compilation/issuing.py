"""The newsletter that is due, as whoever is the operation's compiler compiles it (docs/protocol.md §9)."""

from vocu.canonical import b64
from vocu.compilation.ledger import Ledger
from vocu.compilation.newsletter import compile_newsletter
from vocu.compilation.schedule import due_day
from vocu.operation.bodies import Compiled, Figures
from vocu.operation.events import NewsletterCompiled
from vocu.operation.state import OperationState


def day_due(state: OperationState, at: int) -> str | None:
    """The day whose newsletter is due at this instant (UTC milliseconds), None where none is. Days that were missed
    come one at a time, the earliest first."""
    if state.phase not in NewsletterCompiled.phases:
        return None
    return due_day(state.genesis, at, max(state.compiled, default=None))


def newsletter(ledger: Ledger, state: OperationState, day: str, root: bytes, at: int) -> NewsletterCompiled:
    """The newsletter of that day, compiled at this instant (UTC milliseconds) from a ledger that stands where the state
    does, at this root of the log."""
    compiled = Compiled(day=day, number=len(state.compiled) + 1, position=state.size, root=b64(root))
    return NewsletterCompiled(plain=compiled, stat=figures(ledger, compiled, at))


def figures(ledger: Ledger, compiled: Compiled, window_to: int) -> Figures:
    """The figures of this newsletter, from a ledger that stands at its position; its window ends at this instant.

    Raises RefusedError where the ledger stands elsewhere, MalformedError for a day that is not on the calendar.
    """
    last = ledger.issues[-1] if ledger.issues else None
    return Figures(
        figures=compile_newsletter(
            ledger,
            day=compiled.day,
            number=compiled.number,
            position=compiled.position,
            root=compiled.root,
            window_from=last.at if last else ledger.genesis.created_at,
            window_to=window_to,
            since=last.position if last else 0,
        )
    )
