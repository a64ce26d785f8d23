"""Making a compiled newsletter again, and comparing: who compiles a false figure is caught (protocol §9)."""

from collections.abc import Callable

from vocu.canonical import b64, encode
from vocu.compilation.issuing import figures
from vocu.compilation.ledger import Ledger
from vocu.errors import MalformedError, RefusedError, UntrustedError
from vocu.operation.act import Act
from vocu.operation.bodies import Compiled, Figures


def check_newsletter(ledger: Ledger, act: Act, root_at: Callable[[int], bytes], at: int) -> None:
    """Return if the figures are those of this ledger, which stands exactly before the compiled newsletter's entry.

    The end of its window is the only thing taken from the newsletter itself: it lies between the last entry counted and
    `at`, when the newsletter was admitted (UTC milliseconds). Raises UntrustedError (false-figures).
    """
    compiled = act.body(Compiled)
    try:
        given = act.body(Figures)
        window_to = given.figures["header"]["window"]["to"]
        honest = encode(figures(ledger, compiled, window_to)) == encode(given)
        honest = honest and compiled.root == b64(root_at(ledger.position)) and ledger.at <= window_to <= at
    except (MalformedError, RefusedError, TypeError, KeyError, ValueError, OverflowError):
        honest = False
    if not honest:
        raise UntrustedError(
            "false-figures",
            f"Newsletter {compiled.number} does not follow from the log: somebody changed its figures. "
            "Do not rely on it, and tell the organiser.",
        )
