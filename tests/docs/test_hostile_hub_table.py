"""The threat model's table of what a hostile hub may try, and the tests that try it, say the same.

The last column names a test, or one case of a test's table by its words; the column before it, the code that the desk
then raises, which that very test or case must hold.
"""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.docs.errors_page import ROOT, all_codes

PAGE = ROOT / "docs" / "threat-model.md"
TITLE = "## What a hostile hub may try"


class Row(NamedTuple):
    misbehaviour: str
    codes: tuple[str, ...]
    file: str
    test: str


def table() -> Iterator[Row]:
    section = PAGE.read_text(encoding="utf-8").partition(TITLE)[2].partition("\n## ")[0]
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 3 and cells[2].startswith("`"):
            file, test = re.fullmatch(r"`([\w/]+\.py)`: (.+)", cells[2]).groups()  # type: ignore[union-attr]
            yield Row(cells[0], tuple(re.findall(r"`([a-z0-9-]+)`", cells[1])), file, test.strip("`"))


ROWS = list(table())


@pytest.mark.parametrize("row", ROWS, ids=[row.misbehaviour for row in ROWS])
def test_each_row_names_a_test_that_holds_its_code(row: Row) -> None:
    tree = ast.parse((ROOT / "tests" / "system" / row.file).read_text(encoding="utf-8"))
    found = list(_named(tree, row.test))
    assert found, f"{row.file} has no test or case {row.test!r}"
    held = {text for node in found for text in _texts(node)}
    assert held >= set(row.codes), f"{row.test!r} holds {sorted(held)}"


def test_there_are_twenty_misbehaviours_and_more_each_with_an_alarm_of_its_own() -> None:
    assert len({row.misbehaviour for row in ROWS}) == len(ROWS)
    assert len({row.codes[0] for row in ROWS if row.codes}) >= 20


def test_every_code_of_the_table_is_one_that_is_raised() -> None:
    assert {code for row in ROWS for code in row.codes} <= {each.code for each in all_codes()}


def test_every_file_of_tests_of_a_hostile_hub_is_in_the_table() -> None:
    there = {f"hostile/{path.name}" for path in (ROOT / "tests/system/hostile").glob("test_*.py")}
    assert there <= {row.file for row in ROWS}


def _named(tree: ast.Module, name: str) -> Iterator[ast.AST]:
    """The function of this name, or the rows of tables that begin with it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
            yield node
        elif isinstance(node, ast.Tuple | ast.Call):
            cells = node.elts if isinstance(node, ast.Tuple) else node.args
            if cells and isinstance(cells[0], ast.Constant) and cells[0].value == name:
                yield node


def _texts(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value
