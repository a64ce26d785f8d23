"""Which countries were Member States of the European Union on a day (vocu_schemas/geography/eu_members.json)."""

from bisect import bisect_right
from datetime import date, timedelta
from functools import cache
from importlib import resources

import msgspec

from vocu.form.days import first_day, last_day


class Membership:
    """The first and, where it is over, the last day of each member. An era is the time between two changes, named by
    its first day."""

    def __init__(self, days: dict[str, list[str]]) -> None:
        self._days = {country: (first, *last) for country, (first, *last) in days.items()}
        after = (date.fromisoformat(last) + timedelta(days=1) for _, *lasts in days.values() for last in lasts)
        self._eras = sorted({"", *(first for first, *_ in days.values()), *(day.isoformat() for day in after)})

    def era(self, day: str) -> str:
        """The era of a day, month or year; empty where members changed in the course of it."""
        first, last = (self._eras[bisect_right(self._eras, end.isoformat()) - 1] for end in _ends(day))
        return first if first == last else ""

    def includes(self, country: str, era: str) -> bool:
        """Whether the country was a member in that era."""
        first, *last = self._days.get(country, ("9999",))
        return first <= era and not any(era > day for day in last)


def _ends(day: str) -> tuple[date, date]:
    return first_day(day), last_day(day)


@cache
def eu_members() -> Membership:
    """The membership as packaged."""
    file = resources.files("vocu_schemas") / "geography" / "eu_members.json"
    return Membership(msgspec.json.decode(file.read_bytes(), type=dict[str, list[str]]))
