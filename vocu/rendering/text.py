"""A newsletter as plain text of 80 columns, for terminals, mail without HTML, and screen readers."""

from collections.abc import Iterator, Sequence
from textwrap import fill
from typing import Any

from vocu.rendering.charts import Chart
from vocu.rendering.view import GoodsRow, View, newsletter_view
from vocu.rendering.wording import Wording

WIDTH = 80
_NAME, _AMOUNT = 30, 25


def newsletter_text(
    figures: dict[str, Any],
    words: str | None = None,
    notable: Sequence[dict[str, Any]] | None = None,
    language: str = "en",
) -> str:
    """The text of compiled figures, with the same words and choices as `newsletter_html`."""
    view = newsletter_view(figures, words, notable, language)
    return "\n".join(_lines(view, Wording(language))) + "\n"


def _lines(view: View, wording: Wording) -> Iterator[str]:
    yield "   ".join([view.marking, *view.badges]).upper()
    yield ""
    yield from _wrapped(view.operation)
    yield "=" * min(len(view.operation), WIDTH)
    yield from _wrapped(f"{view.issue} · {view.dateline}")
    yield from _wrapped(view.window)
    yield ""
    for line in view.lead:
        yield from _wrapped(line)
    if view.words:
        yield from _heading(wording.say("words"))
        for number, part in enumerate(view.words):
            if number:
                yield ""
            for line in part.splitlines():
                yield from _wrapped(line)
    yield from _heading(wording.say("totals"))
    for tile in view.tiles:
        yield from _wrapped(f"{tile.name:<{_NAME}}{tile.total:>14}   {wording.say('of_these_new', number=tile.today)}")
    for line in view.notes:
        yield from _item(line)
    if view.objectives:
        yield from _heading(wording.say("objectives"))
        for aim in view.objectives:
            yield from _item(f"{aim.name}: {aim.text} ({aim.standing})")
    yield from _chart(view.over_time)
    if view.follow_ups:
        yield from _heading(wording.say("follow_ups"))
        yield from _goods(view.follow_ups, wording)
    yield from _heading(wording.say("commodities"))
    if view.headlines.lines:
        yield from _wrapped(view.headlines.title)
        for line in view.headlines.lines:
            yield from _item(line)
        yield ""
    yield from _goods(view.goods, wording) if view.goods else [wording.say("no_seizures")]
    if view.goods_note:
        yield view.goods_note
    for chart in view.charts:
        yield from _chart(chart)
    if view.where.figures or view.where.places:
        yield from _heading(view.where.title)
        for line in filter(None, (view.where.figures, view.where.places)):
            yield from _wrapped(line)
    for section in view.sections:
        yield from _heading(section.title)
        for line in section.lines:
            yield from _item(line)
    yield ""
    yield view.thanks
    yield ""
    yield "-" * WIDTH
    yield from _wrapped(view.footer)
    yield view.root
    yield from _wrapped(view.check)
    yield view.marking


def _heading(title: str) -> Iterator[str]:
    yield ""
    yield title
    yield "-" * min(len(title), WIDTH)


def _wrapped(text: str) -> list[str]:
    return fill(text, WIDTH, break_on_hyphens=False).splitlines() or [""]


def _item(text: str) -> list[str]:
    return fill(text, WIDTH, initial_indent="* ", subsequent_indent="  ", break_on_hyphens=False).splitlines()


def _goods(rows: tuple[GoodsRow, ...], wording: Wording) -> Iterator[str]:
    yield f"{'':<{_NAME}}{wording.say('today'):>{_AMOUNT}}{wording.say('total'):>{_AMOUNT}}"
    for row in rows:
        amounts = (row.today.quantity or "–", row.total.quantity)
        reports = (row.today.reports, row.total.reports)
        if len(row.name) >= _NAME or any(len(amount) >= _AMOUNT for amount in amounts):
            yield from _wrapped(row.name)
            yield from (f"{amount:>{WIDTH}}" for amount in amounts)
        else:
            yield f"{row.name:<{_NAME}}{amounts[0]:>{_AMOUNT}}{amounts[1]:>{_AMOUNT}}"
        yield f"{'':<{_NAME}}{reports[0]:>{_AMOUNT}}{reports[1]:>{_AMOUNT}}"


def _chart(chart: Chart) -> Iterator[str]:
    if not chart.bars:
        return
    yield from _heading(chart.title)
    longest = max(len(bar.text) for bar in chart.bars)
    room = WIDTH - _NAME - longest - 2
    for bar in chart.bars:
        name = bar.name if len(bar.name) < _NAME else bar.name[: _NAME - 2] + "…"
        marks = "#" * max(round(room * bar.share), 1 if bar.share else 0)
        yield f"{name:<{_NAME}}{bar.text:>{longest}}  {marks}".rstrip()
