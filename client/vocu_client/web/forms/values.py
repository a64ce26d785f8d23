"""One value: from what was typed to what the form holds, and back."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from vocu.rendering.wording import N_, Wording
from vocu_client import places
from vocu_client.web.forms.fields import Field, Kind
from vocu_client.web.forms.numbers import Unreadable, read_count, read_quantity, write_quantity
from vocu_client.web.forms.texts import chosen_code, country_code, in_capitals

LATIN_ONLY: Final = N_("Write it in letters A to Z.")
NO_COUNTRY: Final = N_("This is no country that we know by that name. Choose one of the list, or give its two letters.")
NO_DAY: Final = N_("Give a day such as 2024-01-16, a month such as 2024-01, or a year.")
NO_TIME: Final = N_("Give day and time such as 2024-01-16 08:45.")
NO_SUCH_HOUR: Final = N_("On that day the clocks in {zone} were changed: this hour came twice, or not at all.")

_DOTTED: Final = re.compile(r"(?:([0-9]{1,2})[.]\s?)?([0-9]{1,2})[./]\s?([0-9]{4})")
_LOCAL: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_SIGNS: Final = re.compile(r"[\s.]+")
_LEADING: Final = re.compile(r"[0-9][0-9. ]*")


class Tongue(msgspec.Struct, frozen=True):
    """How this officer writes: his language, and the time zone in which he means his times."""

    words: Wording
    zone: str


def read_value(field: Field, text: str, tongue: Tongue, *, countable: bool = False) -> Any:
    """The value that a text means in this field. Raises Unreadable where it means none."""
    if field.kind == "quantity":
        return read_quantity(text, countable=countable)
    return _READ.get(field.kind, _as_typed)(text.strip(), tongue)


def write_value(field: Field, value: Any, tongue: Tongue) -> str:
    """The text that `read_value` reads as this value again, as this officer writes it."""
    match field.kind:
        case "quantity":
            return write_quantity(str(value), tongue.words.locale)
        case "country":
            return tongue.words.country(value)
        case "place":
            named = places.label(value)
            return named if (chosen_code(named) or in_capitals(named)) == value else str(value)
        case "yes":
            return "yes" if value is True else ""
        case "instant" | "moment":
            return _local(str(value), field.kind, tongue)
        case _:
            return str(value)


def _as_typed(text: str, _tongue: Tongue) -> str:
    return text


def _country(text: str, tongue: Tongue) -> str:
    code = country_code(text, tongue.words)
    if code is None:
        raise Unreadable(NO_COUNTRY)
    return code


def _capitals(text: str, _tongue: Tongue) -> str:
    plain = in_capitals(text)
    if plain is None:
        raise Unreadable(LATIN_ONLY)
    return plain


def _place(text: str, tongue: Tongue) -> str:
    return chosen_code(text) or _capitals(text, tongue)


def _own_code(text: str, tongue: Tongue) -> str:
    return text if re.fullmatch("[a-z0-9_]+", text) else re.sub("[ -]+", "_", _capitals(text, tongue).lower())


def _mark(text: str, _tongue: Tongue) -> str:
    return re.sub(r"\s+", "", text).upper()


def _hs(text: str, _tongue: Tongue) -> str:
    leading = _LEADING.match(text)
    return _SIGNS.sub("", chosen_code(text) or (leading[0] if leading else text))


def _currency(text: str, _tongue: Tongue) -> str:
    return text.upper()


def _part_day(text: str, _tongue: Tongue) -> str:
    dotted = _DOTTED.fullmatch(text)
    if dotted:
        day, month, year = dotted.groups()
        return "-".join([year, *(f"{int(part):02}" for part in (month, day) if part)])
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", text):
        raise Unreadable(NO_DAY)
    return text


def _instant(text: str, tongue: Tongue) -> str:
    if not _LOCAL.fullmatch(text):
        return text
    return _zoned(text, tongue.zone).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(text: str, tongue: Tongue) -> str:
    return _zoned(text, tongue.zone).isoformat() if _LOCAL.fullmatch(text) else text


def _zoned(text: str, zone: str) -> datetime:
    try:
        local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        raise Unreadable(NO_TIME) from None
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        raise Unreadable(NO_SUCH_HOUR, zone=zone)
    return local


def _local(text: str, kind: Kind, tongue: Tongue) -> str:
    """The time on the zone's clocks, where that says the same again; the text itself where it does not."""
    try:
        local = datetime.fromisoformat(text).astimezone(ZoneInfo(tongue.zone)).replace(tzinfo=None)
        shown = local.isoformat(timespec="seconds" if local.second else "minutes")
        same = (_instant if kind == "instant" else _moment)(shown, tongue) == text
    except (ValueError, OverflowError):
        return text
    return shown if same else text


_READ: Final[dict[Kind, Callable[[str, Tongue], Any]]] = {
    "yes": lambda text, _tongue: bool(text),
    "country": _country,
    "currency": _currency,
    "place": _place,
    "capitals": _capitals,
    "own_code": _own_code,
    "mark": _mark,
    "participant": _mark,
    "hs": _hs,
    "part_day": _part_day,
    "day": _part_day,
    "instant": _instant,
    "moment": _moment,
    "count": lambda text, _tongue: read_count(text),
}
