"""Days as the forms write them: `2022-10-17`, or `2022-10` or `2022` where no more is known (ISO 8601-1, 5.2.2)."""

from calendar import monthrange
from datetime import date
from typing import Literal

_PRECISION: dict[int, Literal["year", "month", "day"]] = {4: "year", 7: "month", 10: "day"}


def precision(text: str) -> Literal["year", "month", "day"]:
    """How precisely the text states its day. Raises ValueError where it is none of the three forms."""
    try:
        return _PRECISION[len(text)]
    except KeyError:
        raise ValueError(f"{text!r} is not a day, month or year.") from None


def first_day(text: str) -> date:
    """The first day that the text covers. Raises ValueError where the calendar has no such day."""
    return date.fromisoformat(text + {"year": "-01-01", "month": "-01", "day": ""}[precision(text)])


def last_day(text: str) -> date:
    """The last day that the text covers. Raises ValueError where the calendar has no such day."""
    first = first_day(text)
    match precision(text):
        case "year":
            return first.replace(month=12, day=31)
        case "month":
            return first.replace(day=monthrange(first.year, first.month)[1])
        case "day":
            return first


def is_day(text: str) -> bool:
    """Whether it is a whole day on the calendar, as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
