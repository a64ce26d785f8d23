"""TopoJSON as downloaded: arcs that neighbours share, decoded, simplified once for both, and joined to rings again."""

import itertools
from collections import Counter
from collections.abc import Iterable
from math import cos, hypot, radians
from typing import Any

Point = tuple[float, float]
"""Longitude and latitude, in degrees."""
Line = list[Point]


def decoded_arcs(topology: dict[str, Any]) -> list[Line]:
    """The arcs in degrees: quantised and delta-encoded in the file (TopoJSON specification, 2.1.3)."""
    (scale_x, scale_y), (shift_x, shift_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for deltas in topology["arcs"]:
        x = y = 0
        line = []
        for delta_x, delta_y in deltas:
            x, y = x + delta_x, y + delta_y
            line.append((x * scale_x + shift_x, y * scale_y + shift_y))
        arcs.append(line)
    return arcs


def rings_of(geometry: dict[str, Any]) -> list[list[int]]:
    """The rings of a Polygon or MultiPolygon as numbers of arcs; ~n is arc n backwards."""
    polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
    return [list(ring) for polygon in polygons for ring in polygon]


def merged(rings: Iterable[list[int]], arcs: list[Line]) -> list[list[int]]:
    """The rings without the borders between them: arcs that are there in both directions go, the rest is joined."""
    used = Counter(arc for ring in rings for arc in ring)
    starts: dict[Point, list[int]] = {}
    for arc in used:
        if ~arc not in used:
            starts.setdefault(joined([arc], arcs)[0], []).append(arc)
    found = []
    while starts:
        ring = [next(iter(starts.values())).pop()]
        while (end := joined(ring[-1:], arcs)[-1]) != joined(ring[:1], arcs)[0]:
            ring.append(starts[end].pop())
        found.append(ring)
        starts = {point: waiting for point, waiting in starts.items() if waiting}
    return found


def joined(ring: list[int], arcs: list[Line]) -> Line:
    """The points of these arcs, one after the other."""
    line: Line = []
    for number in ring:
        points = arcs[number] if number >= 0 else arcs[~number][::-1]
        line += points[1:] if line else points
    return line


def simplified(line: Line, tolerance: float) -> Line:
    """The line with fewer points, none further off than so many degrees of latitude (Douglas and Peucker, 1973). Its
    ends stay, so that neighbours still meet."""
    keep = {0, len(line) - 1}
    waiting = [(0, len(line) - 1)]
    while waiting:
        first, last = waiting.pop()
        inner = range(first + 1, last)
        if not inner:
            continue
        furthest = max(inner, key=lambda place: _distance(line[place], line[first], line[last]))
        if _distance(line[furthest], line[first], line[last]) > tolerance:
            keep.add(furthest)
            waiting += [(first, furthest), (furthest, last)]
    return [line[place] for place in sorted(keep)]


def _distance(point: Point, start: Point, end: Point) -> float:
    """From the point to the stretch between two others, in degrees of latitude."""
    east = cos(radians(point[1]))
    x, y = (point[0] - start[0]) * east, point[1] - start[1]
    along_x, along_y = (end[0] - start[0]) * east, end[1] - start[1]
    length = along_x**2 + along_y**2
    share = min(max((x * along_x + y * along_y) / length, 0), 1) if length else 0
    return hypot(x - share * along_x, y - share * along_y)


def unwrapped(line: Line) -> Line:
    """The line without leaps: where it crosses the 180th meridian, its longitudes go on beyond it."""
    found, turns = line[:1], 0.0
    for before, (x, y) in itertools.pairwise(line):
        turns -= 360 * round((x - before[0]) / 360)
        found.append((x + turns, y))
    return found


def cut_at_180(ring: Line) -> list[Line]:
    """The parts of a ring on either side of the 180th meridian, all between -180 and 180."""
    whole = unwrapped(ring)
    parts = [_between([(x + turn, y) for x, y in whole[:-1]], -180, 180) for turn in (-360, 0, 360)]
    return [[*part, part[0]] for part in parts if len(part) > 2]


def _between(ring: Line, west: float, east: float) -> Line:
    """The part of an open ring between two meridians (Sutherland and Hodgman, 1974)."""
    for limit, sign in ((west, 1), (east, -1)):
        kept: Line = []
        for before, point in zip(ring[-1:] + ring[:-1], ring, strict=True):
            was, now = (before[0] - limit) * sign >= 0, (point[0] - limit) * sign >= 0
            if was != now:
                share = (limit - before[0]) / (point[0] - before[0])
                kept.append((limit, before[1] + share * (point[1] - before[1])))
            if now:
                kept.append(point)
        ring = kept
    return ring


def area(ring: Line) -> float:
    """The ring's area in square degrees of latitude, whichever way it turns."""
    pairs = itertools.pairwise(ring)
    twice = sum((one[0] * other[1] - other[0] * one[1]) for one, other in pairs)
    return abs(twice / 2) * cos(radians(sum(y for _, y in ring) / len(ring)))


def inside(point: Point, ring: Line) -> bool:
    """Whether the ring runs around the point."""
    x, y = point
    crossings = (
        (one[1] > y) != (other[1] > y) and x < one[0] + (y - one[1]) * (other[0] - one[0]) / (other[1] - one[1])
        for one, other in itertools.pairwise(ring)
    )
    return sum(crossings) % 2 == 1


def centre(ring: Line) -> Point:
    """About the point inside the ring that is furthest from its edge: where a person would write the name."""
    left, right = min(x for x, _ in ring), max(x for x, _ in ring)
    bottom, top = min(y for _, y in ring), max(y for _, y in ring)
    steps = 24
    grid = (
        (left + (right - left) * column / steps, bottom + (top - bottom) * row / steps)
        for column in range(1, steps)
        for row in range(1, steps)
    )
    edges = list(itertools.pairwise(ring))
    candidates = [point for point in grid if inside(point, ring)]
    return max(
        candidates,
        key=lambda point: min(_distance(point, *edge) for edge in edges),
        default=((left + right) / 2, (bottom + top) / 2),
    )
