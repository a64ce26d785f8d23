"""How far the objectives are, in words."""

from typing import Any

import pytest

from vocu.rendering.progress import progress
from vocu.rendering.wording import Wording


def row(reached: str, threshold: str, **more: Any) -> dict[str, Any]:
    return {
        "measure": "seizures",
        "reached": reached,
        "threshold": threshold,
        "met": float(reached) >= float(threshold),
    } | more


@pytest.mark.parametrize(
    ("reached", "threshold", "standing", "share"),
    [
        ("0", "300", "0.0 %", 0.0),
        ("150", "300", "50.0 %", 0.5),
        ("299.99", "300", "99.9 %", 299.99 / 300),
        ("300", "300", "reached", 1.0),
        ("301", "300", "reached", 1.0),
        ("0", "0", "reached", 1.0),
    ],
)
def test_a_standing_never_reads_as_reached_before_it_is(
    reached: str, threshold: str, standing: str, share: float
) -> None:
    found = progress(row(reached, threshold), Wording())
    assert found.standing == standing
    assert found.share == pytest.approx(share)
    assert found.met == (standing == "reached")


def test_an_objective_is_called_by_its_own_name_or_by_what_it_measures() -> None:
    assert progress(row("1", "2", name="Vehicles at the border"), Wording()).name == "Vehicles at the border"
    assert progress(row("1", "2", commodity="tobacco"), Wording()).name == "Seizures: Tobacco"
    assert progress(row("1", "2"), Wording()).name == "Seizures"


def test_a_quantity_stands_with_its_unit_and_all_its_digits() -> None:
    amounts = row("1234567.5", "5000000", measure="quantity", unit="stick", commodity="tobacco.cigarettes")
    assert progress(amounts, Wording()).text == "1,234,567.5 sticks of 5,000,000 sticks"


def test_what_is_missing_from_a_quantity_is_told_with_it() -> None:
    amounts = row("5", "10", measure="quantity", unit="stick", pending=2)
    assert progress(amounts, Wording()).text == "5 sticks of 10 sticks; 2 reports with a quantity still pending."
