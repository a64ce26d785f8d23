"""Numbers as people write them: 1.234,5 or 1 234,5 or 1,234.5 or 12.5; never guessed where it could be two numbers."""

import re
from decimal import Decimal
from typing import Final

from babel import Locale
from babel.numbers import get_decimal_symbol

from vocu.form.quantities import plain
from vocu.rendering.wording import N_

_SPACES: Final = re.compile(r"(?<=[0-9])[  \u00a0\u2009\u202f'’](?=[0-9])")
_DIGITS: Final = re.compile(r"[0-9]+")
_SPACED: Final = re.compile(r"[0-9]{1,3}(_[0-9]{3})+([.,][0-9]+)?")

NOT_A_NUMBER: Final = N_("This is not a number. Write digits only, such as 1200 or 0.5; the unit stands beside it.")
NOT_WHOLE: Final = N_("This must be a whole number, such as 12.")
TWO_NUMBERS: Final = N_("This could be {whole} or {fraction}. Write it in one of these two ways.")


class Unreadable(ValueError):
    """What was typed cannot be read; `msgid` and `values` say so to `Wording._`; `Form.read` tells it by the field."""

    def __init__(self, msgid: str, **values: str) -> None:
        super().__init__(msgid.format(**values))
        self.msgid = msgid
        self.values = values


def read_quantity(text: str, *, countable: bool = False) -> str:
    """The exact number in plain spelling, "1200.5", with the digits as given. `countable`: of things that come whole,
    so that 806.000 are many and not a few. Raises Unreadable, also where it could be two numbers."""
    bare = text.strip()
    if _SPACES.search(bare):
        bare = _SPACES.sub("_", bare)
        if not _SPACED.fullmatch(bare):
            raise Unreadable(NOT_A_NUMBER)
        whole, _, fraction = bare.replace("_", "").replace(",", ".").partition(".")
        return _joined(whole, fraction)
    signs = [sign for sign in bare if sign in ".,"]
    if not signs:
        return _joined(bare, "")
    *groups, last = re.split("[.,]", bare)
    grouped = bool(groups[0]) and len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    if len(set(signs)) == 2:
        if signs.count(signs[-1]) > 1 or not grouped:
            raise Unreadable(NOT_A_NUMBER)
        return _joined("".join(groups), _digits(last))
    if len(signs) > 1:
        if not grouped or len(last) != 3:
            raise Unreadable(NOT_A_NUMBER)
        return _joined("".join(groups) + last, "")
    if len(last) == 3 and grouped and not groups[0].startswith("0"):
        if countable:
            return _joined(groups[0] + last, "")
        _digits(groups[0] + last)
        raise Unreadable(TWO_NUMBERS, whole=groups[0] + last, fraction=f"{groups[0]}{signs[0]}{_unlike_a_group(last)}")
    return _joined(groups[0] or "0", _digits(last))


def read_count(text: str) -> int:
    """A whole number. Raises Unreadable."""
    try:
        return int(read_quantity(text, countable=True))
    except ValueError:
        raise Unreadable(NOT_WHOLE) from None


def write_quantity(amount: str | Decimal, locale: Locale) -> str:
    """The number with the decimal sign of that language, so that `read_quantity` reads the same amount again."""
    text = amount if isinstance(amount, str) else plain(amount)
    whole, point, fraction = text.partition(".")
    if len(fraction) == 3 and len(whole) <= 3 and not whole.startswith("0"):
        fraction = _unlike_a_group(fraction)
    sign = get_decimal_symbol(locale)
    return whole + (sign if sign in ".," else ".") + fraction if point else whole


def _joined(whole: str, fraction: str) -> str:
    digits = _digits(whole).lstrip("0") or "0"
    return f"{digits}.{_digits(fraction)}" if fraction else digits


def _digits(text: str) -> str:
    if not _DIGITS.fullmatch(text):
        raise Unreadable(NOT_A_NUMBER)
    return text


def _unlike_a_group(three: str) -> str:
    return three[:2] if three.endswith("0") else three + "0"
