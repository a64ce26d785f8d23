import tomllib

from vocu.form.typed import as_form

TYPED = """
seizure_day = 2023-12-01
seized_at = 2023-12-01T08:30:00Z
seizures = 3
goods = [{commodity = "tobacco.cigarettes", quantity = 806000, value = 12.50, pending = true}]
"""


def test_amounts_need_no_quotes_and_keep_their_digits_while_counts_stay_numbers() -> None:
    form = as_form(tomllib.loads(TYPED, parse_float=str))
    assert form["goods"] == [
        {"commodity": "tobacco.cigarettes", "quantity": "806000", "value": "12.50", "pending": True}
    ]
    assert type(form["seizures"]) is int


def test_days_and_moments_are_written_as_iso_8601_has_them() -> None:
    form = as_form(tomllib.loads(TYPED, parse_float=str))
    assert (form["seizure_day"], form["seized_at"]) == ("2023-12-01", "2023-12-01T08:30:00Z")
