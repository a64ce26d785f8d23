"""How reports are counted, the same way in newsletters and in results tables (docs/tables.md, "What counts").

A row stands for one commodity in one unit. A report with two lines of both counts once in it, a batch counts as many
seizures as it says, a quantity of zero counts like any other. Lines whose quantity is pending, or whose unit is "other"
or "not known", cannot be added up: they make a row of their own, without a quantity, so that no total hides them.
"""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from vocu.compilation.filtering import Filter
from vocu.compilation.ledger import Ledger, Relation, Report, Return
from vocu.form.quantities import Quantity, add_up, quantity_of
from vocu.form.report import GoodsLine, SeizureReport


class Goods(NamedTuple):
    """What a row is about; `open` where the amounts are pending or of no unit that could be added up."""

    commodity: str
    unit: str
    open: bool


class Counted(Struct, frozen=True):
    """A report that counts, with its newest wording and the amounts of each of its goods."""

    report: Report
    stat: SeizureReport
    goods: dict[Goods, list[Quantity]]


class Total(Struct, frozen=True):
    """`quantity` is None exactly where the goods are open."""

    reports: int
    seizures: int
    quantity: Decimal | None = None


Key = tuple[str, ...]


def counts(report: Report) -> bool:
    """Whether a report is counted at all: not a test, not withdrawn, not restricted."""
    return report.relation != "test" and report.withdrawn is None and not report.restricted


def is_restricted(report: Report) -> bool:
    """Whether a report counts as "restricted" and as nothing else."""
    return report.restricted and report.withdrawn is None and report.relation != "test"


def counted(ledger: Ledger, relation: Relation = "in_phase") -> list[Counted]:
    """The reports that count, in the phase or as follow-ups, in the order of the log."""
    return [
        Counted(report, report.stat, goods_of(report.stat))
        for report in ledger.reports.values()
        if report.relation == relation and counts(report) and report.stat is not None
    ]


def taken(reports: list[Counted], only: Filter) -> list[Counted]:
    """Those of the reports that the filter takes, each with those of its goods that it takes."""
    if not only.parts:
        return reports
    found = []
    for entry in reports:
        goods = tuple(line for line in entry.stat.goods if only.takes(line.commodity))
        if (
            goods
            and only.names_any(credited(entry))
            and only.covers(entry.stat.seizure_day)
            and only.goes_by(entry.stat.transport_mode)
        ):
            stat = replace(entry.stat, goods=goods)
            found.append(Counted(entry.report, stat, goods_of(stat)))
    return found


def goods_of(stat: SeizureReport) -> dict[Goods, list[Quantity]]:
    """The amounts of a report, by goods; an empty list where they are open."""
    goods: dict[Goods, list[Quantity]] = {}
    for line in stat.goods:
        quantity = quantity_of(line)
        amounts = goods.setdefault(Goods(line.commodity, unit_of(line), quantity is None), [])
        if quantity is not None:
            amounts.append(quantity)
    return goods


def unit_of(line: GoodsLine) -> str:
    """The unit under which a line is tabled; money stands under its currency's code."""
    return line.currency or line.unit if line.unit == "currency" else line.unit


def total(amounts: list[Quantity]) -> Decimal:
    """The exact total of amounts in one unit."""
    if len(amounts) == 1:
        return amounts[0].amount
    return next(iter(add_up(amounts).values()))


def by_goods(
    reports: Iterable[Counted], keys: Callable[[Counted], Iterable[Key]] = lambda _: [()]
) -> Iterator[tuple[Key, Goods, Total]]:
    """The total of each goods under each key, sorted by both. `keys` says under which a report is counted: one key as
    a rule, several where it is credited to several."""
    groups: dict[tuple[Key, Goods], tuple[list[int], list[Quantity]]] = {}
    for entry in reports:
        for key in keys(entry):
            for goods, amounts in entry.goods.items():
                batches, quantities = groups.setdefault((key, goods), ([], []))
                batches.append(entry.stat.seizures)
                quantities.extend(amounts)
    for (key, goods), (batches, quantities) in sorted(groups.items(), key=lambda group: group[0]):
        yield key, goods, Total(len(batches), sum(batches), None if goods.open else total(quantities))


def by_key(reports: Iterable[Counted], keys: Callable[[Counted], Iterable[Key]]) -> Iterator[tuple[Key, Total]]:
    """Reports and seizures under each key, whatever the goods, sorted by key."""
    groups: dict[Key, list[int]] = {}
    for entry in reports:
        for key in keys(entry):
            groups.setdefault(key, []).append(entry.stat.seizures)
    for key, batches in sorted(groups.items()):
        yield key, Total(len(batches), sum(batches))


def credited(entry: Counted) -> list[str]:
    """The participants to whom a report is credited: its owner and those whom it names as joint, each once."""
    return sorted({entry.report.owner, *entry.stat.joint_with})


def returns(ledger: Ledger, relation: Relation = "in_phase") -> list[Return]:
    """The daily returns that count, by country and day."""
    return [filed for _, filed in sorted(ledger.returns.items()) if filed.relation == relation]
