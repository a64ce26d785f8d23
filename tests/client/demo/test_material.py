"""What the demonstration has to report is plausible, complete, and follows from the seed."""

from pathlib import Path

import pytest

from tests.shared import shared_file
from vocu.errors import VocuError
from vocu.form.codes import countries
from vocu.form.whole import split
from vocu_client.demo.generator import COUNTRIES, Generator
from vocu_client.demo.material import from_table, made_up

MAPPINGS = Path(__file__).resolve().parents[3] / "config" / "mappings"


def test_the_same_seed_makes_the_same_seizures_and_another_makes_others() -> None:
    assert made_up(Generator(3), 4, 2) == made_up(Generator(3), 4, 2)
    assert made_up(Generator(3), 4, 2) != made_up(Generator(4), 4, 2)


def test_every_made_up_report_is_a_valid_form() -> None:
    material = made_up(Generator(1), 20, 5)
    forms = [form for day in material.by_day for reports in day.values() for _, form in reports]
    assert len(forms) == material.reports > 50
    for form in forms:
        stat, nominal = split(form)
        assert nominal is not None
        assert stat.goods


def test_there_are_113_countries_to_choose_from_and_no_more() -> None:
    assert len(set(COUNTRIES)) == 113
    assert set(COUNTRIES) <= countries()
    for number in (1, 114):
        with pytest.raises(VocuError) as caught:
            made_up(Generator(1), number, 1)
        assert caught.value.code == "too-many-countries"


def test_a_real_table_is_dealt_out_to_the_countries_that_it_names() -> None:
    data = shared_file("data/poland_border_guard/przemyt_2024-01.csv")
    material = from_table(data, MAPPINGS / "poland-border-guard.toml", [], 3)
    assert (material.reports, len(material.ncps), len(material.by_day)) == (135, 9, 3)
    sizes = [sum(map(len, day.values())) for day in material.by_day]
    assert sizes == [45, 45, 45]
    again = from_table(data, MAPPINGS / "poland-border-guard.toml", [], 3)
    assert material.by_day == again.by_day


def test_a_selection_that_leaves_nothing_says_so() -> None:
    data = shared_file("data/poland_border_guard/przemyt_2024-01.csv")
    with pytest.raises(VocuError) as caught:
        from_table(data, MAPPINGS / "poland-border-guard.toml", ["OSG=Nowhere"], 3)
    assert caught.value.code == "nothing-to-report"
