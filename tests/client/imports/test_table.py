"""Bytes to rows: whatever is not as the mapping says is one error that names the line."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.imports.tables import HEADER, ROW, small
from vocu.errors import MalformedError
from vocu_client.imports import containers, table
from vocu_client.imports.table import read_rows


def refused(data: bytes) -> str:
    with pytest.raises(MalformedError) as caught:
        read_rows(data, small())
    assert caught.value.code == "bad-table"
    return str(caught.value)


def test_a_row_is_its_line_and_its_cells_without_white_space_around_them() -> None:
    (row,) = read_rows(
        (" Country ;Day;Place;Goods;Kilograms\n" + "\u00a0Germany ;17.10.2022;Köln;cocaine;1\n").encode(), small()
    )
    assert row.line == 2
    assert row.cells == {
        "Country": "Germany",
        "Day": "17.10.2022",
        "Place": "Köln",
        "Goods": "cocaine",
        "Kilograms": "1",
    }


def test_a_row_that_runs_over_several_lines_has_the_number_of_its_first() -> None:
    text = HEADER + 'Germany;17.10.2022;"Köln\nBonn";cocaine;1\r\n' + "\n" + ROW
    rows = read_rows(text.encode(), small())
    assert [row.line for row in rows] == [2, 5]
    assert rows[0].cells["Place"] == "Köln\nBonn"


def test_identical_rows_are_told_apart_by_their_number() -> None:
    rows = read_rows((HEADER + ROW + ROW.replace("Köln", "Bonn") + ROW).encode(), small())
    assert [row.occurrence for row in rows] == [1, 1, 2]


def test_columns_that_the_mapping_does_not_name_are_kept() -> None:
    text = HEADER.replace("\n", ";Note\n") + ROW.replace("\n", ";x\n")
    assert read_rows(text.encode(), small())[0].cells["Note"] == "x"


def test_the_mark_that_spreadsheets_write_before_utf8_is_no_part_of_the_first_column() -> None:
    assert len(read_rows(b"\xef\xbb\xbf" + (HEADER + ROW).encode(), small())) == 1


def test_bytes_in_another_encoding_are_refused_with_their_line() -> None:
    assert 'Line 3 is not in the encoding "utf-8"' in refused((HEADER + ROW).encode() + ROW.encode("cp1252"))


def test_another_delimiter_is_one_clear_error() -> None:
    said = refused((HEADER + ROW).replace(";", "\t").encode())
    assert 'correct delimiter (";")' in said
    assert 'there is no column "Kilograms"' in said


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "The file is empty"),
        (HEADER.replace("Place", "Day"), 'there is no column "Place"'),
        (HEADER.replace("\n", ";Day\n"), 'two columns "Day"'),
        (HEADER.replace("\n", ";\n"), "A column has no name"),
        (HEADER + ROW + "Germany;17.10.2022;Köln;cocaine\n", "Line 3 has 4 cells, the header has 5"),
        (HEADER + ROW.replace("\n", ";\n"), "Line 2 has 6 cells"),
        (HEADER + ROW + 'Germany;17.10.2022;"Köln;cocaine;1\n' + ROW, "record that begins on line 3 cannot be read"),
        (HEADER + 'Germany;17.10.2022;"Köln"s;cocaine;1\n', "record that begins on line 2 cannot be read"),
        (HEADER + ROW.replace("Köln", "K" * (table.MAX_CELL + 1)), "Line 2 has a cell of more than 32,768"),
    ],
)
def test_a_table_that_is_not_whole_is_refused_with_its_line(text: str, problem: str) -> None:
    assert problem in refused(text.encode())


def test_a_file_beyond_the_limits_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MAX_ROWS", 2)
    assert len(read_rows((HEADER + ROW * 2).encode(), small())) == 2
    assert "more than 2 rows" in refused((HEADER + ROW * 3).encode())
    assert "larger than 50 MB" in refused(bytes(containers.MAX_BYTES + 1))


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(st.lists(st.lists(CELLS, min_size=5, max_size=5), max_size=8))
def test_whatever_a_csv_writer_writes_is_read_back(written: list[list[str]]) -> None:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL)
    writer.writerow(HEADER.strip().split(";"))
    writer.writerows(written)
    rows = read_rows(file.getvalue().encode(), small())
    assert [list(row.cells.values()) for row in rows] == [[cell.strip() for cell in cells] for cells in written]
