"""Where a newsletter's seizures were, as a map of countries, and the same figures as a line of text."""

from typing import Any

from msgspec import Struct

from vocu.rendering.lines import route_text
from vocu.rendering.map import SMALL, Spot, Stop, Way, map_svg
from vocu.rendering.outlines import centre
from vocu.rendering.wording import Wording

PLACES = 8
ROUTES = 8
"""So many are named, and drawn, as a reader can follow."""


class Where(Struct, frozen=True):
    """A map with its title, and its figures in words; an empty `svg` where there is nothing to draw. `places` names
    those with most seizures, which a map of countries does not show."""

    title: str
    svg: str
    figures: str
    places: str


def where(figures: dict[str, Any], wording: Wording) -> Where:
    """The countries with seizures since the last issue, and the routes of their goods."""
    found = figures["where"]
    rows = [row for row in figures["countries"]["active"]["listed"] if int(row["seizures"]) and centre(row["country"])]
    routes = [row for row in found["routes"][:ROUTES] if all(map(centre, row["route"]))]
    title = wording.say("chart_map")
    places = [f"{_place(row, wording)}: {wording.number(row['seizures'])}" for row in found["places"][:PLACES]]
    named = wording._("Places with most seizures: {places}.", places="; ".join(places)) if places else ""
    if not rows and not routes:
        return Where(title, "", "", named)
    told = [f"{wording.country(row['country'])}: {wording.number(row['seizures'])}" for row in rows]
    told += [f"{route_text(row['route'], wording)}: {wording.number(row['seizures'])}" for row in routes]
    spots = [_spot(row["country"], int(row["seizures"]), wording) for row in rows]
    ways = [Way(tuple(_stop(country, wording) for country in row["route"]), int(row["seizures"])) for row in routes]
    text = " · ".join(told)
    return Where(title, map_svg(title, text, spots, ways, SMALL), text, named)


def _place(row: dict[str, Any], wording: Wording) -> str:
    return f"{row['place'].title()} ({wording.country(row['country'])})"


def _spot(country: str, count: int, wording: Wording) -> Spot:
    stop = _stop(country, wording)
    return Spot(
        name=stop.name, latitude=stop.latitude, longitude=stop.longitude, count=count, text=wording.number(count)
    )


def _stop(country: str, wording: Wording) -> Stop:
    latitude, longitude = centre(country) or (0.0, 0.0)
    return Stop(wording.country(country), latitude, longitude)
