"""Reports as a map: places and routes, and the same figures as rows beside it."""

from collections.abc import Sequence

from msgspec import Struct

from vocu.form.report import Stop
from vocu.rendering import map as drawing
from vocu.rendering.wording import Wording
from vocu_client import places
from vocu_client.overviews.seizures import Point, Way
from vocu_client.web.seizures import telling

MOST_PLACES = 150
MOST_WAYS = 30


class PlaceRow(Struct, frozen=True):
    """A place with its reports; not `exact` where the map shows it in the middle of its country."""

    country: str
    place: str
    name: str
    reports: int
    exact: bool


class WayRow(Struct, frozen=True):
    """A route with the reports of goods that took it."""

    name: str
    reports: int


class Mapped(Struct, frozen=True):
    """The map and its figures; `places_left` and `ways_left` are how many more there are than could be shown."""

    svg: str
    places: tuple[PlaceRow, ...]
    ways: tuple[WayRow, ...]
    places_left: int
    ways_left: int


def mapped(points: Sequence[Point], ways: Sequence[Way], words: Wording) -> Mapped:
    """The map of these places and routes, those with most reports as far as they fit on it."""
    shown, routes = points[:MOST_PLACES], ways[:MOST_WAYS]
    description = " ".join(
        (
            words.n_("{n} place is shown.", "{n} places are shown.", len(shown)),
            words.n_("{n} route is shown.", "{n} routes are shown.", len(routes)),
        )
    )
    svg = drawing.map_svg(
        words._("Map of places and routes"),
        description,
        _spots(shown, words),
        [drawn for each in routes if (drawn := _way(each, words)) is not None],
    )
    return Mapped(
        svg=svg,
        places=tuple(_row(point) for point in shown),
        ways=tuple(WayRow(telling.way(each.stops, words), len(each.reports)) for each in routes),
        places_left=len(points) - len(shown),
        ways_left=len(ways) - len(routes),
    )


def _row(point: Point) -> PlaceRow:
    found = places.where(point.place, point.country)
    exact = found is not None and found.precision == "place"
    return PlaceRow(point.country, point.place, places.label(point.place, point.country), len(point.reports), exact)


def _spots(points: Sequence[Point], words: Wording) -> list[drawing.Spot]:
    """One circle for each position: the places of a country that are not on the map share its middle."""
    at: dict[places.Where, tuple[str, int]] = {}
    for point in points:
        where = places.where(point.place, point.country)
        if where is not None:
            exact = where.precision == "place"
            name = places.label(point.place, point.country) if exact else words.country(point.country)
            name, before = at.get(where, (name, 0))
            at[where] = name, before + len(point.reports)
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


def _way(way: Way, words: Wording) -> drawing.Way | None:
    stops = tuple(drawn for each in way.stops if (drawn := _stop(each, words)) is not None)
    return drawing.Way(stops, len(way.reports)) if len(stops) > 1 else None


def _stop(stop: Stop, words: Wording) -> drawing.Stop | None:
    where = places.where(stop.place or "", stop.country)
    if where is None:
        return None
    exact = stop.place is not None and where.precision == "place"
    name = places.label(stop.place or "", stop.country) if exact else words.country(stop.country)
    return drawing.Stop(name, where.latitude, where.longitude)
