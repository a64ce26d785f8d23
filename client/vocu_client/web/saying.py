"""Facts in one line, for lists: what was seized, where, and what an entry is about."""

from vocu.form.report import SeizureReport
from vocu.rendering.wording import Wording
from vocu_client.places import label
from vocu_client.web.seizures import telling

MOST_GOODS = 3


def goods(report: SeizureReport, words: Wording) -> str:
    """The goods with their quantities, the first few: Cigarettes 806,000 sticks; Raw tobacco, quantity pending."""
    told = [
        words._("{goods}, quantity pending", goods=each.name) if each.pending else f"{each.name} {each.amount}"
        for each in telling.goods(report, words)[:MOST_GOODS]
    ]
    if len(report.goods) > MOST_GOODS:
        told.append(words.n_("{n} more kind", "{n} more kinds", len(report.goods) - MOST_GOODS))
    return "; ".join(told)


def place(report: SeizureReport, words: Wording) -> str:
    """The place and what kind of place it is: Terespol, land border."""
    return f"{label(report.place, report.country)}, {words.inside('location_type', report.location_type)}"
