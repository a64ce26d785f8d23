"""What a newsletter says in a sentence each of the goods seized most often: how much, in how many seizures, and by
which way most of them came."""

from collections import Counter

from vocu.compilation.counting import Counted, by_goods
from vocu.compilation.limits import HIGHLIGHTS, LINES, Figures, number
from vocu.form.quantities import plain


def highlights(reports: list[Counted]) -> list[Figures]:
    """The commodities with most seizures, each with its amounts by unit, never added up, with the number of reports
    whose amount is open, and with the transport mode of more than half of its seizures, where there is one."""
    concerned: dict[str, list[Counted]] = {}
    for entry in reports:
        for commodity in {goods.commodity for goods in entry.goods}:
            concerned.setdefault(commodity, []).append(entry)
    most = sorted(concerned, key=lambda commodity: (-_seizures(concerned[commodity]), commodity))[:HIGHLIGHTS]
    return [_row(commodity, concerned[commodity]) for commodity in most]


def _seizures(reports: list[Counted]) -> int:
    return sum(entry.stat.seizures for entry in reports)


def _row(commodity: str, reports: list[Counted]) -> Figures:
    amounts = [
        (-total.reports, goods.unit, plain(total.quantity))
        for _, goods, total in by_goods(reports)
        if goods.commodity == commodity and total.quantity is not None
    ]
    seizures = _seizures(reports)
    row: Figures = {
        "commodity": commodity,
        "seizures": number(seizures),
        "amounts": [{"unit": unit, "quantity": quantity} for _, unit, quantity in sorted(amounts)[:LINES]],
        "open": sum(any(goods.commodity == commodity and goods.open for goods in entry.goods) for entry in reports),
    }
    modes: Counter[str] = Counter()
    for entry in reports:
        modes[entry.stat.transport_mode] += entry.stat.seizures
    mode, times = min(modes.items(), key=lambda mode: (-mode[1], mode[0]))
    return row | ({"transport_mode": mode, "by_it": number(times)} if 2 * times > seizures else {})
