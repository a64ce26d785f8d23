"""What depends on the commodity: its usual units, and the fields that fit it."""

from typing import Final

from vocu.form.codes import codes, family, is_code, parents
from vocu.form.scope import ADD_ONS, NOWHERE_ELSE, offered

__all__ = ["ADD_ONS", "ALWAYS", "COUNTABLE", "NOWHERE_ELSE", "offered", "split_fields", "usual_units"]

ALWAYS: Final = ("commodity", "quantity", "unit", "quantity_basis")
"""The fields of a goods line that are never folded."""
COUNTABLE: Final = frozenset(
    ["H87", "tablet", "ampoule", "dose", "stick", "pack", "carton", "parcel", "head", "specimen", "site"]
)
"""Units of things that come whole."""


def usual_units(commodity: str) -> tuple[str, ...]:
    """The units usual for a commodity, the most usual first; those of the nearest commodity above it where it was added
    by an operation. Empty where any unit is as good."""
    for each in (commodity, *parents(commodity)):
        if is_code("commodity", each):
            units = next(code.units for code in codes("commodity") if code.id == each)
            if units:
                return units
    return ()


def split_fields(
    commodity: str, unit: str, names: tuple[str, ...], used: frozenset[str]
) -> tuple[list[str], list[str]]:
    """Of the optional fields of a goods line, those that belong in the open for this commodity, and those that are
    folded. What fits no such commodity is left out, unless it is used."""
    kind = family(commodity)
    fitting, folded = [], []
    for name in names:
        if name in ALWAYS:
            continue
        if kind in ADD_ONS.get(name, ()) or (name == "currency" and unit == "currency"):
            fitting.append(name)
        elif name not in NOWHERE_ELSE or name in used:
            folded.append(name)
    return fitting, folded
