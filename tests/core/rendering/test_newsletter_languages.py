"""Newsletters of the same day agree in every figure, whatever language they are read in."""

import re
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from babel import Locale
from babel.numbers import get_decimal_symbol, get_group_symbol, parse_decimal

from tests.core.compilation.logs import bodies, compiled, goods, seizure
from tests.core.rendering.test_newsletter import busy
from vocu.form.report import Route, Stop
from vocu.operation import events
from vocu.rendering.catalogue import COMPLETE
from vocu.rendering.text import newsletter_text
from vocu.rendering.wording import Wording


def rich() -> dict[str, Any]:
    """The figures of a busy day, with amounts of every size below a milliard, corrections, notices and routes."""
    log, _ = busy()
    since = log.ledger.issues[-1].position
    way = Route(departure=Stop(country="TR"), transit=(Stop(country="BG"),), destination=Stop(country="DE"))
    log.report("DE", seizure(goods(quantity="12345678"), seizures=1234, route=way, persons_arrested=17))
    log.report("NL", seizure(goods("drugs.cocaine", "1234.5678", "KGM"), transport_mode="maritime", route=way))
    log.report("NL", seizure(goods("cash.banknotes", "98765.4", "currency", currency="EUR"), transport_mode="air"))
    log.report("LT", seizure(goods("drugs.khat", None, "KGM"), goods("drugs.khat", "0.000066", "KGM")))
    log.withdraw("DE", next(iter(log.ledger.reports)))
    log.admit("SE")
    log.post("PL", events.AnnouncementPosted(text=None))
    log.post("PL", events.ReferencePublished(plain=bodies.Reference()))
    return compiled(log, number=2, since=since, window_to=log.state.at)


def numbers(figures: dict[str, Any], language: str) -> Counter[Decimal]:
    """All numbers of the newsletter in words, each as often as it is there; days and instants are left out, because
    languages write them in their own ways."""
    wording = Wording(language)
    text = re.sub(r"[ \n]+", " ", newsletter_text(figures, language=language))
    header = figures["header"]
    days = {header["day"], *(issue["day"] for issue in figures["issues"]), *(row["day"] for row in figures["notable"])}
    told = [wording.instant(header["window"][end], header["zone"]) for end in ("from", "to")]
    told += [say(day) for say in (wording.weekday, wording.day, wording.short_day) for day in sorted(days)]
    for date in told:
        assert " " not in date or re.sub(r"[ \n]+", " ", date) == date
        text = text.replace(date, "·")
    locale = Locale.parse({"en": "en-GB"}.get(language, language), sep="-")
    group, point = get_group_symbol(locale), get_decimal_symbol(locale)
    found = re.findall(rf"\d+(?:[{re.escape(group + point)}]\d+)*", text)
    return Counter(parse_decimal(number, locale=locale) for number in found)


def test_all_languages_agree_in_every_figure() -> None:
    figures = rich()
    english = numbers(figures, "en")
    assert english.total() > 100
    for language in COMPLETE[1:]:
        assert numbers(figures, language) == english, language


def test_the_figures_that_are_told_are_those_that_were_compiled() -> None:
    figures = rich()
    told = numbers(figures, "en")
    for scope in ("today", "cumulative"):
        for name in ("reports", "seizures", "controls", "with_result", "nil_returns", "persons_arrested"):
            assert Decimal(figures["totals"][scope][name]) in told
    for row in figures["commodities"]["listed"]:
        amount = Decimal(row["cumulative"].get("quantity", row["cumulative"]["reports"]))
        assert any(abs(amount - number) <= Decimal("0.0005") for number in told)
    assert told[Decimal("13.2")] == 1  # million sticks, in a sentence; the table has them all
    assert told[Decimal("1234.568")] == 4  # the sentence, the table twice, the notable seizure


@pytest.mark.parametrize(
    ("language", "amount", "told"),
    [
        ("en", "999999", "999,999 sticks"),
        ("en", "1000000", "1 million sticks"),
        ("en", "1249999.5", "1.2 million sticks"),
        ("en", "593000000", "593 million sticks"),
        ("en", "999999999", "1 billion sticks"),
        ("en", "1000000000000000", "1,000,000,000,000,000 sticks"),
        ("de", "1234567", "1,2 Millionen Stück"),
        ("fr", "1234567", "1,2\xa0M "),
        ("es", "13000000", "13\xa0M "),
        ("pl", "2100000", "2,1 miliona "),
        ("el", "13000000", "13 εκατομμύρια "),
        ("bg", "13000000", "13 милиона "),
    ],
)
def test_large_amounts_are_told_in_few_digits(language: str, amount: str, told: str) -> None:
    assert Wording(language).about(amount, "stick").startswith(told)
