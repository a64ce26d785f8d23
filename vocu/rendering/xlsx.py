"""All results tables as one workbook: a contents sheet that says what it is, then one sheet per table."""

from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from vocu.compilation.table import Cell, Column, Results, Table
from vocu.form.quantities import plain
from vocu.rendering.csv import cell_text

_AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_WIDEST = 48


def results_xlsx(results: Results, root: str, final: bool) -> bytes:
    """The workbook of these results; `root` is that of the log at their position. Numbers are numbers where a
    spreadsheet keeps all their digits, and texts where it would not."""
    out = BytesIO()
    workbook = Workbook(out, {"in_memory": True, **_AS_TEXT})
    workbook.set_properties({"title": results.operation, "created": datetime.fromtimestamp(results.as_of // 1000, UTC)})
    head = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    title = workbook.add_format({"bold": True, "font_size": 14})
    exact = workbook.add_format({"align": "right"})
    _write_contents(workbook.add_worksheet("Contents"), results, _status(results, root, final), title, head)
    for table in results.tables:
        _write_table(workbook.add_worksheet(table.id), table, head, exact)
    workbook.close()
    return out.getvalue()


def _status(results: Results, root: str, final: bool) -> list[tuple[str, Cell]]:
    as_of = datetime.fromtimestamp(results.as_of // 1000, UTC)
    return [
        ("Status", "FINAL" if final else "PRELIMINARY"),
        ("Operation", results.op),
        ("Log position", results.position),
        ("Log root", root),
        ("As of (UTC)", as_of.strftime("%Y-%m-%d %H:%M:%S")),
    ]


def _write_contents(sheet: Worksheet, results: Results, status: list[tuple[str, Cell]], title: Any, head: Any) -> None:
    sheet.write_string(0, 0, results.operation, title)
    for row, (name, value) in enumerate(status, start=2):
        sheet.write_string(row, 0, name)
        _write_cell(sheet, row, 1, value, None)
    first = len(status) + 3
    for number, name in enumerate(("Table", "Title", "Rows")):
        sheet.write_string(first, number, name, head)
    for row, table in enumerate(results.tables, start=first + 1):
        sheet.write_url(row, 0, f"internal:'{table.id}'!A1", string=table.id)
        sheet.write_string(row, 1, table.title)
        sheet.write_number(row, 2, len(table.rows))
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 60)


def _write_table(sheet: Worksheet, table: Table, head: Any, exact: Any) -> None:
    for number, column in enumerate(table.columns):
        sheet.write_string(0, number, column.label, head)
        sheet.set_column(number, number, _width(table, number, column))
    for row, cells in enumerate(table.rows, start=1):
        for number, cell in enumerate(cells):
            _write_cell(sheet, row, number, cell, exact)
    sheet.freeze_panes(1, 0)
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def _write_cell(sheet: Worksheet, row: int, number: int, cell: Cell, exact: Any) -> None:
    if isinstance(cell, str):
        if cell:
            sheet.write_string(row, number, cell_text(cell))
    elif _fits(cell):
        sheet.write_number(row, number, float(cell))
    else:
        sheet.write_string(row, number, cell_text(cell), exact)


def _fits(amount: int | Decimal) -> bool:
    """Whether a spreadsheet keeps and shows every digit: it works with 15 significant ones."""
    number = Decimal(amount)
    digits = plain(number).replace(".", "").lstrip("-0").rstrip("0")
    return len(digits) <= 15 and abs(number) < 10**15


def _width(table: Table, number: int, column: Column) -> int:
    longest = max((len(cell_text(row[number])) for row in table.rows), default=0)
    return min(max(longest, 8, len(column.label) * 4 // 5) + 2, _WIDEST)
