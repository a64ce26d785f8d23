import io
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook, load_workbook

from tests.core.rendering.dossiers import HOSTILE, busy_log, dossier
from vocu.compilation.filtering import Filter
from vocu.compilation.table import Column, Results, Table, table
from vocu.rendering.dossier import Dossier
from vocu.rendering.xlsx import HEAD, results_xlsx


def opened(about: Dossier) -> Workbook:
    return load_workbook(io.BytesIO(results_xlsx(about)))


def with_tables(*tables: Table) -> Dossier:
    about = dossier()
    results = Results(op="op", operation="name", position=1, as_of=0, tables=tables)
    return Dossier(**{name: getattr(about, name) for name in about.__struct_fields__} | {"results": results})


def rows_of(sheet: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of a table's sheet under its column labels."""
    return iter(sheet.iter_rows(min_row=HEAD + 2, values_only=True))


def test_each_sheet_holds_the_figures_of_its_table_and_the_labels_of_its_codes() -> None:
    about = dossier()
    workbook = opened(about)
    for made in about.results.tables:
        sheet = workbook[made.id]
        assert sheet["A1"].value == f"{made.id} {made.title}"
        assert [cell.value for cell in sheet[HEAD + 1]] == [column.label for column in made.columns]
        for shown, row in zip(rows_of(sheet), made.rows, strict=True):
            for cell, value, column in zip(shown, row, made.columns, strict=True):
                if value == "":
                    assert cell is None
                elif column.kind in ("count", "quantity"):
                    assert Decimal(str(cell)) == Decimal(value), (made.id, column.name)
                elif column.kind == "day":
                    assert cell == datetime.fromisoformat(str(value))
                elif column.kind == "code":
                    assert cell == about.reader.text(value, column).replace(HOSTILE, f"'{HOSTILE}")


def test_labels_are_in_the_language_of_the_workbook() -> None:
    german = opened(dossier(language="de"))
    assert german["T02"]["A1"].value == "T02 Sicherstellungen nach Land und Ware"
    assert "Deutschland" in {row[0] for row in rows_of(german["T02"])}


def test_the_contents_say_what_the_workbook_is_and_lead_to_every_table() -> None:
    log = busy_log()
    workbook = opened(dossier(log))
    sheet = workbook["Contents"]
    assert sheet["A1"].value == "BALTICA II"
    facts = {name.value: value.value for name, value in sheet["A3:B8"]}
    assert facts == {
        "Status": "Preliminary",
        "Marking": "TLP:AMBER",
        "Operation": log.op,
        "As of": "12 Jan 2024, 21:00",
        "Position in the log": str(log.position),
        "Root of the log there": "the root",
    }
    links = {cell.value: cell.hyperlink.location for cell in sheet["A"] if cell.hyperlink}
    assert {id_: f"'{id_}'!A1" for id_ in workbook.sheetnames if id_.startswith("T")} == links


def test_definitions_stand_in_a_sheet_of_their_own_and_on_each_table() -> None:
    made = table("T99", "Test", [Column("amount", "Amount", "quantity")], [])
    defined = Table(made.id, made.title, made.columns, made.rows, "One row for each test.", "Nobody measured it.")
    workbook = opened(with_tables(defined))
    row = [cell.value for cell in workbook["Definitions"][2]]
    assert row == ["T99", "Test", "One row for each test.", "Amount (amount)", "Nobody measured it."]
    assert workbook["T99"]["A2"].value == "One row for each test."
    assert "Nobody measured it." in workbook["T99"]["A3"].value


def test_a_table_without_rows_says_so() -> None:
    empty = table("T99", "Test", [Column("amount", "Amount", "quantity")], [])
    assert opened(with_tables(empty))["T99"]["A3"].value == "Preliminary · There is nothing to count here yet."


def test_numbers_are_numbers_where_all_their_digits_survive_and_texts_where_they_would_not() -> None:
    amounts = [Decimal("12.345"), Decimal(0), 10**15, 123456789012345, Decimal("0.1234567890123456"), 2**60]
    made = table("T99", "Test", [Column("amount", "Amount", "quantity")], [(amount,) for amount in amounts])
    cells = [row[0] for row in opened(with_tables(made))["T99"].iter_rows(min_row=HEAD + 2)]
    assert [cell.data_type for cell in cells] == ["n", "n", "s", "n", "s", "s"]
    assert [Decimal(str(cell.value)) for cell in cells] == amounts


def test_whole_days_and_instants_are_dates_and_months_stay_as_they_were_written() -> None:
    columns = [Column("day", "Day", "day"), Column("at", "At", "instant")]
    rows = [("2024-01-15", "2024-01-15T08:30:00Z"), ("2024-01", "")]
    full, month = rows_of(opened(with_tables(table("T99", "Test", columns, rows)))["T99"])
    assert full == (datetime(2024, 1, 15), datetime(2024, 1, 15, 8, 30))  # noqa: DTZ001 - a sheet knows no zones
    assert month == ("2024-01", None)


def test_no_text_is_a_formula_and_the_header_stays_in_sight() -> None:
    workbook = opened(dossier())
    assert f"'{HOSTILE}" in {row[1] for row in rows_of(workbook["T01"])}
    assert all(cell.data_type != "f" for sheet in workbook for row in sheet for cell in row)
    assert workbook["T02"].freeze_panes == f"A{HEAD + 2}"
    assert workbook["T02"].auto_filter.ref.startswith(f"A{HEAD + 1}:")


def test_the_spreadsheet_draws_the_charts_itself_from_figures_beside_them() -> None:
    about = dossier()
    sheet = opened(about)["Charts"]
    assert len(sheet._charts) == len(about.charts())
    figures = [tuple(cell.value for cell in row) for row in sheet["A2:B3"]]
    assert figures == [("15 Jan", str(2**53 + 1)), ("16 Jan", 1)]


def test_a_filtered_workbook_says_so_on_every_table() -> None:
    workbook = opened(dossier(only=Filter(countries=("DE",))))
    told = "Only these countries are counted: Germany."
    assert told in {cell.value for cell in workbook["Contents"]["B"]}
    assert all(told in sheet["A3"].value for sheet in workbook if sheet.title.startswith("T"))


def test_the_same_results_make_the_same_workbook() -> None:
    assert results_xlsx(dossier()) == results_xlsx(dossier())
