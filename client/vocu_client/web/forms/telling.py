"""What a filled-in form says, in words: for the page on which an officer checks it, and for whoever reads it later."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from vocu.rendering.wording import Wording
from vocu_client import hs_codes, places
from vocu_client.web.forms.fields import Field, fields_of
from vocu_client.web.forms.sections import SECTIONS

_BESIDE: Final = frozenset(["unit", "currency"])
"""Said together with the amounts beside them."""
_AMOUNTS: Final = frozenset(["value", "duties", "taxes", "amount"])


class Line(msgspec.Struct, frozen=True):
    """A label and what is said under it; `inner` where it has parts, several `texts` where it lists."""

    label: str
    texts: tuple[str, ...] = ()
    inner: tuple["Line", ...] = ()


class Told(msgspec.Struct, frozen=True):
    """A section of the form in words; `sealed`: for named readers only."""

    id: str
    title: str
    sealed: bool
    lines: tuple[Line, ...]


def tell(form: str, values: Mapping[str, Any], words: Wording) -> tuple[Told, ...]:
    """The sections in which anything is said. `values` are those of a valid form."""
    fields = fields_of(form)
    told = []
    for section in SECTIONS[form]:
        named = [fields[name] for name in (*section.fields, *section.more)]
        lines = _lines(tuple(named), values, words)
        if lines:
            told.append(Told(section.id, words._(section.title), section.sealed, lines))
    return tuple(told)


def say(field: Field, value: Any, words: Wording) -> str:
    """One value, as people read it."""
    match field.kind:
        case "code" | "commodity":
            return words.label(field.code_list, value)
        case "country" | "participant":
            return words.country(value)
        case "day" | "part_day":
            return words.day(value)
        case "quantity" | "count":
            return words.number(value)
        case "yes":
            return words._("yes")
        case "place":
            return places.label(str(value))
        case "hs":
            return hs_codes.label(str(value))
        case "instant" | "moment":
            return _clock(str(value), words)
        case _:
            return str(value)


def _lines(fields: tuple[Field, ...], values: Mapping[str, Any], words: Wording) -> tuple[Line, ...]:
    found: list[Line] = []
    for field in fields:
        value = values.get(field.name)
        label = words.field(field.title)
        if value in (None, "", [], (), {}) or (field.name in _BESIDE and _said_beside(field.name, values)):
            continue
        match field.kind:
            case "rows":
                found += [
                    _row(field, _numbered(label, n, len(value), words), row, words) for n, row in enumerate(value, 1)
                ]
            case "group":
                found.append(_row(field, label, value, words))
            case "list":
                found.append(Line(label, tuple(say(field.fields[0], each, words) for each in value)))
            case _:
                found.append(Line(label, (_amount(field, value, values, words),)))
    return tuple(found)


def _row(field: Field, label: str, value: Mapping[str, Any], words: Wording) -> Line:
    """What has parts; a stop of a route is said in one."""
    if "country" in value and value.keys() <= {"country", "place"}:
        return Line(label, (_stop(value, words),))
    return Line(label, inner=_lines(field.fields, value, words))


def _stop(value: Mapping[str, Any], words: Wording) -> str:
    """A stop of a route: its place and country, or the country alone."""
    country = words.country(value["country"])
    if "place" not in value:
        return country
    return words._("{place}, {country}", place=places.label(value["place"], value["country"]), country=country)


def _amount(field: Field, value: Any, values: Mapping[str, Any], words: Wording) -> str:
    if field.name in ("quantity", "declared_quantity") and "unit" in values:
        unit = values["unit"]
        return words.quantity(str(value), values.get("currency", unit) if unit == "currency" else unit)
    if field.name in _AMOUNTS and "currency" in values:
        return words.quantity(str(value), values["currency"])
    return say(field, value, words)


def _said_beside(name: str, values: Mapping[str, Any]) -> bool:
    if name == "unit":
        return "quantity" in values
    return bool(_AMOUNTS & values.keys()) or (values.get("unit") == "currency" and "quantity" in values)


def _numbered(label: str, number: int, count: int, words: Wording) -> str:
    return label if count == 1 else words._("{what} {number}", what=label, number=words.number(number))


def _clock(text: str, words: Wording) -> str:
    """The time at its own place: the zone is in the text."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    shown = words.day(at.date().isoformat())
    return f"{shown}, {at:%H:%M} ({at:UTC%z})" if at.utcoffset() is not None else f"{shown}, {at:%H:%M}"
