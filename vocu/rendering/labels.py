"""Finds room for the labels of a map: beside, above or below their circle, never over one another."""

from typing import Literal

from msgspec import Struct

from vocu.rendering.outlines import Point

LABEL = 13
"""The size of a label. On a phone the major ones are shown larger (`MAJOR_SIZE`) and the minor ones not at all."""
MAJOR_SIZE = 24
MAJORS = 5
MOST = 40
_WIDTH_OF_A_SIGN = 0.56

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


class Label(Struct, frozen=True):
    """Where a label stands: its base line, and which end of it is at x."""

    x: float
    y: float
    anchor: str
    rank: Literal["major", "minor"]


class Labelling:
    """The room that is left on a map: take what the circles cover, then ask for the labels, important ones first."""

    def __init__(self, width: float, height: float) -> None:
        self._width, self._height = width, height
        self._taken: list[Box] = []
        self._majors = self._all = 0

    def take(self, at: Point, radius: float) -> None:
        """A circle is there."""
        (x, y), half = at, radius * 0.7
        self._taken.append((x - half, y - half, x + half, y + half))

    def find(self, text: str, at: Point, radius: float, *, major: bool) -> Label | None:
        """Room for the label of the circle there, or None. As long as there are few, room as on a phone."""
        if self._all >= MOST:
            return None
        sizes = (MAJOR_SIZE, LABEL) if major and self._majors < MAJORS else (LABEL,)
        for size in sizes:
            for label, box in _around(text, at, radius, size):
                if self._free(box):
                    self._taken.append(box)
                    self._all += 1
                    self._majors += size == MAJOR_SIZE
                    return label
        return None

    def _free(self, box: Box) -> bool:
        left, top, right, bottom = box
        return (
            left >= 0
            and top >= 0
            and right <= self._width
            and bottom <= self._height
            and all(right <= x or left >= r or bottom <= y or top >= b for x, y, r, b in self._taken)
        )


def _around(text: str, at: Point, radius: float, size: float) -> list[tuple[Label, Box]]:
    (x, y), gap, wide, high = at, radius + 3, len(text) * size * _WIDTH_OF_A_SIGN, size * 1.1
    base = size * 0.36
    rank: Literal["major", "minor"] = "minor" if size == LABEL else "major"
    return [
        (Label(x + gap, y + base, "start", rank), (x + gap, y - high / 2, x + gap + wide, y + high / 2)),
        (Label(x - gap, y + base, "end", rank), (x - gap - wide, y - high / 2, x - gap, y + high / 2)),
        (Label(x, y - gap - 2, "middle", rank), (x - wide / 2, y - gap - high, x + wide / 2, y - gap)),
        (Label(x, y + gap + size * 0.8, "middle", rank), (x - wide / 2, y + gap, x + wide / 2, y + gap + high)),
    ]
