from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from tests.core.form.forms import example, reports, shortest_report
from vocu.errors import MalformedError
from vocu.form.report import SeizureNominal, SeizureReport
from vocu.form.whole import amend, split, whole


def test_one_form_comes_apart_into_both_parts_and_together_again() -> None:
    form = example("seizure") | example("seizure_nominal")
    report, nominal = split(form)
    assert report.goods[0].quantity == Decimal(806000)
    assert nominal is not None
    assert nominal.persons[0].documents[0].number == "AB0000000"
    assert whole(report, nominal) == form


@given(reports)
def test_splitting_the_whole_gives_the_parts_back(report: SeizureReport) -> None:
    nominal = SeizureNominal(plates=("AA 0000-0",), free_text="Seen on the road.")
    assert split(whole(report, nominal)) == (report, nominal)
    assert split(whole(report, None)) == (report, None)


def test_no_field_stands_in_both_parts() -> None:
    assert not set(SeizureReport.__struct_fields__) & set(SeizureNominal.__struct_fields__)


def test_a_form_without_names_has_no_nominal_part() -> None:
    assert split(shortest_report())[1] is None


def test_fields_left_blank_count_as_left_out() -> None:
    blank: dict[str, Any] = {
        "country": None, "zone": "", "joint_with": [], "route": {"departure": {"country": ""}},
        "persons": [{"name": "", "arrested": False}], "free_text": "", "seizures": 1,
    }  # fmt: skip
    assert split(shortest_report(**blank)) == split(shortest_report())


@pytest.mark.parametrize("number", [True, 1.0, "1"])
def test_only_the_number_one_counts_as_one_seizure(number: object) -> None:
    with pytest.raises(MalformedError, match="seizures: "):
        split(shortest_report(seizures=number))


def test_what_is_wrong_in_either_part_is_said_at_once_and_an_unknown_field_too() -> None:
    with pytest.raises(MalformedError) as refused:
        split(shortest_report(agency="fbi", vessel_imo="12", driver="someone"))
    assert {detail.partition(":")[0] for detail in refused.value.details} == {"agency", "vessel_imo", "driver"}


def test_an_amendment_replaces_whole_fields_takes_blank_ones_away_and_leaves_the_rest() -> None:
    previous = shortest_report(zone="Europe/Warsaw", country="PL", free_text="first")
    goods = [{"commodity": "drugs.cocaine", "quantity": "12.25", "unit": "LBR"}]
    revision = amend(previous, {"goods": goods, "zone": None, "seizures": 3})
    assert revision == shortest_report(country="PL", free_text="first", goods=goods, seizures=3)
    assert previous["zone"] == "Europe/Warsaw"
    assert split(revision)[0].seizures == 3
