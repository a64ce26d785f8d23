"""What this country filed day by day, what is missing, and what is pending."""

from pathlib import Path

from tests.client.overviews.seen import Seen
from tests.client.replicas import Replicated
from tests.core.compilation.logs import goods, seizure
from tests.scenario import Scenario
from vocu.form.returns import DailyReturn
from vocu.operation import bodies, events
from vocu_client.overviews.days import local_day, midnight

DAY = 24 * 3600 * 1000


def file(scenario: Scenario, by: str, day: str, kind: str = "nil") -> None:
    scenario.post(by, events.DailyReturnFiled(stat=DailyReturn(day=day, kind=kind, running="well")))


def test_days_without_a_return_are_missing_once_they_are_here(scenario: Scenario, de: Seen) -> None:
    scenario.hub.now += 2 * DAY
    file(scenario, "DE", "2024-01-15")
    file(scenario, "FR", "2024-01-16")
    days = de.see().days
    assert [(day.day, day.missing, day.today) for day in days.filed(de.now)] == [
        ("2024-01-17", True, True), ("2024-01-16", True, False), ("2024-01-15", False, False),
    ]  # fmt: skip
    assert days.missing(de.now) == ("2024-01-16",)
    assert days.filed(de.now)[-1].filed is not None
    assert [day.missing for day in days.filed(de.now, "FR")] == [True, False, True]


def test_a_country_is_not_asked_for_the_days_before_it_was_admitted(
    scenario: Scenario, de: Seen, tmp_path: Path
) -> None:
    scenario.hub.now += 2 * DAY
    scenario.admit("IT")
    it = Seen(Replicated(scenario, "IT", tmp_path))
    assert it.see().days.missing(it.now) == ()
    assert [day.missing for day in it.see().days.filed(it.now)] == [True, False, False]
    assert de.see().days.missing(de.now) == ("2024-01-16", "2024-01-15")
    assert it.see().days.missing(it.now + DAY) == ("2024-01-17",)


def test_before_and_after_the_operation_no_day_is_asked_for(de: Seen) -> None:
    days = de.see().days
    assert days.filed(de.now - 10 * DAY) == ()
    assert days.filed(de.now + 30 * DAY)[0].day == "2024-01-19"


def test_a_day_begins_at_midnight_in_the_zone_of_the_operation(scenario: Scenario) -> None:
    genesis = scenario.hub.state.genesis
    begins = midnight(genesis, "2024-01-15")
    assert (local_day(genesis, begins - 1), local_day(genesis, begins)) == ("2024-01-14", "2024-01-15")
    assert begins % DAY == 23 * 3600 * 1000  # Warsaw in winter


def test_pending_quantities_are_listed_until_they_are_filled(scenario: Scenario, de: Seen) -> None:
    lines = (goods(), goods("cash.banknotes", None, "H87"))
    report = scenario.post("DE", events.SeizureReported(stat=seizure(*lines)))
    scenario.post("FR", events.SeizureReported(stat=seizure(goods(quantity=None))))
    (pending,) = de.see().days.pending()
    assert (pending.report.id, pending.line) == (report, 1)
    scenario.post("DE", events.SeizureAmended(stat=seizure(goods())), ref=report)
    assert de.see().days.pending() == ()


def test_a_withdrawn_report_waits_for_nothing(scenario: Scenario, de: Seen) -> None:
    report = scenario.post("DE", events.SeizureReported(stat=seizure(goods(quantity=None))))
    assert len(de.see().days.pending()) == 1
    scenario.post("DE", events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="error")), ref=report)
    assert de.see().days.pending() == ()


def test_what_the_ocu_reports_for_a_country_is_that_countrys_to_fill(scenario: Scenario, de: Seen) -> None:
    stat = seizure(goods(quantity=None), on_behalf_of="DE")
    report = scenario.post("PL", events.SeizureReported(stat=stat))
    assert [each.report.id for each in de.see().days.pending()] == [report]
