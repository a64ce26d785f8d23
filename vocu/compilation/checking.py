"""Making a compiled newsletter again, and comparing: a hub that compiles a false figure is caught (protocol §9)."""

from collections.abc import Callable

from vocu.canonical import b64, encode
from vocu.compilation.ledger import Ledger
from vocu.compilation.newsletter import compile_newsletter
from vocu.errors import MalformedError, UntrustedError
from vocu.operation.bodies import Compiled


def check_newsletter(ledger: Ledger, compiled: Compiled, root_at: Callable[[int], bytes], at: int) -> None:
    """Return if the figures are those of this ledger, which stands exactly before the compiled newsletter's entry.

    The end of its window is the only thing taken from the newsletter itself: it lies between the last entry counted and
    `at`, when the newsletter was admitted (UTC milliseconds). Raises UntrustedError (false-figures).
    """
    last = ledger.issues[-1] if ledger.issues else None
    try:
        window_to = compiled.figures["header"]["window"]["to"]
        figures = compile_newsletter(
            ledger,
            day=compiled.day,
            number=compiled.number,
            position=ledger.position,
            root=b64(root_at(ledger.position)),
            window_from=last.at if last else ledger.genesis.created_at,
            window_to=window_to,
            since=last.position if last else 0,
        )
        honest = encode(figures) == encode(compiled.figures) and compiled.root == figures["header"]["root"]
        honest = honest and ledger.at <= window_to <= at
    except (MalformedError, TypeError, KeyError, ValueError, OverflowError):
        honest = False
    if not honest:
        raise UntrustedError(
            "false-figures",
            f"Newsletter {compiled.number} does not follow from the log: somebody changed its figures. "
            "Do not rely on it, and tell the organiser.",
        )
