"""Places by code and name: the selection that comes with vocu, and the world's airports. Search, label, position."""

import csv
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Literal

import airportsdata
from msgspec import Struct

from vocu.rendering.outlines import centre
from vocu_client.folding import fold, words

Kind = Literal["place", "airport"]


class Place(Struct, frozen=True):
    """A place that can be entered: `value` is what a form holds, its UN/LOCODE, its IATA code or its name in capitals.
    `city` is another name for it. Latitude and longitude are in degrees."""

    value: str
    name: str
    country: str
    city: str
    latitude: float
    longitude: float
    kind: Kind

    @property
    def label(self) -> str:
        """How people read it: Rotterdam (NLRTM); Medyka."""
        return self.name if self.value == form_value(self.name) else f"{self.name} ({self.value})"


class Where(Struct, frozen=True):
    """A position in degrees, and whether it is the place's own or only the middle of its country."""

    latitude: float
    longitude: float
    precision: Literal["place", "country"]


def search(text: str, country: str | None = None, limit: int = 12) -> list[Place]:
    """The places whose code, name or city has a word for each of these, or one that begins so; in any case and without
    accents. Those of the country come first, then ports and hubs before airports, then by name."""
    wanted = words(text)
    if not wanted:
        return []
    found = [place for known, place in _index() if all(f" {start}" in known for start in wanted)]
    return sorted(found, key=lambda place: _rank(place, wanted, country))[:limit]


def label(place: str, country: str | None = None) -> str:
    """How people read what a form holds: "Rotterdam (NLRTM)"; a place that is not listed as words, but for the codes in
    its name: "Atlanta Field Office", "BE Post 8"."""
    found = find(place, country) or _by_locode(place)
    if found is not None:
        return found.label
    is_code = len(place) == 3 or (len(place) == 5 and centre(place[:2]) is not None and country in (None, place[:2]))
    if is_code:
        return place
    numbered = any(sign.isdigit() for sign in place)
    first, *others = place.split(" ")
    first_is_code = first == country or (numbered and centre(first) is not None)
    return " ".join([first if first_is_code else _written(first), *map(_written, others)])


def _written(word: str) -> str:
    return word if any(sign.isdigit() for sign in word) else word.title()


def where(place: str, country: str | None = None) -> Where | None:
    """Where a place lies; the middle of its country where only that is known; None where nothing is."""
    found = find(place, country) or _by_locode(place)
    if found is not None:
        return Where(found.latitude, found.longitude, "place")
    middle = centre(country or "")
    if middle is None and len(place) == 5 and place.isalpha():
        middle = centre(place[:2])
    return None if middle is None else Where(*middle, "country")


def find(place: str, country: str | None = None) -> Place | None:
    """The place of that code or name; of this country only, where one is given."""
    known = _by_value()
    for key in (place, f"{country} {place}"):
        found = known.get(key)
        if found is not None and (centre(country or "") is None or found.country == country):
            return found
    return None


def _by_locode(place: str) -> Place | None:
    """A UN/LOCODE says its country itself: who reports a seizure there may be another."""
    found = find(place) if len(place) == len("NLRTM") else None
    return found if found is not None and found.value.startswith(found.country) else None


def form_value(name: str) -> str:
    """A name as a form may hold it: capital letters A to Z, digits, spaces and hyphens."""
    kept = "".join(sign if sign.isascii() and (sign.isalnum() or sign == "-") else " " for sign in fold(name).upper())
    return " ".join(kept.split())[:48]


def _rank(place: Place, wanted: list[str], country: str | None) -> tuple[object, ...]:
    exact = [place.value.casefold()] == wanted
    return (
        place.country != country,
        not exact,
        place.kind == "airport",
        not place.name.casefold().startswith(wanted[0]),
        place.name,
    )


@cache
def _index() -> tuple[tuple[str, Place], ...]:
    """Each place with the words that find it, a space before each; a UN/LOCODE also without its country."""
    return tuple((_words_of(place), place) for place in _places())


def _words_of(place: Place) -> str:
    codes = f"{place.value} {place.value[2:] if place.kind == 'place' else ''}"
    return " " + " ".join(words(f"{codes} {place.name} {place.city}"))


@cache
def _by_value() -> dict[str, Place]:
    """By code; and by country and name, a listed place before an airport of its city."""
    named: dict[str, Place] = {}
    for place in _places():
        for name in filter(None, map(form_value, (place.name, place.city))):
            named.setdefault(f"{place.country} {name}", place)
    return named | {place.value: place for place in _places() if place.value != form_value(place.name)}


@cache
def _places() -> tuple[Place, ...]:
    return (*_listed(), *_airports())


def _listed() -> Iterator[Place]:
    file = resources.files("vocu_schemas") / "geography" / "places.csv"
    for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines()):
        value = row["code"] or form_value(row["name"])
        position = float(row["latitude"]), float(row["longitude"])
        yield Place(value, row["name"], row["country"], row["also"], *position, "place")


def _airports() -> Iterator[Place]:
    for code, airport in airportsdata.load("IATA").items():
        yield Place(
            value=code,
            name=airport["name"].replace("International ", ""),
            country=airport["country"],
            city=airport["city"],
            latitude=airport["lat"],
            longitude=airport["lon"],
            kind="airport",
        )
