"""What a country's own posts add up to, and how its national report differs from that."""

from decimal import Decimal

import pytest

from tests.core.compilation.logs import Log, goods, seizure
from tests.core.form.forms import example
from vocu.canonical import encode
from vocu.form.returns import Check, ConfirmedTotal, NationalReport
from vocu.form.schema import read
from vocu_client.overviews.own_posts import differences, own_posts

CIGARETTES = ("tobacco.cigarettes", "stick")


@pytest.fixture
def log() -> Log:
    log = Log("DE", "FR")
    log.report("DE", seizure(goods(quantity="99")))
    log.open("OPERATIONAL")
    log.report("DE", seizure(goods(quantity="1200"), goods(quantity=None), persons_involved=2))
    log.report("FR", seizure(goods("cash.banknotes", "5000", "currency", currency="USD"), joint_with=("DE",)))
    log.withdraw("DE", log.report("DE"))
    log.file("DE", "2024-01-15", Check(kind="vehicles", checked=80, with_result=1), persons_involved=7)
    log.open("POST_OPERATIONAL")
    log.report("DE", seizure(goods(quantity="800.5"), seizures=3))
    return log


def test_posts_of_the_phase_add_up_and_tests_follow_ups_and_withdrawn_ones_do_not(log: Log) -> None:
    posted = own_posts(log.ledger, "DE")
    assert (posted.reports, posted.seizures, posted.controls) == (2, 2, 80)
    cigarettes = posted.goods[CIGARETTES]
    assert (cigarettes.seizures, cigarettes.quantity, cigarettes.open) == (1, Decimal(1200), 1)


def test_a_joint_seizure_is_credited_to_each(log: Log) -> None:
    usd = ("cash.banknotes", "USD")
    german, french = own_posts(log.ledger, "DE"), own_posts(log.ledger, "FR")
    assert german.goods[usd] == french.goods[usd]
    assert french.seizures == 1


def test_persons_are_those_of_the_reports_and_not_of_the_returns(log: Log) -> None:
    assert own_posts(log.ledger, "DE").persons_involved == 2


def test_who_posted_nothing_confirms_zero(log: Log) -> None:
    nothing = own_posts(log.ledger, "PL")
    assert nothing.form() == {"seizures": 0}


def test_the_form_that_a_report_begins_with_is_accepted_and_differs_in_nothing(log: Log) -> None:
    posted = own_posts(log.ledger, "DE")
    report = read("national_report", encode(posted.form()))
    assert isinstance(report, NationalReport)
    assert report.seizures == 2
    assert {line.currency for line in report.totals} == {None, "USD"}
    assert all(each.agrees for each in differences(report, posted))


def test_differences_name_what_only_one_of_both_knows(log: Log) -> None:
    totals = (
        ConfirmedTotal(commodity="tobacco.cigarettes", unit="stick", seizures=1, quantity=Decimal(1100)),
        ConfirmedTotal(commodity="drugs.cocaine", unit="KGM", seizures=1, quantity=Decimal(2)),
    )
    found = {each.commodity: each for each in differences(NationalReport(2, totals), own_posts(log.ledger, "DE"))}
    assert found["tobacco.cigarettes"].quantity == Decimal(-100)
    assert found["tobacco.cigarettes"].seizures == 0
    assert (found["drugs.cocaine"].posted, found["drugs.cocaine"].quantity) == (None, Decimal(2))
    assert (found["cash.banknotes"].confirmed, found["cash.banknotes"].quantity) == (None, Decimal(-5000))
    assert not any(each.agrees for each in found.values())


def test_the_example_of_the_form_is_compared_without_any_posts() -> None:
    report = read("national_report", encode(example("national_report")))
    assert isinstance(report, NationalReport)
    assert len(differences(report, own_posts(Log("DE").ledger, "DE"))) == 2
