"""What a newsletter says in a sentence each of the goods seized most often: how much, in how many seizures, and by
which way most of them came."""

from collections import Counter

from vocu.compilation.counting import Counted, Goods, Total, by_goods
from vocu.compilation.limits import HIGHLIGHTS, LINES, Figures, number
from vocu.form.quantities import plain


def highlights(reports: list[Counted]) -> list[Figures]:
    """The commodities with most seizures, each with its amounts by unit, never added up, with the number of reports
    whose amount is open, and with the transport mode of more than half of its seizures, where there is one."""
    concerned: dict[str, list[Counted]] = {}
    for entry in reports:
        for commodity in {goods.commodity for goods in entry.goods}:
            concerned.setdefault(commodity, []).append(entry)
    seizures = {commodity: sum(entry.stat.seizures for entry in found) for commodity, found in concerned.items()}
    most = sorted(concerned, key=lambda commodity: (-seizures[commodity], commodity))[:HIGHLIGHTS]
    totals = [(goods, total) for _, goods, total in by_goods(reports) if goods.commodity in most]
    return [
        {
            "commodity": commodity,
            "seizures": number(seizures[commodity]),
            "amounts": _amounts([row for row in totals if row[0].commodity == commodity]),
            "open": sum(_is_open(commodity, entry) for entry in concerned[commodity]),
            **_way(concerned[commodity], seizures[commodity]),
        }
        for commodity in most
    ]


def _amounts(totals: list[tuple[Goods, Total]]) -> list[Figures]:
    """The known amounts, those of the units most often reported."""
    known = [(-row.reports, goods.unit, plain(row.quantity)) for goods, row in totals if row.quantity is not None]
    return [{"unit": unit, "quantity": quantity} for _, unit, quantity in sorted(known)[:LINES]]


def _is_open(commodity: str, entry: Counted) -> bool:
    return any(goods.open and goods.commodity == commodity for goods in entry.goods)


def _way(reports: list[Counted], seizures: int) -> Figures:
    modes: Counter[str] = Counter()
    for entry in reports:
        modes[entry.stat.transport_mode] += entry.stat.seizures
    mode, times = min(modes.items(), key=lambda mode: (-mode[1], mode[0]))
    return {"transport_mode": mode, "by_it": number(times)} if 2 * times > seizures else {}
