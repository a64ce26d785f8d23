"""What the page of a mapping shows: each column with its first values and the field that it gives, and each choice of
codes, dates and numbers with what the file really holds."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import msgspec
from msgspec import Struct

from vocu.errors import MalformedError
from vocu.form.codes import countries
from vocu.rendering.wording import N_, Wording
from vocu_client.imports import cells
from vocu_client.imports.mapping import File
from vocu_client.imports.sniffing import sniff_dates, sniff_decimal
from vocu_client.imports.sources import Day, Moment, Number, Text
from vocu_client.imports.writing import Raw
from vocu_client.web.forms.inputs import Option, Options
from vocu_client.web.importing.sources import Given, columns_of, dated, given, own_code
from vocu_client.web.importing.survey import MOST_VALUES, Column, Survey
from vocu_client.web.importing.targets import OWN_CODE, Target, label

_EMPTY: Final[dict[str, str]] = {
    "refuse": N_("refuse the row"),
    "leave_out": N_("leave the field empty"),
    "pending": N_("report the quantity as pending"),
    "no_line": N_("leave these goods out"),
}
_FORMATS: Final = (
    "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d %b %Y",
    "%d-%b-%y", "%Y-%m", "%m/%Y", "%Y",
)  # fmt: skip
_TIMES: Final = ("%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S")


def setting_id(path: str) -> str:
    """The end of the ids of what the page asks about the field of that path."""
    return "".join(sign if sign.isalnum() else "-" for sign in path)


class Value(Struct, frozen=True):
    """One of the different values of a column of codes: how often it occurs, and the code that it means."""

    text: str
    count: int
    code: str


class Format(Struct, frozen=True):
    """A way in which dates may be written, and how this file's date would then be read."""

    format: str
    example: str
    said: str


class Setting(Struct, frozen=True, kw_only=True):
    """How one field is read out of its column. `values` where it takes codes; `formats` where it takes days, with
    `asked` where the file does not tell which of them; `numbers`: a cell, and the number that it would be."""

    path: str
    label: str
    column: str
    values: tuple[Value, ...] = ()
    options: tuple[Options, ...] = ()
    suggestions: str = ""
    many: bool = False
    formats: tuple[Format, ...] = ()
    format: str = ""
    asked: bool = False
    numbers: tuple[tuple[str, str], ...] = ()
    empty: int = 0
    empties: tuple[Option, ...] = ()
    on_empty: str = ""

    @property
    def open(self) -> int:
        """How many values have no meaning yet."""
        return sum(not value.code for value in self.values)

    @property
    def id(self) -> str:
        return setting_id(self.path)


class Described(Struct, frozen=True, kw_only=True):
    """The settings of all fields that columns give, what is said in ways that the page does not take apart, and whether
    the decimal sign has to be asked for."""

    settings: tuple[Setting, ...]
    special: tuple[tuple[str, str, str], ...]
    decimals: tuple[str, ...]
    number: str


class Describing:
    """Describes one mapping of one file. `options`: the codes of a field, by its path."""

    def __init__(self, raw: Raw, survey: Survey, targets: dict[str, Target], words: Wording) -> None:
        self._raw = raw
        self._survey = survey
        self._targets = targets
        self._words = words
        self._lines = max(1, len(raw.get("goods", [])))

    def described(self, options: dict[str, tuple[Options, ...]]) -> Described:
        sources = [each for each in given(self._raw) if each.path in self._targets]
        numbers = self._number_cells(sources)
        decimals = sniff_decimal(numbers).decimals
        unclear = next((cell for cell in numbers if "." in cell or "," in cell), "")
        return Described(
            settings=tuple(self._settings(sources, options)),
            special=tuple(
                (each.path, self._label(each.path), " | ".join(columns_of(each.source)))
                for each in sources
                if each.special
            ),
            decimals=decimals if len(decimals) > 1 else (),
            number=unclear,
        )

    def reading(self, number: str, decimal: str) -> str:
        """How a number is read with that decimal sign; empty where it is none then."""
        try:
            said = cells.number(Number(column="c"), {"c": number}, self._file(decimal))
        except MalformedError:
            return ""
        return self._words.number(said) if said is not None else ""

    def _settings(self, sources: list[Given], options: dict[str, tuple[Options, ...]]) -> Iterator[Setting]:
        for each in sources:
            column = self._survey.find(each.column) if each.column else None
            if column is None:
                continue
            target = self._targets[each.path]
            setting = Setting(path=each.path, label=self._label(each.path), column=column.name)
            setting = msgspec.structs.replace(setting, **self._empty(target, each.source, column))
            if target.kind in ("day", "moment"):
                yield msgspec.structs.replace(setting, **self._dates(target, each.source, column))
            elif target.kind in ("number", "count"):
                numbers = self._numbers(column)
                if numbers or setting.empty:
                    yield msgspec.structs.replace(setting, numbers=numbers)
            elif target.code_list:
                yield msgspec.structs.replace(setting, **self._codes(target, each.source, column, options))
            elif setting.empty:
                yield setting

    def _label(self, path: str) -> str:
        return label(self._targets[path], self._words, self._lines)

    # --- each kind ---

    def _empty(self, target: Target, source: dict[str, Any], column: Column) -> dict[str, Any]:
        if not column.empty:
            return {}
        ways = ["refuse"] if target.required else ["leave_out", "refuse"]
        if target.path.endswith("].quantity"):
            ways = ["pending", "no_line", "refuse"]
        chosen = source.get("empty") or "refuse"
        if "empty_is" in source or len(ways) == 1:
            return {"empty": column.empty if len(ways) == 1 else 0}
        return {
            "empty": column.empty,
            "empties": tuple(Option(way, self._words._(_EMPTY[way])) for way in ways),
            "on_empty": chosen,
        }

    def _dates(self, target: Target, source: dict[str, Any], column: Column) -> dict[str, Any]:
        texts = [value for value, _ in column.values]
        told = [form for form in sniff_dates(texts) if ("%H" in form) == (target.kind == "moment")]
        chosen = str(source.get("format", ""))
        others = _TIMES if target.kind == "moment" else _FORMATS
        forms = told or [*others, *([chosen] if chosen and chosen not in others else [])]
        if chosen and chosen not in forms:
            forms = [chosen, *forms]
        example = _telling(texts)
        shown = tuple(Format(form, example, self._said(form, example)) for form in forms)
        return {"formats": shown, "format": chosen, "asked": len(told) != 1}

    def _said(self, form: str, text: str) -> str:
        century = dated(form).get("century")
        try:
            if "%H" in form:
                said = cells.moment(Moment(column="c", format=form, century=century, zone="UTC"), {"c": text})
                return f"{self._words.day(said[:10])}, {said[11:16]}" if said else ""
            return self._words.day(cells.day(Day(column="c", format=form, century=century), {"c": text}))
        except MalformedError:
            return ""

    def _numbers(self, column: Column) -> tuple[tuple[str, str], ...]:
        decimal = str(self._raw.get("file", {}).get("decimal", ""))
        if not decimal:
            return ()
        return tuple((sample, self.reading(sample, decimal)) for sample in column.samples)

    def _codes(
        self, target: Target, source: dict[str, Any], column: Column, options: dict[str, tuple[Options, ...]]
    ) -> dict[str, Any]:
        codes = options.get(target.path, ())
        found = codes_in(self._raw, source)
        known = {option.value for group in codes for option in group.options}
        if target.code_list == "country":
            known = set(countries())
        values = []
        for text, count in parts_of(source, column).items():
            code = found.get(text, "") if found is not None else (text if text in known else "")
            if found is None and target.code_list == OWN_CODE:
                code = own_code(text)
            values.append(Value(text, count, self._shown(target, code)))
        many = column.many or len(values) > MOST_VALUES
        suggestions = {"country": "countries", "currency": "currencies"}.get(target.code_list, "")
        return {
            "values": () if many else tuple(values),
            "options": () if suggestions else codes,
            "suggestions": suggestions,
            "many": many,
        }

    def _shown(self, target: Target, code: str) -> str:
        return self._words.country(code) if code and target.code_list == "country" else code

    def _number_cells(self, sources: list[Given]) -> list[str]:
        found = []
        for each in sources:
            column = self._survey.find(each.column) if each.column else None
            if column is not None and self._targets[each.path].kind in ("number", "count"):
                found += [value for value, _ in column.values]
        return found

    def _file(self, decimal: str) -> File:
        said = {**self._raw.get("file", {}), "decimal": decimal}
        if said.get("thousands") == decimal or said.get("thousands") in (".", ",", None):
            said["thousands"] = "," if decimal == "." else "."
        return msgspec.convert(said, File)


def codes_in(raw: Raw, source: dict[str, Any]) -> dict[str, str] | None:
    """The codes that a source has for texts, in place or in a table; None where it takes texts as they are."""
    if "table" in source:
        return dict(raw.get("tables", {}).get(source["table"], {}))
    return dict(source["map"]) if "map" in source else None


def parts_of(source: dict[str, Any], column: Column) -> dict[str, int]:
    """The different texts that the field would be given, with how often each occurs."""
    plain = {name: value for name, value in source.items() if name not in ("map", "table", "unlisted", "unlisted_is")}
    reading = msgspec.convert({**plain, "empty": "leave_out"} if "empty_is" not in plain else plain, Text)
    counted: dict[str, int] = {}
    for value, count in column.values:
        for part in cells.texts(reading, {column.name: value}):
            counted[part] = counted.get(part, 0) + count
    return counted


def _telling(texts: list[str]) -> str:
    """A date in which day and month differ, where there is one: it shows best in which order they stand."""
    for text in texts:
        numbers = [part for part in "".join(sign if sign.isdigit() else " " for sign in text).split() if len(part) < 3]
        if len(set(numbers[:2])) == 2:
            return text
    return texts[0] if texts else date(2024, 4, 3).isoformat()
