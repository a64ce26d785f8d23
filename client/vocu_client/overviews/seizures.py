"""The reports as rows of a table: filtered, searched, sorted, paged, added up, and as points and ways on a map."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, Literal, get_args

from msgspec import Struct

from vocu.compilation.counting import Counted, Goods, Total, by_goods, counts
from vocu.errors import RefusedError
from vocu.form.report import Stop
from vocu.operation import events
from vocu.operation.act import Act
from vocu.operation.verified import Accepted
from vocu_client.folding import fold
from vocu_client.following import Follower
from vocu_client.overviews.filtering import Filter, tests
from vocu_client.overviews.rows import Row, row_of

SortBy = Literal["received", "day", "country", "place", "commodity", "quantity", "value", "persons"]
SORTS: tuple[SortBy, ...] = get_args(SortBy)
_KINDS = (
    events.SeizureReported,
    events.SeizureAmended,
    events.SeizureWithdrawn,
    events.SeizureReleased,
    events.SeizureConfirmed,
)


class Sum(Struct, frozen=True):
    """The total of one commodity in one unit; `quantity` is None where the amounts are pending or cannot be added."""

    commodity: str
    unit: str
    reports: int
    seizures: int
    quantity: Decimal | None


class Found(Struct, frozen=True):
    """One page of rows, how many there are, and the totals of those that count: neither tests nor withdrawn."""

    rows: tuple[Row, ...]
    total: int
    counted: int
    sums: tuple[Sum, ...]


class Point(Struct, frozen=True):
    """A place in a country, with the reports made there."""

    country: str
    place: str
    reports: tuple[str, ...]


class Way(Struct, frozen=True):
    """The stops of goods from departure to destination, and the reports that took them."""

    stops: tuple[Stop, ...]
    reports: tuple[str, ...]


class Seizures(Follower):
    """One row per report, made again when its report changes."""

    def _begin(self) -> None:
        self._rows: dict[str, Row] = {}
        self._changed: dict[str, None] = {}
        self._choices: dict[str, list[str]] | None = None

    def _take(self, _accepted: Accepted, act: Act) -> None:
        if isinstance(act.event, _KINDS):
            self._changed[act.header.ref or act.header.id] = None

    def catch_up(self) -> None:
        super().catch_up()
        ledger = self._view.ledger
        if ledger is not None and self._changed:
            for report in self._changed:
                self._rows[report] = row_of(ledger.reports[report], self._view.settings.ncp)
            self._changed.clear()
            self._choices = None

    def row(self, report: str) -> Row:
        """The row of this report. Raises RefusedError where there is none."""
        self.catch_up()
        if report not in self._rows:
            raise RefusedError("unknown-id", f"This desk holds no seizure report with the id {report}.")
        return self._rows[report]

    def find(
        self,
        wanted: Filter = Filter(),  # noqa: B008 - immutable
        *,
        sort: SortBy = "received",
        ascending: bool = False,
        offset: int = 0,
        limit: int | None = 50,
    ) -> Found:
        """The rows that the filter lets through, sorted, so many from that place on; all of them without a limit."""
        rows = sorted(self.all(wanted), key=_KEYS[sort], reverse=not ascending)
        counted = [(row, row.stat) for row in rows if row.stat is not None and counts(row.report)]
        return Found(
            rows=tuple(rows[offset : None if limit is None else offset + limit]),
            total=len(rows),
            counted=len(counted),
            sums=tuple(_sums(Counted(row.report, stat, row.goods) for row, stat in counted)),
        )

    def all(self, wanted: Filter) -> list[Row]:
        """The rows that the filter lets through, in the order of the log."""
        self.catch_up()
        asked = list(tests(wanted))
        return [row for row in self._rows.values() if all(test(row) for test in asked)]

    def points(self, wanted: Filter) -> tuple[Point, ...]:
        """Where the goods were seized, the places with most reports first."""
        places: dict[tuple[str, str], list[str]] = {}
        for row in self.all(wanted):
            if row.stat is not None:
                places.setdefault((row.country, row.stat.place), []).append(row.report.id)
        most = sorted(places.items(), key=lambda item: (-len(item[1]), item[0]))
        return tuple(Point(country, place, tuple(reports)) for (country, place), reports in most)

    def ways(self, wanted: Filter) -> tuple[Way, ...]:
        """The ways of the goods that have more than one stop, the most frequent first."""
        ways: dict[tuple[Stop, ...], list[str]] = {}
        for row in self.all(wanted):
            route = row.stat.route if row.stat is not None else None
            if route is not None and len(route.stops) > 1:
                ways.setdefault(route.stops, []).append(row.report.id)
        most = sorted(ways.items(), key=lambda item: -len(item[1]))
        return tuple(Way(stops, tuple(reports)) for stops, reports in most)

    def choices(self) -> dict[str, list[str]]:
        """What rows can be filtered by, the most frequent first: `country`, `commodity`, `place`, `mode`."""
        self.catch_up()
        if self._choices is None:
            self._choices = self._count_choices()
        return self._choices

    def _count_choices(self) -> dict[str, list[str]]:
        found: dict[str, Counter[str]] = {name: Counter() for name in ("country", "commodity", "place", "mode")}
        for row in self._rows.values():
            found["country"][row.report.owner] += 1
            if row.stat is not None:
                found["commodity"].update(row.commodities)
                found["place"][row.stat.place] += 1
                found["mode"][row.stat.transport_mode] += 1
        return {name: [code for code, _ in counter.most_common()] for name, counter in found.items()}


def _sums(reports: Iterable[Counted]) -> Iterator[Sum]:
    found: Iterator[tuple[Any, Goods, Total]] = by_goods(reports)
    for _, goods, total in found:
        yield Sum(goods.commodity, goods.unit, total.reports, total.seizures, total.quantity)


def _quantity(row: Row) -> tuple[str, Decimal]:
    """Sorted by unit first: unlike units are not compared."""
    line = row.stat.goods[0] if row.stat is not None else None
    return (line.unit, line.quantity or Decimal(-1)) if line is not None else ("", Decimal(-1))


def _value(row: Row) -> tuple[str, Decimal]:
    lines = [line for line in (row.stat.goods if row.stat is not None else ()) if line.value is not None]
    return (lines[0].currency or "", lines[0].value or Decimal(0)) if lines else ("", Decimal(-1))


_KEYS: dict[SortBy, Callable[[Row], Any]] = {
    "received": lambda row: row.report.received.index,
    "day": lambda row: (row.stat.seizure_day if row.stat is not None else "", row.report.received.index),
    "country": lambda row: (row.report.owner, row.report.received.index),
    "place": lambda row: (fold(row.stat.place) if row.stat is not None else "", row.report.received.index),
    "commodity": lambda row: (row.stat.goods[0].commodity if row.stat is not None else "", row.report.received.index),
    "quantity": _quantity,
    "value": _value,
    "persons": lambda row: (row.stat.persons_involved or 0) if row.stat is not None else -1,
}
