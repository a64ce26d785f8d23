"""A mapping under way: which column gives which field, and changing that. Everything here leaves what it is given as it
was, and returns a mapping of its own.

What a mapping file says in ways that the pages do not offer, such as a field out of two columns, stays as it is until
an officer drops it.
"""

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from vocu_client.imports.sniffing import sniff_dates
from vocu_client.imports.vocabulary import codes_of, plain_words
from vocu_client.imports.writing import Raw
from vocu_client.web.forms.texts import in_capitals
from vocu_client.web.importing.survey import Column
from vocu_client.web.importing.targets import FREE_TEXT, OWN_CODE, PARTICIPANT, Target

LAST: Final = "if_no_other_line"
CENTURY: Final = 2000
_IN_CAPITALS: Final = frozenset(["place", "capitals"])


class Given(Struct, frozen=True):
    """Where a field comes from. `column`: the one column that gives it; empty for what every row says, and where
    `special` is true: for a source that the pages show, but do not take apart."""

    path: str
    source: Any
    column: str = ""
    special: bool = False


def given(raw: Raw) -> Iterator[Given]:
    """Every field that the mapping fills."""
    if PARTICIPANT in raw:
        yield _given(PARTICIPANT, raw[PARTICIPANT])
    for section in ("report", "route"):
        yield from (_given(f"{section}.{name}", source) for name, source in raw.get(section, {}).items())
    for number, goods in enumerate(raw.get("goods", [])):
        yield from (_given(f"goods[{number}].{name}", goods[name]) for name in goods if name != LAST)
    nominal = raw.get("nominal", {})
    yield from (_given(f"nominal.{name}", nominal[name]) for name in nominal if name != FREE_TEXT)


def columns_of(source: Any) -> tuple[str, ...]:
    """All columns that a source reads."""
    if not isinstance(source, dict):
        return ()
    named = source.get("column", [])
    columns = [named] if isinstance(named, str) else [*named]
    others = [source.get(name) for name in ("year", "month", "agrees_with_year")]
    return tuple(dict.fromkeys([*columns, *source.get("first_of", []), *(name for name in others if name)]))


def by_column(raw: Raw) -> dict[str, list[str]]:
    """The fields that each column gives."""
    found: dict[str, list[str]] = {}
    for each in given(raw):
        if each.column:
            found.setdefault(each.column, []).append(each.path)
    for column in raw.get("nominal", {}).get(FREE_TEXT, []):
        found.setdefault(column, []).append(FREE_TEXT)
    return found


def source_at(raw: Raw, path: str) -> Any:
    """What the mapping says of a field; None where it says nothing."""
    return next((each.source for each in given(raw) if each.path == path), None)


def with_source(raw: Raw, path: str, source: Any) -> Raw:
    """The mapping with this source of a field; without the field where that is None."""
    changed = copy.deepcopy(raw)
    holder, name = _holder(changed, path)
    if source is None:
        holder.pop(name, None)
    else:
        holder[name] = source
    return changed


def assigned(raw: Raw, chosen: Mapping[str, list[str]], fresh: Callable[[str, str], Any]) -> Raw:
    """The mapping in which these columns give these fields, and no other column does. What a column gave before it
    gives as before; where it is new, `fresh` makes the source of that path and column."""
    before = {(each.path, each.column) for each in given(raw) if each.column}
    wanted = {(path, column) for column, paths in chosen.items() for path in paths if path not in ("", FREE_TEXT)}
    for path, _ in before - wanted:
        raw = with_source(raw, path, None)
    for path, column in sorted(wanted - before):
        raw = with_source(raw, path, fresh(path, column))
    words = [column for column, paths in chosen.items() if FREE_TEXT in paths]
    others = [name for name in raw.get("nominal", {}).get(FREE_TEXT, []) if name not in chosen]
    return with_source(raw, f"nominal.{FREE_TEXT}", [*words, *others] or None)


def fresh_source(target: Target, column: Column, zone: str, added: frozenset[str]) -> dict[str, Any]:
    """What a mapping says of a field that this column is to give, as far as its values tell. What they do not tell is
    left open: the page asks."""
    source: dict[str, Any] = {"column": column.name}
    cells = [value for value, _ in column.values]
    match target.kind:
        case "number" | "count":
            if column.empty and not target.required:
                source["empty"] = "pending" if target.path.endswith("].quantity") else "leave_out"
            return source
        case "day" | "moment":
            formats = [form for form in sniff_dates(cells) if ("%H" in form) == (target.kind == "moment")]
            if len(formats) == 1:
                source |= dated(formats[0])
            return source | ({"zone": zone} if target.kind == "moment" else {})
    if target.code_list:
        source["map"] = recognised(target, cells, added)
    elif target.field.kind in _IN_CAPITALS:
        source["capitals"] = True
    if column.empty and not target.required:
        source["empty"] = "leave_out"
    return source


def dated(form: str) -> dict[str, Any]:
    """The keys that say this format of a date."""
    return {"format": form, "century": CENTURY} if "%y" in form else {"format": form}


def recognised(target: Target, cells: list[str], added: frozenset[str]) -> dict[str, str]:
    """The code of each value whose meaning is known."""
    if target.code_list == OWN_CODE:
        return {cell: code for cell in cells if (code := own_code(cell))}
    known = codes_of(target.path, added)
    return {cell: known[words] for cell in cells if (words := plain_words(cell)) in known}


def own_code(text: str) -> str:
    """The code that a name such as a brand's becomes: small letters, digits and underscores; empty where it cannot."""
    return re.sub("[ -]+", "_", (in_capitals(text) or "").lower())[:32]


def refined(raw: Raw, targets: Mapping[str, Target]) -> Raw:
    """A suggested mapping in which names are written as the form wants them: in capitals, or as codes of their own."""
    for each in list(given(raw)):
        target = targets.get(each.path)
        if target is not None and each.column and "map" not in each.source and target.field.kind in _IN_CAPITALS:
            raw = with_source(raw, each.path, {**each.source, "capitals": True})
    return raw


def tidy(raw: Raw) -> Raw:
    """Without sections that hold nothing, and without tables that nothing uses."""
    used = {each.source.get("table") for each in given(raw) if isinstance(each.source, dict)}
    tables = {name: table for name, table in raw.get("tables", {}).items() if name in used}
    goods = [line for line in raw.get("goods", []) if line.keys() - {LAST}]
    kept = raw | {"tables": tables, "goods": goods}
    return {name: value for name, value in kept.items() if value not in ({}, [], None)}


def _given(path: str, source: Any) -> Given:
    if not isinstance(source, dict):
        return Given(path, source)
    column = source.get("column")
    if isinstance(column, str) and columns_of(source) == (column,):
        return Given(path, source, column)
    return Given(path, source, special=True)


def _holder(raw: Raw, path: str) -> tuple[dict[str, Any], str]:
    """The table of the mapping that holds this field, and the field's name in it."""
    section, _, name = path.rpartition(".")
    if section.startswith("goods["):
        lines = raw.setdefault("goods", [])
        number = int(section[len("goods[") : -1])
        while len(lines) <= number:
            lines.append({})
        line: dict[str, Any] = lines[number]
        return line, name
    holder: dict[str, Any] = raw.setdefault(section, {}) if section else raw
    return holder, name
