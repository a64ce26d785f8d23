"""The sections of a newsletter that are about seizures: totals, commodities, what stands out, what is new."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Final

from vocu.compilation.counting import (
    Counted,
    Goods,
    Key,
    Total,
    by_goods,
    by_key,
    counts,
    goods_of,
    is_restricted,
    returns,
    total,
)
from vocu.compilation.ledger import Ledger, Relation, Report
from vocu.compilation.limits import COMMODITIES, ISSUES, LINES, LISTED, NOTABLE, Figures, number
from vocu.compilation.schedule import shifted
from vocu.form.quantities import plain
from vocu.form.report import Route, SeizureReport

UNTOLD: Final = frozenset({"other", "not_known"})


def totals(ledger: Ledger, reports: list[Counted], relation: Relation, since: int, day: str) -> Figures:
    """The section's counts today and cumulatively. Persons are those in the reported cases; what countries' daily
    returns say of their persons stands apart, because the two overlap."""
    new = today(reports, since)
    begins = ledger.issues[-1].day if ledger.issues else shifted(day, -1)
    earlier = sum(entry.stat.seizure_day < begins[: len(entry.stat.seizure_day)] for entry in new)
    return {
        "today": _totals(ledger, new, relation, since) | {"seized_earlier": earlier},
        "cumulative": _totals(ledger, reports, relation, 0),
    }


def _totals(ledger: Ledger, reports: list[Counted], relation: Relation, since: int) -> Figures:
    filed = [item for item in returns(ledger, relation) if item.received.index >= since]
    checks = [check for item in filed for check in item.form.checks]
    received = [item for item in ledger.reports.values() if item.relation == relation and item.received.index >= since]
    figures = {
        "reports": len(reports),
        "seizures": sum(entry.stat.seizures for entry in reports),
        "pending": sum(any(line.quantity is None for line in entry.stat.goods) for entry in reports),
        "unconfirmed": sum(entry.report.unconfirmed for entry in reports),
        "persons_involved": sum(entry.stat.persons_involved or 0 for entry in reports),
        "persons_arrested": sum(entry.stat.persons_arrested or 0 for entry in reports),
        "restricted": sum(map(is_restricted, received)),
        "returns": len(filed),
        "nil_returns": sum(item.form.kind == "nil" for item in filed),
        "controls": sum(check.checked for check in checks),
        "with_result": sum(check.with_result for check in checks),
        "returned_persons": sum(item.form.persons_involved or 0 for item in filed),
        "returned_arrests": sum(item.form.persons_arrested or 0 for item in filed),
        "investigations": sum(item.form.investigations_opened or 0 for item in filed),
    }
    return {name: number(count) for name, count in figures.items()}


def today(reports: list[Counted], since: int) -> list[Counted]:
    """The reports that began to count since that position."""
    return [entry for entry in reports if entry.report.counted.index >= since]


def commodities(reports: list[Counted], since: int) -> Figures:
    """One row for each commodity and unit, as in T03; a row that is `open` has pending or unaddable amounts."""
    new = {goods: figures for _, goods, figures in by_goods(today(reports, since))}
    rows = [(goods, figures) for _, goods, figures in by_goods(reports)]
    most = sorted(rows, key=lambda row: -row[1].reports)[:COMMODITIES]
    return {
        "count": len(rows),
        "listed": [
            {
                "commodity": goods.commodity,
                "unit": goods.unit,
                **({"open": True} if goods.open else {}),
                "cumulative": _row(figures),
                **({"today": _row(new[goods])} if goods in new else {}),
            }
            for goods, figures in sorted(most, key=lambda row: row[0])
        ],
    }


def most_seized(reports: list[Counted]) -> list[Figures]:
    """Reports and seizures of the commodities seized most often, whatever the unit."""
    rows = by_key(reports, lambda entry: {(goods.commodity,) for goods in entry.goods})
    most = sorted(rows, key=lambda row: (-row[1].seizures, row[0]))[:LISTED]
    return [{"commodity": commodity} | _row(figures) for (commodity,), figures in most]


def _row(figures: Total) -> Figures:
    row: Figures = {"reports": number(figures.reports), "seizures": number(figures.seizures)}
    return row if figures.quantity is None else row | {"quantity": plain(figures.quantity)}


def issues(ledger: Ledger, reports: list[Counted], day: str, position: int) -> list[Figures]:
    """Reports and seizures by the issue in which they were first counted, this one last; as they stand now."""
    ends = [(issue.position, issue.day) for issue in ledger.issues] + [(position, day)]
    positions = [end for end, _ in ends]
    rows: list[list[int]] = [[] for _ in ends]
    for entry in reports:
        rows[bisect_right(positions, entry.report.counted.index)].append(entry.stat.seizures)
    listed = [
        {"day": day, "reports": len(batches), "seizures": number(sum(batches))}
        for (_, day), batches in zip(ends, rows, strict=True)
    ]
    return listed[-ISSUES:]


def notable_candidates(reports: list[Counted], since: int) -> list[Figures]:
    """The largest single seizure of today in each commodity and unit: first those that are the operation's largest so
    far, then those in the goods most often reported. The organiser chooses among them, or others."""
    largest: dict[Goods, tuple[Decimal, Counted]] = {}
    before: dict[Goods, Decimal] = {}
    times: dict[Goods, int] = {}
    for entry in reports:
        for goods, amounts in entry.goods.items():
            times[goods] = times.get(goods, 0) + 1
            if goods.open or entry.stat.seizures > 1:
                continue
            amount = total(amounts)
            if entry.report.counted.index < since:
                before[goods] = max(amount, before.get(goods, amount))
            elif goods not in largest or _stands_out(amount, entry) > _stands_out(*largest[goods]):
                largest[goods] = (amount, entry)
    ranked = sorted(
        largest, key=lambda goods: (not largest[goods][0] > before.get(goods, Decimal(0)), -times[goods], goods)
    )
    chosen = {largest[goods][1].report.id: largest[goods][1] for goods in ranked}
    return [facts(entry.report, entry.stat) for entry in list(chosen.values())[:NOTABLE]]


def _stands_out(amount: Decimal, entry: Counted) -> tuple[Decimal, str]:
    """Of equal amounts the same one is chosen, whichever came first."""
    return amount, entry.report.id


def notable_facts(ledger: Ledger, ids: Iterable[str]) -> list[Figures]:
    """The facts of the reports that the organiser chose as notable, in his order; those that no longer count are left
    out."""
    chosen = (ledger.reports[id_] for id_ in ids if id_ in ledger.reports)
    return [facts(report, report.stat) for report in chosen if counts(report) and report.stat is not None]


def facts(report: Report, stat: SeizureReport) -> Figures:
    """What everybody may know of one seizure."""
    told: Figures = {
        "report": report.id,
        "country": report.owner,
        "day": stat.seizure_day,
        "place": stat.place,
        "transport_mode": stat.transport_mode,
        "goods": amounts(stat),
    }
    for name in ("conveyance", "detection_means", "concealment"):
        if (code := getattr(stat, name)) is not None:
            told[name] = code
    if stat.route is not None and (way := route_of(stat.route)):
        told["route"] = way
    return told


def amounts(stat: SeizureReport) -> list[Figures]:
    """The goods of one report with their quantities, the first few of them; those without one come last."""
    return [
        {"commodity": goods.commodity, "unit": goods.unit} | ({} if goods.open else {"quantity": plain(total(lines))})
        for goods, lines in sorted(goods_of(stat).items(), key=_known_first)[:LINES]
    ]


def _known_first(row: tuple[Goods, Any]) -> tuple[bool, Goods]:
    return row[0].open, row[0]


def route_of(route: Route) -> list[str]:
    """The countries of a route in their order, each stretch within one country named once."""
    way: list[str] = []
    for stop in route.stops:
        if way[-1:] != [stop.country]:
            way.append(stop.country)
    return way


_TELLING: dict[str, Callable[[SeizureReport], str | None]] = {
    "concealment": lambda stat: stat.concealment,
    "detection_means": lambda stat: stat.detection_means,
    "conveyance": lambda stat: stat.conveyance,
    "carried_in": lambda stat: stat.carried_in,
    "sales_channel": lambda stat: stat.sales_channel,
}


def first_seen(reports: list[Counted], since: int) -> Figures:
    """Methods, concealments and routes that no report before today had."""
    seen: Figures = {}
    for name, value in _TELLING.items():
        old = {value(entry.stat) for entry in reports if entry.report.counted.index < since}
        new = {value(entry.stat) for entry in today(reports, since)} - old
        if codes := sorted(code for code in new if code is not None and code not in UNTOLD):
            seen[name] = codes[:LISTED]
    old_ways = {_way(entry.stat) for entry in reports if entry.report.counted.index < since}
    new_ways = sorted({_way(entry.stat) for entry in today(reports, since)} - old_ways)
    if ways := [list(way) for way in new_ways if len(way) > 1]:
        seen["routes"] = ways[:LISTED]
    return seen


def _way(stat: SeizureReport) -> tuple[str, ...]:
    return () if stat.route is None else tuple(route_of(stat.route))


def whereabouts(reports: list[Counted], since: int) -> Figures:
    """The places and the routes of today with most seizures. A place stands with its country, where the report names
    one, else with that of its owner; a route is its countries, as in `route_of`."""
    new = today(reports, since)
    places = _most(new, lambda entry: (entry.stat.place, entry.stat.country or entry.report.owner))
    routes = _most([entry for entry in new if len(_way(entry.stat)) > 1], lambda entry: _way(entry.stat))
    return {
        "places": [{"place": place, "country": country, "seizures": count} for (place, country), count in places],
        "routes": [{"route": list(way), "seizures": count} for way, count in routes],
    }


def _most(reports: list[Counted], key: Callable[[Counted], Key]) -> list[tuple[Key, int | str]]:
    rows = sorted(by_key(reports, lambda entry: [key(entry)]), key=lambda row: (-row[1].seizures, row[0]))
    return [(found, number(total.seizures)) for found, total in rows[:LISTED]]
