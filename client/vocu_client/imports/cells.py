"""What one row says in one field: reads cells as a mapping's sources tell, and says why where it cannot."""

import re
import unicodedata
from collections.abc import Mapping as Cells
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from vocu.errors import MalformedError
from vocu.form.faults import Fault
from vocu.rendering.wording import N_
from vocu_client.imports.mapping import File
from vocu_client.imports.sources import DATE_TOKEN, LETTERS, Day, Moment, Month, Number, Text
from vocu_client.imports.workbook import Typed

_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_TOKENS: Final = {
    "d": r"(?P<d>[0-9]{1,2})",
    "m": r"(?P<m>[0-9]{1,2})",
    "b": r"(?P<b>[A-Za-z]{3,9})",
    "y": r"(?P<y>[0-9]{2})",
    "Y": r"(?P<Y>[0-9]{4})",
    "H": r"(?P<H>[0-9]{2})",
    "M": r"(?P<M>[0-9]{2})",
    "S": r"(?P<S>[0-9]{2})",
}
_SHOWN: Final = 60
_LISTED: Final = 8
IS_EMPTY: Final = N_("is empty, and the mapping does not say what that means")


class CellError(MalformedError):
    """A cell that cannot be read as the mapping says; the row is refused, the file is not. `fault` says why, without
    the names of its `columns`."""

    def __init__(self, code: str, columns: tuple[str, ...], fault: Fault) -> None:
        super().__init__(code, f"{' | '.join(columns)}: {fault}")
        self.columns = columns
        self.fault = fault


def unreadable(columns: tuple[str, ...], cell: str, why: str, **values: object) -> CellError:
    """The error for a cell, with its columns and its beginning: `why` is a text with {cell} in it, and more names."""
    shown = cell if len(cell) <= _SHOWN else cell[: _SHOWN - 3] + "..."
    return CellError("bad-cell", columns, Fault("", why, {"cell": f'"{shown}"', **values}))


def texts(source: Text, cells: Cells[str, str]) -> list[str]:
    """The texts or codes that the row gives; none where the cell is blank and the mapping lets it. Raises CellError."""
    cell = _cell(source, cells)
    parts = [cell] if source.split is None else cell.split(source.split)
    kept = [part for part in (_cut(source, part) for part in parts) if part not in ("", *source.blank)]
    if not kept:
        if source.empty_is is None and source.empty != "leave_out":
            raise unreadable(source.columns(), cell, IS_EMPTY)
        return [] if source.empty_is is None else [source.empty_is]
    return [text for part in kept if (text := _said(source, part)) is not None]


def text(source: Text, cells: Cells[str, str]) -> str | None:
    """The one text or code that the row gives. Raises CellError, also where there are several."""
    found = texts(source, cells)
    if len(found) > 1 and source.several == "refuse":
        raise unreadable(
            source.columns(), _cell(source, cells), N_("{cell} holds several values, and the field takes one")
        )
    return found[0] if len(found) == 1 else None


def _cell(source: Text, cells: Cells[str, str]) -> str:
    if source.first_of:
        return next((cell for name in source.first_of if (cell := _unless_blank(source, cells[name]))), "")
    found = [_unless_blank(source, cells[name]) for name in source.joined]
    return " | ".join(found) if any(found) else ""


def _unless_blank(source: Text, cell: str) -> str:
    return "" if cell in source.blank else cell


def _cut(source: Text, part: str) -> str:
    if source.before_last is not None and source.before_last in part:
        part = part.rpartition(source.before_last)[0]
    if source.after_last is not None:
        part = part.rpartition(source.after_last)[2]
    return part.strip()


def _said(source: Text, part: str) -> str | None:
    if source.map is None:
        return capitals(source, part) if source.capitals else part
    if part in source.map:
        return source.map[part]
    if source.unlisted_is is None and source.unlisted != "leave_out":
        known = ", ".join(list(source.map)[:_LISTED]) + (", …" if len(source.map) > _LISTED else "")
        raise unreadable(
            source.columns(), part, N_("{cell} is not listed in the mapping, which has {known}"), known=known
        )
    return source.unlisted_is


def capitals(source: Text, part: str) -> str:
    """The text in capitals A to Z, digits, spaces and hyphens: accents are taken off, other signs become spaces."""
    plain = unicodedata.normalize("NFKD", part.translate(LETTERS)).upper()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    if any(sign.isalnum() and not sign.isascii() for sign in plain):
        raise unreadable(source.columns(), part, N_("{cell} has letters that have no form in A to Z; list it in a map"))
    return " ".join(re.sub(r"[^A-Z0-9-]+", " ", plain).split())


def number(source: Number, cells: Cells[str, str], file: File) -> str | None:
    """The number with its digits as given, in plain spelling, "1200.50"; None for a blank cell. Raises CellError."""
    cell = cells[source.column]
    if cell in ("", *source.blank):
        if source.empty == "refuse":
            raise unreadable((source.column,), cell, IS_EMPTY)
        return None
    # A workbook keeps a number, not how many digits it was written with.
    match = _number_form(file, None if isinstance(cell, Typed) else source.decimals).fullmatch(cell)
    if match is not None and source.decimals is not None and len(match["fraction"] or "") > source.decimals:
        match = None
    if match is None:
        said = {"sign": file.decimal, "digits": source.decimals}
        if source.decimals is None:
            raise unreadable(
                (source.column,), cell, N_('{cell} is not a number with the decimal sign "{sign}"'), **said
            )
        raise unreadable(
            (source.column,),
            cell,
            N_('{cell} is not a number with the decimal sign "{sign}" and {digits} digits after it'),
            **said,
        )
    whole, fraction, exponent = match.group("whole"), match.group("fraction"), match.group("exponent")
    if file.thousands is not None:
        whole = whole.replace(file.thousands, "")
    return format(Decimal(f"{whole}.{fraction or ''}e{exponent or 0}"), "f")


@cache
def _number_form(file: File, decimals: int | None) -> re.Pattern[str]:
    whole = "[0-9]+" if file.thousands is None else f"[0-9]{{1,3}}(?:{re.escape(file.thousands)}[0-9]{{3}})+|[0-9]+"
    sign = re.escape(file.decimal)
    fraction = {None: f"(?:{sign}(?P<fraction>[0-9]+))?", 0: "(?P<fraction>)"}.get(
        decimals, f"{sign}(?P<fraction>[0-9]{{{decimals}}})"
    )
    exponent = "(?:[eE](?P<exponent>[+-]?[0-9]{1,2}))?" if file.exponents else "(?P<exponent>)"
    return re.compile(f"(?P<whole>{whole}){fraction}{exponent}")


def day(source: Day | Month, cells: Cells[str, str]) -> str:
    """The day, month or year: "2022-10-17", "2022-10" or "2022". Raises CellError."""
    if isinstance(source, Month):
        return _month(source, cells)
    cell = cells[source.column]
    parts = _date_parts(source.column, cell, source.format, source.century)
    year, month, of_month = parts["Y"], parts.get("m"), parts.get("d")
    if source.agrees_with_year is not None and cells[source.agrees_with_year] != str(year):
        other = cells[source.agrees_with_year]
        raise unreadable(
            (source.column,),
            cell,
            N_('{cell} is not in the year "{year}" of the column {column}'),
            year=other,
            column=source.agrees_with_year,
        )
    if of_month == 1 and source.first_of_month_is_month:
        of_month = None
    return "-".join([f"{year:04}", *(f"{part:02}" for part in (month, of_month) if part is not None)])


def _month(source: Month, cells: Cells[str, str]) -> str:
    year = _date_parts(source.year, cells[source.year], "%Y", None)["Y"]
    form = "%m" if cells[source.month].isdecimal() else "%b"
    month = _date_parts(source.month, cells[source.month], form, None)["m"]
    if source.fiscal_year_starts > 1 and month >= source.fiscal_year_starts:
        year -= 1
    return f"{year:04}-{month:02}"


def moment(source: Moment, cells: Cells[str, str]) -> str | None:
    """The local time with its offset, "2024-01-16T08:45:00+01:00"; None for an empty cell that the mapping leaves out.
    Raises CellError, also where clocks were changed."""
    cell = cells[source.column]
    if not cell and source.empty == "leave_out":
        return None
    parts = _date_parts(source.column, cell, source.format, source.century)
    zone = ZoneInfo(source.zone)
    try:
        time_of_day = parts.get("H", 0), parts.get("M", 0), parts.get("S", 0)  # a workbook leaves midnight out
        local = datetime(parts["Y"], parts["m"], parts["d"], *time_of_day, tzinfo=zone)
    except ValueError:
        raise unreadable((source.column,), cell, N_("{cell} is not a time of day")) from None
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        twice = N_("{cell} is an hour that came twice or never in {zone}")
        raise unreadable((source.column,), cell, twice, zone=source.zone)
    return local.isoformat()


def _date_parts(column: str, cell: str, form: str, century: int | None) -> dict[str, int]:
    """The numbers in a date by their letter; `Y` is the full year and `m` the month, however they were written."""
    match = _date_form(form).fullmatch(cell)
    if match is None and isinstance(cell, Typed) and "%d" in form:
        match = _date_form("%Y-%m-%dT%H:%M:%S" if "T" in cell else "%Y-%m-%d").fullmatch(cell)
    if match is None:
        raise unreadable((column,), cell, N_('{cell} is not of the form "{form}"'), form=form)
    words = match.groupdict()
    name = words.pop("b", None)
    parts = {letter: int(digits) for letter, digits in words.items()}
    if name is not None:
        full = [number for number, month in enumerate(_MONTHS, 1) if name.lower() in (month, month[:3])]
        if not full:
            raise unreadable((column,), cell, N_("{cell} names no month"))
        parts["m"] = full[0]
    if "y" in parts:
        parts["Y"] = (century or 0) + parts.pop("y")
    try:
        date(parts.get("Y", 2000), parts.get("m", 1), parts.get("d", 1))
    except ValueError:
        raise unreadable((column,), cell, N_("{cell} is not on the calendar")) from None
    return parts


@cache
def _date_form(form: str) -> re.Pattern[str]:
    literal = DATE_TOKEN.split(form)  # text and letter by turns
    return re.compile("".join(_TOKENS[part] if turn % 2 else re.escape(part) for turn, part in enumerate(literal)))
