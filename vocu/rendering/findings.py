"""The few charts of the results that say most, each under a title that says what it shows."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from vocu.compilation.counting import Key, Total
from vocu.compilation.filtering import EVERYTHING, Filter
from vocu.compilation.ledger import Ledger
from vocu.compilation.seizure_tables import credited
from vocu.rendering.charts import BARS, Bar, Chart
from vocu.rendering.wording import Wording

Counts = dict[str, int]
"""Seizures by code or day."""


class Findings(Struct, frozen=True):
    """How many seizures there are in the operational phase, and how many of them under each code. Codes are not
    exclusive: a seizure may be of two commodities, and a joint one is credited to several countries."""

    seizures: int
    countries: Counts
    commodities: Counts
    modes: Counts
    concealments: Counts
    days: Counts


def find(ledger: Ledger, only: Filter = EVERYTHING) -> Findings:
    """The findings as the ledger stands, of what the filter takes; a few counts, so that a page can word them in its
    own language."""
    from vocu.compilation.selection import Selection  # noqa: PLC0415 - Polars takes longer to load than most commands

    reports = Selection(ledger.facts, "in_phase", only=only)
    by_day = _counts(reports.by_key("day"))
    return Findings(
        seizures=reports.seizures,
        countries=_counts(reports.by_key("credited", spread=credited(reports))),
        commodities={commodity: total.seizures for commodity, total in reports.by_commodity()},
        modes=_counts(reports.by_key("transport_mode")),
        concealments={code: count for code, count in _counts(reports.by_key("concealment")).items() if code},
        days={day: count for day, count in by_day.items() if len(day) == 10},
    )


def _counts(found: list[tuple[Key, Total]]) -> Counts:
    return {key: total.seizures for (key,), total in found}


def charts(found: Findings, wording: Wording, who: Callable[[str], str]) -> Iterator[Chart]:
    """The charts of what there is anything of; `who` names a participant."""
    total = wording.number(found.seizures)
    if found.countries:
        bars, (ncp, most) = _ranked(found.countries, who, wording)
        values = {"country": who(ncp), "count": wording.number(most), "total": total}
        yield Chart(wording._("{country} reported most: {count} of {total} seizures", **values), bars)
    if found.commodities:
        bars, (code, most) = _ranked(found.commodities, lambda code: wording.label("commodity", code), wording)
        values = {"goods": wording.label("commodity", code), "count": wording.number(most), "total": total}
        yield Chart(wording._("Found most often: {goods}, in {count} of {total} seizures", **values), bars)
    if found.modes:
        bars, (code, most) = _ranked(found.modes, lambda code: wording.label("transport_mode", code), wording)
        values = {"mode": wording.label("transport_mode", code), "share": wording.share(most, found.seizures)}
        yield Chart(wording._("Most frequent mode of transport: {mode}, {share} of all seizures", **values), bars)
    if found.concealments:
        bars, (code, most) = _ranked(found.concealments, lambda code: wording.label("concealment", code), wording)
        values = {"place": wording.label("concealment", code), "count": wording.number(most)}
        yield Chart(wording._("Most frequent concealment: {place}, in {count} seizures", **values), bars)


def by_day(found: Findings, wording: Wording) -> Chart | None:
    """Seizures by the day on which they were made, once there are two days to compare; those that are known to the
    month or year alone are left out."""
    if len(found.days) < 2:
        return None
    most = max(found.days.values())
    day = max(day for day, count in found.days.items() if count == most)
    title = wording._("The day with most seizures: {day}, {count}", day=wording.day(day), count=wording.number(most))
    bars = (Bar(wording.short_day(name), wording.number(n), n / most, n) for name, n in sorted(found.days.items()))
    return Chart(title, tuple(bars))


def _ranked(counts: Counts, name: Callable[[str], str], wording: Wording) -> tuple[tuple[Bar, ...], tuple[str, int]]:
    """The longest bars, and the code and count of the first."""
    ranked = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    most = max(ranked[0][1], 1)
    bars = tuple(Bar(name(code), wording.number(count), count / most, count) for code, count in ranked[:BARS])
    return bars, ranked[0]
