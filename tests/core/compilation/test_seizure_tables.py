import csv
import io
from decimal import Decimal

from tests.core.compilation.as_csv import lines, rows
from tests.core.compilation.logs import Log, goods, running, seizure
from tests.shared import shared_file
from vocu.compilation.tables import compile_tables
from vocu.form.report import Route, Stop


def test_a_small_operation_comes_to_the_figures_that_were_worked_out_by_hand() -> None:
    log = running("DE", "LT")
    log.report("DE", seizure(goods(quantity="1000"), goods("drugs.cocaine", "1.5", "KGM")))
    log.report("DE", seizure(goods(quantity="200"), goods(quantity="40"), seizures=3))
    log.report("LT", seizure(goods(quantity="5"), goods(quantity="0.25", unit="KGM"), transport_mode="air"))
    assert lines(log, "T02") == [
        "DE,drugs.cocaine,1,1,1.5,KGM",
        "DE,tobacco.cigarettes,2,4,1240,stick",
        "LT,tobacco.cigarettes,1,1,0.25,KGM",
        "LT,tobacco.cigarettes,1,1,5,stick",
    ]
    assert lines(log, "T03") == [
        "drugs.cocaine,1,1,1.5,KGM",
        "tobacco.cigarettes,1,1,0.25,KGM",
        "tobacco.cigarettes,3,5,1245,stick",
    ]
    assert lines(log, "T04") == ["air,1,1,3,5", "road,2,4,3,5"]
    assert lines(log, "T04G")[-1] == "road,tobacco.cigarettes,2,4,1240,stick,3,5"


def test_a_pending_quantity_has_a_row_of_its_own_and_hides_in_no_total() -> None:
    log = running("DE")
    log.report("DE", seizure(goods(quantity="12", unit="KGM"), goods(quantity=None, unit="KGM")))
    log.report("DE", seizure(goods(quantity=None, unit="KGM")))
    assert lines(log, "T03") == ["tobacco.cigarettes,1,1,12,KGM", "tobacco.cigarettes,2,2,,KGM"]


def test_amounts_of_another_or_unknown_unit_are_counted_and_not_added_up() -> None:
    log = running("DE")
    log.report("DE", seizure(goods(quantity="12", unit="other"), goods(quantity="3", unit="other")))
    assert lines(log, "T03") == ["tobacco.cigarettes,1,1,,other"]


def test_a_quantity_of_zero_counts_like_any_other() -> None:
    log = running("DE")
    log.report("DE", seizure(goods("drugs.khat", "0", "LBR"), seizures=34))
    assert lines(log, "T03") == ["drugs.khat,1,34,0,LBR"]


def test_money_is_tabled_under_its_currency() -> None:
    log = running("DE")
    log.report("DE", seizure(goods("cash.banknotes", "9000", "currency", currency="EUR")))
    log.report("DE", seizure(goods("cash.banknotes", "500.50", "currency", currency="PLN")))
    assert lines(log, "T03") == ["cash.banknotes,1,1,9000,EUR", "cash.banknotes,1,1,500.5,PLN"]


def test_a_joint_seizure_is_counted_once_and_credited_to_each() -> None:
    log = running("DE", "LT")
    log.report("DE", seizure(joint_with=("DE", "LT", "LT")))
    assert lines(log, "T03") == ["tobacco.cigarettes,1,1,1000,stick"]
    assert [row["country"] for row in rows(log, "T02")] == ["DE", "LT"]
    assert {row["country"]: row["reports"] for row in rows(log, "T01")} == {"DE": "1", "LT": "1", "PL": "0"}


def test_tests_restricted_and_withdrawn_reports_stand_in_the_data_status_only() -> None:
    log = Log("DE")
    log.report("DE")
    log.open("OPERATIONAL")
    log.report("DE", restricted=True)
    log.withdraw("DE", log.report("DE"))
    assert lines(log, "T02") == lines(log, "T03") == lines(log, "T19") == []
    status = {row["item"]: row["count"] for row in rows(log, "T18")}
    assert (status["reports_test"], status["reports_restricted"], status["reports_withdrawn"]) == ("1", "1", "1")
    assert status["reports_in_phase"] == "0"


def test_follow_ups_are_tabled_apart_and_only_once_there_are_any() -> None:
    log = running("DE")
    log.report("DE")
    log.open("POST_OPERATIONAL")
    assert "T02F" not in {table.id for table in compile_tables(log.ledger).tables}
    log.report("DE", seizure(goods(quantity="8900000")))
    assert lines(log, "T03") == ["tobacco.cigarettes,1,1,1000,stick"]
    assert lines(log, "T03F") == ["tobacco.cigarettes,1,1,8900000,stick"]
    assert lines(log, "T02F") == ["DE,tobacco.cigarettes,1,1,8900000,stick"]


def test_of_an_amended_report_the_newest_wording_is_tabled() -> None:
    log = running("DE")
    log.amend("DE", log.report("DE"), seizure(goods(quantity="7"), seizure_day="2024-01"))
    assert lines(log, "T19") == ["2024-01,tobacco.cigarettes,1,1,7,stick"]


def test_routes_name_departure_transit_and_destination() -> None:
    log = running("DE")
    route = Route(
        departure=Stop(country="CO"), transit=(Stop(country="PA"), Stop(country="NL")), destination=Stop(country="DE")
    )
    log.report("DE", seizure(route=route))
    log.report("DE", seizure(route=Route(departure=Stop(country="BY"))))
    assert [line.split(",tobacco")[0] for line in lines(log, "T05")] == ["BY,,,", "CO,PA NL,DE,extra_eu"]


def test_routes_within_the_union_are_told_by_the_day_of_seizure() -> None:
    log = running("DE")
    route = Route(departure=Stop(country="GB"), destination=Stop(country="DE"))
    for day in ("2020-01-31", "2020-02-01", "2020"):
        log.report("DE", seizure(route=route, seizure_day=day))
    assert [(row["scope"], row["reports"]) for row in rows(log, "T05")] == [
        ("", "1"), ("extra_eu", "1"), ("intra_eu", "1"),
    ]  # fmt: skip


def test_methods_are_cross_tabled_and_what_a_report_does_not_say_stays_empty() -> None:
    log = running("DE")
    log.report("DE", seizure(detection_means="dog", concealment="tyre", carried_in="vehicle_body"))
    log.report("DE", seizure(seizures=2))
    assert lines(log, "T07") == ["routine,,1,2", "routine,dog,1,1"]
    assert lines(log, "T08") == [",,1,2", "tyre,vehicle_body,1,1"]
    assert lines(log, "T06") == ["land_border,import,2,3"]


def test_annexes_count_each_attribute_of_goods_and_currencies_of_money_alone() -> None:
    log = running("DE")
    jin = goods(quantity="100", brand="JIN LING", origin_kind="cheap_white", value=Decimal(3), currency="PLN")
    log.report("DE", seizure(jin, jin, goods("cash.banknotes", "9", "currency", currency="EUR"), seizures=4))
    log.report(
        "DE", seizure(goods(quantity=None, brand="JIN LING"), goods("cites.live", "2", "head", species="TESTUDO"))
    )
    assert lines(log, "T20") == [
        "cash.banknotes,currency,EUR,1,4,9,EUR",
        "cites.live,species,TESTUDO,1,1,2,head",
        "tobacco.cigarettes,brand,JIN LING,1,4,200,stick",
        "tobacco.cigarettes,brand,JIN LING,1,1,,stick",
        "tobacco.cigarettes,origin_kind,cheap_white,1,4,200,stick",
    ]


def test_a_real_month_comes_to_its_published_totals() -> None:
    """Customs and Border Protection, October 2022: one report per line, pounds with binary noise, zeros included."""
    drugs = {
        "Cocaine": "drugs.cocaine", "Ecstasy": "drugs.mdma", "Fentanyl": "drugs.fentanyl", "Heroin": "drugs.heroin",
        "Ketamine": "drugs.ketamine", "Khat (Catha Edulis)": "drugs.khat", "Lsd": "drugs.lsd",
        "Marijuana": "drugs.cannabis_herb", "Methamphetamine": "drugs.methamphetamine", "Other Drugs**": "drugs.other",
    }  # fmt: skip
    log = running("US-CBP", starts_day="2022-10-01", ends_day="2022-10-31")
    text = shared_file("data/cbp_drugs_us/nationwide-drugs-fy20-fy23.csv").read_text("utf-8")
    month = [row for row in csv.DictReader(io.StringIO(text)) if (row["FY"], row["Month (abbv)"]) == ("2023", "OCT")]
    for row in month:
        line = goods(drugs[row["Drug Type"]], row["Sum Qty (lbs)"], "LBR")
        log.report("US-CBP", seizure(line, seizure_day="2022-10", seizures=int(row["Count of Event"])))
    assert len(month) == 187
    found = {row["commodity"]: (int(row["seizures"]), round(Decimal(row["quantity"]), 3)) for row in rows(log, "T03")}
    assert found == {
        "drugs.cocaine": (235, Decimal("4993.639")),
        "drugs.mdma": (62, Decimal("62.202")),
        "drugs.fentanyl": (115, Decimal("1939.568")),
        "drugs.heroin": (32, Decimal("135.743")),
        "drugs.ketamine": (131, Decimal("1049.556")),
        "drugs.khat": (15, Decimal("2763.057")),
        "drugs.lsd": (38, Decimal("1.887")),
        "drugs.cannabis_herb": (1384, Decimal("9933.843")),
        "drugs.methamphetamine": (310, Decimal("11479.011")),
        "drugs.other": (1913, Decimal("4981.119")),
    }
