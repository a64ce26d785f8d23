import csv
import io
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook

from tests.core.compilation.logs import Check, Log, goods, seizure
from vocu.compilation.table import Column, Results, table
from vocu.compilation.tables import compile_tables
from vocu.rendering.csv import table_csv
from vocu.rendering.xlsx import results_xlsx


def busy_log() -> Log:
    log = Log("DE", "LT")
    log.admit("XX", name="=HYPERLINK(1)")
    log.open("OPERATIONAL")
    log.report("DE", seizure(goods(quantity="806000"), goods("drugs.cocaine", "12.345678", "KGM"), concealment="tyre"))
    log.report("LT", seizure(goods("drugs.cocaine", "123456789012345.123456789", "KGM"), seizures=2**53))
    log.report("LT", seizure(goods(quantity=None)))
    log.file("DE", "2024-01-15", Check(kind="vehicles", checked=10, with_result=1))
    return log


def opened(results: Results, final: bool = False) -> Any:
    return load_workbook(io.BytesIO(results_xlsx(results, "the root", final)))


def shown(value: Any) -> str:
    """A cell as the CSV has it."""
    if value is None:
        return ""
    return f"{Decimal(repr(value)).normalize():f}" if isinstance(value, int | float) else str(value)


def test_each_sheet_holds_exactly_what_the_csv_of_its_table_holds() -> None:
    results = compile_tables(busy_log().ledger)
    workbook = opened(results)
    assert workbook.sheetnames == ["Contents", *(made.id for made in results.tables)]
    for made in results.tables:
        head, *rows = workbook[made.id].iter_rows(values_only=True)
        expected = list(csv.reader(io.StringIO(table_csv(made).decode())))[1:]
        assert list(head) == [column.label for column in made.columns]
        assert [[shown(value) for value in row] for row in rows] == expected


def test_the_contents_say_what_the_workbook_is_and_lead_to_every_table() -> None:
    log = busy_log()
    sheet = opened(compile_tables(log.ledger), final=True)["Contents"]
    assert sheet["A1"].value == "BALTICA II"
    facts = {name.value: value.value for name, value in sheet["A3:B7"]}
    assert facts == {
        "Status": "FINAL",
        "Operation": log.op,
        "Log position": log.position,
        "Log root": "the root",
        "As of (UTC)": "2024-01-12 18:00:00",
    }
    links = {cell.value: cell.hyperlink.location for cell in sheet["A"] if cell.hyperlink}
    assert links["T02"] == "'T02'!A1"


def test_numbers_are_numbers_where_all_their_digits_survive_and_texts_where_they_would_not() -> None:
    columns = [Column("amount", "Amount", "quantity")]
    amounts = [Decimal("12.345"), Decimal(0), 10**15, 123456789012345, Decimal("0.1234567890123456"), 2**60]
    made = table("T99", "Test", columns, [(amount,) for amount in amounts])
    results = Results(op="op", operation="name", position=1, as_of=0, tables=(made,))
    types = [cell.data_type for cell in opened(results)["T99"]["A"][1:]]
    assert types == ["n", "n", "s", "n", "s", "s"]


def test_no_text_is_a_formula_and_the_header_stays_in_sight() -> None:
    workbook = opened(compile_tables(busy_log().ledger))
    assert "'=HYPERLINK(1)" in {cell.value for cell in workbook["T01"]["B"]}
    assert all(cell.data_type != "f" for sheet in workbook for row in sheet for cell in row)
    assert workbook["T02"].freeze_panes == "A2"


def test_the_same_results_make_the_same_workbook() -> None:
    results = compile_tables(busy_log().ledger)
    assert results_xlsx(results, "r", False) == results_xlsx(results, "r", False)
