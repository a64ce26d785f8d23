"""A results table as a value: named columns and sorted rows of texts, counts and exact decimals."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct

from vocu.compilation.filtering import EVERYTHING, Filter, Part

Kind = Literal["text", "code", "day", "instant", "count", "quantity"]
"""What a column holds; counts are integers, quantities exact decimals, the rest texts. An empty text is a cell without
a value, whatever the kind."""
Cell = str | int | Decimal
EMPTY = ""


class Column(Struct, frozen=True):
    """One column. `name` is its field in the CSV, `codes` the code list that a column of kind "code" draws from."""

    name: str
    label: str
    kind: Kind = "text"
    codes: str | None = None


class Table(Struct, frozen=True):
    """One results table. `definition` says what a row is, what is counted, in which units and from which fields;
    `missing` why there is no data yet, and is empty where there may be; `unfiltered` which parts of the filter that was
    asked for it cannot apply, or not to all of its figures."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    definition: str = ""
    missing: str = ""
    unfiltered: tuple[Part, ...] = ()


class Results(Struct, frozen=True):
    """All results tables of an operation as its log stood at `position`, its newest entry admitted at `as_of` (UTC
    milliseconds). Where `filter` is not empty they count a part of the operation, and say so wherever they go; so they
    do where as many entries as `unopened` count but do not open here, because the statistical part is sealed."""

    op: str
    operation: str
    position: int
    as_of: int
    tables: tuple[Table, ...]
    filter: Filter = EVERYTHING
    unopened: int = 0

    def table(self, id: str) -> Table:  # noqa: A002 - "id" is what the tables call it
        """The table of that id. Raises LookupError where there is none."""
        for table in self.tables:
            if table.id == id:
                return table
        raise LookupError(f"There is no table {id!r}.")


def table(id: str, title: str, columns: Iterable[Column], rows: Iterable[Iterable[Any]]) -> Table:  # noqa: A002
    """A table of these rows, which come sorted."""
    return Table(id, title, tuple(columns), tuple(map(tuple, rows)))


def coded(name: str) -> Column:
    """A column of codes, named like its code list."""
    return Column(name, name.replace("_", " ").capitalize(), "code", name)


def count_columns(labels: dict[str, str]) -> list[Column]:
    """Columns of counts, their labels by name."""
    return [Column(name, label, "count") for name, label in labels.items()]


COUNTRY = Column("country", "Country", "code", "country")
COMMODITY = Column("commodity", "Commodity", "code", "commodity")
REPORTS = Column("reports", "Reports", "count")
SEIZURES = Column("seizures", "Seizures", "count")
QUANTITY = Column("quantity", "Quantity", "quantity")
UNIT = Column("unit", "Unit", "code", "unit")
