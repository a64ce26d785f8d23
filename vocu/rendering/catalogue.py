"""Catalogues: what each English text is in another language, from gettext's .po files in vocu_schemas.

A text without a translation, and a translation whose {placeholders} are not those of its English text, are left out:
whoever looks them up falls back to English.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from io import BytesIO
from string import Formatter
from typing import Any, Final, NamedTuple

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po
from babel.plural import PluralRule, to_gettext

from vocu.errors import MalformedError

COMPLETE: Final = ("en", "fr", "de", "es", "pl", "el", "bg")
"""The languages that vocu speaks from the start, in the order in which they are offered."""
FALLBACK: Final = Locale("en", "GB")
_EVERYDAY: Final = (*range(201), 0.5, 1.5, 2.5)
_CATEGORIES: Final = ("zero", "one", "two", "few", "many", "other")

Texts = Mapping[tuple[str, str], tuple[str, ...]]
"""By context (empty for none) and English text (of a plural: its singular), the translation, or one per plural form."""


@cache
def packaged(language: str) -> Texts:
    """The catalogue that vocu brings for this language; empty where it brings none, as for English."""
    file = resources.files("vocu_schemas") / "wording" / f"{language}.po"
    return read_texts(file.read_bytes()) if language.isalpha() and file.is_file() else {}


class Message(NamedTuple):
    """A text of a catalogue: its context, its English forms, its translation (empty texts where it has none), and the
    files that say it."""

    context: str
    english: tuple[str, ...]
    translation: tuple[str, ...]
    places: tuple[str, ...]
    fuzzy: bool

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.english[0]


@cache
def messages() -> tuple[Message, ...]:
    """Everything that can be translated, in the order of the catalogues."""
    return read_messages((resources.files("vocu_schemas") / "wording" / "messages.pot").read_bytes())


@cache
def message_keys() -> frozenset[tuple[str, str]]:
    """Context and English text of everything that can be translated."""
    return frozenset(message.key for message in messages())


def read_texts(po: bytes) -> Texts:
    """The translations of a .po file that can be used. Raises MalformedError("bad-catalogue")."""
    return {
        each.key: each.translation
        for each in read_messages(po)
        if not each.fuzzy and all(each.translation) and fits(each.english, each.translation)
    }


def write_texts(language: str, texts: Texts) -> bytes:
    """The .po file that `read_texts` reads these texts from; what is no text of this vocu is left out."""
    known = (each._replace(translation=texts[each.key]) for each in messages() if each.key in texts)
    return write_messages(Locale(language), known)


def write_messages(locale: Locale | None, messages: Iterable[Message]) -> bytes:
    """A .po file, or with no locale a template. Its header says what is needed and nothing else, so that the same
    texts are the same bytes."""
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Transfer-Encoding", "8bit")]
    if locale:
        rules = {name: rule for name, rule in locale.plural_form.rules.items() if name in plural_categories(locale)}
        headers += [("Language", locale.language), ("Plural-Forms", to_gettext(PluralRule(rules)))]
    catalog = Catalog(fuzzy=False)
    catalog.mime_headers = headers
    for each in messages:
        single = len(each.english) == 1
        catalog.add(
            each.english[0] if single else each.english,
            each.translation[0] if single else each.translation,
            locations=[(place, 0) for place in each.places],
            flags=["fuzzy"] if each.fuzzy else [],
            context=each.context or None,
        )
    out = BytesIO()
    write_po(out, catalog, width=0, omit_header=True, include_lineno=False)
    head = "".join(f'"{name}: {value}\\n"\n' for name, value in headers)
    return f'msgid ""\nmsgstr ""\n{head}\n'.encode() + out.getvalue()


def read_messages(po: bytes) -> tuple[Message, ...]:
    """The messages of a .po file, without its header. Raises MalformedError("bad-catalogue")."""
    try:
        catalog = read_po(BytesIO(po), abort_invalid=True)
        return tuple(
            Message(
                each.context or "",
                _forms(each.id),
                _forms(each.string),
                tuple(place for place, _ in each.locations),
                each.fuzzy,
            )
            for each in catalog
            if each.id
        )
    except (PoFileError, ValueError, LookupError) as error:
        raise MalformedError(
            "bad-catalogue", f"This is not a catalogue of texts ({error}); import the spreadsheet again."
        ) from None


def _forms(text: Any) -> tuple[str, ...]:
    """The forms of an id or a translation, which gettext has as a text or as several."""
    return (text,) if isinstance(text, str) else tuple(form or "" for form in text)


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
    found = set(map(locale.plural_form, _EVERYDAY))
    return tuple(each for each in _CATEGORIES if each in found)
