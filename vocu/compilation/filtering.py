"""Which facts a set of results counts: a period, countries, commodities, modes (docs/tables.md, "Filters")."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct

from vocu.errors import MalformedError
from vocu.form.days import first_day, last_day

Part = Literal["period", "countries", "commodities", "modes"]
"""One of the parts of a filter."""


class Filter(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is counted; a part that is left out restricts nothing. Both days of the period belong to it, and either may
    be left open. A commodity includes all below it. A period that ends before it begins raises MalformedError
    ("bad-filter"): it would count nothing, and look like a result."""

    period_from: str | None = None
    period_to: str | None = None
    countries: tuple[str, ...] = ()
    commodities: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.period_from is not None and self.period_to is not None and self.period_from > self.period_to:
            raise MalformedError(
                "bad-filter",
                f"The period from {self.period_from} to {self.period_to} ends before it begins; exchange the days.",
            )

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that restrict anything; none where everything is counted."""
        given: dict[Part, object] = {
            "period": self.period_from or self.period_to,
            "countries": self.countries,
            "commodities": self.commodities,
            "modes": self.modes,
        }
        return tuple(part for part, what in given.items() if what)

    def without(self, *parts: Part) -> "Filter":
        """The same filter with these parts left out."""
        dropped = {"period_from", "period_to"} if "period" in parts else set()
        kept = {name: getattr(self, name) for name in self.__struct_fields__ if name not in dropped | set(parts)}
        return Filter(**kept)

    def covers(self, day: str) -> bool:
        """Whether the day lies in the period; a day known only as a month or year, where all of it does."""
        if self.period_from is not None and first_day(day).isoformat() < self.period_from:
            return False
        return self.period_to is None or last_day(day).isoformat() <= self.period_to

    def covers_instant(self, at: int) -> bool:
        """Whether the UTC day of an instant (milliseconds) lies in the period."""
        return "period" not in self.parts or self.covers(datetime.fromtimestamp(at // 1000, UTC).date().isoformat())

    def names_any(self, ncps: Iterable[str]) -> bool:
        """Whether any of these participants is one of the countries."""
        return not self.countries or not set(self.countries).isdisjoint(ncps)

    def takes(self, commodity: str) -> bool:
        """Whether a commodity is one of those, or below one."""
        return not self.commodities or any(f"{commodity}.".startswith(f"{above}.") for above in self.commodities)

    def goes_by(self, mode: str | None) -> bool:
        """Whether a mode of transport is one of those; one that is not said is none of them."""
        return not self.modes or mode in self.modes


EVERYTHING = Filter()
