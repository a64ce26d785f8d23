"""Exact amounts with their unit. Raw figures are kept as given; unlike units are never added up; a conversion stands
beside the raw figure and names its rule."""

from collections.abc import Iterable
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import Final

import msgspec

from vocu.errors import MalformedError
from vocu.form.report import GoodsLine

# Thirty-three digits per line and 10^60 lines would still fit. What does not fit exactly raises, it never rounds.
_EXACT: Final = Context(prec=96, traps=[Inexact, InvalidOperation, Overflow])


class Quantity(msgspec.Struct, frozen=True):
    """An exact amount in a unit of the list `unit`, or in a currency by its ISO 4217 code."""

    amount: Decimal
    unit: str


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to convert: one `source` is exactly `factor` of `target`. The name is what a table quotes."""

    name: str
    source: str
    target: str
    factor: Decimal


class Converted(msgspec.Struct, frozen=True):
    """A converted figure and the name of the rule that made it; it goes beside the raw quantity, never in its place."""

    quantity: Quantity
    rule: str


EXACT_RULES: Final[tuple[Rule, ...]] = (
    Rule(name="pound-avoirdupois", source="LBR", target="KGM", factor=Decimal("0.45359237")),
    Rule(name="gram", source="GRM", target="KGM", factor=Decimal("0.001")),
    Rule(name="tonne", source="TNE", target="KGM", factor=Decimal(1000)),
    Rule(name="millilitre", source="MLT", target="LTR", factor=Decimal("0.001")),
    Rule(name="cubic-metre", source="MTQ", target="LTR", factor=Decimal(1000)),
)
"""Rules that hold by definition. What depends on the goods (sticks in a pack, a tablet's weight) an operation adds."""

CIGARETTE_RULES: Final[tuple[Rule, ...]] = (
    Rule(name="pack-of-20", source="pack", target="stick", factor=Decimal(20)),
    Rule(name="carton-of-200", source="carton", target="stick", factor=Decimal(200)),
)
"""The usual packing of cigarettes, for an operation that adopts it; not true of every brand."""


def quantity_of(line: GoodsLine) -> Quantity | None:
    """What a goods line adds to a total; money counts under its currency's code. None while the quantity is pending,
    and where the unit is "other" or "not_known", because such amounts cannot be added up."""
    if line.quantity is None or line.unit in {"other", "not_known"}:
        return None
    unit = line.currency if line.unit == "currency" else line.unit
    return None if unit is None else Quantity(line.quantity, unit)


def add_up(quantities: Iterable[Quantity]) -> dict[str, Decimal]:
    """The exact total of each unit, in the order of the unit's codes; the order of the quantities plays no part.

    Raises MalformedError("bad-quantity") for an infinite amount, a NaN, or a total of more than 96 digits.
    """
    totals: dict[str, Decimal] = {}
    try:
        for quantity in quantities:
            if not quantity.amount.is_finite():
                raise InvalidOperation
            totals[quantity.unit] = _EXACT.add(totals.get(quantity.unit, Decimal(0)), quantity.amount)
    except (Inexact, InvalidOperation, Overflow):
        raise MalformedError("bad-quantity", "An amount is not a number, or too long to be added up exactly.") from None
    return dict(sorted(totals.items()))


def convert(quantity: Quantity, target: str, rules: Iterable[Rule] = EXACT_RULES) -> Converted | None:
    """The quantity in another unit, exactly, by the first rule that leads there in one step; None where none does.

    Raises MalformedError("bad-quantity") where the result has more than 96 digits.
    """
    for rule in rules:
        if (rule.source, rule.target) == (quantity.unit, target):
            try:
                amount = _EXACT.multiply(quantity.amount, rule.factor)
            except (Inexact, InvalidOperation, Overflow):
                raise MalformedError("bad-quantity", "An amount is too long to be converted exactly.") from None
            return Converted(Quantity(amount, target), rule.name)
    return None


def plain(amount: Decimal) -> str:
    """The one spelling of an exact amount: no exponent, no zeros after the last digit that counts; "1200.5", "0".

    Raises MalformedError("bad-quantity") for an infinite amount or a NaN.
    """
    if not amount.is_finite():
        raise MalformedError("bad-quantity", "An amount is not a number.")
    text = format(amount, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
