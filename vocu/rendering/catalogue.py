"""The catalogues: what each English text is in another language, from gettext's .po files in vocu_schemas.

A text without a translation, and a translation whose {placeholders} are not those of its English text, are left out:
whoever looks them up falls back to English.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from io import BytesIO
from string import Formatter
from typing import Any, Final

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po

from vocu.errors import MalformedError

COMPLETE: Final = ("en", "fr", "de", "es", "pl", "el", "bg")
"""The languages that vocu speaks from the start, in the order in which they are offered."""
FALLBACK: Final = Locale("en", "GB")
_EVERYDAY: Final = [*range(201), *(f"{whole}.5" for whole in range(3))]
_CATEGORIES: Final = ("zero", "one", "two", "few", "many", "other")

Texts = Mapping[tuple[str, str], tuple[str, ...]]
"""By context (empty for none) and English text (of a plural: its singular), the translation, or one per plural form."""


@cache
def packaged(language: str) -> Texts:
    """The catalogue that vocu brings for this language; empty where it brings none, as for English."""
    file = resources.files("vocu_schemas") / "wording" / f"{language}.po"
    return read_texts(file.read_bytes()) if language.isalpha() and file.is_file() else {}


@cache
def message_ids() -> frozenset[tuple[str, str]]:
    """Context and English text of everything that can be translated."""
    file = resources.files("vocu_schemas") / "wording" / "messages.pot"
    return frozenset((message.context or "", english(message.id)[0]) for message in read_catalog(file.read_bytes()))


def read_texts(po: bytes) -> Texts:
    """The translations of a .po file that can be used. Raises MalformedError("bad-catalogue")."""
    return {
        (message.context or "", english(message.id)[0]): forms
        for message in read_catalog(po)
        if not message.fuzzy and all(forms := english(message.string)) and fits(english(message.id), forms)
    }


def read_catalog(po: bytes) -> list[Any]:
    """The messages of a .po file, without its header. Raises MalformedError("bad-catalogue")."""
    try:
        catalog: Catalog = read_po(BytesIO(po), abort_invalid=True)
        return [message for message in catalog if message.id]
    except (PoFileError, ValueError, LookupError) as error:
        raise MalformedError(
            "bad-catalogue", f"This is not a catalogue of texts ({error}); import the spreadsheet again."
        ) from None


def english(text: str | Sequence[str] | None) -> tuple[str, ...]:
    """The forms of a message's id or translation, which gettext writes as a text or as several."""
    return (text or "",) if isinstance(text, str) or text is None else tuple(text)


def fits(message: Sequence[str], translation: Sequence[str]) -> bool:
    """Whether a translation has the placeholders of its English text; a plural form may do without its number."""
    try:
        wanted = {each for text in message for each in placeholders(text)}
        needed = wanted - {"n"} if len(message) > 1 else wanted
        return all(needed <= set(placeholders(text)) <= wanted for text in translation)
    except ValueError:
        return False


def placeholders(text: str) -> Iterator[str]:
    """The {names} in a text, each with its format if it has one. Raises ValueError where a bracket stands alone."""
    for _, name, spec, conversion in Formatter().parse(text):
        if name is not None:
            yield name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")


@cache
def plural_categories(locale: Locale) -> tuple[str, ...]:
    """CLDR's names of the plural forms that a language's catalogue has, in their order: those of everyday numbers and
    fractions. Without the form that French and Spanish have for round millions."""
    rule = locale.plural_form
    found = {rule(float(number)) if isinstance(number, str) else rule(number) for number in _EVERYDAY}
    return tuple(each for each in _CATEGORIES if each in found)
