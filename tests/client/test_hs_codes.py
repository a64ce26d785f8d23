"""HS codes: search and label."""

import pytest

from vocu_client import hs_codes


def test_a_code_is_found_by_its_first_digits() -> None:
    assert [code.code for code in hs_codes.search("2402")] == ["2402", "240210", "240220", "240290"]


def test_dots_and_spaces_between_the_digits_do_not_matter() -> None:
    assert hs_codes.search("2402.20") == hs_codes.search("2402 20") == hs_codes.search("240220") != []


def test_a_code_is_found_by_words_in_any_order_and_case() -> None:
    found = {code.code for code in hs_codes.search("TOBACCO smok")}
    assert {"240311", "240319"} <= found


def test_what_begins_with_the_word_comes_first() -> None:
    assert hs_codes.search("cigarettes")[0].code == "240220"


def test_nothing_is_found_for_nothing() -> None:
    assert hs_codes.search("") == hs_codes.search("xyzzy") == hs_codes.search("0000") == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("240220", "2402.20 Cigarettes; containing tobacco"),
        ("2402209000", "2402.20.90.00 Cigarettes; containing tobacco"),
        ("0000", "0000"),
    ],
)
def test_a_code_is_shown_with_what_is_known_of_it(code: str, expected: str) -> None:
    assert hs_codes.label(code) == expected
