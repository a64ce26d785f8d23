"""Every word of what we render: labels of codes, numbers, days, and short sentences, in the reader's language.

Sentences and nouns stand in one catalogue per language; a language without a catalogue is written in English, with its
own numbers, days, countries and labels where those exist.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal, localcontext
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from vocu.form.codes import is_code, label
from vocu.form.days import first_day, precision
from vocu.rendering.english import NOUNS, SENTENCES, UNITS

_DECIMALS = 3
_DIGITS: Final = 120
_EUROPEAN: Final = {"en": "en-GB"}
_DAY_FORMATS: Final = {"day": "d MMM y", "month": "MMMM y", "year": "y"}


class Wording:
    """How one language says things. Unknown languages are English."""

    def __init__(self, language: str = "en") -> None:
        try:
            self.locale = Locale.parse(_EUROPEAN.get(language, language), sep="-")
        except (UnknownLocaleError, ValueError):
            self.locale = Locale("en", "GB")
        self.language = self.locale.language

    def say(self, sentence: str, **values: object) -> str:
        """The sentence of that name with these values in it."""
        return SENTENCES[sentence].format(**values)

    # --- numbers ---

    def number(self, count: int | str | Decimal) -> str:
        """All digits of a number, grouped."""
        with localcontext(prec=_DIGITS):  # babel rounds to the context's digits
            return format_decimal(Decimal(count), locale=self.locale, decimal_quantization=False)

    def count(self, count: int | str, noun: str) -> str:
        """A number and its noun: 1 report, 2 reports."""
        return f"{self.number(count)} {self.noun(count, noun)}"

    def noun(self, count: int | str | Decimal, noun: str) -> str:
        one, other = NOUNS[noun]
        return one if Decimal(count) == 1 else other

    def share(self, part: int | str, whole: int | str) -> str:
        """A rounded percentage; a dash where there is no whole."""
        if int(whole) == 0:
            return "–"
        return format_percent(Decimal(int(part)) / Decimal(int(whole)), format="#,##0.0 %", locale=self.locale)

    def quantity(self, amount: str, unit: str) -> str:
        """An amount and its unit: 12.5 kg, 1 stick, 2,000 EUR. For reading: at most three decimals, or three digits
        where it is smaller than that; the tables are exact."""
        one, other = UNITS.get(unit, (None, None))
        name = (one if Decimal(amount) == 1 else other) or unit
        return f"{self.number(_readable(Decimal(amount)))} {name}"

    # --- codes ---

    def label(self, code_list: str, code: str) -> str:
        """The code's label; what an operation added itself is shown as its last step, made readable."""
        if is_code(code_list, code):
            return label(code_list, code, self.language)
        return code.rpartition(".")[2].replace("_", " ").capitalize() if code_list == "commodity" else code

    def inside(self, code_list: str, code: str) -> str:
        """The code's label within a sentence: fuel tank, but X-ray."""
        text = self.label(code_list, code)
        return text[:1].lower() + text[1:] if text[1:2].islower() else text

    def unit(self, unit: str) -> str:
        return UNITS[unit][1] if unit in UNITS else unit

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
        return format_date(first_day(text), _DAY_FORMATS[precision(text)], locale=self.locale)

    def weekday(self, text: str) -> str:
        return format_date(first_day(text), "EEEE d MMMM y", locale=self.locale)

    def short_day(self, text: str) -> str:
        return format_date(first_day(text), "d MMM", locale=self.locale)

    def instant(self, at: int, zone: str) -> str:
        """An instant (UTC milliseconds) as the clocks of that zone show it."""
        local = datetime.fromtimestamp(at // 1000, ZoneInfo(zone))
        return format_datetime(local, "d MMM y, HH:mm", tzinfo=local.tzinfo, locale=self.locale)


def _readable(amount: Decimal) -> Decimal:
    with localcontext(prec=_DIGITS):
        smallest = min(-_DECIMALS, amount.adjusted() - _DECIMALS + 1) if amount else -_DECIMALS
        exponent = amount.as_tuple().exponent
        if isinstance(exponent, int) and exponent >= smallest:
            return amount
        return amount.quantize(Decimal(1).scaleb(smallest)).normalize()
