"""Wildlife seizures at airports, 2009 to 2016: every total of shared/data/README.md.

Six of 773 rows nobody can read as they stand, and nothing guesses at them. So each figure that misses them is the
published one less exactly what these rows hold, and the test says which.
"""

from collections import Counter
from decimal import Decimal

import pytest

from tests.system.real_data.operations import amounts, converted, counted, results, rows, table_rows
from vocu.compilation.filtering import Filter

MAPPING, DATA = "c4ads-wildlife.toml", "data/c4ads_airport_wildlife/tot.csv"
COUNTRIES = "data/c4ads_airport_wildlife/transittots.csv"
REFUSED = {
    181: "a range of days, 5/17/2011 to 5/26/2011",
    184: "no country",
    200: 'a weight of "400g each"',
    231: 'a weight of "100s"',
    290: "the year 2014 beside a day in 2011",
    346: "no country",
}
"""The lines of the file (its first row of data is line 2) that make no report, and why."""
PER_YEAR = {2009: 39, 2010: 50, 2011: 75, 2012: 124, 2013: 140, 2014: 129, 2015: 142, 2016: 74}
PER_COUNTRY = {
    "China": ("CN", 82), "Kenya": ("KE", 57), "Thailand": ("TH", 49), "UAE": ("AE", 46), "Malawi": ("MW", 46),
    "India": ("IN", 43), "Uganda": ("UG", 34), "Vietnam": ("VN", 28), "Indonesia": ("ID", 27), "USA": ("US", 22),
    "South Africa": ("ZA", 20), "Madagascar": ("MG", 19),
}  # fmt: skip


def refused_rows() -> list[dict[str, str]]:
    """The rows that are refused, as the source has them."""
    source = table_rows(DATA, "cp1252")
    return [source[line - 2] for line in sorted(REFUSED)]


def test_the_rows_that_make_no_report_are_the_six_that_nobody_can_read() -> None:
    conversion = converted(MAPPING, DATA)
    assert {refusal.line for refusal in conversion.refused} == REFUSED.keys()
    assert len(conversion.reports) + len(REFUSED) == 773


@pytest.mark.parametrize(
    ("commodity", "published", "kilograms", "with_kilograms", "number", "with_number"),
    [
        ("ivory", 282, "32951.97", 224, 0, 0),
        ("rhino_horn", 86, "673.83", 54, 409, 61),
        ("reptiles", 259, "2966", 5, 121_497, 252),
        ("birds", 146, "0", 0, 9_934, 140),
    ],
)
def test_each_kind_has_its_rows_weights_and_numbers(
    commodity: str, published: int, kilograms: str, with_kilograms: int, number: int, with_number: int
) -> None:
    code, kind = f"cites.{commodity}", commodity.replace("_", " ").title()
    missing = [row for row in refused_rows() if row["Database"] == kind]
    weighed = [Decimal(row["Weight (kg) "]) for row in missing if row["Weight (kg) "].replace(".", "").isdecimal()]
    numbered = [Decimal(row["Number"]) for row in missing if row["Number"].isdecimal()]

    table = [row for row in rows(results(MAPPING, DATA), "T03") if row["commodity"] == code]
    reports, found = counted(table, "unit"), amounts(table, "unit")
    assert found.get(("KGM",), 0) == Decimal(kilograms) - sum(weighed)
    assert found.get(("specimen",), 0) == number - sum(numbered)
    assert reports["KGM"] == with_kilograms - len(weighed)
    assert reports["specimen"] == with_number - len(numbered)
    only = results(MAPPING, DATA, Filter(commodities=(code,)))
    assert sum(row["reports"] for row in rows(only, "T04")) == published - len(missing)


def test_all_together_they_weigh_and_number_what_was_published() -> None:
    found = amounts(rows(results(MAPPING, DATA), "T03"), "unit")
    assert found["KGM",] == Decimal("36591.80") - 460, "line 181: 460 kg of reptiles"
    assert found["specimen",] == 131_840 - (170 + 2 + 1 + 21), "lines 184, 200, 290 and 346"
    pending = [row for row in rows(results(MAPPING, DATA), "T03") if row["quantity"] == ""]
    assert sum(row["reports"] for row in pending) == 72, "neither weight nor number: a row of their own, no zero"


@pytest.mark.parametrize(("year", "published"), PER_YEAR.items())
def test_each_year_has_its_rows(year: int, published: int) -> None:
    missing = sum(row["Year"] == str(year) for row in refused_rows())
    found = results(MAPPING, DATA, Filter(period_from=f"{year}-01-01", period_to=f"{year}-12-31"))
    assert sum(row["reports"] for row in rows(found, "T04")) == published - missing


def test_the_years_miss_their_refused_rows_and_no_others() -> None:
    assert sum(PER_YEAR.values()) == 773
    assert Counter(row["Year"] for row in refused_rows()) == {"2011": 2, "2012": 2, "2014": 1, "2015": 1}


@pytest.mark.parametrize(("name", "code", "published"), [(name, *each) for name, each in PER_COUNTRY.items()])
def test_each_country_has_its_rows(name: str, code: str, published: int) -> None:
    source = table_rows(COUNTRIES, "cp1252")
    assert sum(row["Seizure Country"].strip() == name for row in source) == published
    missing = sum(source[line - 2]["Seizure Country"].strip() == name for line in REFUSED)
    table = {row["country"]: row["reports"] for row in rows(results(MAPPING, DATA), "T01")}
    assert table[code] == published - missing


def test_all_are_by_air_and_no_country_is_made_up() -> None:
    found = results(MAPPING, DATA)
    assert [(row["transport_mode"], row["reports"]) for row in rows(found, "T04")] == [("air", 767)]
    reporting = {row["country"] for row in rows(found, "T01") if row["reports"]}
    assert len(reporting) == 77
