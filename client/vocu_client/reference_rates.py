"""The ECB's euro reference rates that an operation needs, from the list that is installed here; nothing is fetched."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Final

from currency_converter import CurrencyConverter, RateNotFoundError  # type: ignore[import-untyped]
from msgspec import Struct

from vocu.compilation.counting import counted
from vocu.compilation.ledger import Ledger, Reference
from vocu.form.days import precision
from vocu.form.quantities import plain
from vocu.operation.bodies import Rate

EURO: Final = "EUR"
HOLDS_FOR: Final = timedelta(days=7)
"""A rate holds until the next one is published, so long at most: over week-ends and holidays."""
SOURCE: Final = "European Central Bank, euro foreign exchange reference rates"
MOST: Final = 1500
"""Rates in one publication; what goes beyond is left for the next one."""


class Occurrence(Struct, frozen=True, order=True):
    """A currency in which a report gives an amount, and the day of the seizure."""

    currency: str
    day: str


class Found(Struct, frozen=True):
    """The rates to publish, each of the day on which the ECB published it; and what has none there."""

    rates: tuple[Rate, ...]
    missing: tuple[Occurrence, ...]


def occurrences(ledger: Ledger) -> dict[Occurrence, int]:
    """How many reports have an amount in each currency and of each day, the euro left out. Where only the month or the
    year of a seizure is known there is no rate for it, and it is left out, too."""
    found: dict[Occurrence, int] = {}
    for entry in (*counted(ledger), *counted(ledger, "follow_up")):
        if precision(entry.stat.seizure_day) != "day":
            continue
        for currency in {line.currency for line in entry.stat.goods if line.currency not in (None, EURO)}:
            occurrence = Occurrence(str(currency), entry.stat.seizure_day)
            found[occurrence] = found.get(occurrence, 0) + 1
    return dict(sorted(found.items()))


def without_rate(ledger: Ledger) -> dict[Occurrence, int]:
    """Those occurrences for which no published rate holds."""
    return {each: count for each, count in occurrences(ledger).items() if rate_day(ledger.reference, each) is None}


def rate_day(reference: Reference, occurrence: Occurrence) -> str | None:
    """The day of the published rate that holds for it; None where there is none."""
    days = _days_back(occurrence.day)
    return next((day for day in days if (day, occurrence.currency) in reference.rates), None)


def from_the_ecb(wanted: Iterable[Occurrence], published: Mapping[tuple[str, str], Decimal]) -> Found:
    """The ECB's rates for these, without those that are published already."""
    rates: dict[tuple[str, str], Rate] = {}
    missing = []
    for occurrence in wanted:
        rate = _ecb_rate(occurrence)
        if rate is None:
            missing.append(occurrence)
        elif published.get((rate.day, rate.currency)) != Decimal(rate.per_euro):
            rates[rate.day, rate.currency] = rate
    return Found(tuple(rates[key] for key in sorted(rates))[:MOST], tuple(sorted(missing)))


def newest_day() -> str:
    """The last day for which the list that is installed here has rates."""
    return str(_list().bounds[EURO].last_date.isoformat())


def _ecb_rate(occurrence: Occurrence) -> Rate | None:
    rates = _list()
    if occurrence.currency not in rates.currencies:
        return None
    for day in _days_back(occurrence.day):
        try:
            per_euro = rates.convert(1, EURO, occurrence.currency, date=date.fromisoformat(day))
        except RateNotFoundError:
            continue
        return Rate(day=day, currency=occurrence.currency, per_euro=plain(per_euro))
    return None


def _days_back(day: str) -> list[str]:
    return [(date.fromisoformat(day) - timedelta(days=age)).isoformat() for age in range(HOLDS_FOR.days + 1)]


@cache
def _list() -> CurrencyConverter:
    return CurrencyConverter(decimal=True)
