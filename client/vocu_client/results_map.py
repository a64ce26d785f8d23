"""Where the seizures of a set of results were, and the routes that their goods took, as a map for the files."""

from collections import Counter
from typing import Final

from vocu.compilation.counting import Counted, counted, taken
from vocu.compilation.filtering import Filter
from vocu.compilation.ledger import Ledger
from vocu.rendering import map as drawing
from vocu.rendering.dossier import Mapped
from vocu.rendering.wording import Wording
from vocu_client import map_marks

_TOLD: Final = 20


def results_map(ledger: Ledger, only: Filter, words: Wording) -> Mapped | None:
    """The places with most seizures and the routes with most reports; None where nothing could be drawn."""
    reports = taken(counted(ledger), only)
    spots = _spots(reports, words)
    routes = Counter(
        stops for entry in reports if (way := entry.stat.route) and (stops := map_marks.stops(way.stops, words))
    )
    ways = [drawing.Way(stops, count) for stops, count in routes.most_common(map_marks.MOST_WAYS)]
    if not spots and not ways:
        return None
    title = words._("Map of places and routes")
    told = [f"{spot.name}: {spot.text}" for spot in spots[:_TOLD]]
    told += [" → ".join(stop.name for stop in way.stops) for way in ways[:_TOLD]]
    text = " · ".join(told)
    return Mapped(title, drawing.map_svg(title, text, spots, ways), text)


def _spots(reports: list[Counted], words: Wording) -> list[drawing.Spot]:
    """Those with most seizures."""
    seized = ((entry.stat.place, entry.stat.country or entry.report.owner, entry.stat.seizures) for entry in reports)
    found = map_marks.spots(seized, words)
    return sorted(found, key=lambda spot: (-spot.count, spot.name))[: map_marks.MOST_PLACES]
