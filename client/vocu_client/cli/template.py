"""An empty seizure report, to be filled in: as a TOML file, what is needed left blank, the rest commented out by
example, with hints; or many of them as a spreadsheet."""

import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from vocu.form.codes import codes, list_names
from vocu_client.cli.desk import catch_up, open_desk, run
from vocu_client.cli.printing import say, wording
from vocu_client.languages import Languages

HEAD = """\
# A seizure report. Fill it in, then: vocu seizure post FILE
# What stands without a # is needed, and refused while it is blank; what you do not know now may follow in an amendment.
# Quantities are exact: 12.5, no separators. Unknown fields stay commented out.
"""
NEEDED = "\n# --- needed ---\n"
MORE = "\n# --- where, how, by whom: whatever is known; all countries see it ---\n"
SEALED = "\n# --- what names anybody: sealed to you and to the readers that you choose ---\n"


def template(
    ctx: typer.Context,
    xlsx: Annotated[Path, typer.Option(dir_okay=False, help="The .xlsx file to write.")],
    language: Annotated[str | None, typer.Option(help="Of its labels: en, fr, de, es, pl, el, bg.")] = None,
) -> None:
    """Write the form of this operation as a spreadsheet, to be filled in without a line: vocu import takes it back."""
    # Imported late: xlsxwriter takes longer to load than most commands to run.
    from vocu_client.imports.template_sheet import template_xlsx  # noqa: PLC0415 - slow to load, for one command

    with open_desk(ctx) as desk:
        run(catch_up(desk))
        words = wording() if language is None else Languages(ctx.obj.home).spoken(language)
        xlsx.write_bytes(template_xlsx(desk.view.state, words))
        say(f"{xlsx}: the form of {desk.view.state.genesis.name}. Fill it in, then: vocu import {xlsx}")


def seizure_template() -> str:
    """The file's text: accepted once its blanks are filled in, and then with every line of TOML uncommented, too."""
    stat, nominal = _example("seizure"), _example("seizure_nominal")
    schema, sealed = _schema("seizure"), _schema("seizure_nominal")
    needed = [name for name in schema["required"] if name != "goods"]
    more = [name for name in stat if name not in (*needed, "goods", "route")]
    flat = [name for name, value in nominal.items() if not _is_table(value)]
    return "".join(
        (
            HEAD,
            NEEDED,
            *(_blank(name, stat[name], schema["properties"][name]) for name in needed),
            MORE,
            *(_line(name, stat[name], schema["properties"][name], "# ") for name in more),
            SEALED,
            *(_line(name, nominal[name], sealed["properties"][name], "# ") for name in flat),
            *_goods(stat["goods"][0], schema["$defs"]["goods_line"]),
            "\n# [route]\n",
            *(f"# {name} = {_toml(stop)}\n" for name, stop in stat["route"].items()),
            *(line for name in nominal if name not in flat for line in _people(name, nominal[name])),
        )
    )


def _goods(example: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    yield "\n# --- the goods: one such block for each kind ---\n[[goods]]\n"
    needed = ("commodity", "unit", "quantity")
    yield from (_blank(name, example[name], schema["properties"][name]) for name in needed)
    for name, value in example.items():
        if name not in needed:
            yield _line(name, value, schema["properties"][name], "# ")
    yield '# quantity_basis = "pending" instead of a quantity: it will be known later\n'


def _people(name: str, rows: list[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        yield f"\n# [[{name}]]\n"
        yield from (f"# {field} = {_toml(value)}\n" for field, value in row.items())


def _blank(name: str, example: str, schema: dict[str, Any]) -> str:
    """A field that is needed. An example in its place could be posted unread, and would count."""
    hint = _hint(name, schema)
    return f'{name} = ""  # ' + (hint if example in hint else f"such as {example}: {hint}") + "\n"


def _line(name: str, value: Any, schema: dict[str, Any], mark: str) -> str:
    hint = _hint(name, schema)
    return f"{mark}{name} = {_toml(value)}" + (f"  # {hint}" if hint else "") + "\n"


def _hint(name: str, schema: dict[str, Any]) -> str:
    described = str(schema.get("description", ""))
    if name in list_names() and name != "commodity":
        return ", ".join(code.id for code in codes(name))
    _, _, kind = str(schema.get("$ref", schema.get("items", {}).get("$ref", ""))).partition("values#/$defs/")
    return described or (_schema("values")["$defs"][kind]["description"] if kind else "")


def _toml(value: Any) -> str:
    """A value as it stands in one line of TOML; strings, numbers and lists are spelt as in JSON."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_toml(inner)}" for name, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and isinstance(value[0], dict)


def _example(name: str) -> dict[str, Any]:
    return _packaged("examples", name)


def _schema(name: str) -> dict[str, Any]:
    return _packaged("form", name)


def _packaged(folder: str, name: str) -> dict[str, Any]:
    file = resources.files("vocu_schemas") / folder / f"{name}.json"
    found: dict[str, Any] = msgspec.json.decode(file.read_bytes())
    return found
