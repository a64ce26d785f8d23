import csv
import hashlib
import io
import json
from decimal import Decimal

from tests.core.compilation.logs import Log, goods, seizure
from tests.core.rendering.dossiers import busy_log
from vocu.canonical import decode_any, encode
from vocu.compilation.table import Column, Results, table
from vocu.compilation.tables import compile_tables
from vocu.rendering.csv import cell_text, table_csv
from vocu.rendering.results import results_json, tables_json


def test_the_certificate_names_the_log_and_the_hash_of_every_table() -> None:
    log = Log("DE")
    log.open("OPERATIONAL")
    log.report("DE")
    results = compile_tables(log.ledger)
    certificate = decode_any(results_json(results, "the root", final=True))
    assert (certificate["op"], certificate["position"], certificate["root"]) == (log.op, log.position, "the root")
    assert certificate["status"] == "final"
    assert [entry["id"] for entry in certificate["tables"]] == [table.id for table in results.tables]
    t03 = next(entry for entry in certificate["tables"] if entry["id"] == "T03")
    assert t03["rows"] == 1
    assert t03["sha256"] == hashlib.sha256(table_csv(results.table("T03"))).hexdigest()


def test_preliminary_and_final_results_differ_and_so_do_other_figures() -> None:
    log = Log("DE")
    log.open("OPERATIONAL")
    before = compile_tables(log.ledger)
    log.report("DE", seizure(goods(quantity="0.1")))
    after = compile_tables(log.ledger)
    made = {results_json(before, "r", False), results_json(before, "r", True), results_json(after, "r", False)}
    assert len(made) == 3
    assert all(json.loads(one)["operation"] == "BALTICA II" for one in made)


def test_all_tables_as_json_say_what_the_csv_says_and_name_every_column() -> None:
    results = compile_tables(busy_log().ledger)
    data = tables_json(results, "r" * 43, final=False)
    told = decode_any(data)
    assert encode(told) == data
    certificate = decode_any(results_json(results, "r" * 43, final=False))
    assert {name: told[name] for name in certificate if name != "tables"} == {
        name: value for name, value in certificate.items() if name != "tables"
    }
    for made, shown in zip(results.tables, told["tables"], strict=True):
        assert [column["name"] for column in shown["columns"]] == [column.name for column in made.columns]
        assert [column.get("codes") for column in shown["columns"]] == [column.codes for column in made.columns]
        rows = list(csv.reader(io.StringIO(table_csv(made).decode())))[1:]
        assert [[cell_text(cell) for cell in row] for row in shown["rows"]] == rows
        assert shown.get("definition", "") == made.definition


def test_quantities_are_texts_and_counts_are_numbers_as_far_as_json_has_them() -> None:
    columns = [Column("count", "Count", "count"), Column("quantity", "Quantity", "quantity")]
    made = table("T99", "Test", columns, [(2**53 - 1, Decimal("1.50")), (2**53, "")])
    results = Results(op="op", operation="name", position=1, as_of=0, tables=(made,))
    (told,) = decode_any(tables_json(results, "r", final=True))["tables"]
    assert told["rows"] == [[2**53 - 1, "1.5"], [str(2**53), ""]]
