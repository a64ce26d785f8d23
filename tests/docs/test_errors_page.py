"""The page of error codes says what the code says."""

import re

from tests.docs.errors_page import FAMILIES, PAGE, all_codes, page
from vocu import errors

ADVICE = "run `python -m tests.docs.errors_page` and read what changed"


def test_every_code_stands_on_the_page_and_no_other_does() -> None:
    listed = re.findall(r"^\| `([a-z0-9-]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    raised = [each.code for each in all_codes()]
    assert set(raised) - set(listed) == set(), f"not documented: {ADVICE}"
    assert set(listed) - set(raised) == set(), f"no longer raised: {ADVICE}"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), ADVICE


def test_a_code_is_kebab_case_and_its_sentence_ends() -> None:
    for each in all_codes():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", each.code), each
        assert each.sentence.endswith((".", "…", "!", "?")), each


def test_the_families_are_those_of_the_code() -> None:
    defined = {
        name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, errors.VocuError)
    }
    assert defined - {"VocuError"} == set(FAMILIES)
