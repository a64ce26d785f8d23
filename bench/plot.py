"""A few lines over time as an SVG picture, panel under panel, from zero upwards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, log10

WIDTH, HEIGHT, LEFT, RIGHT, TOP, GAP = 760, 150, 56, 110, 34, 34
COLOURS = ("#1f6fb2", "#c2571a", "#3f8f4f")
_STYLE = "font-family='sans-serif' font-size='12' fill='#444'"


@dataclass(frozen=True)
class Line:
    name: str
    values: Sequence[float]


@dataclass(frozen=True)
class Panel:
    """Lines over the same `along`, which is in minutes."""

    title: str
    along: Sequence[float]
    lines: Sequence[Line]


def draw(panels: Iterable[Panel]) -> str:
    """The picture's text."""
    drawn = [_panel(panel, TOP + number * (HEIGHT + TOP + GAP)) for number, panel in enumerate(panels)]
    height = len(drawn) * (HEIGHT + TOP + GAP)
    body = "\n".join(drawn)
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' width='{WIDTH}' height='{height}'>\n"
        f"<rect width='{WIDTH}' height='{height}' fill='#fff'/>\n{body}\n</svg>\n"
    )


def _panel(panel: Panel, top: int) -> str:
    most = _ceiling(max(max(line.values) for line in panel.lines))
    first, last = panel.along[0], max(panel.along[-1], panel.along[0] + 1)
    right, bottom = WIDTH - RIGHT, top + HEIGHT

    def at(x: float, y: float) -> str:
        across = LEFT + (x - first) / (last - first) * (right - LEFT)
        return f"{across:.1f},{bottom - y / most * HEIGHT:.1f}"

    parts = [f"<text x='{LEFT}' y='{top - 10}' {_STYLE} font-weight='bold'>{escape(panel.title)}</text>"]
    for share in (0.0, 0.5, 1.0):
        y = bottom - share * HEIGHT
        parts.append(f"<line x1='{LEFT}' x2='{right}' y1='{y}' y2='{y}' stroke='#ddd'/>")
        parts.append(f"<text x='{LEFT - 6}' y='{y + 4}' {_STYLE} text-anchor='end'>{most * share:g}</text>")
    for number, line in enumerate(panel.lines):
        colour = COLOURS[number]
        points = " ".join(at(x, y) for x, y in zip(panel.along, line.values, strict=True))
        parts.append(f"<polyline points='{points}' fill='none' stroke='{colour}' stroke-width='2'/>")
        name = f"{_STYLE} style='fill:{colour}'>{escape(line.name)}"
        down = bottom - line.values[-1] / most * HEIGHT + 4
        parts.append(f"<text x='{right + 6}' y='{down:.1f}' {name}</text>")
    parts.append(f"<text x='{LEFT}' y='{bottom + 16}' {_STYLE}>minute {first:g}</text>")
    parts.append(f"<text x='{right}' y='{bottom + 16}' {_STYLE} text-anchor='end'>{panel.along[-1]:g}</text>")
    return "\n".join(parts)


def _ceiling(value: float) -> float:
    """The next of 1, 2, 4, 6, 8, 10 times a power of ten, so that half of it is a round number."""
    unit = 10.0 ** (ceil(log10(max(value, 1e-9))) - 1)
    return next(step * unit for step in (1, 2, 4, 6, 8, 10) if step * unit >= value)
