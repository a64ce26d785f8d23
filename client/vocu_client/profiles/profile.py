"""A profile: which field of ours fills which field of theirs, with which code, and what they ask that we lack."""

import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from importlib import resources
from pathlib import Path
from types import UnionType
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import msgspec

from vocu.errors import MalformedError, RefusedError
from vocu.form.codes import list_names
from vocu.form.report import GoodsLine, SeizureNominal, SeizureReport

NOMINAL: Final = "nominal."
_ELEMENT: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,60}")


class _Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Field(_Section, frozen=True):
    """One field of theirs. It comes from a path in our report, or is a constant, or is `missing`, which says why.

    `table` turns our codes into theirs, `label_of` into the English words of one of our lists; `measure` makes it a
    figure of all rows that agree in the other fields: a sum, or how many reports or seizures.
    """

    name: str
    source: str | None = msgspec.field(default=None, name="from")
    constant: str | None = None
    missing: str | None = None
    table: str | None = None
    label_of: str | None = None
    measure: Literal["sum", "reports", "seizures"] | None = None

    @property
    def nominal(self) -> bool:
        """Whether it names persons or consignments, and is filled only where that was asked for."""
        return (self.source or "").startswith(NOMINAL)


class Sheet(_Section, frozen=True):
    """One file of theirs: a row for each goods line, or each group of them. It takes these commodities with all below
    them, all where none is named, and lines of any commodity that have a value in one of `or_given`."""

    name: str
    fields: tuple[Field, ...]
    commodities: tuple[str, ...] = ()
    or_given: tuple[str, ...] = ()

    @property
    def grouped(self) -> bool:
        return any(field.measure for field in self.fields)


class Profile(_Section, frozen=True):
    """A checked profile; `based_on` are the public descriptions that it follows, `notice` what it is not."""

    name: str
    title: str
    notice: str
    based_on: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    tables: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)

    def problems(self) -> Iterator[str]:
        """What is wrong beyond the types."""
        for sheet in self.sheets:
            for field in sheet.fields:
                yield from (f"{sheet.name}.{field.name}: {problem}" for problem in self._wrong(sheet, field))
            names = [field.name for field in sheet.fields]
            yield from (f"{sheet.name}.{name}: stands twice" for name in sorted({*names}) if names.count(name) > 1)
            yield from (f"{sheet.name}: {path} is no field of ours" for path in sheet.or_given if path not in PATHS)

    def _wrong(self, sheet: Sheet, field: Field) -> Iterator[str]:
        counts = field.measure in ("reports", "seizures")
        given = [field.source is not None or counts, field.constant is not None, field.missing is not None]
        if given.count(True) != 1:
            yield "give one of from, constant and missing"
        if field.source is not None and field.source not in PATHS:
            yield f"{field.source} is no field of ours"
        if not _ELEMENT.fullmatch(field.name):
            yield "a name is made of letters A to Z, digits and _"
        if field.table is not None and field.table not in self.tables:
            yield f"there is no [tables.{field.table}]"
        if field.label_of is not None and field.label_of not in list_names():
            yield f"there is no code list {field.label_of}"
        if field.measure == "sum":
            apart = _AMOUNTS.get(field.source or "")
            grouped_by = {other.source for other in sheet.fields if other.measure is None}
            if apart is None or not apart <= grouped_by:
                yield "only amounts are added up, and only beside their unit and currency: unlike ones stay apart"


_AMOUNTS: Final = {
    "goods.quantity": {"goods.unit", "goods.currency"},
    "goods.declared_quantity": {"goods.unit", "goods.currency"},
    "goods.value": {"goods.currency"},
    "goods.duties": {"goods.currency"},
    "goods.taxes": {"goods.currency"},
}
"""What may be added up, and the fields in which rows must agree for that."""


def _paths(kind: Any, prefix: str) -> Iterator[str]:
    """Every path from a form down to its plain values, through lists and optional fields."""
    for name, hint in get_type_hints(kind).items():
        inner = _inner(hint)
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            yield from _paths(inner, f"{prefix}{name}.")
        else:
            yield prefix + name


def _inner(hint: Any) -> Any:
    if get_origin(hint) in (tuple, UnionType):
        return _inner(next(each for each in get_args(hint) if each not in (type(None), Ellipsis)))
    return hint


LOG: Final = ("id", "participant", "entered_by", "admitted_day", "standing")
"""What the log knows of a report: its id, whose it is, who entered it, when, and whether in the operational phase."""
PATHS: Final = frozenset(
    [
        *(f"log.{name}" for name in LOG),
        *(path for path in _paths(SeizureReport, "report.") if not path.startswith("report.goods.")),
        *_paths(GoodsLine, "goods."),
        *_paths(SeizureNominal, NOMINAL),
    ]
)
"""Every field of ours that a profile may name."""


def shipped() -> dict[str, str]:
    """The profiles that come with vocu, as texts by their names."""
    folder = resources.files("vocu_schemas") / "profiles"
    files = {file.name: file for file in folder.iterdir() if file.name.endswith(".toml")}
    return {name.removesuffix(".toml"): files[name].read_text("utf-8") for name in sorted(files)}


def load_profile(name: str) -> Profile:
    """The shipped profile of that name, or the one in the TOML file of that path.

    Raises RefusedError (unknown-profile), or MalformedError (bad-profile) with every problem.
    """
    known = shipped()
    if name in known:
        return read_profile(known[name])
    try:
        return read_profile(Path(name).read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        raise RefusedError(
            "unknown-profile",
            f"There is no profile {name}; take one of {', '.join(known)}, or name a file of your own.",
        ) from None


def read_profile(text: str) -> Profile:
    """The profile that the text states. Raises MalformedError (bad-profile) with every problem."""
    try:
        profile = msgspec.convert(tomllib.loads(text, parse_float=Decimal), Profile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as error:
        raise MalformedError("bad-profile", f"This profile cannot be read: {error}.") from None
    problems = tuple(profile.problems())
    if problems:
        raise MalformedError("bad-profile", "This profile cannot be used; correct what is listed.", problems)
    return profile
