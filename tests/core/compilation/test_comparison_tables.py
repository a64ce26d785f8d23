from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.compilation.as_csv import lines, rows
from tests.core.compilation.logs import Check, Log, goods, running, seizure
from tests.core.form.forms import reports as any_reports
from vocu.compilation.filtering import Filter
from vocu.compilation.objectives import objectives
from vocu.compilation.tables import compile_tables
from vocu.form.returns import ConfirmedTotal, NationalReport
from vocu.operation import bodies, events
from vocu.operation.statements import Objective


def national(log: Log, ncp: str, *totals: ConfirmedTotal, **fields: Any) -> None:
    stat = NationalReport(totals=totals, **{"seizures": 3} | fields)
    log.post(ncp, events.NationalReportFiled(stat=stat))


def confirmed(commodity: str, unit: str, seizures: int, quantity: Any = None, **fields: Any) -> ConfirmedTotal:
    amount = None if quantity is None else Decimal(quantity)
    return ConfirmedTotal(commodity=commodity, unit=unit, seizures=seizures, quantity=amount, **fields)


# --- T00 ---


def with_objectives(*objectives: Objective) -> Log:
    return running("DE", "LT", objectives=objectives)


def test_an_objective_is_met_at_its_threshold_open_before_and_not_met_once_the_phase_is_over() -> None:
    log = with_objectives(
        Objective(measure="quantity", threshold="1000.5", commodity="tobacco", unit="stick", name="Sticks"),
        Objective(measure="seizures", threshold="6"),
        Objective(measure="countries", threshold="2", commodity="drugs"),
        Objective(measure="controls", threshold="10"),
        Objective(measure="reports", threshold="2", commodity="tobacco"),
    )
    log.report("DE", seizure(goods(quantity="1000.5"), goods(quantity=None), seizures=4))
    log.report("LT", seizure(goods("drugs.cocaine", "1", "KGM"), goods("tobacco.cigars", "5", "KGM")))
    log.file("DE", "2024-01-15", Check(kind="vehicles", checked=9, with_result=0))
    assert lines(log, "T00") == [
        "Sticks,quantity,tobacco,stick,1000.5,1000.5,1,met",
        ",seizures,,,6,5,0,open",
        ",countries,drugs,,2,1,0,open",
        ",controls,,,10,9,0,open",
        ",reports,tobacco,,2,2,0,met",
    ]
    log.open("POST_OPERATIONAL")
    assert [row["met"] for row in rows(log, "T00")] == ["met", "not_met", "not_met", "not_met", "met"]


def test_an_objective_is_the_whole_operations_whatever_the_filter() -> None:
    log = with_objectives(Objective(measure="reports", threshold="1"))
    log.report("DE")
    table = compile_tables(log.ledger, Filter(countries=("LT",))).table("T00")
    assert table.rows[0][5] == 1
    assert table.unfiltered == ("countries",)


MEASURES = st.sampled_from([("reports", None), ("seizures", None), ("countries", None), ("quantity", "KGM")])
OBJECTIVES = st.lists(st.tuples(MEASURES, st.sampled_from([None, "drugs", "drugs.cocaine", "tobacco"])), max_size=4)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["DE", "LT"]), any_reports), max_size=6), OBJECTIVES)
def test_the_newsletter_and_the_table_say_the_same_of_objectives(filed: list[Any], wanted: list[Any]) -> None:
    log = with_objectives(
        *(
            Objective(measure=measure, unit=unit, commodity=commodity, threshold="5")
            for (measure, unit), commodity in wanted
        )
    )
    for country, stat in filed:
        log.report(country, stat)
    told = [(row["reached"], row["met"]) for row in objectives(log.ledger)]
    assert [(row["reached"], row["met"] == "met") for row in rows(log, "T00")] == told


# --- T01N, T02N ---


def test_a_national_report_stands_beside_the_sum_of_posts_line_by_line() -> None:
    log = running("DE", "LT")
    log.report("DE", seizure(goods(quantity="1000"), persons_involved=2, persons_arrested=1))
    log.report("DE", seizure(goods(quantity="200"), goods("drugs.khat", None, "KGM")))
    log.report("LT", seizure(goods("food", "7", "KGM"), joint_with=("DE",)))
    log.file("DE", "2024-01-15", Check(kind="vehicles", checked=9, with_result=0), investigations_opened=1)
    assert {row["country"]: row["national_report"] for row in rows(log, "T01")} == dict.fromkeys(
        ("DE", "LT", "PL"), "no"
    )
    national(
        log, "DE",
        confirmed("tobacco.cigarettes", "stick", 3, "1250.5"), confirmed("drugs.khat", "KGM", 1, "40"),
        confirmed("cash.banknotes", "currency", 1, "9000", currency="EUR"),
        controls=10, persons_involved=2, objectives_reached="partly",
    )  # fmt: skip
    assert lines(log, "T02N") == [
        "DE,cash.banknotes,EUR,1,,1,9000,,9000",
        "DE,drugs.khat,KGM,1,,1,40,,40",
        "DE,drugs.khat,KGM,,1,-1,,,",
        "DE,food,KGM,,1,-1,,7,-7",
        "DE,tobacco.cigarettes,stick,3,2,1,1250.5,1200,50.5",
    ]
    assert lines(log, "T01N") == ["DE,partly,3,3,10,9,2,2,,1,,1"]
    assert {row["country"]: row["national_report"] for row in rows(log, "T01")}["DE"] == "yes"
    table = compile_tables(log.ledger, Filter(countries=("LT",), modes=("road",))).table("T02N")
    assert (table.rows, table.unfiltered) == ((), ("modes",))


def test_the_last_national_report_of_a_country_counts() -> None:
    log = running("DE")
    national(log, "DE", confirmed("food", "KGM", 3, "1"))
    national(log, "DE", confirmed("food", "KGM", 3, "2"))
    assert lines(log, "T02N") == ["DE,food,KGM,3,,3,2,,2"]


# --- T15 ---


def test_an_earlier_operation_is_set_beside_this_one() -> None:
    log = running("DE")
    log.report("DE", seizure(goods(quantity="1000"), goods("food", None, "KGM")))
    totals = (
        bodies.EditionTotal(commodity="tobacco.cigarettes", unit="stick", reports=3, seizures=5, quantity="1500.25"),
        bodies.EditionTotal(commodity="drugs.khat", unit="KGM", reports=1, seizures=1, quantity="3"),
    )
    edition = bodies.Edition(name="BALTICA I", starts_day="2022-01-10", ends_day="2022-01-14", totals=totals)
    assert compile_tables(log.ledger).table("T15").missing != ""
    log.post("PL", events.EditionPublished(stat=edition))
    assert lines(log, "T15") == [
        "BALTICA I,drugs.khat,KGM,1,0,1,0,-1,3,,-3",
        "BALTICA I,food,KGM,0,1,0,1,1,,,",
        "BALTICA I,tobacco.cigarettes,stick,3,1,5,1,-4,1500.25,1000,-500.25",
    ]
