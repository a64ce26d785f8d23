"""Brings the catalogues in schemas/vocu_schemas/wording up to date with the code: `python -m tests.wording.extract`.

messages.pot gets all that people read; each language keeps its translations of that, gets what is new as empty
messages, and loses what nobody says any more.
"""

import ast
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from babel.plural import PluralRule, to_gettext
from jinja2.ext import babel_extract

from vocu.form.codes import codes, list_names
from vocu.rendering.catalogue import COMPLETE, english, plural_categories, read_catalog
from vocu.rendering.english import NOUNS, SENTENCES, UNITS
from vocu.rendering.failures import ALARMS, FAMILIES, SAID

ROOT = Path(__file__).resolve().parents[2]
WORDING = ROOT / "schemas" / "vocu_schemas" / "wording"
FORMS = ROOT / "schemas" / "vocu_schemas" / "form"
TEMPLATES = ("vocu/rendering/templates", "client/vocu_client/web/templates")
CODE = ("vocu", "client/vocu_client")
LANGUAGES = tuple(sorted(set(COMPLETE) - {"en"}))
CALLS = {"_": (0, 1), "n_": (0, 2), "N_": (0, 1), "Fault": (1, 2)}
"""Which arguments of a call are English texts: from, to."""


class Message(NamedTuple):
    """A text with its context, its plural where it has one, and the file that says it."""

    context: str
    texts: tuple[str, ...]
    where: str


def messages() -> Iterator[Message]:
    """All that is to be translated, in a stable order; what is said in two places comes twice."""
    where = "vocu/rendering/english.py"
    yield from (Message("", (sentence,), where) for sentence in SENTENCES.values())
    yield from (Message("noun", noun, where) for noun in NOUNS.values())
    yield from (Message("amount", unit, where) for unit in UNITS.values())
    yield from (Message("", (said,), "vocu/rendering/failures.py") for said in (*FAMILIES.values(), *SAID, *ALARMS))
    for name in list_names():
        for code in codes(name):
            yield Message(name, (code.label["en"],), f"schemas/vocu_schemas/codes/{name}.json")
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


def _in_schema(schema: Any, path: Path) -> Iterator[Message]:
    """Titles are labels of fields, descriptions are hints; those of values say what is wrong with a value."""
    if isinstance(schema, list):
        for each in schema:
            yield from _in_schema(each, path)
    if not isinstance(schema, dict):
        return
    if isinstance(title := schema.get("title"), str):
        yield Message("field", (title,), _name(path))
    if isinstance(text := schema.get("description"), str):
        yield Message("" if path.stem == "values" else "hint", (text,), _name(path))
    for each in schema.values():
        yield from _in_schema(each, path)


def _in_code(tree: ast.Module, where: str) -> Iterator[Message]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
            first, last = CALLS.get(name, (0, 0))
            texts = tuple(each.value for each in node.args[first:last] if isinstance(each, ast.Constant))
            if texts and len(texts) == last - first and all(isinstance(text, str) for text in texts):
                yield Message("", texts, where)


def _in_template(path: Path) -> Iterator[Message]:
    options = {"silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}
    with path.open("rb") as file:
        for _, name, found, _ in babel_extract(file, ("_", "n_"), (), options):
            texts = (found,) if isinstance(found, str) else tuple(found)[: CALLS[name][1]]
            if all(isinstance(text, str) for text in texts):
                yield Message("", texts, _name(path))


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


def template() -> str:
    """The text of messages.pot."""
    return _written(None, {})


def updated(language: str) -> str:
    """The text that the language's .po file must have: its translations, of the messages that there are."""
    path = WORDING / f"{language}.po"
    old = read_catalog(path.read_bytes()) if path.exists() else []
    return _written(Locale(language), {((each.context or ""), english(each.id)[0]): each for each in old})


def _written(locale: Locale | None, old: dict[tuple[str, str], Any]) -> str:
    catalog = Catalog(locale, fuzzy=False)
    forms = len(plural_categories(locale)) if locale else 2
    for (context, text), (texts, places) in collected().items():
        known = old.get((context, text))
        string: Any = "" if len(texts) == 1 else ("",) * forms
        if (
            known is not None
            and len(english(known.id)) == len(texts)
            and (len(texts) == 1 or len(known.string) == forms)
        ):
            string = known.string
        catalog.add(
            text if len(texts) == 1 else texts,
            string,
            locations=[(place, None) for place in places],
            flags=[flag for flag in ("fuzzy",) if known is not None and known.fuzzy],
            context=context or None,
        )
    out = BytesIO()
    write_po(out, catalog, width=0, omit_header=True, include_lineno=False)
    return _header(locale) + out.getvalue().decode()


def _header(locale: Locale | None) -> str:
    lines = ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]
    if locale:
        lines += [f"Language: {locale.language}", f"Plural-Forms: {_plural_forms(locale)}"]
    return 'msgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in lines) + "\n"


def _plural_forms(locale: Locale) -> str:
    categories = plural_categories(locale)
    rules = {tag: rule for tag, rule in locale.plural_form.rules.items() if tag in categories}
    if len(categories) == 1:
        return "nplurals=1; plural=0;"
    return to_gettext(PluralRule(rules))


def main() -> None:
    (WORDING / "messages.pot").write_text(template(), encoding="utf-8")
    for language in LANGUAGES:
        (WORDING / f"{language}.po").write_text(updated(language), encoding="utf-8")


if __name__ == "__main__":
    main()
