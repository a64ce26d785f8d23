import json
import re
from importlib import resources
from pathlib import Path

import pytest

from vocu.form import codes
from vocu_schemas import derive

NOT_CHOSEN_BY_OFFICERS = {  # closed by their meaning, or set by the program
    "annex_attribute", "answer_result", "correction", "cross_check_result", "feedback_result", "handling",
    "message_type", "objective_measure", "objective_met", "operation_type", "phase", "question_kind", "relation",
    "return_kind", "role", "route_scope", "running", "warning_action",
}  # fmt: skip


@pytest.mark.parametrize("name", codes.list_names())
def test_each_list_is_named_as_its_file_and_has_no_code_twice(name: str) -> None:
    ids = [code.id for code in codes.codes(name)]
    assert codes.code_list(name).list == name
    assert codes.code_list(name).version >= 1
    assert len(ids) == len(set(ids)) > 1


@pytest.mark.parametrize("name", codes.list_names())
def test_each_code_has_an_english_label_of_one_line(name: str) -> None:
    for code in codes.codes(name):
        assert re.fullmatch(r"\S.*\S|\S", code.label["en"]), code.id


@pytest.mark.parametrize("name", sorted(set(codes.list_names()) - NOT_CHOSEN_BY_OFFICERS))
def test_each_list_that_officers_choose_from_has_other_and_not_known(name: str) -> None:
    assert codes.is_code(name, "other")
    assert codes.is_code(name, "not_known")


def test_the_exceptions_to_that_are_real_lists() -> None:
    assert set(codes.list_names()) >= NOT_CHOSEN_BY_OFFICERS


def test_the_enumerations_of_the_schema_are_those_of_the_lists() -> None:
    committed = json.loads((resources.files("vocu_schemas") / "form" / "codes.json").read_bytes())
    assert committed == derive.code_definitions(), "run: python -m vocu_schemas.derive"


def test_an_unknown_list_is_refused_and_a_path_is_no_name() -> None:
    for name in ("nonsense", "../form/seizure", ""):
        with pytest.raises(LookupError):
            codes.codes(name)


def test_each_commodity_stands_below_a_known_parent_and_hints_at_known_units() -> None:
    for code in codes.codes("commodity"):
        assert code.parent == next(iter(codes.parents(code.id)), None)
        assert code.parent is None or codes.is_code("commodity", code.parent)
        assert all(codes.is_code("unit", unit) for unit in code.units)


def test_each_family_of_commodities_with_members_has_an_other_member() -> None:
    families = {code.parent for code in codes.codes("commodity") if code.parent}
    assert len(families) > 10
    assert all(codes.is_code("commodity", f"{family}.other") for family in families)


def test_the_commodity_tree_is_climbed_by_name() -> None:
    assert codes.family("drugs.cocaine.liquid") == "drugs"
    assert codes.family("drugs") == "drugs"
    assert codes.parents("drugs.cocaine.liquid") == ("drugs.cocaine", "drugs")
    assert codes.parents("drugs") == ()


def test_a_label_falls_back_to_english_and_an_added_code_to_itself() -> None:
    assert codes.label("commodity", "drugs.mdma") == "MDMA (ecstasy)"
    assert codes.label("commodity", "drugs.mdma", "lt") == "MDMA (ecstasy)"
    assert codes.label("commodity", "drugs.mdma.blue") == "drugs.mdma.blue"


def test_transport_modes_carry_the_numbers_of_recommendation_19() -> None:
    numbers = {code.rec19: code.id for code in codes.codes("transport_mode") if code.rec19}
    assert sorted(numbers) == [str(number) for number in range(10)]
    assert numbers["3"] == "road"
    assert numbers["0"] == "not_known"


def test_countries_are_those_of_iso_3166_and_kosovo() -> None:
    assert len(codes.countries()) == 249 + 1
    assert {"DE", "MT", "XK", "TW"} <= codes.countries()
    assert not {"EU", "UN", "ZZ", "UK", "EZ"} & codes.countries()


def test_currencies_past_and_present_are_known_and_none_is_also_a_unit() -> None:
    assert {"EUR", "PLN", "BGN", "DEM"} <= codes.currencies()
    assert "XEU€" not in codes.currencies()
    assert not codes.currencies() & {code.id for code in codes.codes("unit")}


# The first version of each list: these may gain codes, but none may ever leave.
def test_codes_are_for_ever() -> None:
    first = json.loads(Path(__file__).with_name("codes_first_published.json").read_bytes())
    for name, ids in first.items():
        gone = set(ids) - {code.id for code in codes.codes(name)}
        assert not gone, f"{name} lost {gone}; codes are never deleted"
