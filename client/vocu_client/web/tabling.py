"""Results tables as people read them: codes with their labels, numbers and days as the language writes them."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from msgspec import Struct

from vocu.compilation.table import Cell, Column, Table
from vocu.form.codes import list_names
from vocu.rendering.cells import STATUS, in_words
from vocu_client.web.templating import plain, who
from vocu_client.web.visit import Visit

LINKS: Final = {"warning": "/warnings/", "seizure_report": "/seizures/", "report": "/seizures/"}
SHORT: Final = 8


class Shown(Struct, frozen=True):
    """One cell; a number stands to the right, `link` leads to what an id names."""

    text: str
    number: bool = False
    link: str = ""


class Heading(Struct, frozen=True):
    name: str
    text: str
    number: bool


class Reader:
    """Reads one table in the visitor's language."""

    def __init__(self, visit: Visit, table: Table) -> None:
        self._visit, self._words = visit, visit.words
        self._table = table
        self.columns = [
            Heading(column.name, self._words.heading(column.label), column.kind in ("count", "quantity"))
            for column in table.columns
        ]

    def cells(self, row: tuple[Cell, ...]) -> list[Shown]:
        return [self._cell(cell, column) for cell, column in zip(row, self._table.columns, strict=True)]

    def sorted(self, name: str, down: bool) -> list[tuple[Cell, ...]]:
        """The rows in the order of this column as it is read, empty cells last; as they come where there is none."""
        place = next((place for place, column in enumerate(self._table.columns) if column.name == name), None)
        if place is None:
            return list(self._table.rows)
        column = self._table.columns[place]
        filled = [row for row in self._table.rows if row[place] != ""]
        if column.kind in ("count", "quantity"):
            filled.sort(key=lambda row: Decimal(row[place]), reverse=down)
        elif column.kind in ("day", "instant"):
            filled.sort(key=lambda row: str(row[place]), reverse=down)
        else:
            filled.sort(key=lambda row: self._cell(row[place], column).text.casefold(), reverse=down)
        return filled + [row for row in self._table.rows if row[place] == ""]

    def _cell(self, cell: Cell, column: Column) -> Shown:
        words = self._words
        if cell == "":
            return Shown("", column.kind in ("count", "quantity"))
        if column.kind in ("count", "quantity"):
            return Shown(words.number(cell), number=True)
        text = str(cell)
        match column.kind:
            case "code":
                return Shown(self._code(text, column.codes or ""))
            case "day":
                return Shown(words.day(text))
            case "instant":
                at = int(datetime.fromisoformat(text).timestamp() * 1000)
                return Shown(words.instant(at, self._visit.zone))
        if column.name in LINKS:
            return Shown(text[:SHORT], link=LINKS[column.name] + text)
        return Shown(plain(in_words(text, column, words) or text))

    def _code(self, code: str, codes: str) -> str:
        match codes:
            case "country":
                return who(self._visit, code)
            case "status_item":
                return self._words._(STATUS[code]) if code in STATUS else code
            case "unit":
                return self._words.unit(code)
            case "currency":
                return (
                    f"{code} ({self._words.locale.currencies[code]})" if code in self._words.locale.currencies else code
                )
        return self._words.label(codes, code) if codes in list_names() else plain(code)
