"""Forms that officers write into files: TOML or JSON, with amounts and days as people type them."""

import json
import sys
import tomllib
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, get_args

import msgspec

from vocu.errors import MalformedError
from vocu.form.report import GoodsLine
from vocu.form.returns import ConfirmedTotal, Money

PIPE: Final = Path("-")


def read_form(path: Path) -> dict[str, Any]:
    """The fields in the file, or in what a pipe brings for "-", as the forms want them.

    Raises MalformedError where it is neither TOML nor JSON."""
    try:
        text = sys.stdin.read() if path == PIPE else path.read_text("utf-8-sig")
        raw = json.loads(text, parse_float=str) if text.lstrip().startswith("{") else _toml(text)
    except (ValueError, RecursionError) as error:
        raise MalformedError("bad-file", f"{path} is neither TOML nor JSON in UTF-8: {error}.") from None
    except OSError as error:
        raise MalformedError("bad-file", f"{path} cannot be read: {error.strerror}.") from None
    form: dict[str, Any] = _plain(raw)
    return form


def _toml(text: str) -> dict[str, Any]:
    return tomllib.loads(text, parse_float=str)


def _amounts() -> frozenset[str]:
    fields = (field for form in (GoodsLine, Money, ConfirmedTotal) for field in msgspec.structs.fields(form))
    return frozenset(field.name for field in fields if Decimal in (field.type, *get_args(field.type)))


AMOUNTS: Final = _amounts()
"""The fields that hold exact decimals: they are texts in a form, and nobody should have to think of the quotes."""


def _plain(value: Any, name: str = "") -> Any:
    match value:
        case dict():
            return {key: _plain(inner, key) for key, inner in value.items()}
        case list():
            return [_plain(inner, name) for inner in value]
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date() | time():
            return value.isoformat()
        case int() if name in AMOUNTS and not isinstance(value, bool):
            return str(value)
        case _:
            return value
