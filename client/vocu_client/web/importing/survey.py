"""What stands in a file's columns: the first values, how many cells are empty, and which different values there are."""

from collections import Counter

from msgspec import Struct

from vocu.errors import MalformedError
from vocu_client.imports.mapping import File
from vocu_client.imports.table import MAX_ROWS, records

SAMPLES = 3
MOST_VALUES = 200
"""A column with more different values is no column of codes."""


class Column(Struct, frozen=True, kw_only=True):
    """One column. `values` are its different values with how often each occurs, the most frequent first; where there
    are too `many`, some of them."""

    name: str
    samples: tuple[str, ...]
    empty: int
    values: tuple[tuple[str, int], ...]
    many: bool = False


class Survey(Struct, frozen=True, kw_only=True):
    """A file at one glance: its columns from left to right, and how many rows it has."""

    columns: tuple[Column, ...]
    rows: int

    def find(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


def survey(data: bytes, file: File) -> Survey:
    """Read it once, to its end. Raises MalformedError("bad-table") as `read_rows` does."""
    lines = records(data, file)
    first = next(lines, None)
    if first is None:
        raise MalformedError("bad-table", "The file is empty; it needs a header line with the names of the columns.")
    _, names = first
    counts: list[Counter[str]] = [Counter() for _ in names]
    many = [False] * len(names)
    rows = 0
    for line, cells in lines:
        if len(cells) != len(names):
            raise MalformedError(
                "bad-table",
                f"Line {line} has {len(cells)} cells, the header has {len(names)}; put it right in the file.",
            )
        rows += 1
        if rows > MAX_ROWS:
            raise MalformedError("bad-table", f"The file has more than {MAX_ROWS:,} rows; split it.")
        for place, cell in enumerate(cells):
            known = counts[place]
            if cell in known or len(known) <= MOST_VALUES or cell == "":
                known[cell] += 1
            else:
                many[place] = True
    return Survey(columns=tuple(map(_column, names, counts, many)), rows=rows)


def _column(name: str, counted: Counter[str], many: bool) -> Column:
    empty = counted.pop("", 0)
    many = many or len(counted) > MOST_VALUES
    samples = tuple(counted)[:SAMPLES]
    ordered = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    return Column(name=name, samples=samples, empty=empty, values=tuple(ordered[:MOST_VALUES]), many=many)
