"""Making a compiled newsletter again, and comparing: a hub that compiles a false figure is caught (protocol §9)."""

from collections.abc import Callable

from vocu.canonical import b64, encode
from vocu.compilation.ledger import Ledger
from vocu.compilation.newsletter import compile_newsletter
from vocu.errors import UntrustedError
from vocu.operation.act import Act
from vocu.operation.bodies import Compiled


def check_newsletter(ledger: Ledger, act: Act, root_at: Callable[[int], bytes]) -> None:
    """Return if the figures are those of this ledger, which stands exactly before the compiled newsletter's entry.

    The time window is the only thing taken from the newsletter itself. Raises UntrustedError (false-figures).
    """
    compiled = act.body(Compiled)
    try:
        window = compiled.figures["header"]["window"]
        figures = compile_newsletter(
            ledger,
            day=compiled.day,
            number=compiled.number,
            position=ledger.position,
            root=b64(root_at(ledger.position)),
            window_from=window["from"],
            window_to=window["to"],
            since=ledger.issues[-1].position if ledger.issues else 0,
        )
        honest = encode(figures) == encode(compiled.figures) and compiled.root == figures["header"]["root"]
    except (TypeError, KeyError, ValueError, OverflowError):
        honest = False
    if not honest:
        raise UntrustedError(
            "false-figures",
            f"Newsletter {compiled.number} does not follow from the log: somebody changed its figures. "
            "Do not rely on it, and tell the organiser.",
        )
