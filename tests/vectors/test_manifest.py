"""No third-party vector lies about unused: a test module names it in its `VECTOR_FILES`, or it is excused here."""

import ast
from pathlib import Path

from tests.shared import shared_file

UNUSED = {
    "asvs/asvs-5.0.0-en.csv": "a list of requirements to tick by hand once the web pages exist, nothing to run",
}


def named_files() -> dict[str, str]:
    """The vector files that test modules name, each with a module that names it."""
    named: dict[str, str] = {}
    for module in sorted(Path(__file__).resolve().parents[1].rglob("*.py")):
        for statement in ast.parse(module.read_bytes()).body:
            if isinstance(statement, ast.AnnAssign):
                targets: list[ast.expr] = [statement.target]
            elif isinstance(statement, ast.Assign):
                targets = statement.targets
            else:
                continue
            if statement.value and any(isinstance(name, ast.Name) and name.id == "VECTOR_FILES" for name in targets):
                named |= dict.fromkeys(ast.literal_eval(statement.value), module.name)
    return named


def existing_files() -> set[str]:
    folder = shared_file("vectors")
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in paths if path.stem not in ("README", "LICENSE")}


def test_every_vector_file_is_used_or_excused() -> None:
    assert existing_files() - named_files().keys() - UNUSED.keys() == set()


def test_every_file_that_a_test_names_exists() -> None:
    assert {name: module for name, module in named_files().items() if name not in existing_files()} == {}


def test_every_excuse_is_for_a_file_that_exists_and_is_not_used() -> None:
    assert UNUSED.keys() <= existing_files()
    assert UNUSED.keys().isdisjoint(named_files())
