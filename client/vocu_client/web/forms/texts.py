"""Names as the forms want them: in capital letters A to Z; and countries and currencies by the names people know."""

import re
import unicodedata
from functools import cache
from typing import Final

from vocu.form.codes import countries
from vocu.rendering.wording import Wording

_LETTERS: Final = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ß": "ss", "ẞ": "SS",
                                 "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH",
                                 "ı": "i", "–": "-", "—": "-", "‐": "-"})  # fmt: skip
_CHOSEN: Final = re.compile(r".*\(([A-Z0-9]{2,10})\)")


def in_capitals(text: str) -> str | None:
    """The text in capitals A to Z, digits, spaces and hyphens, accents taken off, other signs as spaces; None where it
    has letters that have no form in A to Z."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS)).upper()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    if any(sign.isalnum() and not sign.isascii() for sign in plain):
        return None
    return " ".join(re.sub(r"[^A-Z0-9-]+", " ", plain).split())


def chosen_code(text: str) -> str | None:
    """The code in brackets at the end of what a list of suggestions put into the field: "Terespol, PL (PLTER)"."""
    match = _CHOSEN.fullmatch(text.strip())
    return match[1] if match else None


def country_code(text: str, words: Wording) -> str | None:
    """The code of a country that was named in the officer's language or in English, or by its code."""
    code = text.strip().upper()
    if code in countries():
        return code
    named = _folded(text)
    return _country_names(words.language, words).get(named) or _english_names().get(named)


@cache
def _english_names() -> dict[str, str]:
    return _named(Wording())


_by_language: Final[dict[str, dict[str, str]]] = {}


def _country_names(language: str, words: Wording) -> dict[str, str]:
    if language not in _by_language:
        _by_language[language] = _named(words)
    return _by_language[language]


def _named(words: Wording) -> dict[str, str]:
    return {_folded(words.country(code)): code for code in sorted(countries())}


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
