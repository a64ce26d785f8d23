"""What an operation is about: the commodities that it offers, and the fields of a goods line that fit them."""

from typing import Final

from vocu.form.codes import Code, codes, family, parents

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


def offered(scope: tuple[str, ...], added: frozenset[str]) -> list[Code]:
    """The commodities that an operation of this scope is about (all where it names none), with those that it added
    itself, each behind its family."""
    own = [Code(id=code, label={}, parent=parents(code)[0]) for code in sorted(added) if parents(code)]
    families = {code.id: place for place, code in enumerate(codes("commodity")) if family(code.id) == code.id}
    every = sorted((*codes("commodity"), *own), key=lambda code: families.get(family(code.id), len(families)))
    return [code for code in every if not scope or code.id in scope or family(code.id) in scope]
