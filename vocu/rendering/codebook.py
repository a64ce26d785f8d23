"""The columns of the flat files: what each means, of which kind it is, in which unit, and which field it is read from.

Columns that repeat a form's field take their meaning and their code list from the form's schema.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import resources
from typing import Any, Final

import msgspec
from msgspec import Struct

from vocu.compilation.table import Cell
from vocu.form.codes import codes, list_names
from vocu.form.report import Part

SEPARATOR: Final = "; "
"""Between several values in one cell."""
_KINDS: Final = {
    "quantity": "decimal",
    "count": "count",
    "day": "day",
    "reduced_day": "day, month or year",
    "instant": "instant",
}
_LISTS: Final = {
    "commodity": "commodity",
    "country": "ISO 3166-1 alpha-2",
    "participant": "participants of the operation",
    "currency": "ISO 4217",
}
_AMOUNT: Final = "the unit in column unit; where that is `currency`, the one in column currency"
_UNITS: Final = {
    "quantity": _AMOUNT,
    "declared_quantity": _AMOUNT,
    "value": "the currency in column currency",
    "duties": "the currency in column currency",
    "taxes": "the currency in column currency",
}
HEAD: Final = ("file", "column", "meaning", "kind", "unit", "codes", "source")


class FlatColumn(Struct, frozen=True):
    """One column: `kind` is text, code, count, decimal, day, instant (UTC) or yes/no; `codes` the list of a code;
    `source` the form's field, or where in the log it stands. `value` reads it from what a row is made of."""

    name: str
    meaning: str
    kind: str
    value: Callable[[Any], Any]
    unit: str = ""
    codes: str = ""
    source: str = "log"

    def cell(self, of: Any) -> Cell:
        """What stands in the column: nothing said is an empty text, several values stand in one cell."""
        value = self.value(of)
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, tuple):
            return SEPARATOR.join(map(str, value))
        return "" if value is None else value


def form_columns(
    form: str,
    kind: type[Part],
    part: Callable[[Any], Part | None],
    *,
    within: str = "",
    leave_out: Iterable[str] = (),
    renamed: dict[str, str] | None = None,
) -> Iterator[FlatColumn]:
    """A column for each plain field of a form, or of one of its lists (`within`, the list's name). `part` finds it in
    what a row is made of, or None: then the cells are empty."""
    schema = _schema(form)
    properties = _part_of(schema, within)
    for field in msgspec.structs.fields(kind):
        known = properties.get(field.name)
        if known is None or field.name in leave_out or "$ref" not in known.get("items", known):
            continue
        reference = known.get("items", known)["$ref"]
        if reference.startswith("#"):
            continue
        what, list_name = _kind(reference)
        title, hint = known.get("title", field.name), known.get("description", "")
        yield FlatColumn(
            name=(renamed or {}).get(field.name, field.name),
            meaning=f"{title}. {hint}".strip() if hint else f"{title}.",
            kind=what,
            value=_reader(part, field.name),
            unit=_UNITS.get(field.name, ""),
            codes=list_name,
            source=".".join(filter(None, (form, within, field.name))),
        )


def _reader(part: Callable[[Any], Part | None], name: str) -> Callable[[Any], Any]:
    return lambda of: getattr(part(of), name, None)


def _kind(reference: str) -> tuple[str, str]:
    name = reference.rpartition("/")[2]
    if reference.startswith("urn:vocu:form:codes"):
        return "code", name
    return ("code", _LISTS[name]) if name in _LISTS else (_KINDS.get(name, "text"), "")


@cache
def _schema(form: str) -> Any:
    return msgspec.json.decode((resources.files("vocu_schemas") / "form" / f"{form}.json").read_bytes())


def _part_of(schema: Any, within: str) -> dict[str, Any]:
    if not within:
        return dict(schema["properties"])
    reference = schema["properties"][within]["items"]["$ref"]
    return dict(schema["$defs"][reference.rpartition("/")[2]]["properties"])


def codebook_rows(files: dict[str, tuple[FlatColumn, ...]]) -> Iterator[tuple[Cell, ...]]:
    """A row for each column of each file, under HEAD."""
    for file, columns in files.items():
        for column in columns:
            yield (file, column.name, column.meaning, column.kind, column.unit, column.codes, column.source)


def code_rows(files: dict[str, tuple[FlatColumn, ...]]) -> Iterator[tuple[Cell, ...]]:
    """Each code of each list that these files draw from: the list, the code, the one above it, its label."""
    used = {column.codes for columns in files.values() for column in columns}
    for name in sorted(used & set(list_names())):
        for code in codes(name):
            yield name, code.id, code.parent or "", code.label["en"]
