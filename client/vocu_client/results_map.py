"""Where the seizures of a set of results were, and the routes that their goods took, as a map for the files."""

from collections import Counter
from typing import Final

from vocu.compilation.counting import Counted, counted, taken
from vocu.compilation.filtering import Filter
from vocu.compilation.ledger import Ledger
from vocu.form.report import Stop
from vocu.rendering import map as drawing
from vocu.rendering.dossier import Mapped
from vocu.rendering.wording import Wording
from vocu_client import places

MOST_PLACES: Final = 150
MOST_WAYS: Final = 30
_TOLD: Final = 20


def results_map(ledger: Ledger, only: Filter, words: Wording) -> Mapped | None:
    """The places with most seizures and the routes with most reports; None where nothing could be drawn."""
    reports = taken(counted(ledger), only)
    spots = _spots(reports, words)
    routes = Counter(stops for entry in reports if (stops := _stops(entry, words)))
    ways = [drawing.Way(stops, count) for stops, count in routes.most_common(MOST_WAYS)]
    if not spots and not ways:
        return None
    title = words._("Map of places and routes")
    told = [f"{spot.name}: {spot.text}" for spot in spots[:_TOLD]]
    told += [" → ".join(stop.name for stop in way.stops) for way in ways[:_TOLD]]
    text = " · ".join(told)
    return Mapped(title, drawing.map_svg(title, text, spots, ways), text)


def _spots(reports: list[Counted], words: Wording) -> list[drawing.Spot]:
    """One circle for each position; the places of a country that are not on the map share its middle."""
    names: dict[places.Where, str] = {}
    seizures: Counter[places.Where] = Counter()
    for entry in reports:
        country = entry.stat.country or entry.report.owner
        where = places.where(entry.stat.place, country)
        if where is not None:
            exact = where.precision == "place"
            names[where] = places.label(entry.stat.place, country) if exact else words.country(country)
            seizures[where] += entry.stat.seizures
    ranked = sorted(seizures.items(), key=lambda row: (-row[1], names[row[0]]))
    return [
        drawing.Spot(
            name=names[where],
            latitude=where.latitude,
            longitude=where.longitude,
            count=count,
            text=words.number(count),
            exact=where.precision == "place",
        )
        for where, count in ranked[:MOST_PLACES]
    ]


def _stops(entry: Counted, words: Wording) -> tuple[drawing.Stop, ...]:
    """The stops of a report's route that can be drawn; nothing where there are fewer than two."""
    route = entry.stat.route
    stops = tuple(found for stop in (route.stops if route else ()) if (found := _stop(stop, words)) is not None)
    return stops if len(stops) > 1 else ()


def _stop(stop: Stop, words: Wording) -> drawing.Stop | None:
    where = places.where(stop.place or "", stop.country)
    if where is None:
        return None
    exact = stop.place is not None and where.precision == "place"
    name = places.label(stop.place or "", stop.country) if exact else words.country(stop.country)
    return drawing.Stop(name, where.latitude, where.longitude)
