"""Whatever people write, no form of the results takes it for a formula, a link or a field."""

import csv
import io

import msgspec
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.core.rendering.dossiers import busy_log, dossier
from vocu.compilation.ledger import Party
from vocu.compilation.tables import compile_tables
from vocu.rendering.csv import table_csv
from vocu.rendering.docx import final_report
from vocu.rendering.flat import flat_files
from vocu.rendering.results import tables_json
from vocu.rendering.xlsx import results_xlsx

SIGNS = st.sampled_from("=+-@\t\r\n '\"") | st.characters(codec="utf-8", exclude_categories=("Cs",))
NAMES = st.builds(str.__add__, st.sampled_from(["=", "+", "-", "@", "\t=", " =", "{=", "http://", "="]), st.text(SIGNS))


def is_formula(cell: str) -> bool:
    return cell.lstrip().startswith(("=", "+", "-", "@"))


@settings(max_examples=25, deadline=None)
@given(NAMES, NAMES)
def test_no_name_becomes_a_formula_in_any_form(name: str, operation: str) -> None:
    log = busy_log()
    log.ledger.genesis = msgspec.structs.replace(log.ledger.genesis, name=operation)
    log.ledger.parties["=X"] = Party(ncp="=X", name=name, role="participant", admitted=1)
    results = compile_tables(log.ledger)
    files = {table.id: table_csv(table) for table in results.tables} | dict(flat_files(log.ledger))
    for data in files.values():
        rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
        assert not [cell for row in rows[1:] for cell in row if is_formula(cell) and not _is_number(cell)]
    workbook = load_workbook(io.BytesIO(results_xlsx(dossier(log))))
    cells = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert not [cell for cell in cells if isinstance(cell.value, str) and is_formula(cell.value)]
    assert not [cell for cell in cells if cell.hyperlink is not None and cell.hyperlink.target]
    tables = {table["id"]: table for table in msgspec.json.decode(tables_json(results, "r", final=False))["tables"]}
    assert name in [row[1] for row in tables["T01"]["rows"]]


def _is_number(cell: str) -> bool:
    return cell.removeprefix("-").replace(".", "", 1).isdecimal()


@settings(max_examples=3, deadline=None)
@given(NAMES)
def test_no_name_becomes_a_field_or_a_link_of_the_draft(name: str) -> None:
    log = busy_log()
    log.ledger.parties["XX"] = Party(ncp="XX", name=name, role="participant", admitted=1)
    body = Document(io.BytesIO(final_report(dossier(log)))).element.body
    assert not [found for kind in ("instrText", "fldSimple", "hyperlink") for found in body.iter(qn(f"w:{kind}"))]
