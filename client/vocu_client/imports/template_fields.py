"""The columns of the unified form as a spreadsheet, and the mapping by which a filled-in one is read."""

from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from vocu.form.codes import codes, countries, currencies, family
from vocu.form.scope import ADD_ONS, NOWHERE_ELSE, offered
from vocu.operation.state import OperationState
from vocu.rendering.wording import Wording
from vocu_client.imports.mapping import CODE_LISTS, COUNTRY_FIELDS, KINDS, ROUTE, File, Goods, Kind, Mapping
from vocu_client.imports.sources import Moment, Number, Text

Part = Literal["goods", "report", "route", "nominal"]
SHEET: Final = "Seizures"
LISTS: Final = "Lists"
IDENTITY: Final = "vocu"
"""The hidden sheet that says what this is."""
VERSION: Final = "vocu template 1"
HEAD_ROWS: Final = 4
_NOT_ASKED: Final = frozenset(
    ["on_behalf_of", "received_by", "received_day", "received_from", "officer", "warning_answered", "amendment_reason"]
)
"""What the organiser alone fills in, the desk by itself, or nobody in a first report."""
_CAPITALS: Final = frozenset(["place", "carrier", "make", "model", "species"])
_FIRST: Final = ("seizure_day", "place", "location_type", "direction", "transport_mode", "selection_reason", "agency")
_GOODS_FIRST: Final = ("commodity", "quantity", "unit", "quantity_basis")
BETWEEN: Final = ";"
"""Stands between several values in one cell."""


class TemplateField(Struct, frozen=True, kw_only=True):
    """One column. `title` and `hint` are English, for `Wording.field` and `Wording.hint`; `meaning`, where there is no
    hint, says what a value is, for `Wording.fault`; `list` names the codes to choose from: a code list, "commodity",
    "country" or "currency"."""

    part: Part
    name: str
    kind: Kind
    title: str
    hint: str
    meaning: str
    required: bool
    list: str = ""

    @property
    def key(self) -> str:
        """What stands in the technical row."""
        return f"{self.part}.{self.name}"


def template_fields(state: OperationState) -> tuple[TemplateField, ...]:
    """The columns for this operation, in order: what every report needs first, what names anybody last. Fields that
    belong to other goods than the operation is about are left out."""
    families = {family(code.id) for code in offered(state.genesis.commodities, state.added_commodities)}
    unfit = {name for name in NOWHERE_ELSE if not ADD_ONS[name] & families}
    report, goods, nominal = KINDS.values()
    return tuple(
        field
        for field in (
            *_fields("report", "seizure", report, first=_FIRST),
            *_fields("goods", "seizure", goods, "goods_line", _GOODS_FIRST),
            *_fields("report", "seizure", report, without=_FIRST),
            *_fields("route", "seizure", ROUTE, "route"),
            *_fields("nominal", "seizure_nominal", nominal),
        )
        if field.name not in _NOT_ASKED and not (field.part == "goods" and field.name in unfit)
    )


def template_mapping(fields: tuple[TemplateField, ...], participant: str, zone: str) -> Mapping:
    """How a filled-in sheet of these columns is read, once its labels are codes again."""
    by_part: dict[str, dict[str, Any]] = {"report": {}, "goods": {}, "route": {}, "nominal": {}}
    for field in fields:
        by_part[field.part][field.name] = _source(field, zone)
    return Mapping(
        file=File(decimal=".", sheet=SHEET),
        participant=participant,
        report=by_part["report"],
        route=by_part["route"],
        goods=(Goods(fields=by_part["goods"]),),
        nominal=by_part["nominal"],
    )


def choices(field: TemplateField, state: OperationState, words: Wording) -> dict[str, str]:
    """The code for each label to choose from, in the order in which they are offered; no label means two codes."""
    match field.list:
        case "":
            return {}
        case "commodity":
            offer = [code.id for code in offered(state.genesis.commodities, state.added_commodities)]
            named = [(_commodity(words, code), code) for code in offer]
        case "country":
            named = sorted((f"{words.country(code)} ({code})", code) for code in countries())
        case "currency":
            names = words.locale.currencies
            named = sorted((f"{code} {names.get(code, '')}".strip(), code) for code in currencies())
        case name:
            named = [(words.label(name, code.id), code.id) for code in codes(name)]
    found: dict[str, str] = {}
    for label, code in named:
        found[label if label not in found else f"{label} ({code})"] = code
    return found


def _source(field: TemplateField, zone: str) -> Any:
    match field.kind:
        case "number" | "count":
            return Number(column=field.key, empty="leave_out", decimals=0 if field.kind == "count" else None)
        case "moment":
            return Moment(column=field.key, format="%Y-%m-%d %H:%M", zone=zone, empty="leave_out")
        case "list":
            return Text(column=field.key, split=BETWEEN, empty="leave_out")
        case _:
            return Text(column=field.key, capitals=field.name in _CAPITALS, empty="leave_out")


def _fields(
    part: Part,
    form: str,
    kinds: dict[str, Kind],
    inside: str = "",
    first: tuple[str, ...] = (),
    without: tuple[str, ...] = (),
) -> Iterator[TemplateField]:
    schema = _schema(form)
    described = schema["$defs"][inside] if inside else schema
    names = (*first, *(name for name in kinds if name not in first)) if inside else first or tuple(kinds)
    for name in names:
        if name in without:
            continue
        told = described["properties"][name]
        inner = told.get("items", told)
        value = str(inner.get("$ref", "")).partition("urn:vocu:form:values#/$defs/")[2]
        # What JSON says of a number, that it stands in quotes, is not true of a cell.
        told_by_value = value not in ("", "text", "long_text") and kinds[name] not in ("number", "moment")
        meaning = _schema("values")["$defs"][value]["description"] if told_by_value else ""
        yield TemplateField(
            part=part,
            name=name,
            kind=kinds[name],
            title=told.get("title", name),
            hint=told.get("description", ""),
            meaning=meaning,
            required=name in described["required"] or (part == "goods" and name == "quantity"),
            list=_list(name),
        )


def _list(name: str) -> str:
    if name in ("commodity", "currency"):
        return name
    if name in COUNTRY_FIELDS:
        return "country"
    return CODE_LISTS.get(name, "")


def _commodity(words: Wording, code: str) -> str:
    label = words.label("commodity", code)
    return label if family(code) == code else f"{words.label('commodity', family(code))}: {label}"


@cache
def _schema(name: str) -> Any:
    return msgspec.json.decode((resources.files("vocu_schemas") / "form" / f"{name}.json").read_bytes())
