"""Writes docs/events.md and schemas/vocu_schemas/events/ from the registry: `python -m tests.docs.events_page`."""

import json
import re
from inspect import getdoc
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from tests.docs.examples import Example, examples
from vocu.form.schema import FORMS
from vocu.operation.events import KINDS, PART_TYPES, Event
from vocu.operation.header import Header
from vocu.operation.statements import PHASES, AdmitDevice, Genesis, RootStatement

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "events.md"
SCHEMAS = ROOT / "schemas" / "vocu_schemas" / "events"
ROLES = ("organiser", "co_organiser", "participant", "support_agency", "observer", "analyst", "compiler")
FORM_OF = {form: name for name, form in FORMS.items()}
SEALING = {
    "plain": "clear",
    "stat": "clear, or sealed by the operation's profile",
    "text": "sealed",
    "nominal": "sealed",
    "media": "sealed",
    "wraps": "one wrap for each reader (protocol.md §4)",
}
HEAD = """# Events

Made from `vocu/operation/events.py` by `python -m tests.docs.events_page`; a test fails where it is not up to date.
[protocol.md](protocol.md) says what an event is, how it is sealed, and what is checked; here is each kind: who may post
it and when, what it holds, and an example. What else must hold stands in `vocu/operation/rules.py`, a few lines each.
The bodies of the forms are described in [form.md](form.md); JSON Schemas of all bodies are in
`schemas/vocu_schemas/events/`, those of forms in `schemas/vocu_schemas/form/`.

In the examples, bodies are shown as they were before sealing; `…` stands for hashes, signatures and long keys. `wraps`
are bytes and are not shown. Entry 0 of a log, the genesis, is no event; it and all statements are described at the end.
"""


def page() -> str:
    """The text that docs/events.md must have."""
    lines = [HEAD, "## Who may post what, and when", "", *_matrix(), ""]
    for kind, event in KINDS.items():
        lines += _section(kind, event, examples()[kind])
    lines += ["## Statements", "", "`Genesis`: " + _first(Genesis), "", *_fields(_schema_of(Genesis)), ""]
    for statement in (*RootStatement.__args__, AdmitDevice):
        lines += [f"`{statement.__struct_config__.tag}`: {_first(statement)}", "", *_fields(_schema_of(statement)), ""]
    return "\n".join(lines)


def _matrix() -> list[str]:
    head = f"| Kind | {' | '.join(role.replace('_', ' ') for role in ROLES)} | Phases |"
    rows = [
        f"| [{kind}](#{kind}) | {' | '.join('✓' if role in event.roles else '' for role in ROLES)} | {_phases(event)} |"
        for kind, event in KINDS.items()
    ]
    return [head, "|" + "---|" * (len(ROLES) + 2), *rows]


def _phases(event: type[Event]) -> str:
    named = [phase for phase in PHASES if phase in event.phases]
    if len(named) == len(PHASES):
        return "all"
    return "all but CLOSED" if named == list(PHASES[:3]) else ", ".join(named)


def _section(kind: str, event: type[Event], example: Example) -> list[str]:
    about = f"one of {', '.join(event.about)}" if len(event.about) > 1 else "".join(event.about)
    ref = f"{about}{', where it answers one' if event.ref_optional else ''}" if about else "none"
    to = "all, or named participants" if event.narrow else "all"
    counted = "yes" if event.compiles else "no"
    lines = [
        f"## {kind}",
        "",
        getdoc(event) or "",
        "",
        f"`to`: {to} · `ref`: {ref} · counted in figures: {counted}",
        "",
    ]
    lines += ["| Part | | Required | Body |", "|---|---|---|---|"]
    for part in [*PART_TYPES[kind], *(["wraps"] if "wraps" in event.required else [])]:
        body = PART_TYPES[kind].get(part)
        required = "yes" if part in event.required else ""
        lines.append(f"| `{part}` | {SEALING[part]} | {required} | {_name(body) if body else 'bytes'} |")
    for part, body in PART_TYPES[kind].items():
        if body not in FORM_OF:
            lines += ["", f"`{part}`: {_first(body)}", "", *_fields(_schema_of(body))]
    shown = {"header": example.header, **example.bodies}
    return [*lines, "", "```json", json.dumps(shorten(shown), indent=1, ensure_ascii=False), "```", ""]


def _name(body: type[Struct]) -> str:
    return f"form [`{FORM_OF[body]}`](form.md)" if body in FORM_OF else f"`{body.__name__}`"


def _first(kind: type[Struct]) -> str:
    return " ".join((getdoc(kind) or "").split())


def _fields(schema: dict[str, Any]) -> list[str]:
    required = schema.get("required", [])
    rows = [
        f"| `{name}` | {_type(value)} | {'yes' if name in required else ''} |"
        for name, value in schema["properties"].items()
    ]
    return ["| Field | Type | Required |", "|---|---|---|", *rows]


def _type(schema: dict[str, Any]) -> str:
    """A JSON Schema in a few words."""
    match schema:
        case {"$ref": name}:
            return f"`{name.rpartition('/')[2]}`"
        case {"anyOf": choices}:
            return " or ".join(_type(each) for each in choices if each != {"type": "null"})
        case {"enum": values}:
            return " ".join(f"`{value}`" for value in values)
        case {"prefixItems": items}:
            return f"[{', '.join(map(_type, items))}]"
        case {"type": "array", "items": items}:
            return f"list of {_type(items)}"
        case {"type": "object", "additionalProperties": dict(values)}:
            return f"object of {_type(values)}"
    limits = [f"{word} {schema[key]}" for key, word in LIMITS.items() if key in schema]
    pattern = f" `{schema['pattern'].replace('|', '¦')}`" if "pattern" in schema else ""
    return f"{schema.get('type', 'anything')}{pattern}{' (' + ', '.join(limits) + ')' if limits else ''}"


LIMITS = {
    "minimum": "from",
    "exclusiveMaximum": "below",
    "maximum": "to",
    "minLength": "length from",
    "maxLength": "length to",
}


def shorten(value: Any, key: str = "") -> Any:
    """The value with what is random, or too long to read, replaced by an ellipsis."""
    match value:
        case dict():
            return {name: shorten(each, name) for name, each in value.items()}
        case [str(device), str()] if key == "wraps":
            return [device, "…"]
        case [str(), int(size)] if key == "blobs":
            return ["…", size]
        case list() | tuple():
            return [shorten(each, key) for each in value]
        case str() if key in ("sha256", "root", "prev", "sig", "commit", "chunks"):
            return "…"
        case str() if len(value) > 80 and " " not in value:
            return value[:16] + "…"
    return value


# --- JSON Schemas ---


def _schema_of(kind: type[Struct]) -> dict[str, Any]:
    """Its own object schema; what it refers to is left out."""
    (reference,), definitions = msgspec.json.schema_components([kind])
    found: dict[str, Any] = definitions[reference["$ref"].rpartition("/")[2]]
    return portable(found)


def portable(schema: Any) -> Any:
    """With patterns as ECMA-262 writes them: Python's `\\Z` is the `$` of others."""
    if isinstance(schema, dict):
        return {name: portable(each) for name, each in schema.items()}
    if isinstance(schema, list | tuple):
        return [portable(each) for each in schema]
    return re.sub(r"\\Z$", "$", schema) if isinstance(schema, str) else schema


def schemas() -> dict[str, str]:
    """The JSON Schema of each kind's bodies, part by part, and of the header; by file name."""
    files = {f"{kind}.json": _bodies(kind, event) for kind, event in KINDS.items()}
    files["header.json"] = _standing_alone("header", _first(Header), Header)
    return {name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in files.items()}


def _bodies(kind: str, event: type[Event]) -> dict[str, Any]:
    own = [body for body in PART_TYPES[kind].values() if body not in FORM_OF]
    references, definitions = msgspec.json.schema_components(own, ref_template="#/$defs/{name}")
    named = dict(zip(own, references, strict=True))
    parts = {
        part: {"$ref": f"urn:vocu:form:{FORM_OF[body]}"} if body in FORM_OF else named[body]
        for part, body in PART_TYPES[kind].items()
    }
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:vocu:event:{kind}",
        "title": kind,
        "description": _first(event),
        "type": "object",
        "additionalProperties": False,
        "required": [part for part in event.required if part in parts],
        "properties": parts,
    }
    return portable(schema | ({"$defs": definitions} if definitions else {}))  # type: ignore[no-any-return]


def _standing_alone(name: str, description: str, kind: type[Struct]) -> dict[str, Any]:
    (reference,), definitions = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:vocu:event:{name}",
        "title": name,
        "description": description,
    }
    return portable(head | reference | {"$defs": definitions})  # type: ignore[no-any-return]


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")
    SCHEMAS.mkdir(exist_ok=True)
    for path in SCHEMAS.glob("*.json"):
        path.unlink()
    for name, text in schemas().items():
        (SCHEMAS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
