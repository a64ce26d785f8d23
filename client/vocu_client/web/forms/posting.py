"""Flat names as a browser posts them (goods-0-commodity), from and to the values of a form; nothing typed gets lost."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from vocu_client.web.digits import number_of
from vocu_client.web.forms.fields import Field
from vocu_client.web.forms.goods import COUNTABLE
from vocu_client.web.forms.numbers import Unreadable
from vocu_client.web.forms.values import Tongue, read_value, write_value

Typed = dict[str, list[str]]
"""What was typed, by flat name, as drafts keep it."""
LESS: Final = "-less"
"""Ends the name of the field for a month or a year, beside that for a day."""
_SEVERAL: Final = {"mark": re.compile(r"[\n,;]"), "participant": re.compile(r"[\s,;]")}
_LINES: Final = re.compile(r"\n")


class Readout(msgspec.Struct):
    """The values of a form as far as they could be read; what could not is there as it was typed, with its fault.

    `names` leads from a path in the values ("goods[0].unit") to the flat name of its field.
    """

    values: dict[str, Any]
    names: dict[str, str]
    faults: dict[str, Unreadable]


def read_posted(fields: Iterable[Field], typed: Typed, tongue: Tongue) -> Readout:
    """What the posted fields say. Empty fields and empty rows are left out."""
    reader = _Reader(typed, tongue)
    return Readout(reader.group(fields, "", ""), reader.names, reader.faults)


def write_posted(fields: Iterable[Field], values: Mapping[str, Any], tongue: Tongue) -> Typed:
    """The values as an officer would have typed them: `read_posted` gives them again."""
    typed: Typed = {}
    for field in fields:
        if field.name in values:
            _write(field, values[field.name], field.name, typed, tongue)
    return typed


def rows_typed(typed: Typed, name: str) -> list[int]:
    """The numbers of the rows that were posted under this flat name, in order."""
    start = f"{name}-"
    numbers = {each[len(start) :].partition("-")[0] for each in typed if each.startswith(start)}
    return sorted(found for number in numbers if (found := number_of(number)) is not None)


class _Reader:
    def __init__(self, typed: Typed, tongue: Tongue) -> None:
        self.names: dict[str, str] = {}
        self.faults: dict[str, Unreadable] = {}
        self._typed = typed
        self._tongue = tongue

    def group(self, fields: Iterable[Field], name: str, path: str) -> dict[str, Any]:
        countable = bool(COUNTABLE & set(self._typed.get(f"{name}-unit", ())))
        found = {}
        for field in fields:
            flat = f"{name}-{field.name}" if name else field.name
            value = self._value(field, flat, f"{path}.{field.name}" if path else field.name, countable)
            if value not in (None, "", {}, []):
                found[field.name] = value
        return found

    def _value(self, field: Field, flat: str, path: str, countable: bool) -> Any:
        self.names[path] = flat
        match field.kind:
            case "group":
                return self.group(field.fields, flat, path)
            case "rows":
                return self._rows(field, flat, path)
            case "list":
                return self._list(field.fields[0], flat, path)
        return self._one(field, self._text(field, flat), flat, countable)

    def _one(self, field: Field, text: str, flat: str, countable: bool = False) -> Any:
        if not text.strip():
            return None
        try:
            value = read_value(field, text, self._tongue, countable=countable)
        except Unreadable as fault:
            self.faults.setdefault(flat, fault)
            return text
        return None if value is False or (field.value == "batch" and value == 1) else value

    def _text(self, field: Field, flat: str) -> str:
        texts = [*self._typed.get(flat, ()), *(self._typed.get(flat + LESS, ()) if field.kind == "part_day" else ())]
        return next((text for text in texts if text.strip()), "").replace("\r\n", "\n")

    def _list(self, item: Field, flat: str, path: str) -> list[Any]:
        between = _SEVERAL.get(item.kind, _LINES)
        texts = [part for text in self._typed.get(flat, ()) for part in between.split(text.replace("\r\n", "\n"))]
        values = [self._one(item, text, flat) for text in texts if text.strip()]
        self.names |= {f"{path}[{number}]": flat for number in range(len(values))}
        return list(dict.fromkeys(values))

    def _rows(self, field: Field, flat: str, path: str) -> list[Any]:
        found: list[Any] = []
        for number in rows_typed(self._typed, flat):
            row = self.group(field.fields, f"{flat}-{number}", f"{path}[{len(found)}]")
            if row:
                found.append(row)
        if not found and field.required:  # its fields are missing, each of them
            first = next(iter(rows_typed(self._typed, flat)), 0)
            return [self.group(field.fields, f"{flat}-{first}", f"{path}[0]")]
        return found


def _write(field: Field, value: Any, flat: str, typed: Typed, tongue: Tongue) -> None:
    match field.kind:
        case "group" if isinstance(value, Mapping):
            for inner in field.fields:
                if inner.name in value:
                    _write(inner, value[inner.name], f"{flat}-{inner.name}", typed, tongue)
        case "rows":
            for number, row in enumerate(value):
                for inner in field.fields:
                    if inner.name in row:
                        _write(inner, row[inner.name], f"{flat}-{number}-{inner.name}", typed, tongue)
        case "list":
            item = field.fields[0]
            texts = [write_value(item, each, tongue) for each in value]
            typed[flat] = texts if item.kind in ("participant", "country") else ["\n".join(texts)]
        case "part_day" if len(str(value)) < len("2024-01-16"):
            typed[flat + LESS] = [str(value)]
        case _:
            typed[flat] = [write_value(field, value, tongue)]
