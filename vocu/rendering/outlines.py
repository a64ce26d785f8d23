"""The outlines of countries that come with vocu, as rings of longitude and latitude."""

from functools import cache
from importlib import resources
from itertools import accumulate

import msgspec

Point = tuple[float, float]
"""Longitude and latitude, in degrees."""
_SCALE = 100


class _Country(msgspec.Struct, frozen=True):
    centre: tuple[float, float]
    rings: tuple[tuple[int, ...], ...]


class Outline(msgspec.Struct, frozen=True):
    """A country's rings, islands and holes alike, and the rectangle around each: west, south, east, north."""

    code: str
    rings: tuple[tuple[Point, ...], ...]
    boxes: tuple[tuple[float, float, float, float], ...]


@cache
def _countries() -> dict[str, _Country]:
    file = resources.files("vocu_schemas") / "geography" / "outlines.json"
    return msgspec.json.decode(file.read_bytes(), type=dict[str, _Country])


@cache
def outlines() -> tuple[Outline, ...]:
    """Every country that is large enough to be drawn. Antarctica is not."""
    found = []
    for code, country in _countries().items():
        rings = tuple(map(_degrees, country.rings))
        if rings:
            found.append(Outline(code, rings, tuple(map(_box, rings))))
    return tuple(found)


def centre(country: str) -> tuple[float, float] | None:
    """The latitude and longitude about which a country is labelled; None for what is no country's code."""
    known = _countries().get(country)
    return None if known is None else known.centre


def _degrees(differences: tuple[int, ...]) -> tuple[Point, ...]:
    longitudes, latitudes = accumulate(differences[::2]), accumulate(differences[1::2])
    return tuple((x / _SCALE, y / _SCALE) for x, y in zip(longitudes, latitudes, strict=True))


def _box(ring: tuple[Point, ...]) -> tuple[float, float, float, float]:
    longitudes, latitudes = [x for x, _ in ring], [y for _, y in ring]
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)
