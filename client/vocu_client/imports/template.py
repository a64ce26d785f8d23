"""A filled-in template read as seizure reports: docs/mapping.md says how its rows make reports."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from msgspec.structs import replace

from vocu.errors import MalformedError, RefusedError
from vocu.operation.state import OperationState
from vocu_client.imports.containers import content_of
from vocu_client.imports.filling import RowFault
from vocu_client.imports.rows import Conversion, Refusal, convert_groups
from vocu_client.imports.table import MAX_ROWS, Row
from vocu_client.imports.template_fields import (
    BETWEEN,
    HEAD_ROWS,
    IDENTITY,
    LISTS,
    SHEET,
    VERSION,
    TemplateField,
    template_fields,
    template_mapping,
)
from vocu_client.imports.workbook import Workbook

_GOODS: Final = "goods."


def open_template(data: bytes) -> Workbook | None:
    """The workbook, if these bytes are a template of vocu, of whatever operation. Raises MalformedError("bad-table")
    where they are no table at all."""
    if content_of(data) != "workbook":
        return None
    book = Workbook(data)
    return book if {IDENTITY, SHEET, LISTS} <= set(book.sheets) else None


def read_template(
    book: Workbook, state: OperationState, own: str, progress: Callable[[int], None] = lambda _: None
) -> Conversion:
    """The reports of a filled-in template. What is wrong is told with the row, and the label and letter of the column.

    Raises RefusedError("other-operation") for a template of another operation, MalformedError("bad-template") where
    somebody changed what must stay as it was.
    """
    _require_ours(book, state)
    fields = {field.key: field for field in template_fields(state)}
    lines = dict(book.rows(SHEET))
    keys, labels = lines.pop(1, ()), lines.pop(3, ())
    for line in range(1, HEAD_ROWS + 1):
        lines.pop(line, None)
    missing = [field.title for key, field in fields.items() if key not in keys]
    if missing or any(count > 1 and key for key, count in Counter(keys).items()):
        raise _changed(tuple(f"there is no column {title}" for title in missing))
    if len(lines) > MAX_ROWS:
        raise MalformedError("bad-table", f"The file has more than {MAX_ROWS:,} rows; split it.")
    codes = _codes(book)
    places = [(number, key, fields[key]) for number, key in enumerate(keys) if key in fields]
    rows = [
        Row(line, {key: _coded(field, cells[number], codes) for number, key, field in places}, 1)
        for line, cells in lines.items()
    ]
    mapping = template_mapping(tuple(fields.values()), own, state.genesis.zone)
    groups = _reports([row for row in rows if any(row.cells.values())])
    converted = convert_groups(groups, mapping, state.added_commodities, progress=progress, join=_first_with_all_goods)
    shown = {
        key: f"{label.removesuffix(' *')} ({_letter(number)})"
        for number, (key, label) in enumerate(zip(keys, labels, strict=False))
    }
    return Conversion(
        reports=converted.reports,
        refused=tuple(_as_shown(refusal, shown) for refusal in converted.refused),
    )


def _require_ours(book: Workbook, state: OperationState) -> None:
    told = [cells[0] for _, cells in book.rows(IDENTITY)]
    if told[:1] != [VERSION] or len(told) < 2:
        raise _changed()
    if told[1] != state.op:
        raise RefusedError(
            "other-operation",
            f"This template is of another operation than {state.genesis.name}; take the one that this desk writes.",
        )


def _codes(book: Workbook) -> dict[str, dict[str, str]]:
    """By list: the code of each label that the file offered, whatever language it is in."""
    rows = [cells for _, cells in book.rows(LISTS)]
    names = rows[0] if rows else ()
    return {
        str(name): {str(cells[column + 1]): str(cells[column]) for cells in rows[1:] if len(cells) > column + 1}
        for column, name in enumerate(names)
        if name
    }


def _coded(field: TemplateField, cell: str, codes: dict[str, dict[str, str]]) -> str:
    """The cell with codes in place of labels, so that the same data in another language is the same row."""
    known = codes.get(field.list, {})
    if not known:
        return cell
    if field.kind == "list":
        return BETWEEN.join(known.get(part.strip(), part.strip()) for part in cell.split(BETWEEN) if part.strip())
    return known.get(cell, cell)


def _reports(rows: list[Row]) -> Iterator[list[Row]]:
    """The rows of each report: a row that has goods and nothing else goes on with the report above it, and says of it
    what that one says."""
    number = 0
    numbered: list[tuple[int, Row]] = []
    for row in rows:
        number += not numbered or any(cell for key, cell in row.cells.items() if not key.startswith(_GOODS))
        numbered.append((number, row))
    seen: Counter[tuple[str, ...]] = Counter()
    for _, each in groupby(numbered, key=lambda pair: pair[0]):
        group = [row for _, row in each]
        common = {key: cell for key, cell in group[0].cells.items() if not key.startswith(_GOODS)}
        whole = [replace(row, cells=row.cells | common) for row in group]
        found = []
        for row in whole:
            cells = tuple(map(str, row.cells.values()))
            seen[cells] += 1
            found.append(replace(row, occurrence=seen[cells]))
        yield found


def _first_with_all_goods(forms: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], list[str]]:
    return forms[0] | {"goods": [line for form in forms for line in form["goods"]]}, []


def _as_shown(refusal: Refusal, shown: dict[str, str]) -> Refusal:
    """Its faults with the labels of the columns in place of their technical names; those of a report's common columns
    once, for its first row."""
    found: dict[tuple[object, ...], RowFault] = {}
    for fault in refusal.faults:
        common = not any(column.startswith(_GOODS) for column in fault.columns)
        line = refusal.line if common else fault.line
        columns = tuple(shown.get(column, column) for column in fault.columns)
        found.setdefault((line, columns, str(fault.fault)), replace(fault, line=line, columns=columns))
    return replace(refusal, faults=tuple(found.values()))


def _letter(number: int) -> str:
    return ("" if number < 26 else chr(ord("A") + number // 26 - 1)) + chr(ord("A") + number % 26)


def _changed(details: tuple[str, ...] = ()) -> MalformedError:
    return MalformedError(
        "bad-template",
        "The first rows or hidden sheets of this template were changed; copy your rows into a new one.",
        details,
    )
