"""The mapping: what each column of somebody's table says in a seizure report. A TOML file: docs/mapping.md."""

import copy
import tomllib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from vocu.errors import MalformedError
from vocu.form.codes import countries, currencies, is_code, list_names
from vocu.form.report import GoodsLine, Part, SeizureNominal, SeizureReport
from vocu.ids import NCPCode
from vocu_client.imports.sources import Day, Moment, Month, Number, Section, Source, Text

Kind = Literal["text", "list", "number", "count", "day", "moment"]


class File(Section, frozen=True):
    """How the bytes become cells and the cells numbers. A text needs `encoding` and `delimiter`, a workbook has them by
    itself; `sheet` is the first that holds anything unless it is named. `exponents` allows 2.2e-05."""

    decimal: Literal[".", ","]
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    thousands: Literal[".", ",", " ", "'", "\u00a0", "\u202f"] | None = None
    quote: str = '"'
    exponents: bool = False

    def problems(self) -> Iterator[str]:
        """What is wrong beyond the types."""
        try:
            if self.encoding is not None:
                "".encode(self.encoding), b"".decode(self.encoding)
        except (LookupError, UnicodeError):
            yield f'encoding: "{self.encoding}" is not known; write utf-8, cp1252, iso8859-2, ...'
        signs = (self.delimiter or ",", self.quote)
        if any(len(sign) != 1 or sign in "\r\n \0" for sign in signs) or self.delimiter == self.quote:
            yield "delimiter: delimiter and quote are two different characters, one each, no space or line end"
        if self.thousands == self.decimal:
            yield "thousands: is the same sign as decimal"


class Goods(Section, frozen=True):
    """One goods line of each row; `if_no_other_line` makes one only where the other goods of the row gave none."""

    fields: dict[str, Source]
    if_no_other_line: bool = False


class Mapping(Section, frozen=True):
    """A checked mapping. `route` has the countries of departure, transit, destination and declared_origin; `free_text`
    names the columns whose words go into the nominal part."""

    file: File
    participant: str | Text
    report: dict[str, Source]
    route: dict[str, str | Text]
    goods: tuple[Goods, ...]
    nominal: dict[str, Source]
    free_text: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()

    def sources(self) -> Iterator[tuple[str, Kind, Source]]:
        """Every field that it fills: its path, what it holds, and where it comes from."""
        yield "participant", "text", self.participant
        yield from (_at("report", SeizureReport, name, source) for name, source in self.report.items())
        yield from ((f"route.{name}", ROUTE[name], source) for name, source in self.route.items())
        for number, goods in enumerate(self.goods):
            yield from (_at(f"goods[{number}]", GoodsLine, name, source) for name, source in goods.fields.items())
        yield from (_at("nominal", SeizureNominal, name, source) for name, source in self.nominal.items())

    def columns(self) -> tuple[str, ...]:
        """All columns that the table must have, in the order in which the mapping names them first."""
        named = [source.columns() for _, _, source in self.sources() if not isinstance(source, str)]
        return tuple(dict.fromkeys(column for each in (*named, self.free_text, self.group_by) for column in each))


def _at(section: str, form: type[Part], name: str, source: Source) -> tuple[str, Kind, Source]:
    return f"{section}.{name}", KINDS[form][name], source


def _kinds(form: type[Part], special: dict[str, Kind]) -> dict[str, Kind]:
    kinds: dict[Any, Kind] = {
        int: "count",
        int | None: "count",
        Decimal | None: "number",
        str: "text",
        str | None: "text",
        tuple[str, ...]: "list",
    }
    fields = {field.name: kinds[field.type] for field in msgspec.structs.fields(form) if field.type in kinds}
    return fields | special


KINDS: Final[dict[type[Part], dict[str, Kind]]] = {
    SeizureReport: _kinds(SeizureReport, {"seizure_day": "day", "received_day": "day"}),
    GoodsLine: _kinds(GoodsLine, {}),
    SeizureNominal: _kinds(SeizureNominal, {"exact_time": "moment"}),
}
"""The fields that a mapping can fill, and what each holds."""

ROUTE: Final[dict[str, Kind]] = {
    "departure": "text",
    "transit": "list",
    "destination": "text",
    "declared_origin": "text",
}


COUNTRY_FIELDS: Final = frozenset({"country", "registration_country", *ROUTE})
CODE_LISTS: Final = {name: name for name in list_names() if name != "commodity"} | {"appendix": "cites_appendix"}
"""The list of each coded field. Commodities are left out: an operation adds its own."""


def load_mapping(path: Path) -> Mapping:
    """The mapping in that file. Raises MalformedError("bad-mapping") with every problem and its path in the file."""
    try:
        return read_mapping(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise MalformedError(
            "bad-mapping", f"The mapping {path.name} cannot be read; it must be a TOML file in UTF-8 ({error})."
        ) from None


def read_mapping(text: str) -> Mapping:
    """The mapping that the text states. Raises MalformedError("bad-mapping") with every problem and its path."""
    try:
        return mapping_of(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise MalformedError("bad-mapping", f"The mapping is not a TOML file: {error}.") from None


def mapping_of(raw: dict[str, Any]) -> Mapping:
    """The mapping that these tables and values of a TOML file state. Raises as `read_mapping` does."""
    toml = copy.deepcopy(raw)  # it is taken apart
    reader = _Reader(toml.pop("tables", {}))
    mapping = reader.mapping(toml)
    if mapping is None or reader.problems:
        problems = tuple(dict.fromkeys(reader.problems))
        raise MalformedError("bad-mapping", "This mapping cannot be used; correct what is listed.", problems)
    return mapping


class _Raw(Section, frozen=True):
    """The shape of the file, before its fields are told apart."""

    file: File
    participant: Any
    report: dict[str, Any]
    goods: list[dict[str, Any]]
    route: dict[str, Any] = msgspec.field(default_factory=dict)
    nominal: dict[str, Any] = msgspec.field(default_factory=dict)
    group_by: tuple[str, ...] = ()


class _Reader:
    """Reads a mapping to its end and notes all problems on the way."""

    def __init__(self, tables: Any) -> None:
        self.problems: list[str] = []
        self._tables = self._convert("tables", tables, dict[str, dict[str, str]]) or {}
        self._used: set[str] = set()

    def mapping(self, toml: dict[str, Any]) -> Mapping | None:
        raw = self._convert("", toml, _Raw)
        if raw is None:
            return None
        self._note("file", raw.file.problems())
        free_text = self._convert("nominal.free_text", raw.nominal.pop("free_text", []), tuple[str, ...]) or ()
        mapping = Mapping(
            file=raw.file,
            participant=self._source("participant", "text", raw.participant),
            report=self._fields("report", KINDS[SeizureReport], raw.report),
            route=self._fields("route", ROUTE, raw.route),
            goods=tuple(self._goods(f"goods[{number}]", goods) for number, goods in enumerate(raw.goods)),
            nominal=self._fields("nominal", KINDS[SeizureNominal], raw.nominal),
            free_text=free_text,
            group_by=raw.group_by,
        )
        self._note("report", _missing(SeizureReport, mapping.report))
        self._note("", () if mapping.goods else ["goods: is missing; describe at least one goods line"])
        for path, _, source in mapping.sources():
            self.problems.extend(f"{path}: {problem}" for problem in _bad_codes(path.rpartition(".")[2], source))
        self._note("tables", (f"{name}: is used nowhere" for name in self._tables.keys() - self._used))
        return mapping

    def _goods(self, path: str, raw: dict[str, Any]) -> Goods:
        last = self._convert(f"{path}.if_no_other_line", raw.pop("if_no_other_line", False), bool)
        fields = self._fields(path, KINDS[GoodsLine], raw)
        self._note(path, _missing(GoodsLine, fields))
        if "quantity" not in fields and fields.get("quantity_basis") != "pending":
            self.problems.append(f'{path}.quantity: is missing; map it, or say quantity_basis = "pending"')
        return Goods(fields=fields, if_no_other_line=bool(last))

    def _fields(self, path: str, kinds: dict[str, Kind], raw: dict[str, Any]) -> dict[str, Any]:
        for name in raw.keys() - kinds.keys():
            self.problems.append(f"{path}.{name}: is not a field that a mapping can fill")
        return {name: self._source(f"{path}.{name}", kinds[name], raw[name]) for name in raw if name in kinds}

    def _source(self, path: str, kind: Kind, raw: Any) -> Any:
        if isinstance(raw, str) and kind not in ("count", "moment"):
            return raw
        source = self._convert(path, raw, _source_type(kind, raw))
        if isinstance(source, Text) and source.table is not None:
            self._used.add(source.table)
            if source.map is not None:
                self.problems.append(f"{path}.table: give a map or a table, not both")
            if source.table not in self._tables:
                self.problems.append(f"{path}.table: there is no [tables.{source.table}]")
            source = msgspec.structs.replace(source, map=self._tables.get(source.table, {}))
        if isinstance(source, Number) and source.empty in ("pending", "no_line") and not path.endswith("].quantity"):
            self.problems.append(f"{path}.empty: only the quantity of goods can be {source.empty}")
        if isinstance(source, Number) and kind == "count":
            source = msgspec.structs.replace(source, decimals=0)
        if source is None:
            return ""  # its problem is noted
        self._note(path, source.problems())
        return source

    def _convert(self, path: str, raw: Any, kind: Any) -> Any:
        try:
            return msgspec.convert(raw, kind)
        except msgspec.ValidationError as error:
            what, _, inner = str(error).partition(" - at `$")
            self.problems.append(f"{(path + inner.rstrip('`')).lstrip('.') or 'mapping'}: {what}")
            return None

    def _note(self, path: str, problems: Iterable[str]) -> None:
        self.problems.extend(f"{path}.{problem}".lstrip(".") for problem in problems)


def _source_type(kind: Kind, raw: Any) -> type[Section]:
    match kind:
        case "text" | "list":
            return Text
        case "number" | "count":
            return Number
        case "moment":
            return Moment
        case "day":
            return Month if isinstance(raw, dict) and "year" in raw else Day


def _missing(form: type[Part], fields: dict[str, Source]) -> Iterator[str]:
    needed = [field.name for field in msgspec.structs.fields(form) if field.required and field.name in KINDS[form]]
    yield from (f"{name}: is missing; map it, or give a constant" for name in needed if name not in fields)


def _bad_codes(name: str, source: Source) -> Iterator[str]:
    """Constants and map values that no form could hold, where the field's codes are known beforehand."""
    given = (source,) if isinstance(source, str) else source.texts() if isinstance(source, Text) else ()
    for text in dict.fromkeys(given):
        if name == "participant" and not _is_participant(text):
            yield f'"{text}" is not a participant\'s code: capital letters, digits and hyphens, 2 to 16'
        elif name in COUNTRY_FIELDS and text not in countries():
            yield f'"{text}" is not a country code of ISO 3166-1'
        elif name == "currency" and text not in currencies():
            yield f'"{text}" is not a currency code of ISO 4217'
        elif (codes := CODE_LISTS.get(name)) and not is_code(codes, text):
            yield f'"{text}" is not a code of the list {codes}'


def _is_participant(text: str) -> bool:
    try:
        msgspec.convert(text, NCPCode)
    except msgspec.ValidationError:
        return False
    return True
