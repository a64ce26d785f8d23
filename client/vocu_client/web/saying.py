"""Facts in one line, for lists: what was seized, where, and what an entry is about."""

from vocu.form.report import SeizureReport
from vocu.rendering.wording import Wording
from vocu_client.places import label

MOST_GOODS = 3


def goods(report: SeizureReport, words: Wording) -> str:
    """The goods with their quantities, the first few: Cigarettes 806,000 sticks; Raw tobacco, quantity pending."""
    told = [
        f"{words.label('commodity', line.commodity)} {words.quantity(str(line.quantity), line.unit)}"
        if line.quantity is not None and line.unit != "currency"
        else f"{words.label('commodity', line.commodity)} {words.quantity(str(line.quantity), line.currency or '')}"
        if line.quantity is not None
        else words._("{goods}, quantity pending", goods=words.label("commodity", line.commodity))
        for line in report.goods[:MOST_GOODS]
    ]
    if len(report.goods) > MOST_GOODS:
        told.append(words.n_("{n} more kind", "{n} more kinds", len(report.goods) - MOST_GOODS))
    return "; ".join(told)


def place(report: SeizureReport, words: Wording) -> str:
    """The place and what kind of place it is: Terespol, land border."""
    return f"{label(report.place, report.country)}, {words.inside('location_type', report.location_type)}"
