"""Every word of what we render: texts, labels of codes, numbers, days, in the reader's language.

The English text is the key to its translation: catalogue.py. What is not translated is written in English, with the
language's own numbers, days and countries, which Babel knows for all languages of the EU and many more.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal, localcontext
from typing import Final, Literal, overload
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.lists import format_list
from babel.numbers import format_compact_decimal, format_decimal, format_percent

from vocu.errors import VocuError
from vocu.form.codes import is_code, label
from vocu.form.days import first_day, precision
from vocu.form.faults import Choice, Fault, FieldName, Meaning
from vocu.form.schema import title_of
from vocu.rendering.catalogue import FALLBACK, Texts, message_keys, packaged, plural_categories
from vocu.rendering.english import NOUNS, SENTENCES, UNITS
from vocu.rendering.failures import sentence

PSEUDO: Final = "qps"
"""A language for tests: English, with ⟦brackets⟧ around each text that comes from the catalogue."""
NOTHING: Final[Texts] = {}
_DECIMALS = 3
_DIGITS: Final = 120
_EUROPEAN: Final = {"en": "en-GB"}
_DAY_SKELETONS: Final = {"day": "yMMMd", "month": "yMMMM", "year": "y"}
_FULL_DAY: Final = {"en": "EEEE d MMMM y"}
_MILLION: Final = Decimal(10**6)
_TOO_LONG: Final = Decimal(10**15)
_COUNTS_MILLIONS: Final = frozenset(["en", "de", "pl", "el", "bg"])
"""Where "1.2 million sticks" reads right as it stands; elsewhere the number is abbreviated, because "million" would
want a preposition before what it counts."""
_CAPITAL_NOUNS: Final = frozenset(["de", "lb"])


@overload
def N_(text: str, /) -> str: ...
@overload
def N_(one: str, other: str, /) -> tuple[str, str]: ...
def N_(*texts: str) -> str | tuple[str, ...]:  # noqa: N802
    """The text itself, or singular and plural: marks them for the catalogue where they stand, to be translated with
    `_` or `n_` where they are shown. The name is gettext's."""
    return texts if len(texts) > 1 else texts[0]


class Wording:
    """How one language says things. Unknown languages are English. `extra` are texts of the desk's own, which go
    before those that vocu brings: `vocu.rendering.catalogue.read_texts`."""

    def __init__(self, language: str = "en", extra: Texts = NOTHING) -> None:
        try:
            self.locale = Locale.parse(_EUROPEAN.get(language, language), sep="-")
        except (UnknownLocaleError, ValueError):
            self.locale = FALLBACK
        self.language = PSEUDO if language == PSEUDO else self.locale.language
        brought = packaged(self.language)
        self._texts = {**brought, **extra} if extra else brought

    # --- texts ---

    def _(self, message: str, /, **values: object) -> str:
        """The English sentence in this language, with these values in it (str.format)."""
        return self._translated("", message).format(**values)

    def n_(self, one: str, other: str, n: int | str | Decimal, /, **values: object) -> str:
        """The sentence for so many; `{n}` in it is the number as this language writes it."""
        return self._plural("", one, other, n).format(n=self.number(n), **values)

    def say(self, sentence: str, **values: object) -> str:
        """The sentence of that name in `vocu.rendering.english`, with these values in it."""
        return self._(SENTENCES[sentence], **values)

    def field(self, title: str) -> str:
        """The label of a form's field, whose schema has this title."""
        return self._translated("field", title)

    def hint(self, text: str) -> str:
        """The hint under a form's field, whose schema has this description."""
        return self._translated("hint", text)

    def heading(self, text: str) -> str:
        """The title of a results table, its definition, or the label of one of its columns."""
        return self._translated("table", text)

    def error(self, error: VocuError) -> str:
        """What happened and what to do: the error's own sentence in English, a general one in other languages."""
        return error.message if self.language == "en" else self._(sentence(error))

    def error_details(self, error: VocuError) -> tuple[str, ...]:
        """The lines to show under `error`, as "Details (in English)": in English those that the error has."""
        return error.details if self.language == "en" else (error.message, *error.details)

    def fault(self, fault: Fault) -> str:
        """What is wrong with a field of a form, to be shown beside it."""
        text = self._translated("", fault.message)
        return text.format_map({name: self._named(value) for name, value in fault.values.items()})

    def _named(self, value: object) -> str:
        """A value of a fault as people know it."""
        match value:
            case FieldName(form, path):
                return self.field(title_of(form, path))
            case Choice(code_list, codes) if code_list:
                return ", ".join(self.label(code_list, code) for code in codes)
            case Meaning(text):
                return self._translated("", text)
            case int():
                return self.number(value)
        return str(value)

    def _translated(self, context: str, message: str) -> str:
        if self.language == PSEUDO:
            return f"⟦{message}⟧" if (context, message) in message_keys() else message
        return self._texts.get((context, message), (message,))[0]

    def _plural(self, context: str, one: str, other: str, n: int | str | Decimal) -> str:
        amount = Decimal(n)
        forms = self._texts.get((context, one))
        if forms is None:
            text = one if amount == 1 else other
            return f"⟦{text}⟧" if self.language == PSEUDO and (context, one) in message_keys() else text
        category = self.locale.plural_form(amount)
        categories = plural_categories(self.locale)
        return forms[categories.index(category) if category in categories[: len(forms)] else -1]

    # --- numbers ---

    def number(self, count: int | str | Decimal) -> str:
        """All digits of a number, grouped."""
        with localcontext(prec=_DIGITS):  # babel rounds to the context's digits
            return format_decimal(Decimal(count), locale=self.locale, decimal_quantization=False)

    def count(self, count: int | str, noun: str) -> str:
        """A number and its noun: 1 report, 2 reports."""
        return f"{self.number(count)} {self.noun(count, noun)}"

    def noun(self, count: int | str | Decimal, noun: str) -> str:
        return self._plural("noun", *NOUNS[noun], count)

    def share(self, part: int | str, whole: int | str) -> str:
        """A rounded percentage; a dash where there is no whole."""
        if int(whole) == 0:
            return "–"
        return format_percent(Decimal(int(part)) / Decimal(int(whole)), format="#,##0.0 %", locale=self.locale)

    def quantity(self, amount: str, unit: str) -> str:
        """An amount and its unit: 12.5 kg, 1 stick, 2,000 EUR. For reading: at most three decimals, or three digits
        where it is smaller than that; the tables are exact."""
        name = self._plural("amount", *UNITS[unit], amount) if unit in UNITS else unit
        return f"{self.number(_readable(Decimal(amount)))} {name}"

    def about(self, amount: str, unit: str) -> str:
        """An amount for a sentence: as `quantity` has it, but from a million on in few digits, 1.2 million sticks."""
        rounded = _in_few_digits(Decimal(amount))
        if Decimal(amount) < _MILLION or rounded >= _TOO_LONG:
            return self.quantity(amount, unit)
        form: Literal["long", "short"] = "long" if self.language in _COUNTS_MILLIONS else "short"
        number = format_compact_decimal(rounded, format_type=form, locale=self.locale, fraction_digits=1)
        return f"{number} {self._plural('amount', *UNITS[unit], rounded) if unit in UNITS else unit}"

    # --- codes ---

    def label(self, code_list: str, code: str) -> str:
        """The code's label; what an operation added itself is shown as its last step, made readable."""
        if is_code(code_list, code):
            return self._translated(code_list, label(code_list, code))
        return code.rpartition(".")[2].replace("_", " ").capitalize() if code_list == "commodity" else code

    def inside(self, code_list: str, code: str) -> str:
        """The code's label within a sentence: fuel tank, but X-ray."""
        text = self.label(code_list, code)
        if self.language in _CAPITAL_NOUNS or not text[1:2].islower():
            return text
        return text[:1].lower() + text[1:]

    def unit(self, unit: str) -> str:
        """The name of a unit, for many of it."""
        return self._plural("amount", *UNITS[unit], 100) if unit in UNITS else unit

    def country(self, code: str) -> str:
        """A country's name; the code itself for bodies and agreed codes."""
        return str(self.locale.territories.get(code, code)) if len(code) == 2 else code

    def countries(self, codes: Iterable[str]) -> str:
        """The names of these countries, in alphabetical order."""
        return self.listed(sorted(self.country(code) for code in codes))

    def listed(self, items: Iterable[str]) -> str:
        """The items as a sentence lists them: A, B and C."""
        return format_list(list(items), locale=self.locale)

    # --- days ---

    def day(self, text: str) -> str:
        """A day, month or year as people write it."""
        return self._date(_DAY_SKELETONS[precision(text)], first_day(text))

    def weekday(self, text: str) -> str:
        return format_date(first_day(text), _FULL_DAY.get(self.locale.language, "full"), locale=self.locale)

    def short_day(self, text: str) -> str:
        return self._date("MMMd", first_day(text))

    def instant(self, at: int, zone: str) -> str:
        """An instant (UTC milliseconds) as the clocks of that zone show it."""
        local = datetime.fromtimestamp(at // 1000, ZoneInfo(zone))
        day, time = self._date("yMMMd", local), self._date("Hm", local)
        return str(self.locale.datetime_formats["medium"]).format(time, day)

    def ago(self, at: int, now: int) -> str:
        """How long before or after `now` an instant is (both UTC milliseconds): 5 minutes ago, in 2 hours."""
        return format_timedelta(timedelta(milliseconds=at - now), add_direction=True, locale=self.locale)

    def _date(self, skeleton: str, day: date) -> str:
        return format_skeleton(skeleton, day, locale=self.locale)


def _in_few_digits(amount: Decimal) -> Decimal:
    """An amount with one digit after that of its millions, milliards and so on."""
    with localcontext(prec=_DIGITS):
        step = max((amount.adjusted() // 3) * 3 - 1, 0) if amount else 0
        return amount.quantize(Decimal(1).scaleb(step)).quantize(Decimal(1))


def _readable(amount: Decimal) -> Decimal:
    with localcontext(prec=_DIGITS):
        smallest = min(-_DECIMALS, amount.adjusted() - _DECIMALS + 1) if amount else -_DECIMALS
        exponent = amount.as_tuple().exponent
        if isinstance(exponent, int) and exponent >= smallest:
            return amount
        return amount.quantize(Decimal(1).scaleb(smallest)).normalize()
