"""A results table as CSV: UTF-8, commas, LF, exact decimals with a point; the same bytes wherever it is made."""

import csv
from collections.abc import Iterable
from decimal import Decimal
from io import BytesIO, TextIOWrapper

from vocu.compilation.table import Cell, Table
from vocu.form.quantities import plain

_FORMULA = ("=", "+", "-", "@")


def table_csv(table: Table) -> bytes:
    """The table with a header of field names. A text that a spreadsheet would take for a formula is led by an
    apostrophe; control characters, line breaks among them, become spaces."""
    return rows_csv([column.name for column in table.columns], table.rows)


def rows_csv(head: Iterable[str], rows: Iterable[Iterable[Cell]]) -> bytes:
    """Rows under a header, written as those of a table are."""
    out = BytesIO()
    text = TextIOWrapper(out, "utf-8", newline="")  # a StringIO would take four bytes for each sign of a large file
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([cell_text(cell) for cell in row] for row in rows)
    text.flush()
    return out.getvalue()


def cell_text(cell: Cell) -> str:
    """A cell as the CSV has it."""
    if isinstance(cell, str):
        return defused(cell)
    return plain(cell) if isinstance(cell, Decimal) else str(cell)


def defused(text: str) -> str:
    """The text on one line, led by an apostrophe where a spreadsheet would take it for a formula."""
    text = "".join(sign if sign.isprintable() else " " for sign in text)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
