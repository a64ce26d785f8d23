from decimal import Decimal

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from tests.core.form.forms import amounts
from vocu_client.web.forms.numbers import Unreadable, read_count, read_quantity, write_quantity


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1200", "1200"),
        ("12.5", "12.5"),
        ("12,5", "12.5"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1 234,5", "1234.5"),
        ("1\u202f234\u202f567,25", "1234567.25"),
        ("1\u00a0234", "1234"),
        ("1'234.50", "1234.50"),
        ("1.234.567", "1234567"),
        ("0.500", "0.500"),
        ("0,125", "0.125"),
        ("1234.567", "1234.567"),
        ("007", "7"),
        (",5", "0.5"),
        ("  806000 ", "806000"),
    ],
)
def test_a_number_is_read_as_people_write_it(typed: str, meant: str) -> None:
    assert read_quantity(typed) == meant


@pytest.mark.parametrize("typed", ["1.234", "1,234", "806.000", "12,500"])
def test_what_could_be_two_numbers_is_asked_about(typed: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_quantity(typed)
    whole, fraction = refused.value.values["whole"], refused.value.values["fraction"]
    assert Decimal(read_quantity(whole)) == 1000 * Decimal(read_quantity(fraction))
    assert Decimal(read_quantity(fraction)) == Decimal(typed.replace(",", "."))


def test_things_that_come_whole_are_many_and_not_a_fraction() -> None:
    assert read_quantity("806.000", countable=True) == "806000"
    assert read_quantity("806.5", countable=True) == "806.5"


@pytest.mark.parametrize(
    "typed", ["", "abc", "12 kg", "-5", "+5", "1e3", "1.2.3", "12 34", "1,2,3", "1.234,567,8", "12.", "½", "١٢"]
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(Unreadable):
        read_quantity(typed)


def test_a_count_is_whole() -> None:
    assert read_count("1.234") == 1234
    assert read_count("40") == 40
    with pytest.raises(Unreadable):
        read_count("1,5")


@given(amounts, st.sampled_from(["en_GB", "de", "fr", "pl", "bg", "el", "es"]))
def test_what_was_written_is_read_as_the_same_amount(amount: Decimal, language: str) -> None:
    written = write_quantity(amount, Locale.parse(language))
    assert Decimal(read_quantity(written)) == amount
