"""XLSX and ODS: the cells of one sheet as the texts that a CSV of the same table would have."""

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from vocu.errors import MalformedError
from vocu_client.imports.containers import require_readable
from vocu_client.imports.error_cells import errors_as_texts

_DAMAGED: Final = "This workbook cannot be read; open it in a spreadsheet program and save it again as .xlsx."


class Typed(str):
    """A cell of which the workbook itself says that it is a number, a day (ISO 8601), a time, or true or false."""

    __slots__ = ()


class Workbook:
    """The sheets of a workbook that are worksheets, hidden ones included, by name. Raises MalformedError("bad-table")
    where the bytes are no readable workbook, or one of unbounded size."""

    def __init__(self, data: bytes) -> None:
        from python_calamine import CalamineWorkbook  # noqa: PLC0415 - slow to load, seldom needed

        require_readable(data)
        self._book: Any = _guarded(CalamineWorkbook.from_filelike, io.BytesIO(errors_as_texts(data)))
        self.sheets: tuple[str, ...] = tuple(self._book.sheet_names)

    def rows(self, sheet: str | None = None, decimal: str = ".") -> Iterator[tuple[int, tuple[str, ...]]]:
        """The rows of that sheet that are not empty, each with its number; by default of the first sheet that has any.

        Numbers have as many digits as the file keeps, and this decimal sign. Raises MalformedError("bad-table").
        """
        if sheet is not None and sheet not in self.sheets:
            raise MalformedError(
                "bad-table", f'The workbook has no sheet "{sheet}"; it has: {", ".join(self.sheets) or "none"}.'
            )
        for name in (sheet,) if sheet is not None else self.sheets:
            found = False
            for number, cells in enumerate(_guarded(self._cells, name), 1):
                texts = tuple(_text(cell, decimal) for cell in cells)
                if any(texts):
                    found = True
                    yield number, texts
            if found:
                return

    def _cells(self, sheet: str) -> list[list[Any]]:
        found: list[list[Any]] = self._book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        return found


def _guarded(work: Any, *arguments: Any) -> Any:
    """What the reader returns. Whatever it stumbles over in a damaged file, panics of Rust included, is one error."""
    from python_calamine import CalamineError, XmlError, ZipError  # noqa: PLC0415 - as above

    try:
        return work(*arguments)
    except (CalamineError, XmlError, ZipError, ValueError, OSError):
        raise MalformedError("bad-table", _DAMAGED) from None
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise MalformedError("bad-table", _DAMAGED) from None
        raise


def _text(cell: Any, decimal: str) -> str:
    match cell:
        case str():
            return cell.strip()
        case bool():
            return Typed("true" if cell else "false")
        case int() | float():
            return Typed(_number(cell).replace(".", decimal))
        case datetime():
            return Typed(cell.isoformat() if cell.time() != time() else cell.date().isoformat())
        case date() | time():
            return Typed(cell.isoformat())
        case timedelta():
            return Typed(str(cell))
        case _:
            return ""


def _number(number: float) -> str:
    """The fewest digits that mean this very number, which are those that somebody typed."""
    plain = format(Decimal(repr(number)), "f")
    return plain.removesuffix(".0")
