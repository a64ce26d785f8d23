import csv
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.form.forms import amounts, shortest_report
from tests.shared import shared_file
from vocu.errors import MalformedError
from vocu.form.codes import is_code
from vocu.form.quantities import (
    CIGARETTE_RULES,
    EXACT_RULES,
    Quantity,
    add_up,
    convert,
    plain,
    quantity_of,
)
from vocu.form.report import GoodsLine
from vocu.form.schema import findings

quantities = st.builds(Quantity, amounts, st.sampled_from(["KGM", "H87", "EUR"]))


@given(st.lists(quantities), st.randoms())
def test_the_order_of_adding_up_does_not_show(items: list[Quantity], random: object) -> None:
    other = list(items)
    random.shuffle(other)  # type: ignore[attr-defined]
    spelled = [(unit, plain(total)) for unit, total in add_up(items).items()]
    assert spelled == [(unit, plain(total)) for unit, total in add_up(other).items()]


@given(st.lists(quantities))
def test_totals_are_exact_and_unlike_units_stay_apart(items: list[Quantity]) -> None:
    totals = add_up(items)
    assert list(totals) == sorted({item.unit for item in items})
    for unit, total in totals.items():
        assert Fraction(total) == sum(Fraction(item.amount) for item in items if item.unit == unit)


def test_a_thousand_kilograms_and_pieces_stand_side_by_side() -> None:
    items = [Quantity(Decimal("1200"), "KGM"), Quantity(Decimal(35), "H87"), Quantity(Decimal("0.10"), "KGM")]
    assert {unit: plain(total) for unit, total in add_up(items).items()} == {"KGM": "1200.1", "H87": "35"}


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "1E+120"])
def test_what_cannot_be_added_up_exactly_is_refused_and_not_rounded(amount: str) -> None:
    with pytest.raises(MalformedError) as refused:
        add_up([Quantity(Decimal(1), "KGM"), Quantity(Decimal(amount), "KGM")])
    assert refused.value.code == "bad-quantity"


@given(amounts)
def test_the_plain_spelling_keeps_the_value_and_is_the_only_one(amount: Decimal) -> None:
    assert Decimal(plain(amount)) == amount
    assert plain(Decimal(f"{amount:f}{'00' if '.' in str(amount) else '.00'}")) == plain(amount)
    assert "E" not in plain(amount)


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1E+3", "1000"), ("1200.50", "1200.5"), ("0.000", "0"), ("-0.0", "0"), ("1E-18", "0." + "0" * 17 + "1")],
)
def test_plain_has_no_exponent_and_no_idle_zero(amount: str, text: str) -> None:
    assert plain(Decimal(amount)) == text


def test_plain_refuses_what_is_no_number() -> None:
    with pytest.raises(MalformedError):
        plain(Decimal("NaN"))


@pytest.mark.parametrize(
    ("amount", "source", "target", "result", "rule"),
    [
        ("901315.23", "LBR", "KGM", "408829.7112927951", "pound-avoirdupois"),
        ("1", "LBR", "KGM", "0.45359237", "pound-avoirdupois"),
        ("2.5", "GRM", "KGM", "0.0025", "gram"),
        ("97731", "TNE", "KGM", "97731000", "tonne"),
        ("136", "MLT", "LTR", "0.136", "millilitre"),
    ],
)
def test_a_conversion_is_exact_and_names_its_rule(
    amount: str, source: str, target: str, result: str, rule: str
) -> None:
    converted = convert(Quantity(Decimal(amount), source), target)
    assert converted is not None
    assert (plain(converted.quantity.amount), converted.quantity.unit, converted.rule) == (result, target, rule)


def test_packs_become_sticks_only_by_a_rule_that_was_adopted() -> None:
    packs = Quantity(Decimal(3), "pack")
    assert convert(packs, "stick") is None
    converted = convert(packs, "stick", CIGARETTE_RULES)
    assert converted is not None
    assert (converted.quantity, converted.rule) == (Quantity(Decimal(60), "stick"), "pack-of-20")


def test_a_conversion_that_does_not_fit_is_refused() -> None:
    with pytest.raises(MalformedError):
        convert(Quantity(Decimal("1" * 95), "LBR"), "KGM")


def test_rules_lead_from_known_units_to_known_units_and_have_names_of_their_own() -> None:
    rules = EXACT_RULES + CIGARETTE_RULES
    assert len({rule.name for rule in rules}) == len(rules)
    assert all(is_code("unit", rule.source) and is_code("unit", rule.target) for rule in rules)


def test_money_counts_under_its_currency_so_that_currencies_are_never_mixed() -> None:
    euro = GoodsLine(commodity="cash.banknotes", unit="currency", quantity=Decimal(10), currency="EUR")
    zloty = GoodsLine(commodity="cash.banknotes", unit="currency", quantity=Decimal(7), currency="PLN")
    found = [item for item in map(quantity_of, (euro, zloty)) if item]
    assert add_up(found) == {"EUR": Decimal(10), "PLN": Decimal(7)}


@pytest.mark.parametrize("unit", ["other", "not_known"])
def test_amounts_in_no_known_unit_have_no_total(unit: str) -> None:
    assert quantity_of(GoodsLine(commodity="other", unit=unit, quantity=Decimal(3))) is None


def test_a_pending_quantity_has_no_total() -> None:
    assert quantity_of(GoodsLine(commodity="drugs", unit="KGM", quantity_basis="pending")) is None


def test_the_published_totals_of_real_seizures_come_out() -> None:
    path = shared_file("data/cbp_drugs_us/nationwide-drugs-fy20-fy23.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["FY"].startswith("2023")]
    lines = [
        GoodsLine(commodity="drugs", unit="LBR", quantity=Decimal(plain(Decimal(row["Sum Qty (lbs)"])))) for row in rows
    ]
    pounds = Quantity(add_up(found for line in lines if (found := quantity_of(line)))["LBR"], "LBR")
    kilograms = convert(pounds, "KGM")
    assert len(rows) == 2365
    assert round(pounds.amount, 2) == Decimal("549238.23")
    assert kilograms is not None
    assert round(kilograms.quantity.amount, 2) == Decimal("249130.27")


def test_every_row_of_real_seizures_fits_the_form() -> None:
    path = shared_file("data/cbp_drugs_us/nationwide-drugs-fy20-fy23.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in list(csv.DictReader(file))[::20]:
            quantity = plain(Decimal(row["Sum Qty (lbs)"]))
            place = row["Area of Responsibility"].upper()
            goods = [{"commodity": "drugs", "unit": "LBR", "quantity": quantity}]
            assert findings("seizure", shortest_report(goods=goods, place=place)) == (), row
