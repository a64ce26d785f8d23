import pytest

from vocu.form.codes import code_list, codes
from vocu_client.web.forms.fields import fields_of
from vocu_client.web.forms.goods import ADD_ONS, ALWAYS, offered, split_fields, usual_units

NAMES = tuple(field.name for field in fields_of("seizure")["goods"].fields)


def test_an_operation_without_scope_offers_all_commodities_in_the_order_of_the_list() -> None:
    assert [code.id for code in offered((), frozenset())] == [code.id for code in code_list("commodity").codes]


def test_a_scope_leaves_what_the_hub_would_count_and_its_own_commodities_stand_with_their_family() -> None:
    ids = [code.id for code in offered(("tobacco", "drugs.cocaine"), frozenset({"tobacco.snus"}))]
    assert ids[0] == "tobacco"
    assert ids[-2:] == ["tobacco.snus", "drugs.cocaine"]
    assert "drugs.heroin" not in ids
    assert "other" not in ids


def test_the_usual_units_are_those_of_the_nearest_known_commodity() -> None:
    assert usual_units("tobacco.cigarettes") == ("stick", "pack", "carton")
    assert usual_units("tobacco.snus") == ("stick", "KGM")
    assert usual_units("other") == ()


@pytest.mark.parametrize(
    ("commodity", "shown"),
    [
        ("cites.ivory", {"species", "appendix", "specimen_kind"}),
        ("tobacco.cigarettes", {"brand", "origin_kind"}),
        ("ipr.shoes", {"brand", "right_type"}),
        ("waste.tyres", {"basel_code"}),
        ("dual_use.military", {"control_number", "licence_status"}),
        ("cash.banknotes", {"currency", "declared_quantity"}),
    ],
)
def test_add_ons_appear_with_the_commodity(commodity: str, shown: set[str]) -> None:
    fitting, folded = split_fields(commodity, "", NAMES, frozenset())
    assert set(fitting) == shown
    assert not set(fitting) & set(folded)


def test_what_fits_no_such_commodity_is_hidden_unless_something_stands_in_it() -> None:
    _, folded = split_fields("drugs.cocaine", "KGM", NAMES, frozenset())
    assert "species" not in folded
    _, folded = split_fields("drugs.cocaine", "KGM", NAMES, frozenset({"species"}))
    assert "species" in folded


@pytest.mark.parametrize("commodity", [code.id for code in codes("commodity")])
def test_no_field_is_lost_for_any_commodity_when_it_is_used(commodity: str) -> None:
    fitting, folded = split_fields(commodity, "KGM", NAMES, frozenset(NAMES))
    assert {*fitting, *folded, *ALWAYS} == set(NAMES)


def test_add_ons_are_fields_of_a_goods_line() -> None:
    assert set(ADD_ONS) <= set(NAMES)
