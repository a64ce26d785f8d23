"""The tables of seizures in plain Python, from docs/tables.md alone: slow, and exact because decimals are.

Nothing of vocu.compilation takes part; what the engine makes must be the same, row by row.
"""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, localcontext
from typing import Any

from vocu.form.report import GoodsLine, SeizureReport

Row = tuple[str, ...]
NO_TOTAL = ("other", "not_known")


class Group:
    """What one row adds up to."""

    def __init__(self) -> None:
        self.reports = 0
        self.seizures = 0
        self.quantity = Decimal(0)
        self.amounts: list[Decimal | None] = [None, None, None]


def reckon(reports: Iterable[tuple[str, SeizureReport]]) -> dict[str, list[Row]]:
    """The rows of each table as its CSV has them, sorted."""
    groups: dict[str, dict[Any, Group]] = {name: {} for name in (*_GOODS_TABLES, *_CASE_TABLES, "T13")}
    with localcontext() as context:
        context.prec = 200
        for owner, stat in reports:
            _count(groups, owner, stat)
    return {name: sorted(rows) for name, rows in _rows(groups)}


def _way(stat: SeizureReport) -> tuple[str, str, str]:
    if stat.route is None:
        return "", "", ""
    ends = [stop.country if stop else "" for stop in (stat.route.departure, stat.route.destination)]
    return ends[0], " ".join(stop.country for stop in stat.route.transit), ends[1]


_GOODS_TABLES: dict[str, Callable[[str, SeizureReport], list[Row]]] = {
    "T02": lambda owner, stat: [(ncp,) for ncp in {owner, *stat.joint_with}],
    "T03": lambda _owner, _stat: [()],
    "T04G": lambda _owner, stat: [(stat.transport_mode,)],
    "T05": lambda _owner, stat: [_way(stat)],
    "T19": lambda _owner, stat: [(stat.seizure_day,)],
}
_CASE_TABLES: dict[str, Callable[[SeizureReport], Row]] = {
    "T04": lambda stat: (stat.transport_mode,),
    "T06": lambda stat: (stat.location_type, stat.direction),
    "T07": lambda stat: (stat.selection_reason, stat.detection_means or ""),
    "T08": lambda stat: (stat.concealment or "", stat.carried_in or ""),
}


def _count(groups: dict[str, dict[Any, Group]], owner: str, stat: SeizureReport) -> None:
    for name, keys in _GOODS_TABLES.items():
        for key in keys(owner, stat):
            seen = set()
            for line in stat.goods:
                goods = _goods(line)
                group = groups[name].setdefault((key, *goods), Group())
                if goods not in seen:
                    seen.add(goods)
                    group.reports += 1
                    group.seizures += stat.seizures
                if not goods[2] and line.quantity is not None:
                    group.quantity += line.quantity
    for name, key_of in _CASE_TABLES.items():
        group = groups[name].setdefault(key_of(stat), Group())
        group.reports += 1
        group.seizures += stat.seizures
    for key in {_money(line) for line in stat.goods if _valued(line)}:
        groups["T13"].setdefault(key, Group()).reports += 1
    for line in filter(_valued, stat.goods):
        group = groups["T13"][_money(line)]
        for place, amount in enumerate((line.value, line.duties, line.taxes)):
            if amount is not None:
                group.amounts[place] = (group.amounts[place] or Decimal(0)) + amount


def _goods(line: GoodsLine) -> tuple[str, str, bool]:
    unit = line.currency if line.unit == "currency" and line.currency else line.unit
    return line.commodity, unit, line.quantity is None or line.unit in NO_TOTAL


def _valued(line: GoodsLine) -> bool:
    return line.currency is not None and (line.value, line.duties, line.taxes) != (None, None, None)


def _money(line: GoodsLine) -> tuple[str, str]:
    return str(line.currency), line.value_basis or ""


def _rows(groups: dict[str, dict[Any, Group]]) -> Iterator[tuple[str, list[Row]]]:
    of_all = {key[1:]: group for key, group in groups["T03"].items()}
    total = sum(group.reports for group in groups["T04"].values()), sum(g.seizures for g in groups["T04"].values())
    for name in _GOODS_TABLES:
        rows = []
        for (key, commodity, unit, is_open), group in groups[name].items():
            quantity = "" if is_open else _text(group.quantity)
            row = (*key, commodity, str(group.reports), str(group.seizures), quantity, unit)
            if name == "T04G":
                shared = of_all[commodity, unit, is_open]
                row = (*row, str(shared.reports), str(shared.seizures))
            rows.append(row)
        yield name, rows
    for name in _CASE_TABLES:
        share = tuple(map(str, total)) if name == "T04" else ()
        yield name, [(*key, str(g.reports), str(g.seizures), *share) for key, g in groups[name].items()]
    yield (
        "T13",
        [
            (*key, str(group.reports), *("" if amount is None else _text(amount) for amount in group.amounts))
            for key, group in groups["T13"].items()
        ],
    )


def _text(amount: Decimal) -> str:
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
