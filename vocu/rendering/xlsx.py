"""All results tables as one workbook: contents, charts, definitions, and one sheet per table.

Codes are written as their labels, in the workbook's language; the CSV of the same name has the codes. Numbers are
numbers where a spreadsheet keeps all their digits, and texts where it would not; whole days and instants are dates.
"""

from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from vocu.compilation.table import Cell, Column, Table
from vocu.form.days import first_day, precision
from vocu.form.quantities import plain
from vocu.rendering.cells import CellReader
from vocu.rendering.csv import defused
from vocu.rendering.dossier import Dossier
from vocu.rendering.xlsx_charts import write_charts

_AS_TEXT: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_WIDEST, _NARROWEST = 48, 9
_LINE: Final = 15
"""The height of a line, in points."""
HEAD: Final = 4
"""The row of the column labels, from 0; above it stand title, definition, what must be known, and the way back."""


def results_xlsx(dossier: Dossier) -> bytes:
    """The workbook of these results, in the dossier's language."""
    out = BytesIO()
    book = Workbook(out, {"in_memory": True, **_AS_TEXT})
    book.set_properties({"title": dossier.title, "created": dossier.at, "status": dossier.status})
    words, looks = dossier.wording, _looks(book)
    contents = book.add_worksheet(_sheet_name(words._("Contents")))
    charts = book.add_worksheet(_sheet_name(words._("Charts"))) if dossier.charts() else None
    definitions = book.add_worksheet(_sheet_name(words._("Definitions")))
    _write_contents(contents, dossier, looks)
    if charts is not None:
        write_charts(book, charts, dossier.charts(), words.heading("Seizures"), looks)
    _write_definitions(definitions, dossier, looks)
    for table in dossier.results.tables:
        _TableSheet(book.add_worksheet(table.id), table, dossier, looks).write(contents.name)
    book.close()
    return out.getvalue()


def _looks(book: Any) -> dict[str, Any]:
    """The formats of cells, by what they are for."""
    wrapped = {"text_wrap": True, "valign": "top"}
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True, "bottom": 1, "bg_color": "#E9EFF5", "indent": 1, **wrapped}),
        "number_head": book.add_format({"bold": True, "bottom": 1, "bg_color": "#E9EFF5", "align": "right", **wrapped}),
        "text": book.add_format({"indent": 1}),
        "note": book.add_format({"font_color": "#52606D", **wrapped}),
        "wrap": book.add_format(wrapped),
        "top": book.add_format({"valign": "top"}),
        "link": book.add_format({"font_color": "#1D5F9E", "underline": 1, "valign": "top"}),
        "exact": book.add_format({"align": "right"}),
        "count": book.add_format({"num_format": "#,##0"}),
        "quantity": book.add_format({"num_format": "#,##0.##########"}),
        "whole": book.add_format({"num_format": "#,##0"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left", "indent": 1}),
        "instant": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left", "indent": 1}),
    }


def _sheet_name(text: str) -> str:
    """A spreadsheet allows 31 signs in it, and not all."""
    return "".join(sign for sign in text if sign not in "[]:*?/\\'")[:31]


def _write_contents(sheet: Worksheet, dossier: Dossier, looks: dict[str, Any]) -> None:
    words = dossier.wording
    sheet.write_string(0, 0, defused(dossier.title), looks["title"])
    row = 2
    for name, value in dossier.facts():
        sheet.write_string(row, 0, name, looks["top"])
        sheet.write_string(row, 1, defused(value), looks["wrap"])
        row += 1
    for line in dossier.counted_only():
        sheet.write_string(row, 1, line, looks["wrap"])
        row += 1
    for number, name in enumerate((words._("Table"), words._("Title"), words._("Rows"))):
        sheet.write_string(row + 1, number, name, looks["head"])
    for place, table in enumerate(dossier.results.tables, start=row + 2):
        sheet.write_url(place, 0, f"internal:'{table.id}'!A1", looks["link"], table.id)
        sheet.write_string(place, 1, words.heading(table.title))
        sheet.write_number(place, 2, len(table.rows), looks["count"])
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 64)
    sheet.freeze_panes(1, 0)
    sheet.fit_to_pages(1, 0)


def _write_definitions(sheet: Worksheet, dossier: Dossier, looks: dict[str, Any]) -> None:
    """What each table counts, and what each of its columns is."""
    words = dossier.wording
    heads = (words._("Table"), words._("Title"), words._("What it counts"), words._("Columns"), words._("Notes"))
    widths = (8, 34, 72, 48, 40)
    for number, (name, width) in enumerate(zip(heads, widths, strict=True)):
        sheet.write_string(0, number, name, looks["head"])
        sheet.set_column(number, number, width)
    for row, table in enumerate(dossier.results.tables, start=1):
        sheet.write_url(row, 0, f"internal:'{table.id}'!A1", looks["link"], table.id)
        columns = "\n".join(f"{words.heading(column.label)} ({column.name})" for column in table.columns)
        told = (words.heading(table.title), dossier.definition(table), columns, "\n".join(dossier.notes(table)))
        for number, text in enumerate(told, start=1):
            sheet.write_string(row, number, text, looks["wrap"])
        sheet.set_row(row, _LINE * max(_lines(text, width) for text, width in zip(told, widths[1:], strict=True)))
    sheet.freeze_panes(1, 2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


class _TableSheet:
    """Writes one table into its sheet."""

    def __init__(self, sheet: Worksheet, table: Table, dossier: Dossier, looks: dict[str, Any]) -> None:
        self._sheet, self._table, self._dossier, self._looks = sheet, table, dossier, looks
        self._reader: CellReader = dossier.reader

    def write(self, contents: str) -> None:
        sheet, table, looks = self._sheet, self._table, self._looks
        sheet.write_string(0, 0, self._dossier.heading(table), looks["title"])
        sheet.write_url(3, 0, f"internal:'{contents}'!A1", looks["link"], contents)
        across = high = 0
        for number, column in enumerate(table.columns):
            head = looks["number_head" if column.kind in ("count", "quantity") else "head"]
            sheet.write_string(HEAD, number, self._reader.heading(column), head)
            longest = max((self._write(row, number, column) for row in range(len(table.rows))), default=0)
            heading = self._reader.heading(column)
            wide = min(max(longest, _NARROWEST, *map(len, heading.split())) + 3, _WIDEST)
            sheet.set_column(number, number, wide)
            across += wide
            high = max(high, _lines(heading, wide))
        sheet.set_row(HEAD, _LINE * high)
        notes = [self._dossier.status, *self._dossier.counted_only(), *self._dossier.notes(table)]
        for row, text in ((1, self._dossier.definition(table)), (2, " · ".join(notes))):
            self._write_across(row, text, across)
        sheet.freeze_panes(HEAD + 1, 0)
        if table.rows:
            sheet.autofilter(HEAD, 0, HEAD + len(table.rows), len(table.columns) - 1)
        sheet.repeat_rows(HEAD)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)

    def _write_across(self, row: int, text: str, across: int) -> None:
        """Write a text into one cell as broad as the table, and as high as it needs."""
        if len(self._table.columns) > 1:
            self._sheet.merge_range(row, 0, row, len(self._table.columns) - 1, text, self._looks["note"])
        else:
            self._sheet.write_string(row, 0, text, self._looks["note"])
        self._sheet.set_row(row, _LINE * _lines(text, across))

    def _write(self, row: int, number: int, column: Column) -> int:
        """Write one cell. Returns how many signs it shows."""
        cell, place = self._table.rows[row][number], (HEAD + 1 + row, number)
        if cell == "":
            return 0
        if isinstance(cell, str):
            return self._write_text(place, cell, column)
        if _fits(cell):
            whole = Decimal(cell) == Decimal(cell).to_integral_value()
            self._sheet.write_number(*place, float(cell), self._looks["whole" if whole else "quantity"])
        else:
            self._sheet.write_string(*place, plain(Decimal(cell)), self._looks["exact"])
        return len(plain(Decimal(cell))) * 5 // 4

    def _write_text(self, place: tuple[int, int], cell: str, column: Column) -> int:
        if column.kind == "day" and precision(cell) == "day":
            self._sheet.write_datetime(*place, first_day(cell), self._looks["day"])
            return 10
        if column.kind == "instant":
            self._sheet.write_datetime(
                *place, datetime.fromisoformat(cell).replace(tzinfo=None), self._looks["instant"]
            )
            return 19
        text = defused(cell if column.kind == "day" else self._reader.text(cell, column))
        self._sheet.write_string(*place, text, self._looks["text"])
        return len(text)


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a cell of so many signs."""
    return max(sum(len(line) // max(width - 2, 1) + 1 for line in text.split("\n")), 1)


def _fits(amount: Cell) -> bool:
    """Whether a spreadsheet keeps and shows every digit: it works with 15 significant ones."""
    number = Decimal(amount)
    digits = plain(number).replace(".", "").lstrip("-0").rstrip("0")
    return len(digits) <= 15 and abs(number) < 10**15
