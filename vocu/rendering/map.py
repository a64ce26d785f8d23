"""A map of places and routes as SVG: land, one circle per place with its name and count, one curved arrow per leg.

It stands inline in a page or a mail: no script, no style sheet of its own, nothing loaded. The colours are attributes,
which a page's style sheet may override by class (a dark page does). Whoever shows it shows the same figures as a table.
"""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from html import escape
from math import hypot, sqrt

from msgspec import Struct

from vocu.rendering.labels import LABEL, Label, Labelling
from vocu.rendering.outlines import Point, outlines
from vocu.rendering.projection import EqualEarth, Frame, clipped, frame_around

WIDTH, HEIGHT, WORLD_HEIGHT = 720, 500, 350
FONT = "system-ui,sans-serif"
FINE, SMALL = 4, 1
"""The land is drawn in quarters of a unit, as whole numbers; in whole units where few bytes are worth more (a mail)."""
_LARGEST, _SMALLEST = 17.0, 4.0
_BEND = 0.16


class Spot(Struct, frozen=True, kw_only=True):
    """One circle: `text` is its count as people read it; not `exact` where only the country is known."""

    name: str
    latitude: float
    longitude: float
    count: int
    text: str
    exact: bool = True


class Stop(Struct, frozen=True):
    """A place on a route."""

    name: str
    latitude: float
    longitude: float


class Way(Struct, frozen=True):
    """One route: its stops in their order, and how many took it."""

    stops: tuple[Stop, ...]
    count: int


def map_svg(title: str, description: str, spots: Sequence[Spot], ways: Sequence[Way] = (), steps: int = FINE) -> str:
    """The map that shows all these places and routes, zoomed to them. All texts are escaped here. `steps` of a unit are
    how exactly the land is drawn: FINE or SMALL."""
    legs = _legs(ways)
    stops = {(stop.longitude, stop.latitude): stop.name for way in ways for stop in way.stops}
    points = [(spot.longitude, spot.latitude) for spot in spots] + list(stops)
    most = max((spot.count for spot in spots), default=1) or 1
    frame = frame_around(points, WIDTH, HEIGHT)
    if isinstance(frame.projection, EqualEarth):
        frame = frame_around(points, WIDTH, WORLD_HEIGHT)
    parts = [
        f'<svg class="map" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(title)}"'
        f' viewBox="0 0 {WIDTH} {frame.height}" width="100%" font-family="{FONT}">',
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>",
        f'<rect class="sea" width="{WIDTH}" height="{frame.height}" fill="#e9eff5"/>',
        f'<path class="land" transform="scale({1 / steps:g})" fill="#fbfbf8" stroke="#b9c4cf"'
        f' stroke-width="{steps / 2:g}" stroke-linejoin="round" fill-rule="evenodd" d="{_land(frame, steps)}"/>',
        *_arrows(legs, frame, spots, most),
        *_places(spots, stops, frame, most),
        "</svg>",
    ]
    return "\n".join(parts)


# --- land ---


@lru_cache(maxsize=32)
def _land(frame: Frame, steps: int) -> str:
    """The coasts and borders within the frame, as the data of one path."""
    margin = 8.0
    limits = (-margin, -margin, frame.width + margin, frame.height + margin)
    return "".join(_subpath(clipped(ring, *limits), steps) for ring in _visible(frame))


def _visible(frame: Frame) -> Iterator[list[Point]]:
    for outline in outlines():
        for ring, (west, south, east, north) in zip(outline.rings, outline.boxes, strict=True):
            corners = [(west, south), (west, north), (east, south), (east, north)]
            if east - west < 20 and not _near(frame, corners):
                continue
            placed = [found for point in ring if (found := frame.place(point)) is not None]
            if len(placed) > 2:
                yield placed


def _near(frame: Frame, corners: Sequence[Point]) -> bool:
    """Whether something with these corners may be in sight: they span at most 20 degrees, so little bends between."""
    placed = [found for corner in corners if (found := frame.place(corner)) is not None]
    if not placed:
        return False
    room = 60
    across, down = [x for x, _ in placed], [y for _, y in placed]
    return (
        max(across) > -room
        and min(across) < frame.width + room
        and max(down) > -room
        and min(down) < frame.height + room
    )


def _subpath(ring: Sequence[Point], steps: int) -> str:
    """The ring in whole steps, each point by its difference from the one before."""
    if not ring:
        return ""
    across, down = round(ring[0][0] * steps), round(ring[0][1] * steps)
    drawn = []
    start = f"M{across} {down}"
    for x, y in ring[1:]:
        step = round(x * steps) - across, round(y * steps) - down
        if abs(step[0]) + abs(step[1]) > 2:
            drawn.append(f"{step[0]} {step[1]}")
            across, down = across + step[0], down + step[1]
    return f"{start}l{' '.join(drawn)}z".replace(" -", "-") if len(drawn) > 1 else ""


# --- routes ---


def _legs(ways: Sequence[Way]) -> Counter[tuple[Point, Point]]:
    """From each stop to the next one, and how many took that leg."""
    legs: Counter[tuple[Point, Point]] = Counter()
    for way in ways:
        points = [(stop.longitude, stop.latitude) for stop in way.stops]
        for leg in itertools.pairwise(points):
            if leg[0] != leg[1]:
                legs[leg] += way.count
    return legs


def _arrows(legs: Counter[tuple[Point, Point]], frame: Frame, spots: Sequence[Spot], most: int) -> Iterator[str]:
    busiest = max(legs.values(), default=1)
    radii = {(spot.longitude, spot.latitude): _radius(spot, most) for spot in spots}
    for (start, end), count in sorted(legs.items()):
        ends = frame.place(start), frame.place(end)
        if ends[0] is not None and ends[1] is not None:
            yield _arrow(ends[0], ends[1], radii.get(end, 2.5), 1.2 + 2.8 * sqrt(count / busiest))


def _arrow(start: Point, end: Point, before: float, thickness: float) -> str:
    """A curve that bends to the left of its way, so that there and back do not cover each other, and its head, which
    ends so far before the end."""
    across, down = end[0] - start[0], end[1] - start[1]
    length = hypot(across, down) or 1
    bend = (start[0] + end[0]) / 2 + down * _BEND, (start[1] + end[1]) / 2 - across * _BEND
    far = hypot(end[0] - bend[0], end[1] - bend[1]) or 1
    run = (end[0] - bend[0]) / far, (end[1] - bend[1]) / far
    before = min(before, length / 3)
    head = min(5 + 2 * thickness, length / 3)
    tip = end[0] - run[0] * before, end[1] - run[1] * before
    neck = tip[0] - run[0] * head, tip[1] - run[1] * head
    side = -run[1] * head * 0.45, run[0] * head * 0.45
    return (
        f'<path class="way" fill="none" stroke="#b4541a" stroke-opacity="0.75" stroke-width="{thickness:.1f}"'
        f' d="M{_at(start)}Q{_at(bend)} {_at(neck)}"/>'
        f'<path class="tip" fill="#b4541a" d="M{_at(tip)}'
        f'L{neck[0] + side[0]:.1f} {neck[1] + side[1]:.1f} {neck[0] - side[0]:.1f} {neck[1] - side[1]:.1f}z"/>'
    )


def _at(point: Point) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"


# --- places ---


def _radius(spot: Spot, most: int) -> float:
    """Areas stand as counts do; `most` is the highest count."""
    return max(_LARGEST * sqrt(spot.count / most), _SMALLEST)


def _places(spots: Sequence[Spot], stops: Mapping[Point, str], frame: Frame, most: int) -> Iterator[str]:
    """The circles, the largest first, so that the small ones lie on top; the stops; then the labels on top of all."""
    room = Labelling(frame.width, frame.height)
    labels: list[tuple[str, str, Point, float]] = []
    for spot in sorted(spots, key=lambda spot: (-spot.count, spot.name)):
        place = frame.place((spot.longitude, spot.latitude))
        if place is not None:
            radius = _radius(spot, most)
            yield _circle(spot, place, radius)
            room.take(place, radius)
            labels.append((spot.name, spot.text, place, radius))
    seen = {(spot.longitude, spot.latitude) for spot in spots}
    for point, name in stops.items():
        place = frame.place(point)
        if place is not None and point not in seen:
            yield f'<circle class="stop" cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="2.5" fill="#b4541a"/>'
            room.take(place, 2.5)
            labels.append((name, "", place, 2.5))
    for name, text, place, radius in labels:
        label = room.find(f"{name} {text}", place, radius, major=bool(text))
        if label is not None:
            yield _text(label, name, text)


def _circle(spot: Spot, place: Point, radius: float) -> str:
    kind, look = ("spot", "") if spot.exact else ("spot about", ' stroke-dasharray="3 2"')
    return (
        f'<circle class="{kind}" cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="{radius:.1f}" fill="#1d5f9e"'
        f' fill-opacity="0.55" stroke="#1d5f9e" stroke-width="1.2"{look}>'
        f"<title>{escape(spot.name)}: {escape(spot.text)}</title></circle>"
    )


def _text(label: Label, name: str, text: str) -> str:
    count = f' <tspan font-weight="650">{escape(text)}</tspan>' if text else ""
    return (
        f'<text class="{label.rank}" x="{label.x:.1f}" y="{label.y:.1f}" text-anchor="{label.anchor}"'
        f' font-size="{LABEL}" fill="#12202e" stroke="#ffffff" stroke-width="3" stroke-linejoin="round"'
        f' paint-order="stroke">{escape(name)}{count}</text>'
    )
