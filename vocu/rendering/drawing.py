"""Bar charts as SVG: lying bars that compare, upright ones for a course over time.

A drawing stands by itself, with its title and what it shows in words. It is for paper: its colours are fixed, its
letters those of the printed page.
"""

from collections.abc import Iterator
from html import escape
from typing import Final

from vocu.rendering.charts import Bar, Chart
from vocu.rendering.map import FONT as SCREEN_FONT

WIDTH: Final = 720
FONT: Final = "Libertinus Serif"
_ROW, _TEXT, _NAMES, _VALUES = 28, 15, 252, 96
_TALL, _HEAD, _FOOT = 190, 24, 24
_MANY: Final = 14
"""More upright bars than this have room for their own names and counts no longer."""
_WIDTH_OF_A_SIGN: Final = 0.52
_INK, _QUIET, _LINE, _BAR = "#12202e", "#52606d", "#b8c4cf", "#1d5f9e"


def chart_svg(chart: Chart, *, alt: str, upright: bool = False) -> str:
    """The chart as a standalone SVG; `alt` says in words what it shows (`chart_text`). Empty where it has no bars."""
    if not chart.bars:
        return ""
    drawn = list(_columns(chart.bars) if upright else _bars(chart.bars))
    height = _HEAD + _TALL + _FOOT if upright else _ROW * len(chart.bars) + 4
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(chart.title)}"'
            f' viewBox="0 0 {WIDTH} {height}" width="100%" font-family="{FONT}" font-size="{_TEXT}">',
            f"<title>{escape(chart.title)}</title><desc>{escape(alt)}</desc>",
            *drawn,
            "</svg>",
        )
    )


def chart_text(chart: Chart) -> str:
    """All that the chart shows, as one line of text."""
    return f"{chart.title}: " + ", ".join(f"{bar.name} {bar.text}" for bar in chart.bars)


def map_print(svg: str) -> str:
    """A map (`vocu.rendering.map`) with the letters of a printed page."""
    return svg.replace(f'font-family="{SCREEN_FONT}"', f'font-family="{FONT}"', 1)


def _bars(bars: tuple[Bar, ...]) -> Iterator[str]:
    room = WIDTH - _NAMES - _VALUES
    for number, bar in enumerate(bars):
        top = number * _ROW + 2
        long = max(room * bar.share, 2.0)
        name = _cut(bar.name, _NAMES - 12)
        yield _text(_NAMES - 12, top + 19, name, "end", _INK, full=bar.name)
        yield f'<rect x="{_NAMES}" y="{top + 4}" width="{long:.1f}" height="20" rx="2" fill="{_BAR}"/>'
        yield _text(_NAMES + long + 8, top + 19, bar.text, "start", _INK)


def _columns(bars: tuple[Bar, ...]) -> Iterator[str]:
    step = min(WIDTH / len(bars), 110.0)
    base = _HEAD + _TALL
    labelled = _labelled(bars)
    for number, bar in enumerate(bars):
        tall = _TALL * bar.share
        left, middle = number * step, (number + 0.5) * step
        yield (
            f'<rect x="{left + step * 0.14:.1f}" y="{base - tall:.1f}" width="{step * 0.72:.1f}"'
            f' height="{tall:.1f}" fill="{_BAR}"><title>{escape(bar.name)}: {escape(bar.text)}</title></rect>'
        )
        if number in labelled:
            anchor, at = _anchored(middle, bar, step)
            yield _text(at, base - tall - 6, bar.text, anchor, _INK)
            yield _text(at, base + 18, bar.name, anchor, _QUIET)
    yield f'<line x1="0" y1="{base}" x2="{step * len(bars):.1f}" y2="{base}" stroke="{_LINE}"/>'


def _labelled(bars: tuple[Bar, ...]) -> set[int]:
    """Which of the bars are named: all where there is room, else the first, the last, and the highest if far enough
    from both."""
    last = len(bars) - 1
    if len(bars) <= _MANY and max(len(bar.name) for bar in bars) * _TEXT * _WIDTH_OF_A_SIGN < WIDTH / len(bars):
        return set(range(len(bars)))
    top = max(range(len(bars)), key=lambda number: bars[number].share)
    return {0, last} | ({top} if last / 6 < top < last * 5 / 6 else set())


def _anchored(middle: float, bar: Bar, step: float) -> tuple[str, float]:
    """Where the words under a bar stand, so that none leaves the drawing."""
    half = max(len(bar.name), len(bar.text)) * _TEXT * _WIDTH_OF_A_SIGN / 2
    if middle - half < 0:
        return "start", middle - step * 0.36
    if middle + half > WIDTH:
        return "end", middle + step * 0.36
    return "middle", middle


def _text(x: float, y: float, text: str, anchor: str, colour: str, full: str = "") -> str:
    whole = f"<title>{escape(full)}</title>" if full != text and full else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{whole}{escape(text)}</text>'


def _cut(text: str, room: float) -> str:
    """The text, or as much of it as there is room for; its whole stands in the title."""
    most = int(room / (_TEXT * _WIDTH_OF_A_SIGN))
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
