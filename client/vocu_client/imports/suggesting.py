"""A draft of a mapping for a table that nobody has described yet. What can be read in two ways becomes a question."""

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Any, Final

import msgspec
from msgspec import Struct

from vocu.errors import MalformedError
from vocu.form.faults import Fault
from vocu_client.imports.containers import content_of
from vocu_client.imports.mapping import KINDS, ROUTE, File, Kind
from vocu_client.imports.sniffing import Signs, sniff_dates, sniff_decimal, sniff_delimiter, sniff_encoding
from vocu_client.imports.table import records
from vocu_client.imports.vocabulary import codes_of, field_names, plain_words
from vocu_client.imports.workbook import Workbook
from vocu_client.imports.writing import Raw

SAMPLE: Final = 500
"""Rows that are looked at."""
_MOST_TEXTS: Final = 200
"""A column of more different texts is no column of codes."""
_NEEDED: Final = (
    "participant", "report.agency", "report.seizure_day", "report.place", "report.location_type", "report.direction",
    "report.transport_mode", "report.selection_reason", "goods.commodity", "goods.unit", "goods.quantity",
)  # fmt: skip
_BY_CONTENT: Final = ("report.seizure_day", "goods.commodity", "goods.unit", "report.transport_mode", "report.country")
_SECTIONS: Final[dict[str, dict[str, Kind]]] = dict(
    zip(("report", "goods", "nominal"), KINDS.values(), strict=True)
) | {"route": ROUTE}
_PLACE: Final = "report.place"
_KINDS_WITH_FORMAT: Final = ("day", "moment")


class Question(Struct, frozen=True):
    """What somebody has to say before the mapping is whole: where the answer goes in the draft ("report.seizure_day.
    format", "goods.unit.map.Kisten"), the column that it is about, and what there is to choose from (empty: a free
    text). `fault` says it in words, for `Wording.fault`."""

    path: str
    column: str
    choices: tuple[str, ...]
    fault: Fault


class Suggestion(Struct, frozen=True, kw_only=True):
    """A draft and what it was made from. `raw` is the mapping so far, as a TOML file would have it; `columns` says for
    each column of the header which field it fills, "" where none; `missing` are mandatory fields that no column
    fills: they need a constant. `mapping_of(raw)` accepts it once there is no question and nothing is missing."""

    raw: Raw
    header: tuple[str, ...]
    sample: tuple[dict[str, str], ...]
    columns: dict[str, str]
    questions: tuple[Question, ...]
    missing: tuple[str, ...]


def suggest(data: bytes, language: str = "en", *, own: str = "", added: frozenset[str] = frozenset()) -> Suggestion:
    """What the columns of this table seem to mean, by their names in any of the seven languages and by what they hold.

    `own` is the participant that imports it, `language` the desk's, `added` the operation's own commodities. Raises
    MalformedError("bad-table") for what is no table."""
    file, questions = _file(data, language)
    taken = list(islice(records(data, msgspec.convert(file, File)), SAMPLE + 1))
    if not taken:
        raise MalformedError("bad-table", "The file is empty; it needs a header line with the names of the columns.")
    header, rows = taken[0][1], [cells for _, cells in taken[1:] if len(cells) == len(taken[0][1])]
    columns = {name: [row[number] for row in rows] for number, name in enumerate(header)}
    fields = _fields(columns, added)
    draft = _Draft(file, questions, columns, added)
    for column, path in fields.items():
        if path:
            draft.fill(path, column)
    draft.settle_unit(fields)
    if own and "participant" not in draft.raw:
        draft.raw["participant"] = own
    draft.settle_numbers([name for name, path in fields.items() if _kind(path) in ("number", "count")])
    return Suggestion(
        raw=draft.raw,
        header=header,
        sample=tuple(dict(zip(header, row, strict=True)) for row in rows),
        columns=fields,
        questions=tuple(draft.questions),
        missing=tuple(path for path in _NEEDED if not draft.has(path)),
    )


def _file(data: bytes, language: str) -> tuple[dict[str, Any], list[Question]]:
    if content_of(data, "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else None) == "workbook":
        book = Workbook(data)
        filled = [name for name in book.sheets if next(book.rows(name), None) is not None]
        if len(filled) < 2:
            return {"decimal": "."}, []
        fault = Fault("", "The workbook has several sheets that hold something; choose one.")
        return {"sheet": filled[0], "decimal": "."}, [Question("file.sheet", "", tuple(filled), fault)]
    encodings = sniff_encoding(data, language)
    text = data.decode(encodings[0]).removeprefix("\ufeff")
    file = {"encoding": encodings[0], "delimiter": sniff_delimiter(text), "decimal": "."}
    if len(encodings) == 1:
        return file, []
    fault = Fault("", "The file does not say how its letters are written; choose what shows them as they should be.")
    return file, [Question("file.encoding", "", encodings, fault)]


def _fields(columns: dict[str, list[str]], added: frozenset[str]) -> dict[str, str]:
    """The field of each column: by its name where its cells agree, then by its cells where a field still has none."""
    found = dict.fromkeys(columns, "")
    names = field_names()
    for exact in (True, False):
        for column, cells in columns.items():
            words = plain_words(column)
            named = [names[words]] if words in names else []
            if not exact:
                named = [path for name, path in names.items() if len(name) > 2 and f" {name} " in f" {words} "]
            for path in named:
                if not found[column] and path not in found.values() and _agrees(path, cells, added):
                    found[column] = path
    for path in _BY_CONTENT:
        if path not in found.values():
            free = [column for column, field in found.items() if not field]
            fitting = [column for column in free if _share(path, columns[column], added) >= 0.8]
            if fitting:
                found[fitting[0]] = path
    return found


def _agrees(path: str, cells: list[str], added: frozenset[str]) -> bool:
    """Whether such cells can fill the field at all."""
    if not any(cells):
        return True
    kind = _kind(path)
    if kind in ("text", "list") and not codes_of(path, added):
        return True
    return _share(path, cells, added) >= (0.5 if kind in ("number", "count", *_KINDS_WITH_FORMAT) else 0.01)


def _share(path: str, cells: list[str], added: frozenset[str]) -> float:
    filled = [cell for cell in cells if cell]
    if not filled:
        return 0
    kind = _kind(path)
    if kind in _KINDS_WITH_FORMAT:
        return float(bool(sniff_dates(filled)))
    if kind in ("number", "count"):
        return sum(cell[0].isdigit() and not any(map(str.isalpha, cell)) for cell in filled) / len(filled)
    known = codes_of(path, added)
    return sum(plain_words(cell) in known for cell in filled) / len(filled)


def _kind(path: str) -> str:
    section, _, name = path.partition(".")
    return _SECTIONS.get(section, {}).get(name, "text") if name else ""


class _Draft:
    """The mapping as it grows, and what it still needs to be told."""

    def __init__(
        self, file: dict[str, Any], questions: list[Question], columns: dict[str, list[str]], added: frozenset[str]
    ) -> None:
        self.raw: Raw = {"file": file, "report": {}, "goods": [{}]}
        self.questions = questions
        self._columns = columns
        self._added = added

    def has(self, path: str) -> bool:
        section, _, name = path.partition(".")
        held = self.raw.get(section)
        return bool(held) if not name else name in (held[0] if isinstance(held, list) else held or {})

    def fill(self, path: str, column: str) -> None:
        """Let this column fill that field."""
        section, _, name = path.partition(".")
        source = self._source(path, column, [cell for cell in self._columns[column] if cell])
        if not name:
            self.raw[section] = source
        elif section == "goods":
            self.raw["goods"][0][name] = source
        else:
            self.raw.setdefault(section, {})[name] = source

    def settle_unit(self, fields: dict[str, str]) -> None:
        """Take the unit from the name of the quantity's column, "Weight (kg)", where no column holds units."""
        known = codes_of("goods.unit")
        column = next((column for column, path in fields.items() if path == "goods.quantity"), "")
        words = [known[word] for word in plain_words(column).split() if word in known]
        if words and not self.has("goods.unit"):
            self.raw["goods"][0]["unit"] = words[-1]

    def settle_numbers(self, columns: Sequence[str]) -> None:
        """Write down how numbers are written, or ask."""
        signs: Signs = sniff_decimal(cell for column in columns for cell in self._columns[column] if cell)
        self.raw["file"]["decimal"] = signs.decimals[0]
        if signs.thousands is not None:
            self.raw["file"]["thousands"] = signs.thousands
        if len(signs.decimals) > 1:
            fault = Fault("", "A number such as 1.200 may be 1200 or 1.2 here; say which sign is the decimal sign.")
            self.questions.append(Question("file.decimal", columns[0] if columns else "", signs.decimals, fault))

    def _source(self, path: str, column: str, filled: list[str]) -> Any:
        kind = _kind(path)
        gaps = len(filled) < len(self._columns[column])
        if kind in ("number", "count"):
            empty = {"empty": "pending" if path == "goods.quantity" else "leave_out"} if gaps else {}
            return {"column": column, **empty}
        if kind == "day":
            return self._day(path, column, filled)
        source: dict[str, Any] = {"column": column}
        if path == _PLACE:
            source["capitals"] = True
        known = codes_of(path, self._added)
        if known:
            source["map"] = self._codes(path, column, filled, known)
        if gaps and path not in _NEEDED:
            source["empty"] = "leave_out"
        return source

    def _day(self, path: str, column: str, filled: list[str]) -> dict[str, Any]:
        formats = sniff_dates(filled)
        source: dict[str, Any] = {"column": column}
        if any("%y" in form for form in formats):
            source["century"] = 2000
        if len(formats) == 1:
            return source | {"format": formats[0]}
        fault = Fault("", "Day and month cannot be told apart in this column; say how its dates are written.")
        if not formats:
            fault = Fault("", "The dates of this column are written in no known way; say how.")
        self.questions.append(Question(f"{path}.format", column, formats, fault))
        return source

    def _codes(self, path: str, column: str, filled: list[str], known: dict[str, str]) -> dict[str, str]:
        texts = [text for text, _ in Counter(map(str, filled)).most_common(_MOST_TEXTS)]
        found = {text: known[plain_words(text)] for text in texts if plain_words(text) in known}
        choices = tuple(sorted(set(known.values())))
        for text in texts:
            if text not in found:
                fault = Fault("", '"{text}" is not known here; say which code it means.', {"text": text})
                self.questions.append(Question(f"{path}.map.{text}", column, choices, fault))
        return found


def answered(raw: Raw, path: str, value: Any) -> Raw:
    """The draft with a value put where a question or a missing field wants it: "goods.unit", "file.decimal". Of point
    and comma, the one that is not the decimal sign groups digits then."""
    if path == "file.decimal":
        return {**raw, "file": {**raw["file"], "decimal": value, "thousands": "," if value == "." else "."}}
    section, _, rest = path.partition(".")
    if not rest:
        return {**raw, section: value}
    inner = raw.get(section, {})
    if isinstance(inner, list):
        return {**raw, section: [answered(inner[0] if inner else {}, rest, value), *inner[1:]]}
    if section == "map":
        return {**raw, section: {**inner, rest: value}}
    return {**raw, section: answered(inner, rest, value)}
