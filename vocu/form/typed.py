"""Forms as people and systems type them into TOML or JSON files, made into the plain JSON values that a form has."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, get_args

import msgspec

from vocu.form.report import GoodsLine
from vocu.form.returns import ConfirmedTotal, Money


def _amounts() -> frozenset[str]:
    fields = (field for form in (GoodsLine, Money, ConfirmedTotal) for field in msgspec.structs.fields(form))
    return frozenset(field.name for field in fields if Decimal in (field.type, *get_args(field.type)))


AMOUNTS: Final = _amounts()
"""The fields that hold exact decimals: they are texts in a form, and nobody should have to think of the quotes."""


def as_form(value: Any, name: str = "") -> Any:
    """What a file holds under `name`, at every depth: whole amounts as texts, days and times as ISO 8601 has them. The
    file is read with `parse_float=str`, so that no amount was ever a float."""
    match value:
        case dict():
            return {key: as_form(inner, key) for key, inner in value.items()}
        case list():
            return [as_form(inner, name) for inner in value]
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date() | time():
            return value.isoformat()
        case int() if name in AMOUNTS and not isinstance(value, bool):
            return str(value)
    return value
