"""What depends on the commodity: which ones an operation is about, their usual units, and the fields that fit them."""

from typing import Final

from vocu.form.codes import Code, codes, family, is_code, parents

ALWAYS: Final = ("commodity", "quantity", "unit", "quantity_basis")
"""The fields of a goods line that are never folded."""
ADD_ONS: Final[dict[str, frozenset[str]]] = {
    "brand": frozenset(["tobacco", "ipr", "medicines", "excise"]),
    "origin_kind": frozenset(["tobacco"]),
    "right_type": frozenset(["ipr"]),
    "species": frozenset(["cites"]),
    "appendix": frozenset(["cites"]),
    "specimen_kind": frozenset(["cites"]),
    "basel_code": frozenset(["waste"]),
    "control_number": frozenset(["dual_use", "weapons"]),
    "licence_status": frozenset(["dual_use", "weapons", "cultural_goods"]),
    "currency": frozenset(["cash"]),
    "declared_quantity": frozenset(["cash"]),
}
"""Fields that stand in the open for these families of commodities."""
NOWHERE_ELSE: Final = frozenset(ADD_ONS) - {"currency", "declared_quantity", "brand"}
"""Of these, the fields that make no sense for any other family, and are not shown there."""
COUNTABLE: Final = frozenset(
    ["H87", "tablet", "ampoule", "dose", "stick", "pack", "carton", "parcel", "head", "specimen", "site"]
)
"""Units of things that come whole."""


def offered(scope: tuple[str, ...], added: frozenset[str]) -> list[Code]:
    """The commodities that an operation of this scope is about (all where it names none), with those that it added
    itself, each behind its family."""
    own = [Code(id=code, label={}, parent=parents(code)[0]) for code in sorted(added) if parents(code)]
    families = {code.id: place for place, code in enumerate(codes("commodity")) if family(code.id) == code.id}
    every = sorted((*codes("commodity"), *own), key=lambda code: families.get(family(code.id), len(families)))
    return [code for code in every if not scope or code.id in scope or family(code.id) in scope]


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
