"""Places: search, label, position."""

import re

import pytest

from vocu.form.codes import countries
from vocu_client import places

VALUE = re.compile(r"[A-Z0-9][A-Z0-9 -]{1,47}")


@pytest.mark.parametrize(
    ("text", "country", "first"),
    [
        ("rott", "NL", "NLRTM"),
        ("NLRTM", None, "NLRTM"),
        ("ams", "NL", "AMS"),
        ("gdansk", "PL", "PLGDN"),
        ("GDAŃSK", "PL", "PLGDN"),
        ("wien", "AT", "ATVIE"),
        ("kapitan", "BG", "KAPITAN ANDREEVO"),
        ("frankfurt main airp", None, "FRA"),
    ],
)
def test_a_place_is_found_by_code_name_or_city_in_any_spelling(text: str, country: str | None, first: str) -> None:
    assert places.search(text, country)[0].value == first


def test_the_places_of_the_country_come_first() -> None:
    found = [place.country for place in places.search("cartagena", "CO")]
    assert found[0] == "CO"
    assert "ES" in found
    assert [country == "CO" for country in found] == sorted((country == "CO" for country in found), reverse=True)


def test_nothing_is_found_for_nothing() -> None:
    assert places.search("") == places.search(" -- ") == []


def test_no_more_are_given_than_asked_for() -> None:
    assert len(places.search("a", limit=5)) == 5


@pytest.mark.parametrize(
    ("place", "country", "expected"),
    [
        ("NLRTM", "NL", "Rotterdam (NLRTM)"),
        ("AMS", "NL", "Amsterdam Airport Schiphol (AMS)"),
        ("AMS", "FR", "AMS"),  # no airport of that country: somebody's region
        ("KAPITAN ANDREEVO", "BG", "Kapitan Andreevo"),
        ("ATLANTA FIELD OFFICE", "US", "Atlanta Field Office"),
        ("DEXYZ", "DE", "DEXYZ"),
        ("ESSEX", "GB", "Essex"),
    ],
)
def test_a_place_is_labelled_as_people_read_it(place: str, country: str, expected: str) -> None:
    assert places.label(place, country) == expected


@pytest.mark.parametrize(
    ("place", "country", "precision"),
    [
        ("NLRTM", "NL", "place"),
        ("ROTTERDAM", "NL", "place"),
        ("RTM", "NL", "place"),
        ("ISAFJORDUR", "IS", "place"),
        ("RTM", "PL", "country"),
        ("SOMEWHERE", "PL", "country"),
        ("PLXYZ", None, "country"),
    ],
)
def test_an_unknown_place_lies_in_the_middle_of_its_country(place: str, country: str | None, precision: str) -> None:
    found = places.where(place, country)
    assert found is not None
    assert found.precision == precision


def test_a_place_of_no_country_lies_nowhere() -> None:
    assert places.where("SOMEWHERE", "EUROPOL") is None


def test_every_listed_place_can_be_entered_and_is_found_again() -> None:
    listed = [place for _, place in places._index() if place.kind == "place"]
    assert len(listed) > 600
    for place in listed:
        assert VALUE.fullmatch(place.value)
        assert place.country in countries()
        assert places.find(place.value, place.country) is not None


def test_a_locode_is_known_whoever_reports_from_there() -> None:
    assert places.label("NLRTM", "FR") == "Rotterdam (NLRTM)"
    found = places.where("NLRTM", "FR")
    assert found is not None
    assert found.precision == "place"


@pytest.mark.parametrize(
    ("place", "country", "label"),
    [
        ("BE POST 8", "BE", "BE Post 8"),
        ("BE POST 8", None, "BE Post 8"),
        ("BE ANTWERP NORTH", "BE", "BE Antwerp North"),
        ("LA CORUNA NORTE", "ES", "La Coruna Norte"),
        ("E40 KM 12", "PL", "E40 Km 12"),
        ("DOCK 4B", None, "Dock 4B"),
        ("ATLANTA FIELD OFFICE", "US", "Atlanta Field Office"),
    ],
)
def test_codes_in_a_name_stay_as_they_are(place: str, country: str | None, label: str) -> None:
    assert places.label(place, country) == label
