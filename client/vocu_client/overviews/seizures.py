"""The reports as rows of a table: filtered, searched, sorted, paged, added up, and as points and ways on a map."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from msgspec import Struct

from vocu.compilation.counting import Counted, Goods, Total, by_goods, counts, goods_of
from vocu.compilation.ledger import Report
from vocu.errors import RefusedError
from vocu.form.codes import codes, parents
from vocu.form.quantities import Quantity
from vocu.form.report import SeizureReport, Stop
from vocu.operation import events
from vocu.operation.act import Act
from vocu.operation.verified import Accepted
from vocu.rendering.wording import Wording
from vocu_client import places
from vocu_client.following import Follower
from vocu_client.overviews.folding import fold, words

Status = Literal["counts", "pending", "restricted", "unconfirmed", "withdrawn", "test", "follow_up", "mine"]
STATUSES: tuple[Status, ...] = (
    "counts", "pending", "restricted", "unconfirmed", "withdrawn", "test", "follow_up", "mine",
)  # fmt: skip
SortBy = Literal["received", "day", "country", "place", "commodity", "quantity", "value", "persons"]
SORTS: tuple[SortBy, ...] = ("received", "day", "country", "place", "commodity", "quantity", "value", "persons")
_KINDS = (
    events.SeizureReported,
    events.SeizureAmended,
    events.SeizureWithdrawn,
    events.SeizureReleased,
    events.SeizureConfirmed,
)
_SEARCHED = ("commodity", "transport_mode", "location_type", "conveyance", "carried_in", "concealment")


class Row(Struct, frozen=True, kw_only=True):
    """A report as it stands: `report.stat` is its newest wording, None while it is restricted. `country` is where it
    happened; `goods` the amounts to add up; `codes` and `text` are what a search looks into."""

    report: Report
    country: str
    goods: dict[Goods, list[Quantity]]
    commodities: frozenset[str]
    statuses: frozenset[Status]
    codes: frozenset[str]
    text: str

    @property
    def stat(self) -> SeizureReport | None:
        return self.report.stat


class Filter(Struct, frozen=True, kw_only=True):
    """Which rows are wanted; what is None is not looked at. `country`: whose report it is, or with whom it is joint;
    `commodity` includes those under it; days are whole days, both included; `statuses`: all of them hold; `text`: every
    word stands in the row, by its beginning, as a code's label in `language` or as written."""

    country: str | None = None
    commodity: str | None = None
    first_day: str | None = None
    last_day: str | None = None
    place: str | None = None
    mode: str | None = None
    statuses: tuple[Status, ...] = ()
    text: str = ""
    language: str = "en"


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
                self._rows[report] = _row(ledger.reports[report], self._view.settings.ncp)
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
        tests = list(_tests(wanted))
        return [row for row in self._rows.values() if all(test(row) for test in tests)]

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
            if route is not None:
                stops = tuple(stop for stop in (route.departure, *route.transit, route.destination) if stop is not None)
                if len(stops) > 1:
                    ways.setdefault(stops, []).append(row.report.id)
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


def _row(report: Report, own: str) -> Row:
    stat = report.stat
    lines = stat.goods if stat is not None else ()
    named = frozenset(line.commodity for line in lines)
    return Row(
        report=report,
        country=(stat and stat.country) or report.owner,
        goods=goods_of(stat) if stat is not None else {},
        commodities=named.union(*(parents(commodity) for commodity in named)),
        statuses=frozenset(_statuses(report, own)),
        codes=frozenset(_codes(report)),
        text=f" {' '.join(words(' '.join(_texts(report))))}",
    )


def _statuses(report: Report, own: str) -> Iterator[Status]:
    if counts(report):
        yield "counts"
    if report.withdrawn is not None:
        yield "withdrawn"
    if report.restricted:
        yield "restricted"
    if report.unconfirmed:
        yield "unconfirmed"
    if report.relation != "in_phase":
        yield report.relation
    if own in (report.owner, report.author):
        yield "mine"
    if report.stat is not None and any(line.quantity is None for line in report.stat.goods):
        yield "pending"


def _codes(report: Report) -> Iterator[str]:
    yield report.owner
    stat = report.stat
    if stat is not None:
        yield from (line.commodity for line in stat.goods)
        coded = (stat.country, stat.transport_mode, stat.location_type, stat.conveyance, stat.carried_in)
        yield from (code for code in (*coded, stat.concealment, *stat.joint_with) if code is not None)


def _texts(report: Report) -> Iterator[str]:
    yield report.id
    yield report.owner
    stat = report.stat
    if stat is not None:
        yield stat.place
        yield places.label(stat.place, stat.country or report.owner)
        yield from (text for text in (stat.report_number, stat.make, stat.model, stat.registration_country) if text)
        for line in stat.goods:
            yield from (text for text in (line.brand, line.hs_found, line.hs_declared, line.species) if text)


Test = Callable[[Row], bool]


def _tests(wanted: Filter) -> Iterator[Test]:
    """What the filter asks of a row, each asked only where it is wanted."""
    if country := wanted.country:
        yield lambda row: country == row.report.owner or (row.stat is not None and country in row.stat.joint_with)
    if commodity := wanted.commodity:
        yield lambda row: commodity in row.commodities
    if mode := wanted.mode:
        yield lambda row: row.stat is not None and row.stat.transport_mode == mode
    if place := wanted.place:
        yield lambda row: row.stat is not None and row.stat.place == place
    if first := wanted.first_day:  # a month is in the range where any of its days may be
        yield lambda row: row.stat is not None and row.stat.seizure_day >= first[: len(row.stat.seizure_day)]
    if last := wanted.last_day:
        yield lambda row: row.stat is not None and row.stat.seizure_day <= last[: len(row.stat.seizure_day)]
    for status in wanted.statuses:
        yield lambda row, status=status: status in row.statuses  # type: ignore[misc]
    for word in words(wanted.text):
        named = _named(word, wanted.language)
        yield lambda row, word=word, named=named: f" {word}" in row.text or not named.isdisjoint(row.codes)  # type: ignore[misc]


@cache
def _labels(language: str) -> tuple[tuple[str, str], ...]:
    """Each code that a search may name, with its folded label."""
    wording = Wording(language)
    named = [(code.id, wording.label(name, code.id)) for name in _SEARCHED for code in codes(name)]
    territories: dict[str, str] = dict(wording.locale.territories)
    named += [(code, name) for code, name in territories.items() if len(code) == 2]
    return tuple((code, " " + " ".join(words(label))) for code, label in named)


def _named(word: str, language: str) -> frozenset[str]:
    return frozenset(code for code, label in _labels(language) if f" {word}" in label)


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
