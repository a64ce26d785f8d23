"""A table's bytes taken apart into rows, strictly: what is not as the mapping says is an error that names the line.

What a file is, CSV or workbook, is told by its content. The same cells make the same rows in each of them.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import msgspec

from vocu.errors import MalformedError
from vocu_client.imports.containers import content_of
from vocu_client.imports.mapping import File, Mapping
from vocu_client.imports.workbook import Workbook

MAX_ROWS: Final = 1_000_000
MAX_CELL: Final = 32 * 1024
"""In characters; also what the csv module takes."""


class Row(msgspec.Struct, frozen=True):
    """A row: the line on which it begins, its cells by column without the white space around them, and its number
    among the rows with the very same cells, from 1 in file order."""

    line: int
    cells: dict[str, str]
    occurrence: int


def read_rows(data: bytes, mapping: Mapping) -> list[Row]:
    """All rows of a table with a header. Empty lines are passed over; columns that the mapping does not name are kept.

    Raises MalformedError("bad-table") for bytes that are not in the encoding, for a header without a column that the
    mapping names or with one twice, for a row of more or fewer cells, for stray quotes, and beyond the limits.
    """
    taken = records(data, mapping.file)
    header = _header(next(taken, None), mapping)
    width = len(header)
    seen: Counter[tuple[str, ...]] = Counter()
    rows: list[Row] = []
    for line, cells in taken:
        if len(cells) != width:
            raise _bad(f"Line {line} has {len(cells)} cells, the header has {width}; put it right in the file.")
        if len(rows) == MAX_ROWS:
            raise _bad(f"The file has more than {MAX_ROWS:,} rows; split it.")
        seen[cells] += 1
        rows.append(Row(line, dict(zip(header, cells, strict=True)), seen[cells]))
    return rows


def records(data: bytes, file: File) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The cells of each line that is not empty, the header first, with its number. Raises MalformedError."""
    if content_of(data, file.encoding) == "text":
        yield from _records(_decoded(data, file), file)
        return
    rows = Workbook(data).rows(file.sheet, file.decimal)
    first = next(rows, None)
    if first is None:
        return
    line, header = first
    begin, end = _span(header)
    yield line, header[begin:end]
    for line, cells in rows:
        if any(cells[:begin]) or any(cells[end:]):
            raise _bad(f"Line {line} has cells beside the table, under no header; put it right in the file.")
        for cell in cells[begin:end]:
            _require_short(cell, line)
        if any(cells):
            yield line, cells[begin:end]


def _span(header: tuple[str, ...]) -> tuple[int, int]:
    """From the first column that has a name to the last one."""
    named = [number for number, name in enumerate(header) if name]
    return named[0], named[-1] + 1


def _require_short(cell: str, line: int) -> None:
    if len(cell) > MAX_CELL:
        raise _bad(f"Line {line} has a cell of more than {MAX_CELL:,} characters; shorten it.")


def _decoded(data: bytes, file: File) -> str:
    if file.encoding is None or file.delimiter is None:
        raise MalformedError(
            "bad-mapping", "This file is text: the mapping has to name its encoding and delimiter, under [file]."
        )
    try:
        return data.decode(file.encoding).removeprefix("\ufeff")  # what spreadsheets write before UTF-8
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(file.encoding, "replace").count("\n") + 1
        raise _bad(
            f'Line {line} is not in the encoding "{file.encoding}" that the mapping names ({error.reason}); '
            "correct encoding in the mapping."
        ) from None


def _records(text: str, file: File) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each record with the line on which it begins; a quoted cell may run over several lines."""
    source, delimiter = io.StringIO(text, newline=""), file.delimiter or ","
    reader = csv.reader(source, delimiter=delimiter, quotechar=file.quote, doublequote=True, strict=True)
    line = 1
    try:
        for record in reader:
            for cell in record:
                _require_short(cell, line)
            if record:
                yield line, tuple(cell.strip() for cell in record)
            line = reader.line_num + 1
    except csv.Error as error:
        raise _bad(
            f"The record that begins on line {line} cannot be read: {error}; correct it, or quote in the mapping."
        ) from None


def _header(record: tuple[int, tuple[str, ...]] | None, mapping: Mapping) -> tuple[str, ...]:
    if record is None:
        raise _bad("The file is empty; it needs a header line with the names of the columns.")
    line, names = record
    missing = [name for name in mapping.columns() if name not in names]
    if missing:
        raise MalformedError(
            "bad-table",
            f'The header on line {line} lacks columns that the mapping names. If they are there, correct delimiter ("'
            f'{mapping.file.delimiter}") or encoding ("{mapping.file.encoding}") in the mapping.',
            tuple(f'there is no column "{name}"' for name in missing),
        )
    twice = [name for name, after in pairwise(sorted(names)) if name == after]
    if twice or "" in names:
        raise _bad(f'The header on line {line} has two columns "{twice[0]}".' if twice else "A column has no name.")
    return names


def _bad(message: str) -> MalformedError:
    return MalformedError("bad-table", message)
