"""Published results of twenty real operations: every unit has a place in the tables, and unlike ones stay apart."""

import csv
from collections import defaultdict
from decimal import Decimal
from functools import cache

import pytest

from tests.core.compilation.logs import Log, goods, seizure
from tests.shared import FOLDER, shared_file
from tests.system.real_data.operations import Row, amounts, rows
from vocu.compilation.tables import Results, compile_tables
from vocu.form.codes import is_code
from vocu.form.report import SeizureReport
from vocu.form.returns import Check

RESULTS = "data/operations_published_results.csv"
COMMODITIES = {
    "cigarettes": "tobacco.cigarettes", "cigars": "tobacco.cigars", "tobacco": "tobacco.other",
    "smoking tobacco": "tobacco.other", "chewing tobacco": "tobacco.other", "other tobacco products": "tobacco.other",
    "raw tobacco": "tobacco.raw_tobacco", "water pipe tobacco": "tobacco.water_pipe",
    "hand rolling and pipe tobacco": "tobacco.hand_rolling", "production machines": "tobacco.machinery",
    "illegal tobacco factories": "tobacco.other", "excise stamps": "tobacco.excise_stamps",
    "diesel fuel": "excise.mineral_oil", "vodka": "excise.alcohol", "illicit pesticides": "pesticides",
    "waste": "waste.other", "illicit waste": "waste.other", "metal waste": "waste.metal",
    "plastic waste": "waste.plastic", "HFCs": "waste.ods_hfc", "Montreal Protocol substances": "waste.ods_hfc",
    "ODS and HFCs": "waste.ods_hfc", "equipment": "waste.ods_hfc", "pre-charged equipment": "waste.ods_hfc",
    "other commodities": "other", "ivory": "cites.ivory", "ivory (additional)": "cites.ivory",
    "ivory-derived products": "cites.ivory", "elephant tusks": "cites.ivory", "rhino horns": "cites.rhino_horn",
    "birds": "cites.birds", "live songbirds": "cites.birds", "reptiles": "cites.reptiles",
    "turtles and tortoises": "cites.reptiles", "red-eared slider turtles": "cites.reptiles",
    "live primates": "cites.mammals", "big cats": "cites.mammals", "live big cats": "cites.mammals",
    "big cat parts": "cites.mammals", "tigers": "cites.mammals", "live animals": "cites.other",
    "pangolin scales": "cites.pangolin", "marine products": "cites.fish", "sea cucumbers": "cites.fish",
    "dried shark fins": "cites.fish", "timber": "cites.timber", "timber products": "cites.timber",
    "exotic timber": "cites.timber", "rosewood (within timber)": "cites.timber", "plants": "cites.plants",
    "protected plants": "cites.plants", "plant-derived items": "cites.plants", "medicines": "medicines.other",
    "pharmaceuticals": "medicines.other", "medical devices": "medicines.medical_devices",
    "packages": "medicines.other",
}  # fmt: skip
UNITS = {
    "piece": "H87", "tonne": "TNE", "kg": "KGM", "litre": "LTR", "m3": "MTQ", "head": "head", "parcel": "parcel",
    "unit": "dose", "site": "site",
}  # fmt: skip
"""Their units of goods, and ours. Sticks are what they call pieces of cigarettes and cigars."""
SMOKED = ("cigarettes", "cigars")
MONEY = {"EUR", "USD"}
COUNTS = {"case", "person"}
NOT_OF_AN_OPERATION = {"administration": "who takes part is admitted by the log, not reported: table T01"}

Published = list[dict[str, str]]


@cache
def published() -> dict[str, Published]:
    """The published rows by operation."""
    found: dict[str, Published] = defaultdict(list)
    with shared_file(RESULTS).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["operation"]].append(row)
    return dict(found)


OPERATIONS = sorted(published()) if (FOLDER / RESULTS).exists() else []


def unit_of(row: dict[str, str]) -> str:
    return "stick" if row["commodity"] in SMOKED else UNITS[row["unit"]]


def played(operation: str) -> Results:
    """The published figures as reports and returns of one participant, each row one report, and the tables of them."""
    log = Log("DE")
    log.open("OPERATIONAL")
    for number, row in enumerate(published()[operation]):
        day = f"2024-{number // 28 + 1:02}-{number % 28 + 1:02}"
        if row["metric"].startswith("inspected"):
            log.file("DE", day, Check(kind="parcels", checked=int(row["quantity"]), with_result=0))
        elif row["unit"] == "person" and row["metric"] == "arrests":
            log.file("DE", day, persons_arrested=int(row["quantity"]))
        elif row["unit"] == "person":
            log.file("DE", day, persons_involved=int(row["quantity"]))
        elif row["unit"] == "case" and "seiz" not in row["metric"] and not row["metric"].startswith("cases"):
            log.file("DE", day, investigations_opened=int(row["quantity"]))
        elif row["unit"] not in NOT_OF_AN_OPERATION:
            log.report("DE", report_of(row))
    return compile_tables(log.ledger)


def report_of(row: dict[str, str]) -> SeizureReport:
    if row["unit"] == "case":
        return seizure(goods("other", None, "not_known"), seizures=int(row["quantity"]))
    if row["unit"] in MONEY:
        code = COMMODITIES.get(row["commodity"], "other")
        amount = {"taxes" if row["commodity"] == "duties and taxes" else "value": Decimal(row["quantity"])}
        return seizure(goods(code, None, "not_known", currency=row["unit"], **amount))
    return seizure(goods(COMMODITIES[row["commodity"]], row["quantity"], unit_of(row)))


def test_there_are_119_rows_of_20_operations() -> None:
    assert len(published()) == 20
    assert sum(map(len, published().values())) == 119


def test_every_unit_and_commodity_that_was_published_has_a_code() -> None:
    every = [row for each in published().values() for row in each]
    units = {row["unit"] for row in every}
    assert units == UNITS.keys() | MONEY | COUNTS | NOT_OF_AN_OPERATION.keys()
    assert all(is_code("unit", code) for code in (*UNITS.values(), "stick"))
    assert all(is_code("commodity", code) for code in COMMODITIES.values())


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_quantity_of_an_operation_stands_in_its_tables_in_its_own_unit(operation: str) -> None:
    wanted: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in published()[operation]:
        if row["unit"] in UNITS and not row["metric"].startswith("inspected"):
            wanted[COMMODITIES[row["commodity"]], unit_of(row)] += Decimal(row["quantity"])
    found = played(operation)
    assert amounts(rows(found, "T03"), "commodity", "unit") == wanted
    assert amounts(rows(found, "T19"), "commodity", "unit") == wanted


@pytest.mark.parametrize("operation", OPERATIONS)
def test_cases_persons_parcels_and_money_of_an_operation_stand_where_they_belong(operation: str) -> None:
    given = published()[operation]
    found = played(operation)

    def total(unit: str, *metrics: str) -> Decimal:
        return sum(
            (Decimal(row["quantity"]) for row in given if row["unit"] == unit and row["metric"] in metrics), Decimal(0)
        )

    (persons,) = list(rows(found, "T14")) or [defaultdict(int)]
    assert (persons["returned_arrests"] or 0) == total("person", "arrests")
    assert (persons["returned_persons"] or 0) == total("person", "suspects")
    assert (persons["investigations"] or 0) == total("case", "investigations", "case files opened")
    country: Row = next(row for row in rows(found, "T01") if row["country"] == "DE")
    assert country["controls"] == total("parcel", "inspected")
    cases = sum(
        int(row["quantity"]) for row in given if row["unit"] == "case" and row["metric"][:5] in ("seizu", "cases")
    )
    reports = sum(row["unit"] in UNITS | dict.fromkeys(MONEY) and row["metric"] != "inspected" for row in given)
    assert country["seizures"] == cases + reports
    for currency in MONEY:
        money = [row for row in rows(found, "T13") if row["currency"] == currency]
        assert sum(row["value"] or 0 for row in money) == total(currency, "value")
        assert sum(row["taxes"] or 0 for row in money) == total(currency, "loss prevented")


def test_593_million_cigarettes_and_130_and_a_half_tonnes_stand_side_by_side_unadded() -> None:
    table = list(rows(played("GRYPHON"), "T03"))
    by_unit = amounts(table, "unit")
    assert by_unit["stick",] == 593_000_000
    assert by_unit["TNE",] == Decimal("130.5") == 77 + 31 + 15 + 5 + Decimal("2.5")
    assert by_unit["H87",] == 3, "production machines"
    assert {row["unit"] for row in table if row["commodity"] == "tobacco.other"} == {"TNE"}
    assert len(table) == len({(row["commodity"], row["unit"]) for row in table})


def test_baltica_and_demeter_come_out_as_their_parts_add_up() -> None:
    parts = [Decimal(row["quantity"]) for row in published()["JCO BALTICA"] if row["metric"] != "seized total"]
    whole = Decimal(published()["JCO BALTICA"][0]["quantity"])
    log = Log("PL", "LT")
    log.open("OPERATIONAL")
    log.report("PL", seizure(goods("tobacco.cigarettes", parts[0], "stick")))
    log.open("POST_OPERATIONAL")
    for part in parts[1:]:
        log.report("PL", seizure(goods("tobacco.cigarettes", part, "stick")))
    found = compile_tables(log.ledger)
    (during,), (after,) = rows(found, "T03"), rows(found, "T03F")
    assert (during["quantity"], after["quantity"]) == (4_100_000, 8_900_000)
    assert during["quantity"] + after["quantity"] == whole == 13_000_000
    metal, plastic = (
        amounts(rows(played("DEMETER VI"), "T03"), "commodity")[f"waste.{kind}",] for kind in ("metal", "plastic")
    )
    assert metal + plastic == 97_731


def test_one_commodity_in_several_units_has_a_row_for_each() -> None:
    waste = {
        row["unit"]: row["quantity"] for row in rows(played("DEMETER IX"), "T03") if row["commodity"] == "waste.other"
    }
    assert waste == {"TNE": 17_486, "H87": 144_313}
    timber = {row["unit"] for row in rows(played("THUNDER 2021"), "T03") if row["commodity"] == "cites.timber"}
    assert timber == {"KGM", "MTQ"}
