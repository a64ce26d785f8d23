import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.compilation.logs import Log
from vocu.compilation.table import Column, table
from vocu.compilation.tables import compile_tables
from vocu.rendering.csv import cell_text, table_csv

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    ["=1+1", "+A1", "-1", "@SUM(A1)"]
)
cells = texts | st.integers(-(10**20), 10**20) | st.decimals(-(10**14), 10**14, allow_nan=False, places=9)


def test_a_table_has_a_header_of_field_names_points_for_decimals_and_line_feeds() -> None:
    columns = [Column("name", "Name"), Column("amount", "Amount", "quantity"), Column("count", "Count", "count")]
    made = table("T", "Test", columns, [('Ærø, "A"', Decimal("1E+3"), 5), ("", Decimal("0.10"), 0)])
    assert table_csv(made) == 'name,amount,count\n"Ærø, ""A""",1000,5\n,0.1,0\n'.encode()


@given(st.lists(st.tuples(cells, cells), max_size=5))
def test_no_cell_of_text_is_a_formula_and_every_row_is_one_line(rows: list[tuple[str | int | Decimal, ...]]) -> None:
    made = table_csv(table("T", "Test", [Column("a", "A"), Column("b", "B")], rows))
    read = list(csv.reader(io.StringIO(made.decode(), newline="")))[1:]
    assert made.count(b"\n") == len(rows) + 1
    assert len(read) == len(rows)
    for given_row, row in zip(rows, read, strict=True):
        for cell, text in zip(given_row, row, strict=True):
            if isinstance(cell, str):
                assert not text.lstrip().startswith(("=", "+", "-", "@"))
                assert text.isprintable()
            else:
                assert Decimal(text) == Decimal(cell)


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "\t=1", "\r=1", "\n=1", " =1", "\x00=1", "@a", "+1", "-1"])
def test_the_name_of_a_participant_cannot_become_a_formula(name: str) -> None:
    log = Log()
    log.admit("XX", name=name)
    row = table_csv(compile_tables(log.ledger).table("T01")).decode().splitlines()[2]
    assert row.split(",")[1].startswith("'")


def test_numbers_are_spelled_in_full() -> None:
    assert [cell_text(cell) for cell in (2**60, Decimal("1E-7"), Decimal("-0"))] == [
        "1152921504606846976",
        "0.0000001",
        "0",
    ]
