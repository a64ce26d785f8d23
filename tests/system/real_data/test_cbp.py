"""US drug seizures, both editions, nationwide and by air and sea: every total of shared/data/README.md."""

from decimal import Decimal

import pytest

from tests.system.real_data.operations import amounts, converted, counted, results, rows
from vocu.compilation.filtering import Filter
from vocu.compilation.tables import Results

NATIONWIDE, AIR_AND_MARINE = "cbp-nationwide.toml", "cbp-amo.toml"
FY19_22 = "data/cbp_drugs_us/nationwide-drugs-fy19-fy22.csv"
FY20_23 = "data/cbp_drugs_us/nationwide-drugs-fy20-fy23.csv"
AMO_19_22 = "data/cbp_drugs_us/amo-drug-seizures-fy19-fy22.csv"
AMO_20_23 = "data/cbp_drugs_us/amo-drug-seizures-fy20-fy23.csv"


def fiscal_year(mapping: str, data: str, year: int) -> Results:
    """October of the year before to September; the months are all that the reports say."""
    return results(mapping, data, Filter(period_from=f"{year - 1}-10-01", period_to=f"{year}-09-30"))


def rounded(amount: Decimal, places: int = 2) -> str:
    return f"{round(amount, places):,}"


@pytest.mark.parametrize(
    ("mapping", "data", "whole"),
    [
        (NATIONWIDE, FY19_22, 10_092),
        (NATIONWIDE, FY20_23, 9_924),
        (AIR_AND_MARINE, AMO_19_22, 1_772),
        (AIR_AND_MARINE, AMO_20_23, 1_762),
    ],
)
def test_every_row_of_each_edition_is_a_report(mapping: str, data: str, whole: int) -> None:
    assert converted(mapping, data).refused == ()
    assert counted(rows(results(mapping, data), "T03"), "unit") == {"LBR": whole}


@pytest.mark.parametrize(
    ("mapping", "data", "year", "reports", "events", "pounds", "kilograms"),
    [
        (NATIONWIDE, FY19_22, 2019, 2_533, 66_158, "901,315.23", "408,829.71"),
        (NATIONWIDE, FY19_22, 2020, 2_539, 70_923, "1,059,249.26", "480,467.38"),
        (NATIONWIDE, FY20_23, 2020, 2_539, 70_923, "1,059,249.26", "480,467.38"),
        (NATIONWIDE, FY19_22, 2021, 2_541, 82_946, "913,325.71", "414,277.57"),
        (NATIONWIDE, FY20_23, 2021, 2_541, 82_946, "913,325.71", "414,277.57"),
        (NATIONWIDE, FY19_22, 2022, 2_479, 62_465, "655,780.14", "297,456.87"),
        (NATIONWIDE, FY20_23, 2022, 2_479, 62_465, "655,780.14", "297,456.87"),
        (NATIONWIDE, FY20_23, 2023, 2_365, 53_538, "549,238.23", "249,130.27"),
        (AIR_AND_MARINE, AMO_19_22, 2021, 468, 1_041, "813,518.42", "369,005.75"),
        (AIR_AND_MARINE, AMO_20_23, 2021, 468, 1_041, "813,518.42", "369,005.75"),
        (AIR_AND_MARINE, AMO_20_23, 2023, 433, 1_123, "304,434.71", "138,089.26"),
    ],
)
def test_each_fiscal_year_has_its_rows_events_pounds_and_kilograms(
    mapping: str, data: str, year: int, reports: int, events: int, pounds: str, kilograms: str
) -> None:
    found = fiscal_year(mapping, data, year)
    assert counted(rows(found, "T03"), "unit") == {"LBR": reports}
    assert counted(rows(found, "T03"), "unit", "seizures") == {"LBR": events}
    assert rounded(amounts(rows(found, "T03"), "unit")["LBR",]) == pounds
    assert rounded(sum(row["converted"] for row in rows(found, "T03C"))) == kilograms
    assert {(row["rule"], row["converted_unit"]) for row in rows(found, "T03C")} == {("pound-avoirdupois", "KGM")}
    by_mode, by_country = list(rows(found, "T04")), list(rows(found, "T02"))
    assert sum(row["reports"] for row in by_mode) == sum(row["reports"] for row in by_country) == reports
    assert amounts(by_country, "unit") == amounts(rows(found, "T19"), "unit") == amounts(rows(found, "T03"), "unit")


@pytest.mark.parametrize(
    ("data", "year", "drug", "pounds"),
    [
        (FY19_22, 2019, "fentanyl", "2,803.60"),
        (FY19_22, 2020, "fentanyl", "4,791.06"),
        (FY20_23, 2021, "fentanyl", "11,201.32"),
        (FY20_23, 2022, "fentanyl", "14,699.88"),
        (FY20_23, 2023, "fentanyl", "27,022.85"),
        (FY20_23, 2021, "cannabis_herb", "319,446.85"),
        (FY20_23, 2021, "methamphetamine", "191,834.18"),
        (FY20_23, 2021, "heroin", "5,400.00"),
        (FY20_23, 2021, "cocaine", "97,637.53"),
    ],
)
def test_figures_that_were_published_elsewhere_stand_in_the_tables(
    data: str, year: int, drug: str, pounds: str
) -> None:
    found = amounts(rows(fiscal_year(NATIONWIDE, data, year), "T03"), "commodity")
    assert rounded(found[f"drugs.{drug}",]) == pounds


def test_october_2022_is_the_month_that_the_description_gives() -> None:
    found = results(NATIONWIDE, FY20_23, Filter(period_from="2022-10-01", period_to="2022-10-31"))
    table = {row["commodity"].removeprefix("drugs."): row for row in rows(found, "T03")}
    assert {drug: (row["seizures"], rounded(row["quantity"], 3)) for drug, row in table.items()} == {
        "cocaine": (235, "4,993.639"), "mdma": (62, "62.202"), "fentanyl": (115, "1,939.568"),
        "heroin": (32, "135.743"), "ketamine": (131, "1,049.556"), "khat": (15, "2,763.057"), "lsd": (38, "1.887"),
        "cannabis_herb": (1_384, "9,933.843"), "methamphetamine": (310, "11,479.011"), "other": (1_913, "4,981.119"),
    }  # fmt: skip
    assert sum(row["reports"] for row in table.values()) == 187
    assert len({row["country"] for row in rows(found, "T02")}) == 36


def test_weights_that_differ_in_binary_noise_agree_to_six_decimals_in_both_editions() -> None:
    shared = Filter(period_from="2019-10-01", period_to="2022-09-30")
    earlier, later = (
        {(row["country"], row["commodity"]): row for row in rows(results(NATIONWIDE, data, shared), "T02")}
        for data in (FY19_22, FY20_23)
    )
    assert earlier.keys() == later.keys()
    assert all(earlier[key]["seizures"] == later[key]["seizures"] for key in earlier)
    assert all(round(earlier[key]["quantity"] - later[key]["quantity"], 5) == 0 for key in earlier)
    assert any(earlier[key]["quantity"] != later[key]["quantity"] for key in earlier), "kept as each edition gives them"


@pytest.mark.parametrize(("data", "blank"), [(FY19_22, 34), (FY20_23, 39)])
def test_a_weight_of_nothing_with_events_is_a_quantity_like_any_other(data: str, blank: int) -> None:
    lines = [line for each in converted(NATIONWIDE, data).reports for line in each.report.goods]
    assert sum(line.quantity == 0 for line in lines) == blank
    assert all(row["quantity"] != "" for row in rows(results(NATIONWIDE, data), "T03"))
