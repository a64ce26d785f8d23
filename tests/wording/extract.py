"""Brings the catalogues in schemas/vocu_schemas/wording up to date with the code: `python -m tests.wording.extract`.

messages.pot gets all that people read; each language keeps its translations of that, gets what is new as empty
messages, and loses what nobody says any more.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from babel import Locale
from jinja2.ext import babel_extract

from tests.scenario import Scenario
from vocu.compilation.definitions import DEFINITIONS
from vocu.compilation.ledger import Ledger
from vocu.compilation.tables import compile_tables
from vocu.form.codes import codes, list_names
from vocu.rendering.catalogue import COMPLETE, Message, plural_categories, read_messages, write_messages
from vocu.rendering.english import NOUNS, SENTENCES, UNITS
from vocu.rendering.failures import ALARMS, FAMILIES, SAID

ROOT = Path(__file__).resolve().parents[2]
WORDING = ROOT / "schemas" / "vocu_schemas" / "wording"
FORMS = ROOT / "schemas" / "vocu_schemas" / "form"
TEMPLATES = ("vocu/rendering/templates", "client/vocu_client/web/templates")
CODE = ("vocu", "client/vocu_client")
LANGUAGES = tuple(sorted(set(COMPLETE) - {"en"}))
CALLS = {"_": (0, 1), "n_": (0, 2), "N_": (0, 2), "Fault": (1, 2)}
"""Which arguments of a call are English texts: from, to."""


class Said(NamedTuple):
    """A text with its context, its plural where it has one, and the file that says it."""

    context: str
    texts: tuple[str, ...]
    where: str


def messages() -> Iterator[Said]:
    """All that is to be translated, in a stable order; what is said in two places comes twice."""
    where = "vocu/rendering/english.py"
    yield from (Said("", (sentence,), where) for sentence in SENTENCES.values())
    yield from (Said("noun", noun, where) for noun in NOUNS.values())
    yield from (Said("amount", unit, where) for unit in UNITS.values())
    yield from (Said("", (said,), "vocu/rendering/failures.py") for said in (*FAMILIES.values(), *SAID, *ALARMS))
    for name in list_names():
        for code in codes(name):
            yield Said(name, (code.label["en"],), f"schemas/vocu_schemas/codes/{name}.json")
    yield from _in_tables()
    for path in sorted(FORMS.glob("*.json")):
        if path.stem != "codes":
            yield from _in_schema(msgspec.json.decode(path.read_bytes()), path)
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield from _in_code(ast.parse(path.read_bytes()), _name(path))
    for folder in TEMPLATES:
        for path in sorted((ROOT / folder).rglob("*.html")):
            yield from _in_template(path)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _in_tables() -> Iterator[Said]:
    """Titles, definitions and columns of the results tables, and what is said of an empty one."""
    for definition in DEFINITIONS.values():
        for text in (definition.title, definition.text, definition.missing):
            yield Said("table", (text,), "vocu/compilation/definitions.py")
    for table in compile_tables(Ledger(Scenario().hub.state.genesis)).tables:
        for column in table.columns:
            yield Said("table", (column.label,), "vocu/compilation/tables.py")


def _in_schema(schema: Any, path: Path) -> Iterator[Said]:
    """Titles are labels of fields, descriptions are hints; those of values say what is wrong with a value."""
    if isinstance(schema, list):
        for each in schema:
            yield from _in_schema(each, path)
    if not isinstance(schema, dict):
        return
    if isinstance(title := schema.get("title"), str):
        yield Said("field", (title,), _name(path))
    if isinstance(text := schema.get("description"), str):
        yield Said("" if path.stem == "values" else "hint", (text,), _name(path))
    for each in schema.values():
        yield from _in_schema(each, path)


def _in_code(tree: ast.Module, where: str) -> Iterator[Said]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = str(getattr(node.func, "id", None) or getattr(node.func, "attr", ""))
            first, last = CALLS.get(name, (0, 0))
            given = node.args[first:last]
            texts = tuple(
                each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)
            )
            if texts and len(texts) == len(given):
                yield Said("", texts, where)


def _in_template(path: Path) -> Iterator[Said]:
    options = {"silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}
    with path.open("rb") as file:
        for _, name, found, _ in babel_extract(file, ("_", "n_"), (), options):
            given = [found] if isinstance(found, str) else list(found or ())[: CALLS[name][1]]
            texts = tuple(text for text in given if isinstance(text, str))
            if texts and len(texts) == len(given):
                yield Said("", texts, _name(path))


@cache
def collected() -> dict[tuple[str, str], tuple[tuple[str, ...], list[str]]]:
    """By context and English text: its forms, and the files that say it. A plural takes in its singular."""
    found: dict[tuple[str, str], tuple[tuple[str, ...], list[str]]] = {}
    for message in messages():
        key = (message.context, message.texts[0])
        texts, places = found.get(key, ((), []))
        if message.where not in places:
            places = [*places, message.where]
        found[key] = (max(texts, message.texts, key=len), places)
    return found


def template() -> bytes:
    """The bytes of messages.pot."""
    return _written(None, {})


def updated(language: str) -> bytes:
    """The bytes that the language's .po file must have: its translations, of the messages that there are."""
    path = WORDING / f"{language}.po"
    old = read_messages(path.read_bytes()) if path.exists() else ()
    return _written(Locale(language), {each.key: each for each in old})


def _written(locale: Locale | None, old: dict[tuple[str, str], Message]) -> bytes:
    return write_messages(locale, (_message(locale, old, *each) for each in collected().items()))


def _message(
    locale: Locale | None, old: dict[tuple[str, str], Message], key: tuple[str, str], found: tuple[Any, list[str]]
) -> Message:
    (texts, places), known = found, old.get(key)
    forms = 1 if len(texts) == 1 else len(plural_categories(locale)) if locale else 2
    kept = known if known and len(known.translation) == forms else None
    translation = kept.translation if kept else ("",) * forms
    return Message(key[0], texts, translation, tuple(places), bool(kept and kept.fuzzy))


def main() -> None:
    (WORDING / "messages.pot").write_bytes(template())
    for language in LANGUAGES:
        (WORDING / f"{language}.po").write_bytes(updated(language))


if __name__ == "__main__":
    main()
