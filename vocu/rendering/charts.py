"""The bar charts of a newsletter as names, counts and texts; HTML draws them, plain text writes them."""

from typing import Any

from msgspec import Struct

from vocu.rendering.wording import Wording

BARS = 8
"""Bars of a chart that compares; a course over time has as many as there are issues."""


class Bar(Struct, frozen=True):
    """One bar; `share` is its length, 1 being the longest of its chart, `count` the number that its text says."""

    name: str
    text: str
    share: float
    count: int = 0


class Chart(Struct, frozen=True):
    """A chart with its bars; none: there is nothing to show."""

    title: str
    bars: tuple[Bar, ...]


def over_time(figures: dict[str, Any], wording: Wording) -> Chart:
    """Seizures by the issue that counted them first, once there are two to compare."""
    rows = [(wording.short_day(issue["day"]), int(issue["seizures"])) for issue in figures["issues"]]
    return _chart("chart_issues", rows if len(rows) > 1 else [], wording)


def by_commodity(figures: dict[str, Any], wording: Wording) -> Chart:
    """The commodities seized most often since the start."""
    rows = [(wording.label("commodity", row["commodity"]), int(row["seizures"])) for row in figures["most_seized"]]
    return _chart("chart_commodities", rows[:BARS], wording)


def by_country(figures: dict[str, Any], wording: Wording) -> Chart:
    """The countries with most seizures since the last issue."""
    rows = [(wording.country(row["country"]), int(row["seizures"])) for row in figures["countries"]["active"]["listed"]]
    rows = sorted((row for row in rows if row[1]), key=lambda row: (-row[1], row[0]))
    return _chart("chart_countries", rows[:BARS], wording)


def _chart(title: str, rows: list[tuple[str, int]], wording: Wording) -> Chart:
    longest = max((count for _, count in rows), default=0)
    if longest == 0:
        return Chart(wording.say(title), ())
    return Chart(
        wording.say(title), tuple(Bar(name, wording.number(count), count / longest, count) for name, count in rows)
    )
