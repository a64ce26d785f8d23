"""The page of error codes says what the code says."""

import ast
import re

from tests.docs.errors_page import FAMILIES, FOLDERS, PAGE, ROOT, SUBCLASSES, all_codes, page
from vocu import errors

ADVICE = "run `python -m tests.docs.errors_page` and read what changed"


def test_every_code_stands_on_the_page_and_no_other_does() -> None:
    listed = re.findall(r"^\| `([a-z0-9-]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    raised = [each.code for each in all_codes()]
    assert set(raised) - set(listed) == set(), f"not documented: {ADVICE}"
    assert set(listed) - set(raised) == set(), f"no longer raised: {ADVICE}"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), ADVICE


def test_a_code_is_kebab_case_and_says_something() -> None:
    for each in all_codes():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", each.code), each
        assert each.sentence, each


def test_the_families_are_those_of_the_code() -> None:
    kinds = (kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.VocuError))
    assert {kind.__name__ for kind in kinds} == set(FAMILIES)


def test_a_kind_of_error_that_is_made_from_another_is_known_here() -> None:
    defined = {
        node.name: node.bases[0].id
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and node.bases and isinstance(node.bases[0], ast.Name)
    }
    assert {name: base for name, base in defined.items() if base in FAMILIES and name not in FAMILIES} == SUBCLASSES
