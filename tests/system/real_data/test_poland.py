"""The Polish Border Guard in January 2024: every total of shared/data/README.md."""

from collections import Counter, defaultdict
from decimal import Decimal

import pytest

from tests.client.imports.test_shipped_mappings import CATEGORIES
from tests.system.real_data.operations import Row, amounts, converted, imported, operation, results, rows
from vocu.compilation.filtering import Filter
from vocu.compilation.tables import compile_tables
from vocu.form.codes import family

MAPPING, DATA = "poland-border-guard.toml", "data/poland_border_guard/przemyt_2024-01.csv"
DIRECTIONS = {"import": (89, "1447718.52"), "internal": (58, "4779672.76"), "export": (39, "757921.89")}
UNITS = {
    "PL-NADBUZANSKI": 90, "PL-BIESZCZADZKI": 35, "PL-NADODRZANSKI": 16, "PL-SLASKI": 12, "PL-NADWISLANSKI": 10,
    "PL-MORSKI": 8, "PL-KARPACKI": 7, "PL-WARMINSKO-MAZ": 6, "PL-PODLASKI": 2,
}  # fmt: skip


def category(row: Row) -> str:
    """The table's own category of a commodity."""
    return CATEGORIES.get(row["commodity"], CATEGORIES.get(family(row["commodity"]), "?"))


def lines_of(participant: str | None = None, direction: str | None = None) -> int:
    """The goods lines of reports, which the source counts as rows and the tables do not count."""
    return sum(
        len(each.report.goods)
        for each in converted(MAPPING, DATA).reports
        if participant in (None, each.participant) and direction in (None, each.report.direction)
    )


def test_all_186_rows_are_135_reports_and_none_is_refused() -> None:
    assert converted(MAPPING, DATA).refused == ()
    assert lines_of() == 186
    found = results(MAPPING, DATA)
    assert sum(row["reports"] for row in rows(found, "T01")) == 135
    assert sum(row["reports"] for row in rows(found, "T04")) == 135


def test_each_category_has_its_quantities_with_unlike_units_side_by_side() -> None:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows(results(MAPPING, DATA), "T03"):
        sums[category(row), row["unit"]] += row["quantity"]
    assert sums == {
        ("Papierosy", "stick"): 806_082, ("Pojazdy", "H87"): 36, ("Inne", "H87"): 684,
        ("Inne", "KGM"): Decimal("29.56"), ("Inne", "LTR"): 189, ("Amunicja", "H87"): 1_783,
        ("Narkotyki", "KGM"): Decimal("2.8442"),
        ("Narkotyki", "tablet"): 7, ("Tytoń", "KGM"): Decimal("1912.517"), ("Broń", "H87"): 16,
        ("Alkohol", "LTR"): Decimal("1172.79"), ("Zabytki", "H87"): 1, ("e-liquid", "LTR"): Decimal("0.136"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "published", "value"),
    [
        ("Papierosy", 56, "657392.13"),
        ("Pojazdy", 36, "4380709.05"),
        ("Inne", 26, "583250.43"),
        ("Amunicja", 19, "1855.20"),
        ("Narkotyki", 17, "115961.84"),
        ("Tytoń", 11, "1083487.02"),
        ("Broń", 11, "108529.80"),
        ("Alkohol", 8, "38830.90"),
        ("Zabytki", 1, "15120.00"),
        ("e-liquid", 1, "176.80"),
    ],
)
def test_each_category_has_its_value_in_zloty(name: str, published: int, value: str) -> None:
    codes = {row["commodity"] for row in rows(results(MAPPING, DATA), "T03") if category(row) == name}
    lines = [
        (each.participant, each.report, line)
        for each in converted(MAPPING, DATA).reports
        for line in each.report.goods
        if line.commodity in codes
    ]
    assert len(lines) == published
    found = results(MAPPING, DATA, Filter(commodities=tuple(sorted(codes))))
    (money,) = rows(found, "T13")
    assert (money["currency"], money["value"]) == ("PLN", Decimal(value))


def test_everything_is_worth_what_was_published_and_no_euro_is_made_up() -> None:
    found = results(MAPPING, DATA)
    assert [(row["currency"], row["value"]) for row in rows(found, "T13")] == [("PLN", Decimal("6985313.17"))]
    assert {row["value_eur"] for row in rows(found, "T13E")} == {""}, "no rate was published in this operation"


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_each_direction_has_its_rows_and_value(direction: str) -> None:
    """No table splits by direction; the reports of one direction are an operation of their own."""
    published, value = DIRECTIONS[direction]
    assert lines_of(direction=direction) == published
    given = [
        (each.participant, each.report)
        for each in converted(MAPPING, DATA).reports
        if each.report.direction == direction
    ]
    (money,) = rows(compile_tables(operation(given).ledger), "T13")
    assert money["value"] == Decimal(value)


@pytest.mark.parametrize(("unit", "published"), UNITS.items())
def test_each_unit_has_its_rows(unit: str, published: int) -> None:
    assert lines_of(participant=unit) == published
    table = {row["country"]: row["reports"] for row in rows(results(MAPPING, DATA), "T01")}
    assert table[unit] == sum(each.participant == unit for each in converted(MAPPING, DATA).reports)


def test_every_day_but_the_twelfth_has_rows_and_two_have_the_most() -> None:
    days = {row["seizure_day"] for row in rows(results(MAPPING, DATA), "T19")}
    assert days == {f"2024-01-{day:02}" for day in range(1, 32)} - {"2024-01-12"}
    lines: Counter[str] = Counter()
    for each in converted(MAPPING, DATA).reports:
        lines[each.report.seizure_day] += len(each.report.goods)
    assert [(day, count) for day, count in sorted(lines.items()) if count == max(lines.values())] == [
        ("2024-01-03", 15),
        ("2024-01-16", 15),
    ]


def test_days_and_units_add_up_to_the_whole() -> None:
    found = results(MAPPING, DATA)
    whole = amounts(rows(found, "T03"), "commodity", "unit")
    assert amounts(rows(found, "T02"), "commodity", "unit") == whole
    assert amounts(rows(found, "T19"), "commodity", "unit") == whole
    assert len(imported(MAPPING, DATA).ledger.reports) == 135
