"""Reports as a map: places and routes, and the same figures as rows beside it."""

from collections.abc import Sequence

from msgspec import Struct

from vocu.rendering import map as drawing
from vocu.rendering.wording import Wording
from vocu_client import map_marks, places
from vocu_client.overviews.seizures import Point, Way
from vocu_client.web.seizures import telling


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
    shown, routes = points[: map_marks.MOST_PLACES], ways[: map_marks.MOST_WAYS]
    description = " ".join(
        (
            words.n_("{n} place is shown.", "{n} places are shown.", len(shown)),
            words.n_("{n} route is shown.", "{n} routes are shown.", len(routes)),
        )
    )
    svg = drawing.map_svg(
        words._("Map of places and routes"),
        description,
        map_marks.spots(((point.place, point.country, len(point.reports)) for point in shown), words),
        [drawing.Way(stops, len(way.reports)) for way in routes if (stops := map_marks.stops(way.stops, words))],
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
