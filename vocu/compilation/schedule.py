"""When newsletters are due: on the days of the operation that its cadence takes, on its eve, and at its very end."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from vocu.errors import MalformedError
from vocu.operation.statements import Genesis

CLOSING_AFTER = timedelta(days=30)
"""After the last day: evaluation takes up to a month, and most follow-ups are in by then."""
FRIDAY: Final = 5
WEEK: Final = 7


def due_at(genesis: Genesis, day: str) -> int:
    """The instant (UTC milliseconds) at which that day's newsletter is due: the operation's hour, in its zone.

    An hour that the clocks skip in spring falls due at the next wall-clock time that exists, as much later as they
    jump; of an hour that comes twice in autumn, the first one counts (PEP 495, fold=0). Raises MalformedError for a
    zone that is not of the IANA list, or a day that is not on the calendar.
    """
    local = datetime.combine(calendar_date(day), time(genesis.compile_hour), _zone(genesis.zone))
    return int(local.timestamp()) * 1000


def due_day(genesis: Genesis, at: int, last_day: str | None) -> str | None:
    """The operation day whose newsletter is due at this instant (UTC milliseconds), None if none is.

    `last_day` is the day of the newest issue. Days that were missed come one at a time, the earliest first. A day
    whose hour had passed when the operation was created has no issue. Whether the operation is closed, after which
    there are no issues, is the caller's to know.
    """
    for day in issue_days(genesis):
        if (last_day is None or day > last_day) and due_at(genesis, day) > genesis.created_at:
            return day if due_at(genesis, day) <= at else None
    return None


def issue_days(genesis: Genesis) -> Iterator[str]:
    """All days that have an issue, in their order: the eve of the operation (a trial), those of its days that its
    cadence takes, always the last one, and the closing issue's day. The eve and the closing day are what they are,
    also on a Sunday."""
    starts, ends = calendar_date(genesis.starts_day), calendar_date(genesis.ends_day)
    yield (starts - timedelta(days=1)).isoformat()
    for offset in range((ends - starts).days):
        day = starts + timedelta(days=offset)
        if _takes(genesis, day, offset):
            yield day.isoformat()
    yield ends.isoformat()
    yield closing_day(genesis)


def closing_day(genesis: Genesis) -> str:
    """The day of the closing issue."""
    return shifted(genesis.ends_day, CLOSING_AFTER.days)


def next_issue(genesis: Genesis, day: str) -> str | None:
    """The day of the issue after this day's; None after the closing one."""
    return next((later for later in issue_days(genesis) if later > day), None)


def _takes(genesis: Genesis, day: date, offset: int) -> bool:
    """Whether a day of the operation, so many days after its first, has an issue."""
    match genesis.cadence:
        case "daily":
            return True
        case "working_days":
            return day.isoweekday() <= FRIDAY
        case "weekly":
            return offset % WEEK == WEEK - 1


def calendar_date(day: str) -> date:
    """The date of a day written as YYYY-MM-DD. Raises MalformedError where the calendar has no such day."""
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise MalformedError("bad-day", f"{day!r} is not a day on the calendar.") from None


def shifted(day: str, days: int) -> str:
    """The day so many days later."""
    return (calendar_date(day) + timedelta(days=days)).isoformat()


@cache
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError):  # not found; a folder of the time zone data; not a name
        raise MalformedError("unknown-zone", f"{name!r} is not a time zone of the IANA list.") from None
