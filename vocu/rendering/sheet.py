"""A catalogue as the rows of a spreadsheet, which a participant fills in for another language, and back."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from babel import Locale, UnknownLocaleError
from msgspec import Struct

from vocu.errors import MalformedError
from vocu.rendering.catalogue import FALLBACK, Message, Texts, fits, messages, placeholders, plural_categories

_HEAD: Final = ("Context", "Used in", "English", "English for many")
_TRANSLATION: Final = re.compile(r"Translation \(([a-z]{2,3})\)")
_SHOWN: Final = 4
_SPACES: Final = "\u00a0\u202f"


class Sheet(Struct, frozen=True):
    """What a spreadsheet says: the language, its texts, and how many of its rows this version of vocu does not have."""

    language: str
    texts: Texts
    unknown: int


def locale_of(language: str) -> Locale:
    """Raises MalformedError("unknown-language") unless this is the code of a language, such as sv, other than en."""
    try:
        if not re.fullmatch("[a-z]{2,3}", language) or language == FALLBACK.language:
            raise ValueError(language)
        return Locale(language)
    except (UnknownLocaleError, ValueError):
        raise MalformedError(
            "unknown-language", f"{language} is not the code of a language to translate into, such as sv or it."
        ) from None


def sheet_rows(language: str, known: Texts) -> list[tuple[str, ...]]:
    """The rows of the spreadsheet: a header, then one row for each text; `known` is what is translated already."""
    locale = locale_of(language)
    categories = plural_categories(locale)
    forms = (f"Translation ({language})", *(f"For {_examples(locale, each)}" for each in categories))
    return [(*_HEAD, *forms), *(_row(message, known, len(categories)) for message in messages())]


def _examples(locale: Locale, category: str) -> str:
    """Numbers that take this plural form: 2, 3, 4, 22."""
    whole = [str(number) for number in range(201) if locale.plural_form(number) == category]
    return ", ".join(whole[:_SHOWN]) if whole else "1.5"


def _row(message: Message, known: Texts, forms: int) -> tuple[str, ...]:
    one, *many = message.english
    translated = known.get(message.key, ("",) * (forms if many else 1))
    cells = ("", *translated) if many else (*translated, *("",) * forms)
    return (message.context, ", ".join(message.places), one, "".join(many), *cells)


def read_sheet(rows: Sequence[Sequence[str]]) -> Sheet:
    """The texts of a spreadsheet that was filled in. Rows left empty are not translated.

    Raises MalformedError("bad-translations") with one detail per row that cannot be used, and all of them.
    """
    language = _language(rows[0] if rows else ())
    count = len(plural_categories(locale_of(language)))
    known = {message.key: message for message in messages()}
    texts: dict[tuple[str, str], tuple[str, ...]] = {}
    faults, unknown = [], 0
    for number, row in enumerate(rows[1:], start=2):
        cells = [cell.strip() for cell in row] + [""] * (len(_HEAD) + 1 + count - len(row))
        message = known.get((cells[0], cells[2]))
        forms = tuple(cells[len(_HEAD) :][: 1 + count])
        if message is None:
            unknown += any(forms)
            continue
        forms = forms[:1] if len(message.english) == 1 else forms[1:]
        if any(forms):
            texts[message.key] = forms
            faults += [f"row {number}: {fault}" for fault in _faults(message, forms)]
    if faults:
        raise MalformedError(
            "bad-translations", "These translations cannot be used; correct what is listed.", tuple(faults)
        )
    return Sheet(language, texts, unknown)


def _language(head: Sequence[str]) -> str:
    named = [found.group(1) for cell in head[len(_HEAD) :] if (found := _TRANSLATION.fullmatch(cell.strip()))]
    if tuple(head[: len(_HEAD)]) != _HEAD or not named:
        raise MalformedError(
            "bad-translations", "This is not a spreadsheet of `vocu wording export`; its first row must stay as it was."
        )
    return named[0]


def _faults(message: Message, forms: tuple[str, ...]) -> Iterable[str]:
    if not all(forms):
        yield "fill in each of the forms for different numbers"
    elif not all(sign.isprintable() or sign in _SPACES for text in forms for sign in text):
        yield "there is a line break or an invisible sign in it; take it out"
    elif not fits(message.english, forms):
        wanted = sorted({f"{{{name}}}" for text in message.english for name in placeholders(text)})
        yield f"write {', '.join(wanted)} in it, exactly so" if wanted else "take the brackets { } out"
