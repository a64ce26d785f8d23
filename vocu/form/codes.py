"""The code lists: what an officer may choose from, with labels. Codes are for ever, labels may improve."""

from functools import cache
from importlib import resources
from typing import Any

import msgspec
from babel import Locale

# Codes in Unicode's list of territories that ISO 3166-1 does not assign: groupings, reservations, test values.
_NOT_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])


class Code(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One code of a list: `label` by language, `parent` in a tree, `units` usual for a commodity (a hint, no limit),
    `rec19` its number in UN/ECE Recommendation 19."""

    id: str
    label: dict[str, str]
    parent: str | None = None
    units: tuple[str, ...] = ()
    rec19: str | None = None


class CodeList(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One packaged file: the list's name, its version and its codes in the order in which they are offered."""

    list: str
    version: int
    codes: tuple[Code, ...]


@cache
def code_list(name: str) -> CodeList:
    """The packaged list of that name. Raises LookupError where there is none."""
    file = resources.files("vocu_schemas") / "codes" / f"{name}.json"
    if not name.isidentifier() or not file.is_file():
        raise LookupError(f"There is no code list {name!r}.")
    return msgspec.json.decode(file.read_bytes(), type=CodeList)


@cache
def list_names() -> tuple[str, ...]:
    """The names of all packaged lists, in alphabetical order."""
    files = (resources.files("vocu_schemas") / "codes").iterdir()
    return tuple(sorted(file.name.removesuffix(".json") for file in files if file.name.endswith(".json")))


def codes(name: str) -> tuple[Code, ...]:
    """The codes of a list, in the order in which they are offered."""
    return code_list(name).codes


@cache
def _by_id(name: str) -> dict[str, Code]:
    return {code.id: code for code in codes(name)}


def is_code(name: str, id: str) -> bool:  # noqa: A002 - "id" is what the lists call it
    """Whether the list has that code."""
    return id in _by_id(name)


def label(name: str, id: str, language: str = "en") -> str:  # noqa: A002
    """What people read for a code; English where the language lacks it, the code itself where an operation added it."""
    code = _by_id(name).get(id)
    return id if code is None else code.label.get(language, code.label["en"])


def family(commodity: str) -> str:
    """The top of the tree above a commodity: `drugs` for `drugs.cocaine`, also where an operation added the code."""
    return commodity.partition(".")[0]


def parents(commodity: str) -> tuple[str, ...]:
    """All commodities above this one, the nearest first; empty at the top."""
    steps = commodity.split(".")
    return tuple(".".join(steps[:count]) for count in range(len(steps) - 1, 0, -1))


@cache
def countries() -> frozenset[str]:
    """The codes of ISO 3166-1 alpha-2, and XK; read from Unicode's list, which babel carries."""
    territories: Any = Locale("en").territories
    return frozenset(code for code in territories if len(code) == 2 and code.isalpha()) - _NOT_COUNTRIES


@cache
def currencies() -> frozenset[str]:
    """The currency codes of ISO 4217, past ones too: old seizures were valued in them."""
    known: Any = Locale("en").currencies
    return frozenset(known)
