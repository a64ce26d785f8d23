from datetime import date

import pytest

from vocu.form.days import first_day, last_day, precision


@pytest.mark.parametrize(
    ("text", "how", "first", "last"),
    [
        ("2022-10-17", "day", date(2022, 10, 17), date(2022, 10, 17)),
        ("2024-02", "month", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-02", "month", date(2023, 2, 1), date(2023, 2, 28)),
        ("2022", "year", date(2022, 1, 1), date(2022, 12, 31)),
    ],
)
def test_a_text_says_how_precise_it_is_and_covers_its_days(text: str, how: str, first: date, last: date) -> None:
    assert precision(text) == how
    assert (first_day(text), last_day(text)) == (first, last)


@pytest.mark.parametrize("text", ["2023-02-29", "2022-13", "0000", "17.10.22", "", "2022-W42"])
def test_what_the_calendar_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        first_day(text)
