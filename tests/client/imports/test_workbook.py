"""XLSX and ODS give the rows that a CSV of the same table gives; whatever is no whole table is one clear error."""

import csv
import io
import random
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from openpyxl import Workbook as Book  # type: ignore[import-untyped]

from tests.client.imports.tables import SMALL, small
from vocu.errors import MalformedError
from vocu_client.imports import containers
from vocu_client.imports.error_cells import errors_as_texts
from vocu_client.imports.mapping import read_mapping
from vocu_client.imports.rows import convert
from vocu_client.imports.table import read_rows
from vocu_client.imports.workbook import Workbook

HEAD = ["Country", "Day", "Place", "Goods", "Kilograms"]
ROWS: list[list[Any]] = [
    ["Germany", date(2022, 10, 17), "Köln", "cocaine", 1200.5],
    ["Poland", date(2022, 10, 18), "Łódź", "heroin", 0.1],
    ["Poland", date(2022, 10, 18), "Łódź", "heroin", 0.1],
    ["Germany", date(2022, 10, 19), "Kehl", "heroin", 1_000_000],
    ["Germany", date(2022, 10, 19), "Kehl", "heroin", 0.000002],
]


def workbook(rows: list[list[Any]] | None = None, name: str = "Sheet", before: tuple[str, ...] = ()) -> bytes:
    book = Book()
    book.remove(book.active)
    for each in before:
        book.create_sheet(each)
    sheet = book.create_sheet(name)
    for row in rows if rows is not None else [HEAD, *ROWS]:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_csv() -> bytes:
    """The same table as somebody would export it who writes numbers with commas."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(HEAD)
    for country, day, place, goods, kilograms in ROWS:
        number = f"{kilograms:f}".rstrip("0").rstrip(".") if isinstance(kilograms, float) else str(kilograms)
        writer.writerow([country, day.isoformat(), place, goods, number.replace(".", ",")])
    return out.getvalue().encode()


def saved_again(data: bytes, form: str, folder: Path) -> bytes:
    """The workbook as LibreOffice writes it."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed: no workbook of another program to read.")
    (folder / "given.xlsx").write_bytes(data)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    target = folder / "again"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        form,
        "--outdir",
        str(target),
        str(folder / "given.xlsx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return (target / f"given.{form}").read_bytes()


@pytest.mark.parametrize(
    ("part", "tag"),
    [
        ("xl/worksheets/sheet1.xml", b"<c "),
        ("content.xml", b"<table:table-cell "),
        ("xl/sharedStrings.xml", b"<si "),
    ],
)
def test_tags_without_an_end_do_not_hold_anybody_up(part: str, tag: bytes) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"")
        archive.writestr(part, tag * 25_000)
    before = process_time()
    with pytest.raises(MalformedError):
        containers.require_readable(out.getvalue())
    errors_as_texts(out.getvalue())
    assert process_time() - before < 2  # it was half a minute, and an hour for a megabyte


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_cell_whose_formula_failed_is_no_empty_cell(form: str, tmp_path: Path) -> None:
    """What a formula lost would be left out of the report as if nobody had meant to say it."""
    data = saved_again(
        workbook([["Goods", "Value", "Kilograms"], ["snus", "=NA()", 5], ["snus", "=1/0", 6]]), form, tmp_path
    )
    read = Workbook(data)
    assert [texts for _, texts in read.rows()] == [
        ("Goods", "Value", "Kilograms"), ("snus", "#N/A", "5"), ("snus", "#DIV/0!", "6")
    ]  # fmt: skip


def test_a_failed_cell_that_no_other_program_saved_is_told_too() -> None:
    assert [texts for _, texts in Workbook(workbook([["#REF!", 1]])).rows()] == [("#REF!", "1")]


def test_typed_cells_are_the_very_numbers_and_days_that_were_entered() -> None:
    conversion = convert(read_rows(workbook(), small()), small())
    assert conversion.refused == ()
    found = [(each.line, each.report.seizure_day, str(each.report.goods[0].quantity)) for each in conversion.reports]
    assert found == [
        (2, "2022-10-17", "1200.5"),
        (3, "2022-10-18", "0.1"),
        (4, "2022-10-18", "0.1"),
        (5, "2022-10-19", "1000000"),
        (6, "2022-10-19", "0.000002"),
    ]


def test_a_workbook_and_a_csv_of_the_same_table_make_the_same_reports() -> None:
    iso = read_mapping(SMALL.replace("%d.%m.%Y", "%Y-%m-%d"))
    of_book, of_text = (convert(read_rows(data, iso), iso) for data in (workbook(), as_csv()))
    assert [each.key for each in of_book.reports] == [each.key for each in of_text.reports]
    assert of_book.reports == of_text.reports


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_workbook_that_libreoffice_saved_again_is_the_same_import(form: str, tmp_path: Path) -> None:
    again = saved_again(workbook(), form, tmp_path)
    first, second = (convert(read_rows(data, small()), small()) for data in (workbook(), again))
    assert second == first


def test_the_first_sheet_that_holds_anything_is_read_unless_the_mapping_names_one() -> None:
    data = workbook(name="Seizures 2022", before=("Empty",))
    assert len(read_rows(data, small())) == len(ROWS)
    named = small('thousands = "."', 'thousands = "."\nsheet = "Seizures 2022"')
    assert len(read_rows(data, named)) == len(ROWS)
    other = small('thousands = "."', 'thousands = "."\nsheet = "2021"')
    with pytest.raises(MalformedError, match='no sheet "2021"; it has: Empty, Seizures 2022'):
        read_rows(data, other)


def test_rows_have_the_numbers_of_the_sheet_wherever_the_table_begins() -> None:
    shifted = [[], [], [None, *HEAD], [], [None, *ROWS[0]]]
    (row,) = read_rows(workbook(shifted), small())
    assert row.line == 5
    assert row.cells["Country"] == "Germany"


def test_cells_under_no_header_are_refused_with_their_line() -> None:
    with pytest.raises(MalformedError, match="Line 2 has cells beside the table"):
        read_rows(workbook([HEAD, [*ROWS[0], "a remark"]]), small())


def test_true_and_times_are_texts() -> None:
    book = workbook([HEAD, [True, datetime.fromisoformat("2022-10-17T08:45"), "Köln", "cocaine", 1]])
    (row,) = read_rows(book, small())
    assert (row.cells["Country"], row.cells["Day"]) == ("true", "2022-10-17T08:45:00")


def test_more_decimals_than_the_mapping_allows_are_refused_and_fewer_are_not() -> None:
    exact = small('empty = "pending"', "decimals = 1")
    refused = convert(read_rows(workbook(), exact), exact).refused
    assert [refusal.line for refusal in refused] == [6]


def test_a_csv_needs_encoding_and_delimiter_and_a_workbook_does_not() -> None:
    bare = read_mapping(SMALL.replace('encoding = "utf-8"\n', "").replace('delimiter = ";"\n', ""))
    assert len(read_rows(workbook(), bare)) == len(ROWS)
    with pytest.raises(MalformedError, match="has to name its encoding and delimiter"):
        read_rows(as_csv(), bare)


def damaged(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """The archive with some of its members changed, or left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as taken:
        for name in given.namelist():
            changed = change(name, given.read(name))
            if changed is not None:
                taken.writestr(name, changed)
    return out.getvalue()


def sheet_of(xml: bytes) -> bytes:
    def change(name: str, data: bytes) -> bytes:
        return xml if name.startswith("xl/worksheets/") else data

    return damaged(workbook(), change)


SPARSE = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b'<row r="1"><c r="A1"><v>1</v></c></row><row r="900000"><c r="XFD900000"><v>1</v></c></row></sheetData>'
    b"</worksheet>"
)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "The file is empty"),
        (b"PK\x03\x04", "damaged or was cut off"),
        (workbook()[:2000], "damaged or was cut off"),
        (workbook()[:-30], "damaged or was cut off"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096), "old .xls file, or a workbook with a password"),
        (b"%PDF-1.7\n%\xe2\xe3", "This is a PDF file"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "holds no table"),
        (random.Random(1).randbytes(100_000), "holds no table"),
        (
            damaged(workbook(), lambda name, data: data if "xml" in name[-4:] and name[:2] != "xl" else None),
            "cannot be",
        ),
        (sheet_of(b"<not xml"), "damaged or was cut off"),
        (sheet_of(SPARSE.replace(b"</sheetData>", b"")), "damaged or was cut off"),
        (sheet_of(b"<!DOCTYPE w [<!ENTITY a 'b'>]>" + SPARSE), "damaged or was cut off"),
        (sheet_of(SPARSE), "spans more than 20,000,000 cells"),
    ],
)
def test_what_is_no_whole_table_is_one_clear_error(data: bytes, why: str) -> None:
    with pytest.raises(MalformedError, match=why) as caught:
        read_rows(data, small())
    assert caught.value.code == "bad-table"


def test_an_archive_that_is_no_workbook_says_so() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("photo.jpg", b"x")
    with pytest.raises(MalformedError, match="an archive, but no workbook"):
        read_rows(out.getvalue(), small())


def test_a_workbook_with_a_password_says_so() -> None:
    manifest = b'<manifest:manifest><manifest:encryption-data manifest:checksum="x"/></manifest:manifest>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("content.xml", b"x")
        archive.writestr("META-INF/manifest.xml", manifest)
    with pytest.raises(MalformedError, match="has a password"):
        read_rows(out.getvalue(), small())


def test_a_file_that_unpacks_into_very_much_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "MAX_UNPACKED", 100_000)
    bomb = damaged(workbook(), lambda name, data: data + b" " * 200_000 if name.endswith("sheet1.xml") else data)
    assert len(bomb) < 10_000
    with pytest.raises(MalformedError, match="too large once it is unpacked"):
        read_rows(bomb, small())


def test_a_repeated_cell_of_an_ods_cannot_fill_the_memory(tmp_path: Path) -> None:
    data = saved_again(workbook(), "ods", tmp_path)
    row = (
        b'<table:table-row table:number-rows-repeated="1048576">'
        b'<table:table-cell table:number-columns-repeated="16384" office:value-type="string">'
        b"<text:p>x</text:p></table:table-cell></table:table-row></table:table>"
    )
    bomb = damaged(data, lambda name, xml: xml.replace(b"</table:table>", row, 1) if name == "content.xml" else xml)
    with pytest.raises(MalformedError, match="spans more than"):
        read_rows(bomb, small())


def test_a_long_text_that_very_many_cells_show_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(containers, "MAX_TEXT", 3_000_000)
    rows = [[*ROWS[0][:2], "K" * 30_000, *ROWS[0][3:]]] * 200
    many, few = (saved_again(workbook([HEAD, *rows[:count]]), "xlsx", tmp_path) for count in (200, 20))
    with pytest.raises(MalformedError, match="repeats long texts"):
        read_rows(many, small())
    assert len(read_rows(few, small())) == 20
    row = (
        b'<table:table-row table:number-rows-repeated="1000"><table:table-cell office:value-type="string">'
        b"<text:p>" + b"x" * 30_000 + b"</text:p></table:table-cell></table:table-row></table:table>"
    )
    data = saved_again(workbook(), "ods", tmp_path)
    bomb = damaged(data, lambda name, xml: xml.replace(b"</table:table>", row, 1) if name == "content.xml" else xml)
    with pytest.raises(MalformedError, match="repeats long texts"):
        read_rows(bomb, small())


def test_fifty_megabytes_of_rubbish_and_more_are_refused_at_once() -> None:
    rubbish = random.Random(2).randbytes(1_000_000) * 50
    with pytest.raises(MalformedError, match="bad-table"):
        read_rows(rubbish, small())
    with pytest.raises(MalformedError, match="larger than 50 MB"):
        read_rows(rubbish + b"x", small())
    letters = b"a" * containers.MAX_BYTES
    with pytest.raises(MalformedError, match="bad-table"):
        read_rows(letters, small())
