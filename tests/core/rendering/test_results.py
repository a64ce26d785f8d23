import hashlib
import json

from tests.core.compilation.logs import Log, goods, seizure
from vocu.canonical import decode_any
from vocu.compilation.tables import compile_tables
from vocu.rendering.csv import table_csv
from vocu.rendering.results import results_json


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
