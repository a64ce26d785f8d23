"""Where a newsletter's seizures were, as a map of countries, and the same figures as a line of text."""

from typing import Any

from msgspec import Struct

from vocu.rendering.map import SMALL, Spot, Stop, Way, map_svg
from vocu.rendering.outlines import centre
from vocu.rendering.wording import Wording


class Where(Struct, frozen=True):
    """A map with its title, and its figures in words; an empty `svg` where there is nothing to draw."""

    title: str
    svg: str
    figures: str


def where(figures: dict[str, Any], wording: Wording) -> Where:
    """The countries with seizures since the last issue, and the routes that were seen for the first time."""
    rows = [row for row in figures["countries"]["active"]["listed"] if int(row["seizures"]) and centre(row["country"])]
    routes = [route for route in figures["new"].get("routes", []) if all(map(centre, route))]
    title = wording.say("chart_map")
    if not rows and not routes:
        return Where(title, "", "")
    told = [f"{wording.country(row['country'])}: {wording.number(row['seizures'])}" for row in rows]
    told += [" → ".join(map(wording.country, route)) for route in routes]
    spots = [_spot(row["country"], int(row["seizures"]), wording) for row in rows]
    ways = [Way(tuple(_stop(country, wording) for country in route), 1) for route in routes]
    text = " · ".join(told)
    return Where(title, map_svg(title, text, spots, ways, SMALL), text)


def _spot(country: str, count: int, wording: Wording) -> Spot:
    stop = _stop(country, wording)
    return Spot(
        name=stop.name, latitude=stop.latitude, longitude=stop.longitude, count=count, text=wording.number(count)
    )


def _stop(country: str, wording: Wording) -> Stop:
    latitude, longitude = centre(country) or (0.0, 0.0)
    return Stop(wording.country(country), latitude, longitude)
