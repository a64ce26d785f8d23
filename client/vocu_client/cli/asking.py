"""A mapping put together in a talk: what the desk guessed, what it asks, and the first rows as reports."""

import json
import sys
from typing import Any

import typer

from vocu.errors import MalformedError, RefusedError
from vocu.rendering.wording import Wording
from vocu_client.app import Desk
from vocu_client.cli.printing import note, say, table
from vocu_client.imports.mapping import CODE_LISTS, Mapping, mapping_of
from vocu_client.imports.previewing import Previewed, preview
from vocu_client.imports.suggesting import Question, answered, suggest
from vocu_client.imports.vocabulary import codes_of

FIRST = 3
"""Reports that are shown before the officer says yes."""


def ask_for_mapping(desk: Desk, data: bytes, words: Wording) -> Mapping:
    """The mapping of a table, as the officer confirmed it. Raises RefusedError("no-mapping") where nobody can be asked
    or he says no, MalformedError where the answers make no mapping."""
    if not may_ask():
        raise RefusedError(
            "no-mapping", "A table needs its mapping: give --mapping, or run this at a terminal, where you are asked."
        )
    added = desk.view.state.added_commodities
    found = suggest(data, words.language, own=desk.settings.ncp, added=added)
    guessed = [(column, field or "–", *_examples(found.sample, column)) for column, field in found.columns.items()]
    table(("Column", "Fills", "For example", ""), guessed)
    raw = found.raw
    for question in found.questions:
        raw = answered(raw, question.path, _answer(question, words))
    for path in found.missing:
        name = path.rpartition(".")[2]
        choices = (
            tuple(sorted(set(codes_of(path, added).values()))) if name in CODE_LISTS or name == "commodity" else ()
        )
        say(words._("No column gives {field}; what is it for all rows?", field=path))
        raw = answered(raw, path, _choose(choices))
    mapping = mapping_of(raw)
    seen = preview(desk, data, mapping, FIRST)
    for each in seen.reports:
        _show(each)
    if not typer.confirm(f"{seen.rows} rows. Is this what the table says?", err=True):
        raise RefusedError("no-mapping", "Nothing was done. Write the mapping yourself: docs/mapping.md.")
    return mapping


def may_ask() -> bool:
    """Whether somebody sits before this."""
    return sys.stdin.isatty()


def _examples(sample: tuple[dict[str, str], ...], column: str) -> tuple[str, str]:
    first = [*dict.fromkeys(row[column][:30] for row in sample if row[column]), "", ""]
    return first[0], first[1]


def _answer(question: Question, words: Wording) -> Any:
    about = f"{question.column}: " if question.column else ""
    say(f"{about}{words.fault(question.fault)}")
    return _choose(question.choices)


def _choose(choices: tuple[str, ...]) -> str:
    """One of the choices, by name or number; whatever is typed where there are none."""
    if choices:
        note("  ".join(f"[{number}] {choice}" for number, choice in enumerate(choices, 1)))
    typed = str(typer.prompt(">", prompt_suffix=" ", err=True)).strip()
    if typed.isascii() and typed.isdigit() and 0 < int(typed) <= len(choices):
        return choices[int(typed) - 1]
    if choices and typed not in choices:
        raise MalformedError("bad-answer", f"{typed!r} is none of the choices; begin again.")
    return typed


def _show(each: Previewed) -> None:
    lines = ", ".join(map(str, each.lines))
    if each.form is None:
        note(f"line {lines} would be refused:")
        for fault in each.faults:
            note(f"  - {fault}")
        return
    say(f"line {lines}, {each.participant}:")
    say(json.dumps(each.form, ensure_ascii=False, indent=2))
