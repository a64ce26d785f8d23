import csv
import io
from collections import Counter
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.compilation.logs import Check, Log, seizure
from tests.core.form.forms import reports as any_reports
from tests.core.rendering.dossiers import busy_log
from vocu.compilation.tables import compile_tables
from vocu.form.codes import list_names
from vocu.form.messages import Feedback, WarningNotice
from vocu.form.report import Route, Stop
from vocu.form.returns import ConfirmedTotal, NationalReport
from vocu.operation import events
from vocu.rendering.flat import COLUMNS, flat_files


def read(log: Log, name: str) -> list[dict[str, str]]:
    """A file as somebody reads it who has nothing else."""
    return list(csv.DictReader(io.StringIO(dict(flat_files(log.ledger))[name].decode())))


def running(*countries: str) -> Log:
    log = Log(*countries)
    log.open("OPERATIONAL")
    return log


def test_reports_are_one_row_each_in_their_newest_wording() -> None:
    log = running("DE", "LT")
    way = Route(departure=Stop(country="BY"), transit=(Stop(country="LT"), Stop(country="PL", place="MEDYKA")))
    first = log.report("DE", seizure(route=way, joint_with=("LT", "PL")))
    log.amend("DE", first, seizure(place="MEDYKA", route=way, joint_with=("LT", "PL"), amendment_reason="error"))
    log.withdraw("DE", log.report("DE"))
    log.report("LT", restricted=True)
    (row,) = read(log, "reports.csv")
    expected = {
        "report": first, "participant": "DE", "counted_as": "in_phase", "place": "MEDYKA", "revisions": "2",
        "amendment_reason": "error", "joint_with": "LT; PL", "departure_country": "BY", "transit_country": "LT; PL",
        "transit_place": "; MEDYKA", "destination_country": "", "unconfirmed": "no", "goods_lines": "1",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    assert row["received_at"] < row["changed_at"]


def test_follow_ups_are_told_apart_and_tests_are_not_there() -> None:
    log = Log("DE")
    log.report("DE")
    log.open("OPERATIONAL")
    log.report("DE")
    log.open("POST_OPERATIONAL")
    log.report("DE")
    assert [row["counted_as"] for row in read(log, "reports.csv")] == ["in_phase", "follow_up"]


def test_goods_add_up_to_the_tables_exactly() -> None:
    log = busy_log()
    sums: Counter[tuple[str, str]] = Counter()
    for row in read(log, "goods.csv"):
        if row["counted_as"] == "in_phase" and row["quantity"]:
            sums[row["commodity"], row["unit"]] += Decimal(row["quantity"])  # type: ignore[assignment]
    made = compile_tables(log.ledger).table("T03")
    names = [column.name for column in made.columns]
    rows = [dict(zip(names, row, strict=True)) for row in made.rows]
    assert sums == {(row["commodity"], row["unit"]): row["quantity"] for row in rows if row["quantity"] != ""}


@settings(max_examples=40, deadline=None)
@given(st.lists(any_reports, max_size=4))
def test_any_reports_have_a_row_each_and_a_line_for_all_of_their_goods(stats: Any) -> None:
    log = running("DE")
    for stat in stats:
        log.report("DE", stat)
    reports, lines = read(log, "reports.csv"), read(log, "goods.csv")
    assert [int(row["goods_lines"]) for row in reports] == [len(stat.goods) for stat in stats]
    assert Counter(row["report"] for row in lines) == {row["report"]: int(row["goods_lines"]) for row in reports}
    given_ = [line.quantity for stat in stats for line in stat.goods]
    assert [Decimal(row["quantity"]) if row["quantity"] else None for row in lines] == given_


def test_returns_are_one_row_per_check_and_their_persons_can_be_added_up() -> None:
    log = running("DE", "LT")
    checks = (Check(kind="vehicles", checked=10, with_result=1), Check(kind="parcels", checked=5, with_result=0))
    log.file("DE", "2024-01-15", *checks, persons_arrested=3)
    log.file("LT", "2024-01-15")
    rows = read(log, "returns.csv")
    assert [(row["participant"], row["check_kind"], row["checked"], row["persons_arrested"]) for row in rows] == [
        ("DE", "vehicles", "10", "3"),
        ("DE", "parcels", "5", ""),
        ("LT", "", "", ""),
    ]


def test_warnings_are_one_row_per_addressee_with_its_last_feedback() -> None:
    log = running("DE", "LT")
    notice = WarningNotice(addressees=("DE", "LT"), commodity="drugs.cocaine", action="control")
    warning = log.post("PL", events.WarningIssued(stat=notice))
    log.post("LT", events.FeedbackGiven(stat=Feedback(result="not_arrived")), ref=warning)
    log.post("LT", events.FeedbackGiven(stat=Feedback(result="nothing_found")), ref=warning)
    rows = read(log, "warnings.csv")
    assert [(row["addressee"], row["result"], row["feedbacks"]) for row in rows] == [
        ("DE", "", "0"),
        ("LT", "nothing_found", "2"),
    ]
    assert {row["warning"] for row in rows} == {warning}


def test_national_reports_are_one_row_per_confirmed_total() -> None:
    log = running("DE")
    totals = (
        ConfirmedTotal(commodity="drugs.cocaine", unit="KGM", seizures=2, quantity=Decimal("1.5")),
        ConfirmedTotal(commodity="tobacco.cigarettes", unit="stick", seizures=1),
    )
    log.open("POST_OPERATIONAL")
    log.post("DE", events.NationalReportFiled(stat=NationalReport(seizures=3, totals=totals)))
    rows = read(log, "national_reports.csv")
    assert [(row["commodity"], row["seizures"], row["quantity"], row["all_seizures"]) for row in rows] == [
        ("drugs.cocaine", "2", "1.5", "3"),
        ("tobacco.cigarettes", "1", "", ""),
    ]


def test_the_codebook_explains_every_column_of_every_file_and_no_other() -> None:
    log = busy_log()
    files = dict(flat_files(log.ledger))
    book = list(csv.DictReader(io.StringIO(files["codebook.csv"].decode())))
    for name in COLUMNS:
        head = next(csv.reader(io.StringIO(files[name].decode())))
        assert [row["column"] for row in book if row["file"] == name] == head
        assert len(set(head)) == len(head)
    assert {row["file"] for row in book} == set(files) - {"codebook.csv", "codes.csv"}
    assert all(row["meaning"].endswith(".") and row["kind"] for row in book)


def test_every_code_that_is_used_has_its_label() -> None:
    files = dict(flat_files(busy_log().ledger))
    labels = {
        (row["list"], row["code"]): row["label"] for row in csv.DictReader(io.StringIO(files["codes.csv"].decode()))
    }
    book = list(csv.DictReader(io.StringIO(files["codebook.csv"].decode())))
    for column in book:
        if column["codes"] in list_names():
            rows = csv.DictReader(io.StringIO(files[column["file"]].decode()))
            used = {code for row in rows for code in row[column["column"]].split("; ") if code}
            assert all(labels[column["codes"], code] for code in used), column


def test_formulas_are_defused_and_the_bytes_are_the_same_again() -> None:
    log = running("DE")
    log.report("DE", seizure(make="=CMD"))
    assert read(log, "reports.csv")[0]["make"] == "'=CMD"
    assert dict(flat_files(log.ledger)) == dict(flat_files(log.again()))
