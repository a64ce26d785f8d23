"""The ECB's rates of the seizure days, out of the list that is installed; nothing is asked of any network."""

import pytest

from tests.core.compilation.logs import Log, goods, seizure
from vocu.operation import bodies, events
from vocu_client.reference_rates import Occurrence, from_the_ecb, newest_day, occurrences, without_rate


def cash(log: Log, currency: str, day: str) -> None:
    log.report("DE", seizure(goods("cash.banknotes", "5000", "currency", currency=currency), seizure_day=day))


@pytest.fixture
def log() -> Log:
    log = Log("DE")
    log.open("OPERATIONAL")
    cash(log, "USD", "2024-01-16")
    cash(log, "USD", "2024-01-16")
    cash(log, "USD", "2024-01-14")  # a Sunday
    cash(log, "RSD", "2024-01-16")
    cash(log, "EUR", "2024-01-16")
    cash(log, "USD", "2024-01")
    return log


def test_what_occurs_is_counted_by_currency_and_day_without_the_euro_and_without_months(log: Log) -> None:
    assert occurrences(log.ledger) == {
        Occurrence("RSD", "2024-01-16"): 1,
        Occurrence("USD", "2024-01-14"): 1,
        Occurrence("USD", "2024-01-16"): 2,
    }


def test_the_rate_of_a_sunday_is_the_one_of_the_friday_before_and_bears_its_day(log: Log) -> None:
    found = from_the_ecb(occurrences(log.ledger), {})
    assert [(rate.day, rate.currency, rate.per_euro) for rate in found.rates] == [
        ("2024-01-12", "USD", "1.0942"),
        ("2024-01-16", "USD", "1.0882"),
    ]


def test_what_the_list_lacks_is_named(log: Log) -> None:
    assert from_the_ecb(occurrences(log.ledger), {}).missing == (Occurrence("RSD", "2024-01-16"),)
    late = Occurrence("USD", "2031-01-01")
    assert newest_day() < late.day
    assert from_the_ecb([late], {}).missing == (late,)
    rouble = Occurrence("RUB", "2024-01-16")  # the ECB stopped in March 2022
    assert from_the_ecb([rouble], {}).missing == (rouble,)


def test_what_is_published_is_not_published_again(log: Log) -> None:
    found = from_the_ecb(occurrences(log.ledger), {})
    log.post("PL", events.ReferencePublished(plain=bodies.Reference(rates=found.rates)))
    assert list(without_rate(log.ledger)) == [Occurrence("RSD", "2024-01-16")]
    assert from_the_ecb(occurrences(log.ledger), log.ledger.reference.rates).rates == ()
