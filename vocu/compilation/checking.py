"""Making a compiled newsletter again, and comparing: who compiles a false figure is caught (protocol §9)."""

from collections.abc import Callable

from vocu.canonical import b64, encode
from vocu.compilation.issuing import figures
from vocu.compilation.ledger import Ledger
from vocu.compilation.newsletter import unopened
from vocu.compilation.schedule import due_day
from vocu.errors import MalformedError, RefusedError, UntrustedError
from vocu.operation.act import Act
from vocu.operation.bodies import Compiled, Figures

CLOCKS_APART = 24 * 3600 * 1000
"""By how much (milliseconds) the clock of a desk that compiles may be ahead of the hub's, which may be set back."""


def check_newsletter(ledger: Ledger, act: Act, root_at: Callable[[int], bytes], at: int) -> bool:
    """Whether the figures could be made again from this ledger, which stands exactly before the newsletter's entry.
    They cannot where the statistical part is sealed and other entries open here than opened for the compiler; then its
    root and its day alone are looked at.

    The day is the one that is due at `at`, when the newsletter was admitted (UTC milliseconds): none comes before its
    hour, out of turn, or twice. The end of the window is the only thing taken from the newsletter itself: it lies
    between the last entry counted and `at`. Raises UntrustedError (false-figures) where anything differs.
    """
    compiled = act.body(Compiled)
    checkable = not act.sealed_stat or _reads_as_much(ledger, act)
    ahead = CLOCKS_APART if act.sealed_stat else 0
    try:
        honest = compiled.root == b64(root_at(ledger.position))
        honest = honest and compiled.day == due_day(ledger.genesis, at + ahead, _last_day(ledger))
        if checkable:
            given = act.body(Figures)
            window_to = given.figures["header"]["window"]["to"]
            honest = honest and encode(figures(ledger, compiled, window_to)) == encode(given)
            honest = honest and ledger.at <= window_to <= at + ahead
    except (MalformedError, RefusedError, TypeError, KeyError, ValueError, OverflowError):
        honest = False
    if not honest:
        raise UntrustedError(
            "false-figures",
            f"Newsletter {compiled.number} does not follow from the log: somebody changed its figures. "
            "Do not rely on it, and tell the organiser.",
        )
    return checkable


def _last_day(ledger: Ledger) -> str | None:
    return ledger.issues[-1].day if ledger.issues else None


def _reads_as_much(ledger: Ledger, act: Act) -> bool:
    """Whether this reader opens the same sealed entries as the compiler, who says in the figures what he could not."""
    if act.unopened:
        return act.void is not None and not ledger.unopened
    head = act.body(Figures).figures.get("header")
    return isinstance(head, dict) and head.get("unopened") == unopened(ledger)
