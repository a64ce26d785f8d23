"""From the globe to the sheet: two projections that keep areas true, and the cut-out that shows all that is there."""

from collections.abc import Iterator, Sequence
from math import asin, ceil, cos, degrees, floor, radians, sin, sqrt
from typing import Protocol

from msgspec import Struct

from vocu.rendering.outlines import Point

WORLD_SPAN = 100.0
"""Degrees of longitude or latitude beyond which the whole world is shown rather than a region."""
SMALLEST_SPAN = 9.0
"""Degrees of latitude that a map shows at least: enough to see which country it is."""


class Projection(Protocol):
    """Where a longitude and latitude lie on the sheet: x to the right, y up, in degrees at the map's centre; None where
    it is out of sight."""

    def __call__(self, point: Point) -> Point | None: ...


class EqualArea(Struct, frozen=True):
    """Lambert's azimuthal equal-area projection about a centre (Snyder, Map Projections, 1987, equation 24-2); the
    official one of the EU for maps of Europe. What is more than 101° of arc away from it is out of sight."""

    longitude: float
    latitude: float

    def __call__(self, point: Point) -> Point | None:
        east, north, middle = radians(point[0] - self.longitude), radians(point[1]), radians(self.latitude)
        towards = sin(middle) * sin(north) + cos(middle) * cos(north) * cos(east)
        if towards < -0.2:
            return None
        stretch = degrees(sqrt(2 / (1 + towards)))
        x = cos(north) * sin(east)
        y = cos(middle) * sin(north) - sin(middle) * cos(north) * cos(east)
        return x * stretch, y * stretch


class EqualEarth(Struct, frozen=True):
    """The Equal Earth projection of the whole world (Šavrič, Patterson, Jenny, 2018)."""

    def __call__(self, point: Point) -> Point | None:
        a = asin(sqrt(3) / 2 * sin(radians(point[1])))
        slope = 1.340264 + 3 * -0.081106 * a**2 + a**6 * (7 * 0.000893 + 9 * 0.003796 * a**2)
        x = 2 * sqrt(3) / 3 * radians(point[0]) * cos(a) / slope
        y = a * (1.340264 - 0.081106 * a**2 + a**6 * (0.000893 + 0.003796 * a**2))
        return degrees(x), degrees(y)


class Frame(Struct, frozen=True):
    """A projection and the rectangle of its sheet that is shown, scaled to so many units of width."""

    projection: Projection
    left: float
    top: float
    scale: float
    width: int
    height: int

    def place(self, point: Point) -> Point | None:
        """Where a longitude and latitude are drawn: x to the right, y down; perhaps outside the rectangle."""
        found = self.projection(point)
        if found is None:
            return None
        return (found[0] - self.left) * self.scale, (self.top - found[1]) * self.scale


def frame_around(points: Sequence[Point], width: int, height: int) -> Frame:
    """The frame that shows all these points with room around them; the whole world where there are none.

    Frames come in steps of some degrees, so that alike questions are answered with the same one.
    """
    if not points:
        return _fitted(EqualEarth(), [(-180, 0), (180, 0), (0, 78), (0, -56)], width, height, room=0)
    west, south, east, north = _box(points, 2)
    if max(east - west, north - south) > WORLD_SPAN:
        west, south, east, north = _box(points, 10)
        corners = [(x, y) for x in (west, east) for y in (max(south, -60), 0, min(north, 80)) if south <= y <= north]
        return _fitted(EqualEarth(), corners, width, height, room=0.04)
    middle = EqualArea((west + east) / 2, (south + north) / 2)
    edges = [(x, y) for x in (west, (west + east) / 2, east) for y in (south, (south + north) / 2, north)]
    return _fitted(middle, edges, width, height, room=0.1)


def _box(points: Sequence[Point], step: int) -> tuple[float, float, float, float]:
    """West, south, east and north of the points, outward to whole steps of degrees."""
    longitudes, latitudes = [x for x, _ in points], [y for _, y in points]
    return (
        floor(min(longitudes) / step) * step,
        max(floor(min(latitudes) / step) * step, -90),
        ceil(max(longitudes) / step) * step,
        min(ceil(max(latitudes) / step) * step, 90),
    )


def _fitted(projection: Projection, points: Sequence[Point], width: int, height: int, room: float) -> Frame:
    """The rectangle of this shape about the points, `room` of it left free on each side."""
    placed = [found for point in points if (found := projection(point)) is not None]
    left, right = min(x for x, _ in placed), max(x for x, _ in placed)
    bottom, top = min(y for _, y in placed), max(y for _, y in placed)
    share = 1 - 2 * room
    tall = max((top - bottom) / share, (right - left) / share * height / width, SMALLEST_SPAN)
    wide = tall * width / height
    return Frame(projection, (left + right - wide) / 2, (top + bottom + tall) / 2, height / tall, width, height)


def clipped(ring: Sequence[Point], left: float, top: float, right: float, bottom: float) -> list[Point]:
    """The part of a ring that lies in a rectangle (Sutherland and Hodgman, 1974)."""
    found = list(ring)
    for axis, limit, sign in ((0, left, 1), (0, right, -1), (1, top, 1), (1, bottom, -1)):
        found = list(_kept(found, axis, limit, sign))
    return found


def _kept(ring: list[Point], axis: int, limit: float, sign: int) -> Iterator[Point]:
    for before, point in zip(ring[-1:] + ring[:-1], ring, strict=True):
        was, now = (before[axis] - limit) * sign >= 0, (point[axis] - limit) * sign >= 0
        if was != now:
            share = (limit - before[axis]) / (point[axis] - before[axis])
            yield before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1])
        if now:
            yield point
