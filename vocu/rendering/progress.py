"""How far an operation has come towards its objectives, in words and as the length of a bar."""

from decimal import Decimal, localcontext
from typing import Any

from msgspec import Struct

from vocu.rendering.wording import Wording

Figures = dict[str, Any]
_PRECISION = 120


class Progress(Struct, frozen=True):
    """One objective: `share` is the length of its bar, 1 where it is met; `standing` says whether it is, or how far."""

    name: str
    text: str
    standing: str
    share: float
    met: bool


def progress(row: Figures, wording: Wording) -> Progress:
    """The progress that a row of the compiled objectives tells."""
    reached, threshold = Decimal(row["reached"]), Decimal(row["threshold"])
    with localcontext(prec=_PRECISION):
        part = min(reached / threshold, Decimal(1)) if threshold else Decimal(1)
    return Progress(
        name=row.get("name") or _name(row, wording),
        text=_how_far(row, wording),
        standing=wording._("reached") if row["met"] else _percent(part, wording),
        share=float(part),
        met=row["met"],
    )


def _how_far(row: Figures, wording: Wording) -> str:
    reached, threshold = (_amount(row, name, wording) for name in ("reached", "threshold"))
    text = wording._("{reached} of {threshold}", reached=reached, threshold=threshold)
    if "pending" not in row:
        return text
    return f"{text}; {wording.say('pending', reports=wording.count(row['pending'], 'report'))}"


def _percent(part: Decimal, wording: Wording) -> str:
    """The share in percent, cut off rather than rounded, so that nothing that is missing reads as 100 %."""
    return wording.share(int(part * 1000), 1000)


def _amount(row: Figures, name: str, wording: Wording) -> str:
    return wording.quantity(row[name], row["unit"]) if "unit" in row else wording.number(row[name])


def _name(row: Figures, wording: Wording) -> str:
    measure = wording.label("objective_measure", row["measure"])
    if "commodity" not in row:
        return measure
    return wording._("{measure}: {goods}", measure=measure, goods=wording.label("commodity", row["commodity"]))
