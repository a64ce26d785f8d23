"""The shipped mappings against the real tables they are for: every total of the data's own description comes out."""

import csv
from collections import Counter, defaultdict
from decimal import Decimal

import pytest

from tests.client.imports.tables import MAPPINGS, shipped
from tests.shared import shared_file
from vocu import canonical
from vocu.errors import MalformedError
from vocu.form.codes import family
from vocu.form.schema import read
from vocu_client.imports.mapping import load_mapping
from vocu_client.imports.rows import Conversion, conditions, convert, event_id
from vocu_client.imports.table import read_rows

NATIONWIDE = "data/cbp_drugs_us/nationwide-drugs-fy20-fy23.csv"
EARLIER = "data/cbp_drugs_us/nationwide-drugs-fy19-fy22.csv"
AMO = "data/cbp_drugs_us/amo-drug-seizures-fy20-fy23.csv"
WILDLIFE = "data/c4ads_airport_wildlife/tot.csv"
POLAND = "data/poland_border_guard/przemyt_2024-01.csv"
CATEGORIES = {
    "tobacco.cigarettes": "Papierosy", "tobacco.e_liquid": "e-liquid", "tobacco": "Tytoń", "excise": "Alkohol",
    "weapons.ammunition": "Amunicja", "weapons": "Broń", "drugs": "Narkotyki", "cultural_goods": "Zabytki",
    "vehicles.parts": "Inne", "vehicles": "Pojazdy", "other": "Inne",
}  # fmt: skip
"""The table's own categories, by commodity or by its family."""
OCTOBER = conditions(["FY=2023", "Month (abbv)=OCT"])


def totals(conversion: Conversion) -> dict[tuple[str, str], Decimal]:
    """The sum of each commodity and unit."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for imported in conversion.reports:
        for line in imported.report.goods:
            sums[line.commodity, line.unit] += line.quantity or 0
    return dict(sums)


@pytest.mark.parametrize(
    ("mapping", "data"),
    [
        ("cbp-nationwide.toml", NATIONWIDE),
        ("cbp-amo.toml", AMO),
        ("c4ads-wildlife.toml", WILDLIFE),
        ("poland-border-guard.toml", POLAND),
    ],
)
def test_a_second_conversion_gives_the_same_reports_with_different_ids_for_each(mapping: str, data: str) -> None:
    first, second = shipped(mapping, data), shipped(mapping, data)
    assert first == second
    assert len({event_id("op", imported.key) for imported in first.reports}) == len(first.reports)
    for imported in first.reports[::50]:
        assert read("seizure", canonical.encode(imported.report)) == imported.report
        if imported.nominal is not None:
            assert read("seizure_nominal", canonical.encode(imported.nominal)) == imported.nominal


def test_october_2022_is_187_reports_of_36_areas_with_the_sums_of_the_table() -> None:
    conversion = shipped("cbp-nationwide.toml", NATIONWIDE, OCTOBER)
    assert conversion.refused == ()
    assert len(conversion.reports) == 187
    assert len({imported.participant for imported in conversion.reports}) == 36
    assert {imported.report.seizure_day for imported in conversion.reports} == {"2022-10"}
    with shared_file(NATIONWIDE).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["FY"], row["Month (abbv)"]) == ("2023", "OCT")]
    pounds: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        pounds[row["Drug Type"]] += Decimal(row["Sum Qty (lbs)"])
    assert sorted(totals(conversion).values()) == sorted(pounds.values())
    events: Counter[str] = Counter()
    for imported in conversion.reports:
        events[imported.report.goods[0].commodity] += imported.report.seizures
    assert events == {
        "drugs.cocaine": 235, "drugs.mdma": 62, "drugs.fentanyl": 115, "drugs.heroin": 32, "drugs.ketamine": 131,
        "drugs.khat": 15, "drugs.lsd": 38, "drugs.cannabis_herb": 1384, "drugs.methamphetamine": 310,
        "drugs.other": 1913,
    }  # fmt: skip
    published = {code.removeprefix("drugs."): str(round(pounds, 3)) for (code, _), pounds in totals(conversion).items()}
    assert published == {
        "cocaine": "4993.639", "mdma": "62.202", "fentanyl": "1939.568", "heroin": "135.743", "ketamine": "1049.556",
        "khat": "2763.057", "lsd": "1.887", "cannabis_herb": "9933.843", "methamphetamine": "11479.011",
        "other": "4981.119",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("mapping", "data", "year", "reports", "events", "pounds"),
    [
        ("cbp-nationwide.toml", EARLIER, "2019", 2533, 66158, "901315.23"),
        ("cbp-nationwide.toml", EARLIER, "2022", 2479, 62465, "655780.14"),
        ("cbp-nationwide.toml", NATIONWIDE, "2020", 2539, 70923, "1059249.26"),
        ("cbp-nationwide.toml", NATIONWIDE, "2021", 2541, 82946, "913325.71"),
        ("cbp-nationwide.toml", NATIONWIDE, "2023", 2365, 53538, "549238.23"),
        ("cbp-amo.toml", "data/cbp_drugs_us/amo-drug-seizures-fy19-fy22.csv", "2021", 468, 1041, "813518.42"),
        ("cbp-amo.toml", AMO, "2021", 468, 1041, "813518.42"),
        ("cbp-amo.toml", AMO, "2023", 433, 1123, "304434.71"),
    ],
)
def test_each_fiscal_year_has_its_published_totals(
    mapping: str, data: str, year: str, reports: int, events: int, pounds: str
) -> None:
    conversion = shipped(mapping, data, (("FY", year),))
    assert conversion.refused == ()
    assert len(conversion.reports) == reports
    assert sum(imported.report.seizures for imported in conversion.reports) == events
    assert {unit for _, unit in totals(conversion)} == {"LBR"}
    assert str(round(sum(totals(conversion).values()), 2)) == pounds


def test_two_editions_share_the_rows_that_they_write_with_the_same_digits_and_no_others() -> None:
    earlier, later = (shipped("cbp-nationwide.toml", data).reports for data in (EARLIER, NATIONWIDE))
    assert (len(earlier), len(later)) == (10092, 9924)
    shared = {imported.key for imported in earlier} & {imported.key for imported in later}
    assert len(shared) == 7559 - 1616


def test_the_wildlife_rows_that_nobody_can_read_are_refused_and_all_others_add_up() -> None:
    conversion = shipped("c4ads-wildlife.toml", WILDLIFE)
    assert {refusal.line: refusal.reasons[0] for refusal in conversion.refused} == {
        181: 'seizure_day: Date: "5/17/2011 to 5/26/2011" is not of the form "%d-%b-%y"',
        184: "participant: City, Country: is empty, and the mapping does not say what that means",
        200: 'goods[0].quantity: Weight (kg): "400g each" is not a number with the decimal sign "."',
        231: 'goods[0].quantity: Weight (kg): "100s" is not a number with the decimal sign "."',
        290: 'seizure_day: Date: "11-Apr-11" is not in the year "2014" of the column Year',
        346: "participant: City, Country: is empty, and the mapping does not say what that means",
    }
    assert len(conversion.reports) == 773 - 6
    assert totals(conversion) == {
        ("cites.ivory", "KGM"): Decimal("32951.97"),
        ("cites.ivory", "not_known"): 0,
        ("cites.rhino_horn", "KGM"): Decimal("673.83"),
        ("cites.rhino_horn", "specimen"): 409,
        ("cites.rhino_horn", "not_known"): 0,
        ("cites.reptiles", "KGM"): 2966 - 460,  # line 181
        ("cites.reptiles", "specimen"): 121497 - 170 - 2 - 1 - 21,  # lines 184, 200, 290, 346
        ("cites.reptiles", "not_known"): 0,
        ("cites.birds", "specimen"): 9934,
        ("cites.birds", "not_known"): 0,
    }


def test_wildlife_rows_have_the_goods_lines_that_their_cells_fill() -> None:
    reports = [imported.report for imported in shipped("c4ads-wildlife.toml", WILDLIFE).reports]
    lines = Counter((line.commodity, line.unit) for report in reports for line in report.goods)
    assert (lines["cites.ivory", "KGM"], lines["cites.rhino_horn", "KGM"]) == (224, 54)
    assert lines["cites.reptiles", "KGM"] == 5 - 1  # line 181
    assert (lines["cites.rhino_horn", "specimen"], lines["cites.birds", "specimen"]) == (61, 140)
    assert lines["cites.reptiles", "specimen"] == 252 - 4  # lines 184, 200, 290, 346
    assert sum(len(report.goods) == 2 for report in reports) == 37 - 1  # line 200
    assert sum(report.goods[0].quantity_basis == "pending" for report in reports) == 72


def test_the_first_of_a_month_is_the_month_where_the_mapping_says_so() -> None:
    days = Counter(len(imported.report.seizure_day) for imported in shipped("c4ads-wildlife.toml", WILDLIFE).reports)
    assert days == {len("2011-07"): 159 - 1, len("2011-07-02"): 773 - 159 - 5}  # line 184 is 1 July 2011


def test_a_seizure_of_hong_kong_counts_under_china_as_in_the_table() -> None:
    reports = [imported.report for imported in shipped("c4ads-wildlife.toml", WILDLIFE).reports]
    countries = Counter(report.country for report in reports)
    assert (countries["CN"], countries["TW"], countries["KE"], countries["AE"]) == (82, 12, 56, 45)
    assert {report.country for report in reports if report.place == "HONG KONG"} == {"CN"}


def test_no_free_text_of_the_wildlife_table_is_in_the_part_that_the_hub_reads() -> None:
    conversion = shipped("c4ads-wildlife.toml", WILDLIFE)
    jfk = conversion.reports[0]
    assert b"Finches" not in canonical.encode(jfk.report)
    assert jfk.nominal is not None
    assert jfk.nominal.free_text is not None
    assert "Species: Finches" in jfk.nominal.free_text


def test_the_polish_month_is_135_reports_of_9_units_with_every_published_total() -> None:
    conversion = shipped("poland-border-guard.toml", POLAND)
    assert conversion.refused == ()
    assert len(conversion.reports) == 135
    assert max(len(imported.report.goods) for imported in conversion.reports) == 9
    rows: Counter[str] = Counter()
    values: dict[str, Decimal] = defaultdict(Decimal)
    amounts: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for imported in conversion.reports:
        for line in imported.report.goods:
            category = CATEGORIES.get(line.commodity, CATEGORIES.get(family(line.commodity), "?"))
            rows[category] += 1
            values[category] += line.value or 0
            amounts[category, line.unit] += line.quantity or 0
    assert rows == {
        "Papierosy": 56, "Pojazdy": 36, "Inne": 26, "Amunicja": 19, "Narkotyki": 17, "Tytoń": 11, "Broń": 11,
        "Alkohol": 8, "Zabytki": 1, "e-liquid": 1,
    }  # fmt: skip
    assert {category: str(value) for category, value in values.items()} == {
        "Papierosy": "657392.13", "Pojazdy": "4380709.05", "Inne": "583250.43", "Amunicja": "1855.20",
        "Narkotyki": "115961.84", "Tytoń": "1083487.02", "Broń": "108529.80", "Alkohol": "38830.90",
        "Zabytki": "15120.00", "e-liquid": "176.80",
    }  # fmt: skip
    assert amounts == {
        ("Papierosy", "stick"): 806082, ("Pojazdy", "H87"): 36, ("Inne", "H87"): 684, ("Inne", "KGM"): Decimal("29.56"),
        ("Inne", "LTR"): 189, ("Amunicja", "H87"): 1783, ("Narkotyki", "KGM"): Decimal("2.8442"),
        ("Narkotyki", "tablet"): 7, ("Tytoń", "KGM"): Decimal("1912.517"), ("Broń", "H87"): 16,
        ("Alkohol", "LTR"): Decimal("1172.79"), ("Zabytki", "H87"): 1, ("e-liquid", "LTR"): Decimal("0.136"),
    }  # fmt: skip


def test_polish_values_are_kept_and_a_blank_one_is_not_zero() -> None:
    lines = [line for imported in shipped("poland-border-guard.toml", POLAND).reports for line in imported.report.goods]
    assert len(lines) == 186
    assert sum(line.value for line in lines if line.value is not None) == Decimal("6985313.17")
    assert [line.commodity for line in lines if line.value is None] == ["weapons.ammunition"]
    assert sum(line.value == 0 for line in lines) == 7
    assert {line.currency for line in lines} == {"PLN"}


@pytest.mark.parametrize(
    ("direction", "rows", "value"),
    [("import", 89, "1447718.52"), ("internal", 58, "4779672.76"), ("export", 39, "757921.89")],
)
def test_polish_directions_have_their_published_values(direction: str, rows: int, value: str) -> None:
    reports = [imported.report for imported in shipped("poland-border-guard.toml", POLAND).reports]
    lines = [line for report in reports if report.direction == direction for line in report.goods]
    assert len(lines) == rows
    assert sum(line.value or 0 for line in lines) == Decimal(value)


def test_polish_units_stand_in_for_participants() -> None:
    lines: Counter[str] = Counter()
    for imported in shipped("poland-border-guard.toml", POLAND).reports:
        lines[imported.participant] += len(imported.report.goods)
    assert lines == {
        "PL-NADBUZANSKI": 90, "PL-BIESZCZADZKI": 35, "PL-NADODRZANSKI": 16, "PL-SLASKI": 12, "PL-NADWISLANSKI": 10,
        "PL-MORSKI": 8, "PL-KARPACKI": 7, "PL-WARMINSKO-MAZ": 6, "PL-PODLASKI": 2,
    }  # fmt: skip


def test_two_identical_polish_lines_are_two_goods_lines() -> None:
    (report,) = [
        imported.report
        for imported in shipped("poland-border-guard.toml", POLAND).reports
        if imported.nominal is not None and (imported.nominal.exact_time or "").startswith("2024-01-24T08:45")
    ]
    assert len(report.goods) > len(set(report.goods))


def test_the_accident_of_the_lost_commas_is_one_clear_error() -> None:
    mapping = load_mapping(MAPPINGS / "poland-border-guard.toml")
    with shared_file(POLAND).open(encoding="utf-8", newline="") as file:
        rows = [[cell.replace(",", "") for cell in row] for row in csv.reader(file, delimiter=";")]
    lost = "".join(";".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) + "\n" for row in rows)
    with pytest.raises(MalformedError, match=r"Not one of 186 cells.*goods\[0\]\.quantity") as caught:
        convert(read_rows(lost.encode(), mapping), mapping)
    assert 'line 2: ILOŚĆ: "20000" is not a number with the decimal sign "," and 4 digits' in caught.value.details[0]


@pytest.mark.parametrize(
    ("mapping", "data"),
    [
        ("poland-border-guard.toml", WILDLIFE),
        ("c4ads-wildlife.toml", POLAND),
        ("cbp-amo.toml", NATIONWIDE),
        ("cbp-nationwide.toml", AMO),
    ],
)
def test_the_mapping_of_another_table_is_refused(mapping: str, data: str) -> None:
    with pytest.raises(MalformedError, match=r"\[bad-table\]"):
        shipped(mapping, data)
