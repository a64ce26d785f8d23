"""A mapping written as the TOML file that `read_mapping` reads."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from vocu_client.imports.mapping import Mapping
from vocu_client.imports.sources import Source

Raw = dict[str, Any]
"""A mapping as its TOML file has it: what `suggest` proposes, pages change and `mapping_text` writes. It may lack what
nobody has said yet; `mapping_of` says all that is missing."""


def mapping_text(raw: Raw) -> str:
    """The TOML file of a mapping. `tomllib.loads` gives the same back."""
    return "\n".join(_table("", raw)).strip("\n") + "\n"


def raw_mapping(mapping: Mapping) -> Raw:
    """A checked mapping as its file would have it: `mapping_of(raw_mapping(m)) == m`."""
    tables: dict[str, Any] = {}
    report = {name: _raw(source, tables) for name, source in mapping.report.items()}
    route = {name: _raw(source, tables) for name, source in mapping.route.items()}
    nominal = {name: _raw(source, tables) for name, source in mapping.nominal.items()}
    goods = [
        {name: _raw(source, tables) for name, source in each.fields.items()}
        | ({"if_no_other_line": True} if each.if_no_other_line else {})
        for each in mapping.goods
    ]
    raw = {
        "group_by": list(mapping.group_by),
        "file": _given(mapping.file),
        "participant": _raw(mapping.participant, tables),
        "report": report,
        "route": route,
        "goods": goods,
        "nominal": nominal | ({"free_text": list(mapping.free_text)} if mapping.free_text else {}),
        "tables": tables,
    }
    return {name: value for name, value in raw.items() if value not in ({}, [])}


def _raw(source: Source, tables: dict[str, Any]) -> Any:
    if isinstance(source, str):
        return source
    given = _given(source)
    if given.get("table") is not None:
        tables[given["table"]] = given.pop("map")
    return given


def _given(section: msgspec.Struct) -> dict[str, Any]:
    """What differs from the defaults."""
    fields = msgspec.structs.fields(section)
    plain = msgspec.to_builtins(section)
    return {
        field.name: plain[field.name]
        for field in fields
        if field.required or getattr(section, field.name) != field.default
    }


def _table(path: str, table: dict[str, Any]) -> Iterator[str]:
    for name, value in table.items():
        if not _has_heading(value):
            yield f"{_key(name)} = {_inline(value)}"
    for name, value in table.items():
        inner = f"{path}.{_key(name)}" if path else _key(name)
        if isinstance(value, dict) and _has_heading(value):
            yield f"\n[{inner}]"
            yield from _table(inner, value)
        elif _has_heading(value):
            for each in value:
                yield f"\n[[{inner}]]"
                yield from _table(inner, each)


def _has_heading(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _inline(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    bare = bool(name) and all(sign.isascii() and (sign.isalnum() or sign in "-_") for sign in name)
    return name if bare else _inline(name)
