"""How long the lists of a newsletter may be, so that its figures fit into a part, whatever was reported."""

from typing import Any, Final

from vocu.canonical import MAX_INTEGER

LISTED: Final = 15
LINES: Final = 6
"""Goods of one report that are named in a list."""
NOTABLE: Final = 6
HIGHLIGHTS: Final = 5
COMMODITIES: Final = 100
COUNTRIES: Final = 300
ISSUES: Final = 400

Figures = dict[str, Any]


def listing(rows: list[Any], limit: int = LISTED) -> Figures:
    """The first rows of a list, and how many there are."""
    return {"count": len(rows), "listed": rows[:limit]}


def number(count: int) -> int | str:
    """A count as canonical JSON can hold it: beyond 2^53 as a text."""
    return count if -MAX_INTEGER <= count <= MAX_INTEGER else str(count)
