"""Writes docs/errors.md from the code: `python -m tests.docs.errors_page`.

Every code is the first argument of an error that something raises, the sentence is the second; both are read from the
syntax tree, so that a code cannot exist and be left out.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from vocu.operation.verified import WORSE_THAN_IT_SOUNDS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "errors.md"
FOLDERS = ("vocu", "server/vocu_server", "client/vocu_client")
FAMILIES = {
    "MalformedError": "the bytes or the form are wrong: fix the input",
    "RefusedError": "well-formed, but a rule says no: do something else, or later",
    "UntrustedError": "somebody lies or something was tampered with: stop and raise the alarm",
    "SealedError": "not sealed to a key that is held here: nothing to repair",
    "VocuError": "no line, no disk, no process: wait, or see to the machine",
}
# Chosen by the close code of a socket, and named after what an entry against the rules means.
CHOSEN = {
    ("RefusedError", "not-here"): (
        "This process of the hub cannot serve the operation now; connect again.",
        "vocu_server.sequencer.ownership",
    ),
    ("RefusedError", "not-admitted"): ("The hub does not serve this desk, or no longer.", "vocu_client.transport.line"),
    ("RefusedError", "wrong-position"): (
        "The hub does not serve this desk from there on.",
        "vocu_client.transport.line",
    ),
    ("MalformedError", "frame-too-large"): (
        "The hub sends what no hub of vocu/1 sends.",
        "vocu_client.transport.websocket",
    ),
} | {
    ("UntrustedError", code): (f"The hub admitted an entry against the rules: {what}", "vocu.operation.verified")
    for code, what in WORSE_THAN_IT_SOUNDS.values()
}
HEAD = """# Error codes

Made from the code by `python -m tests.docs.errors_page`; a test fails where it is not up to date. A code is stable and
travels on the wire; the sentence beside it may improve. `…` stands for what differs each time. A code may be raised in
several places: the first of them is quoted. What the hub refuses and a desk finds admitted all the same keeps its code
and becomes an alarm there (an `UntrustedError`), but for two that are named after what they then mean. Fields that
contradict each other are a `bad-value`, whose sentence says which.
"""


SUBCLASSES = {
    "OfflineError": "VocuError",
    "NotHereError": "RefusedError",
    "PlaceError": "RefusedError",
    "CellError": "MalformedError",
    "FormError": "MalformedError",
    "DraftChangedError": "RefusedError",
}


class Code(NamedTuple):
    """A code with the family of the error that carries it, what it says, and the module that says it first."""

    family: str
    code: str
    sentence: str
    where: str


def all_codes() -> list[Code]:
    """Every code once per family, in alphabetical order."""
    found: dict[tuple[str, str], Code] = {}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            where = path.relative_to((ROOT / folder).parent).with_suffix("").as_posix().replace("/", ".")
            for each in _codes_in(ast.parse(path.read_text(encoding="utf-8")), where):
                found.setdefault(each[:2], each)
    for (family, code), (sentence, where) in CHOSEN.items():
        found.setdefault((family, code), Code(family, code, sentence, where))
    return [found[key] for key in sorted(found)]


def _codes_in(tree: ast.Module, where: str) -> Iterator[Code]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
            continue
        family = SUBCLASSES.get(node.func.id, node.func.id)
        if family not in FAMILIES:
            continue
        sentence = _text(node.args[1]) if len(node.args) > 1 else ""
        for code in _constants(node.args[0]):
            yield Code(family, code, sentence, where)


def _constants(node: ast.expr) -> Iterator[str]:
    """The texts that an expression may come to: a literal, or either side of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _constants(node.body)
        yield from _constants(node.orelse)


def _text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_text(value) for value in values)
        case ast.BinOp(left=left, right=right):
            return _text(left) + _text(right)
        case _:
            return "…"


def page() -> str:
    """The text that docs/errors.md must have."""
    codes = all_codes()
    lines = [HEAD]
    for family, meaning in FAMILIES.items():
        lines += [f"## {family}: {meaning}", "", "| Code | Says | Raised in |", "|---|---|---|"]
        lines += [
            f"| `{each.code}` | {each.sentence.replace('|', '¦').strip()} | `{each.where}` |"
            for each in codes
            if each.family == family
        ]
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
