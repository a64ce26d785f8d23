"""docs/desk.md describes every command with every option, and nothing that is not there."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer.main

from vocu.form.schema import validate
from vocu.operation.bodies import Contacts
from vocu_client.cli import app
from vocu_client.cli.files import read_form

PAGE = Path(__file__).parents[2] / "docs" / "desk.md"
TEXT = PAGE.read_text("utf-8")
SECTIONS = re.split(r"^## ", TEXT, flags=re.MULTILINE)


def commands(group: Any, *path: str) -> Iterator[tuple[str, Any]]:
    """Every command by what one types, and the options that stand before all of them as ""."""
    own = " ".join(path)
    inner = getattr(group, "commands", {})
    if not path or not inner or getattr(group, "invoke_without_command", False):
        yield own, group
    for name, command in inner.items():
        yield from commands(command, *path, name)


COMMANDS = dict(commands(typer.main.get_command(app)))


def options(command: Any) -> set[str]:
    return {name for each in command.params if each.param_type_name == "option" for name in each.opts} - {"--help"}


def examples() -> list[str]:
    lines = re.sub(r" \\\n +", " ", TEXT).splitlines()
    return [line for line in lines if line.startswith("vocu ")]


def command_of(words: list[str]) -> str:
    return max((name for name in COMMANDS if words[: len(name.split())] == name.split()), key=len)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_an_example_and_each_of_its_options_is_described_beside_it(name: str) -> None:
    if name:
        assert any(command_of(shlex.split(line)[1:]) == name for line in examples())
    section = next(text for text in SECTIONS[1:] if f"vocu {name}".strip() in text)
    missing = [option for option in options(COMMANDS[name]) if not re.search(rf"{option}(?![a-z-])", section)]
    assert not missing


@pytest.mark.parametrize("line", examples())
def test_an_example_names_a_command_and_options_that_exist(line: str) -> None:
    words = shlex.split(re.sub(r" [<>] .*", "", line))[1:]
    name = command_of(words)
    assert name
    assert {word for word in words if word.startswith("--")} <= options(COMMANDS[name])


@pytest.mark.parametrize("name", ["contacts", "warning", "outcome"])
def test_the_files_on_the_page_are_accepted(name: str, tmp_path: Path) -> None:
    found = re.search(rf"```toml {name}\n(.*?)```", TEXT, re.DOTALL)
    assert found is not None
    assert tomllib.loads(found.group(1))
    (tmp_path / "file.toml").write_text(found.group(1), "utf-8")
    form = read_form(tmp_path / "file.toml")
    if name == "contacts":
        assert len(msgspec.convert(form, Contacts).contacts) == 2
        return
    form.pop("text", None)
    if nominal := form.pop("nominal", None):
        validate("seizure_nominal", nominal)
    validate("outcome_return" if name == "outcome" else name, form)
