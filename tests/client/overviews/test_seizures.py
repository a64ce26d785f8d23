"""The table of seizures: filters, search, sorting, pages, totals that never add unlike units, points and ways."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.client.overviews.seen import Seen
from tests.client.replicas import Replicated
from tests.core.compilation.logs import goods, seizure
from tests.scenario import Scenario
from vocu.errors import RefusedError
from vocu.form.report import Route, Stop
from vocu.operation import bodies, events
from vocu_client.overviews.filtering import Filter
from vocu_client.overviews.seizures import SORTS


def report(scenario: Scenario, by: str = "DE", *lines: Any, **fields: Any) -> str:
    return scenario.post(by, events.SeizureReported(stat=seizure(*lines, **fields)))


def ids(seen: Seen, **wanted: Any) -> list[str]:
    return [row.report.id for row in seen.overviews.seizures.all(Filter(**wanted))]


def test_filters_let_through_what_fits_them_all(scenario: Scenario, de: Seen) -> None:
    cigarettes = report(scenario, "DE", seizure_day="2024-01-10")
    cocaine = report(scenario, "FR", goods("drugs.cocaine", 2, "KGM"), place="FRMRS", transport_mode="maritime")
    joint = report(scenario, "PL", seizure_day="2024-01", joint_with=("DE",))
    de.see()
    assert ids(de) == [cigarettes, cocaine, joint]
    assert ids(de, country="DE") == [cigarettes, joint]
    assert ids(de, commodity="drugs") == [cocaine]
    assert ids(de, commodity="tobacco.cigarettes", country="PL") == [joint]
    assert ids(de, place="FRMRS") == ids(de, mode="maritime") == [cocaine]
    assert ids(de, first_day="2024-01-11") == [cocaine, joint]
    assert ids(de, last_day="2024-01-11") == [cigarettes, joint]
    assert ids(de, first_day="2024-02-01") == []


def test_statuses_say_how_a_report_stands(scenario: Scenario, de: Seen) -> None:
    plain = report(scenario, "FR")
    pending = report(scenario, "FR", goods(quantity=None))
    behalf = report(scenario, "PL", on_behalf_of="DE")
    restricted = scenario.post("FR", events.SeizureReported(stat=seizure()), readers={"stat": ("PL",)})
    withdrawn = report(scenario, "DE")
    scenario.post("DE", events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="error")), ref=withdrawn)
    scenario.open("POST_OPERATIONAL")
    follow_up = report(scenario, "FR")
    de.see()
    assert ids(de, statuses=("counts",)) == [plain, pending, behalf, follow_up]
    assert ids(de, statuses=("pending",)) == [pending]
    assert ids(de, statuses=("unconfirmed",)) == [behalf]
    assert ids(de, statuses=("restricted",)) == [restricted]
    assert ids(de, statuses=("withdrawn",)) == [withdrawn]
    assert ids(de, statuses=("follow_up",)) == [follow_up]
    assert ids(de, statuses=("mine",)) == [behalf, withdrawn]
    assert ids(de, statuses=("mine", "counts")) == [behalf]
    scenario.post("DE", events.SeizureConfirmed(stat=bodies.Confirmation(revision=behalf)), ref=behalf)
    de.see()
    assert ids(de, statuses=("unconfirmed",)) == []


def test_a_test_report_is_marked_and_counts_nowhere(tmp_path: Path) -> None:
    scenario = Scenario("DE")
    tried = report(scenario)
    de = Seen(Replicated(scenario, "DE", tmp_path))
    assert de.see().seizures.find().counted == 0
    assert ids(de, statuses=("test",)) == [tried]


def test_an_amendment_changes_the_row_and_nothing_else(scenario: Scenario, de: Seen) -> None:
    first, second = report(scenario), report(scenario, "FR")
    untouched = de.see().seizures.row(second)
    scenario.post("DE", events.SeizureAmended(stat=seizure(place="GDANSK")), ref=first)
    de.see()
    assert ids(de, place="GDANSK") == [first]
    assert de.overviews.seizures.row(second) is untouched
    with pytest.raises(RefusedError, match="holds no seizure"):
        de.overviews.seizures.row("A" * 22)


@pytest.mark.parametrize(
    "text",
    [
        "gdansk",
        "GDAŃ",
        "volvo fh",
        "cocaine",
        "PL-CUSTOMS-2024-17",
        "jin",
        "24022090",
        "maritime",
        "poland",
        "fuel tank",
    ],
)
def test_text_is_found_in_places_numbers_brands_and_the_labels_of_codes(
    text: str, scenario: Scenario, de: Seen
) -> None:
    wanted = report(
        scenario, "PL", goods("drugs.cocaine", 1, "KGM", brand="jin_ling", hs_found="24022090"), place="GDANSK",
        make="VOLVO", model="FH", report_number="PL-CUSTOMS-2024-17", transport_mode="maritime",
        concealment="fuel_tank",
    )  # fmt: skip
    report(scenario, "FR", place="MARSEILLE")
    de.see()
    assert ids(de, text=text) == [wanted]


def test_labels_are_searched_in_the_language_of_who_searches(scenario: Scenario, de: Seen) -> None:
    wanted = report(scenario, "FR", country="FR")
    de.see()
    assert ids(de, text="frankreich", language="de") == [wanted]
    assert ids(de, text="frankreich", language="en") == []


def test_totals_keep_units_apart_and_leave_pending_amounts_visible(scenario: Scenario, de: Seen) -> None:
    report(scenario, "DE", goods(quantity="1000.5"), goods("tobacco.cigarettes", 3, "pack"))
    report(scenario, "FR", goods(quantity="0.5"), seizures=3)
    report(scenario, "FR", goods(quantity=None))
    found = de.see().seizures.find()
    assert [(s.commodity, s.unit, s.reports, s.seizures, s.quantity) for s in found.sums] == [
        ("tobacco.cigarettes", "pack", 1, 1, Decimal(3)),
        ("tobacco.cigarettes", "stick", 2, 4, Decimal(1001)),
        ("tobacco.cigarettes", "stick", 1, 1, None),
    ]
    assert (found.total, found.counted) == (3, 3)


def test_what_does_not_count_is_shown_and_not_added(scenario: Scenario, de: Seen) -> None:
    withdrawn = report(scenario)
    report(scenario, "FR", goods(quantity=7))
    scenario.post("DE", events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="error")), ref=withdrawn)
    found = de.see().seizures.find()
    assert (found.total, found.counted, [each.quantity for each in found.sums]) == (2, 1, [Decimal(7)])


def test_pages_are_cut_from_one_sorted_list(scenario: Scenario, de: Seen) -> None:
    sent = [report(scenario, "DE", goods(quantity=amount)) for amount in (5, 1, 3)]
    seizures = de.see().seizures
    assert [row.report.id for row in seizures.find().rows] == sent[::-1]
    by_amount = [sent[1], sent[2], sent[0]]
    assert [row.report.id for row in seizures.find(sort="quantity", ascending=True).rows] == by_amount
    page = seizures.find(sort="quantity", ascending=True, offset=1, limit=1)
    assert ([row.report.id for row in page.rows], page.total) == ([sent[2]], 3)
    assert len(seizures.find(limit=None).rows) == 3


@pytest.mark.parametrize("sort", SORTS)
def test_every_order_takes_restricted_reports_too(sort: Any, scenario: Scenario, de: Seen) -> None:
    report(scenario, "DE", goods(value=Decimal(5), currency="EUR"), persons_involved=2)
    report(scenario, "DE", goods(quantity=None))
    scenario.post("FR", events.SeizureReported(stat=seizure()), readers={"stat": ("PL",)})
    up = de.see().seizures.find(sort=sort, ascending=True).rows
    down = de.overviews.seizures.find(sort=sort).rows
    assert len({row.report.id for row in up}) == len({row.report.id for row in down}) == 3


def test_points_and_ways_are_counted(scenario: Scenario, de: Seen) -> None:
    way = Route(departure=Stop(country="BY", place="BREST"), destination=Stop(country="DE"))
    first, second = report(scenario, "PL", route=way), report(scenario, "PL", route=way)
    third = report(scenario, "FR", place="FRMRS", route=Route(departure=Stop(country="MA")))
    seizures = de.see().seizures
    assert [(p.country, p.place, p.reports) for p in seizures.points(Filter())] == [
        ("PL", "TERESPOL", (first, second)), ("FR", "FRMRS", (third,)),
    ]  # fmt: skip
    (only,) = seizures.ways(Filter())
    assert ([stop.country for stop in only.stops], only.reports) == (["BY", "DE"], (first, second))


def test_choices_name_what_is_there_the_most_frequent_first(scenario: Scenario, de: Seen) -> None:
    report(scenario, "FR", goods("drugs.cocaine", 1, "KGM"))
    report(scenario, "DE")
    report(scenario, "DE")
    choices = de.see().seizures.choices()
    assert choices["country"] == ["DE", "FR"]
    assert set(choices["commodity"][:2]) == {"tobacco.cigarettes", "tobacco"}
    assert set(choices["commodity"][2:]) == {"drugs.cocaine", "drugs"}


def test_choices_keep_up_with_what_comes_in(scenario: Scenario, de: Seen) -> None:
    cigarettes = report(scenario, "DE")
    assert de.see().seizures.choices()["mode"] == ["road"]
    amended = events.SeizureAmended(stat=seizure(transport_mode="rail"))
    scenario.post("DE", amended, ref=cigarettes)
    report(scenario, "FR", transport_mode="maritime")
    assert set(de.see().seizures.choices()["mode"]) == {"rail", "maritime"}
    assert set(de.see().seizures.choices()["country"]) == {"DE", "FR"}
