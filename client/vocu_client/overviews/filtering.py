"""Which rows of the table of seizures are wanted."""

from collections.abc import Callable, Iterator
from functools import cache

from msgspec import Struct

from vocu.form.codes import codes
from vocu.rendering.wording import Wording
from vocu_client.folding import words
from vocu_client.overviews.rows import Row, Status

_SEARCHED = ("commodity", "transport_mode", "location_type", "conveyance", "carried_in", "concealment")


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


Test = Callable[[Row], bool]


def tests(wanted: Filter) -> Iterator[Test]:
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
