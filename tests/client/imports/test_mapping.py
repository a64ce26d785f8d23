"""The mapping file: what is wrong in it is said at once, with its path, before a table is touched."""

from pathlib import Path

import pytest

from tests.client.imports.tables import MAPPINGS, SMALL, small
from vocu.errors import MalformedError
from vocu_client.imports.mapping import load_mapping, read_mapping


def problems(text: str) -> str:
    with pytest.raises(MalformedError) as caught:
        read_mapping(text)
    assert caught.value.code == "bad-mapping"
    return "\n".join(caught.value.details)


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.toml")), ids=lambda path: path.name)
def test_every_shipped_mapping_can_be_used(path: Path) -> None:
    assert load_mapping(path).columns()


def test_a_mapping_names_all_the_columns_it_needs() -> None:
    assert small().columns() == ("Country", "Day", "Place", "Goods", "Kilograms")


def test_all_problems_are_said_at_once_each_with_its_path() -> None:
    text = SMALL.replace('agency = "customs"', 'agency = "custom"\ncolour = "red"').replace('"DE"', '"de"')
    assert problems(text).splitlines() == [
        "report.colour: is not a field that a mapping can fill",
        'participant: "de" is not a participant\'s code: capital letters, digits and hyphens, 2 to 16',
        'report.agency: "custom" is not a code of the list agency',
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('encoding = "utf-8"', 'encoding = "utf-9"', 'file.encoding: "utf-9" is not known'),
        ('encoding = "utf-8"', 'encoding = "rot13"', 'file.encoding: "rot13" is not known'),
        ('decimal = ","', "", "file: Object missing required field `decimal`"),
        ('delimiter = ";"', 'delimiter = "ab"', "file.delimiter: "),
        ('thousands = "."', 'thousands = ","', "file.thousands: is the same sign as decimal"),
        ('decimal = ","', 'decimal = ";"', "file.decimal: Invalid enum value"),
        ('"%d.%m.%Y"', '"%d.%q.%Y"', "report.seizure_day.format: may hold"),
        ('"%d.%m.%Y"', '"%d.%m"', "report.seizure_day.format: needs one year"),
        ('"%d.%m.%Y"', '"%d.%m.%y"', "report.seizure_day.century: is needed with %y"),
        ("capitals = true", "capital = true", "report.place: Object contains unknown field `capital`"),
        ("capitals = true", 'table = "places"', "report.place.table: there is no [tables.places]"),
        ("capitals = true", 'unlisted = "leave_out"', "report.place.unlisted: means nothing without a map or table"),
        ('agency = "customs"', "", "report.agency: is missing; map it, or give a constant"),
        ('unit = "KGM"', 'unit = "kg"', 'goods[0].unit: "kg" is not a code of the list unit'),
        ('unit = "KGM"', 'unit = "KGM"\nvalue = {column = "V", empty = "pending"}', "goods[0].value.empty: only the"),
        ("quantity =", "declared_quantity =", "goods[0].quantity: is missing"),
        ("[[goods]]", "[route]\ndeparture = 'Berlin'\n[[goods]]", 'route.departure: "Berlin" is not a country code'),
        ("[[goods]]", "[nominal]\npersons = 'x'\n[[goods]]", "nominal.persons: is not a field that a mapping can fill"),
        ("[[goods]]", "[nominal]\nexact_time = '12:00'\n[[goods]]", "nominal.exact_time: Expected `object`"),
        ("[[goods]]", "[tables.spare]\na = 'b'\n[[goods]]", "tables.spare: is used nowhere"),
    ],
)
def test_what_is_wrong_in_a_mapping_is_refused_with_its_path(old: str, new: str, problem: str) -> None:
    assert old in SMALL
    assert problem in problems(SMALL.replace(old, new, 1))


def test_a_number_of_seizures_cannot_be_a_constant_text() -> None:
    assert "report.seizures: Expected `object`" in problems(
        SMALL.replace('agency = "customs"', 'agency = "customs"\nseizures = "2"')
    )


def test_a_zone_that_nobody_knows_is_refused() -> None:
    moment = '[nominal.exact_time]\ncolumn = "Day"\nformat = "%d.%m.%Y"\nzone = "Europe/Atlantis"\n[[goods]]'
    said = problems(SMALL.replace("[[goods]]", moment))
    assert 'nominal.exact_time.zone: "Europe/Atlantis" is not a time zone' in said
    assert "nominal.exact_time.format: a time needs %d, %H and %M" in said


def test_text_that_is_not_toml_is_refused() -> None:
    with pytest.raises(MalformedError, match=r"not a TOML file.*\[bad-mapping\]"):
        read_mapping("[file")


def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(MalformedError, match=r"none\.toml cannot be read"):
        load_mapping(tmp_path / "none.toml")
