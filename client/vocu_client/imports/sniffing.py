"""How a text was written, from the text itself: encoding, delimiter, decimal sign, order of a date's parts.

What can be read in two ways is reported as that, with the choices; it is never decided here.
"""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from msgspec import Struct

from vocu.errors import MalformedError
from vocu_client.imports.cells import CellError, day, moment
from vocu_client.imports.sources import Day, Moment
from vocu_client.imports.workbook import Typed

_MARKS: Final = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_OLD_ENCODINGS: Final = {"el": "cp1253", "bg": "cp1251", "pl": "cp1250"}
"""What spreadsheets write for these languages where they do not write UTF-8; the others have cp1252."""
_DELIMITERS: Final = (";", ",", "\t", "|")
_LOOK_AT: Final = 200
_NUMBER: Final = re.compile(r"[0-9]+(?:[ '.,\u00a0\u202f][0-9]+)*")
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:([ '.,\u00a0\u202f])[0-9]{3})+")
_DATES: Final = tuple(
    order.replace("-", sign) + time
    for order in ("%d-%m-%Y", "%m-%d-%Y", "%Y-%m-%d", "%d-%m-%y", "%m-%d-%y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y")
    for sign in "-./"
    for time in ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S")
)
_PARTIAL: Final = ("%m/%Y", "%m.%Y", "%Y-%m", "%b %Y", "%Y")


class Signs(Struct, frozen=True):
    """The decimal signs that numbers may have been written with, the likeliest first, and what groups their digits."""

    decimals: tuple[str, ...]
    thousands: str | None = None


def sniff_encoding(data: bytes, language: str) -> tuple[str, ...]:
    """The encodings that this text may have, the likeliest first; one where it is certain. `language` is the desk's."""
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return (encoding,)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        old = _OLD_ENCODINGS.get(language, "cp1252")
        found = [name for name in dict.fromkeys((old, "cp1252", "cp1250", "cp1253", "cp1251")) if _decodes(data, name)]
        return tuple(found or ["latin-1"])
    return ("utf-8",)


def sniff_delimiter(text: str, quote: str = '"') -> str:
    """The delimiter by which the first lines have the same number of cells, more than one. Raises MalformedError."""
    best: tuple[int, int, str] | None = None
    for sign in _DELIMITERS:
        try:
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, quotechar=quote, strict=True)
            widths = Counter(len(record) for record in islice(reader, _LOOK_AT) if record)
        except csv.Error:
            continue
        if widths:
            width, lines = widths.most_common(1)[0]
            if width > 1 and (best is None or (lines, width) > best[:2]):
                best = lines, width, sign
    if best is None:
        raise MalformedError("bad-table", "This file has no columns: no sign stands between cells on all of its lines.")
    return best[2]


def sniff_decimal(cells: Iterable[str]) -> Signs:
    """How these numbers may be meant. "1.200" alone may be 1200 or 1.2: then both signs are given."""
    points: set[str] = set()
    groups: set[str] = set()
    unclear: set[str] = set()
    for cell in cells:
        if isinstance(cell, Typed) or not _NUMBER.fullmatch(cell):
            continue
        signs = [sign for sign in cell if not sign.isdigit()]
        if len(set(signs)) == 2:
            groups.add(signs[0])
            points.add(signs[-1])
        elif len(signs) > 1:
            groups.update(signs)
        elif signs and not (_GROUPED.fullmatch(cell) and not cell.startswith("0")):
            points.update(signs)
        elif signs and signs[0] in ".,":
            unclear.update(signs)
        else:
            groups.update(signs)
    for sign in groups & {".", ","}:
        points.add("," if sign == "." else ".")
    if len(points) == 1 and unclear - points - groups:
        groups |= unclear - points
    decimals = tuple(sorted(points & {".", ","})) or ((".", ",") if unclear else (".",))
    group = next(iter(sorted(groups - set(decimals))), None)
    return Signs(decimals, group)


def sniff_dates(cells: Sequence[str]) -> tuple[str, ...]:
    """The formats by which all of these cells (or all but a few) are days, months or years; none where they are not.

    More than one where day and month cannot be told apart: somebody has to say which it is.
    """
    filled = [cell for cell in cells if cell]
    if filled and all(isinstance(cell, Typed) and "-" in cell for cell in filled):
        return ("%Y-%m-%d",)
    read = {form: sum(_is_date(cell, form) for cell in filled) for form in (*_DATES, *_PARTIAL)}
    most = max(read.values(), default=0)
    if not filled or most * 10 < len(filled) * 8:
        return ()
    found = tuple(form for form, count in read.items() if count == most)
    return tuple(form for form in found if "%y" not in form or form.replace("%y", "%Y") not in found)


def _is_date(cell: str, form: str) -> bool:
    century = 2000 if "%y" in form else None
    try:
        if "%H" in form:
            moment(Moment(column="c", format=form, zone="UTC", century=century), {"c": cell})
        else:
            day(Day(column="c", format=form, century=century), {"c": cell})
    except CellError:
        return False
    return True


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
