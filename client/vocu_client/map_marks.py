"""Places and routes of reports as the marks of a map, and what these are called."""

from collections.abc import Iterable, Sequence
from typing import Final

from vocu.form.report import Stop
from vocu.rendering import map as drawing
from vocu.rendering.wording import Wording
from vocu_client import places

MOST_PLACES: Final = 150
MOST_WAYS: Final = 30
"""More would hide one another."""


def spots(seized: Iterable[tuple[str, str, int]], words: Wording) -> list[drawing.Spot]:
    """One circle for each position of places, their countries and counts, in the order in which they come first; the
    places of a country that are not on the map share its middle."""
    at: dict[places.Where, tuple[str, int]] = {}
    for place, country, count in seized:
        where = places.where(place, country)
        if where is not None:
            name, before = at.get(where) or (_name(where, place, country, words), 0)
            at[where] = name, before + count
    return [
        drawing.Spot(
            name=name,
            latitude=where.latitude,
            longitude=where.longitude,
            count=count,
            text=words.number(count),
            exact=where.precision == "place",
        )
        for where, (name, count) in at.items()
    ]


def stops(route: Sequence[Stop], words: Wording) -> tuple[drawing.Stop, ...]:
    """The stops of a route that can be drawn; nothing where there are fewer than two."""
    drawn = tuple(stop for each in route if (stop := _stop(each, words)) is not None)
    return drawn if len(drawn) > 1 else ()


def _stop(stop: Stop, words: Wording) -> drawing.Stop | None:
    place = stop.place or ""
    where = places.where(place, stop.country)
    if where is None:
        return None
    return drawing.Stop(_name(where, place, stop.country, words), where.latitude, where.longitude)


def _name(where: places.Where, place: str, country: str, words: Wording) -> str:
    return places.label(place, country) if place and where.precision == "place" else words.country(country)
