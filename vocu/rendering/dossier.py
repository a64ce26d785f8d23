"""What the exchangeable forms of the results are made of: tables, what they follow from, and pictures of them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

from vocu.compilation.ledger import Ledger
from vocu.compilation.table import Results, Table
from vocu.rendering.cells import CellReader, printable
from vocu.rendering.charts import Chart
from vocu.rendering.drawing import chart_svg, chart_text, map_print
from vocu.rendering.findings import Findings, by_day, charts, find
from vocu.rendering.wording import N_, Wording

_PARTS: Final = {
    "period": N_("period"),
    "countries": N_("countries"),
    "commodities": N_("commodities"),
    "modes": N_("modes of transport"),
}
NOTHING_FOUND: Final = Findings(seizures=0, countries={}, commodities={}, modes={}, concealments={}, days={})
"""Of results without charts."""


class Mapped(Struct, frozen=True):
    """A map as SVG, and its figures in words."""

    title: str
    svg: str
    text: str


class Picture(Struct, frozen=True):
    """A chart or map for print: an SVG of fixed colours, and in words what it shows."""

    title: str
    svg: str
    text: str


class Dossier(Struct, frozen=True, kw_only=True):
    """Results in one language. `root` is the log's at their position; `names` are those of the participants by their
    codes; `final`: the operation was closed by then."""

    results: Results
    root: str
    final: bool
    findings: Findings
    wording: Wording
    names: Mapping[str, str]
    zone: str
    handling: str
    map: Mapped | None = None

    @property
    def title(self) -> str:
        return printable(self.results.operation)

    @property
    def at(self) -> datetime:
        """When the newest entry that counts was admitted: what these files bear as their date."""
        return datetime.fromtimestamp(self.results.as_of // 1000, UTC)

    @property
    def status(self) -> str:
        return self.wording._("Final") if self.final else self.wording._("Preliminary")

    @property
    def reader(self) -> CellReader:
        return CellReader(self.wording, self.zone, self.names)

    def heading(self, table: Table) -> str:
        """Its number and title: T03 Seizures by commodity."""
        return f"{table.id} {self.wording.heading(table.title)}"

    def facts(self) -> list[tuple[str, str]]:
        """What these results are and what they follow from, each with its name."""
        results, say = self.results, self.wording._
        return [
            (say("Status"), self.status),
            (say("Marking"), self.handling),
            (say("Operation"), results.op),
            (say("As of"), self.wording.instant(results.as_of, self.zone)),
            (say("Position in the log"), self.wording.number(results.position)),
            (say("Root of the log there"), self.root),
        ]

    def counted_only(self) -> list[str]:
        """What a filter left in, a sentence for each of its parts, and how much does not open here; nothing where
        everything is counted."""
        only, words = self.results.filter, self.wording
        told = []
        if self.results.unopened:
            told.append(
                words.n_(
                    "{n} entry that counts does not open at this desk: these figures are without it.",
                    "{n} entries that count do not open at this desk: these figures are without them.",
                    self.results.unopened,
                )
            )
        if "period" in only.parts:
            told.append(self._period(only.period_from, only.period_to))
        if only.countries:
            names = words.listed(sorted(map(self.reader.who, only.countries)))
            told.append(words._("Only these countries are counted: {names}.", names=names))
        if only.commodities:
            names = words.listed(words.label("commodity", code) for code in only.commodities)
            told.append(words._("Only these commodities are counted: {names}.", names=names))
        if only.modes:
            names = words.listed(words.label("transport_mode", code) for code in only.modes)
            told.append(words._("Only these modes of transport are counted: {names}.", names=names))
        return told

    def _period(self, first: str | None, last: str | None) -> str:
        words = self.wording
        if first is None:
            return words._("Only what was seized until {last} is counted.", last=words.day(last or ""))
        if last is None:
            return words._("Only what was seized from {first} on is counted.", first=words.day(first))
        return words._(
            "Only what was seized from {first} to {last} is counted.", first=words.day(first), last=words.day(last)
        )

    def definition(self, table: Table) -> str:
        """What the table counts."""
        return self.wording.heading(table.definition)

    def notes(self, table: Table) -> list[str]:
        """What must be known to read the table: why it has no data yet, which parts of a filter it cannot apply."""
        words, told = self.wording, []
        if table.missing:
            told.append(words.heading(table.missing))
        elif not table.rows:
            told.append(words._("There is nothing to count here yet."))
        if table.unfiltered:
            parts = words.listed(words._(_PARTS[part]) for part in table.unfiltered)
            told.append(words._("Not all figures of this table are filtered by: {parts}.", parts=parts))
        return told

    def charts(self) -> list[tuple[Chart, bool]]:
        """The charts of these results; those that show a course over time stand upright."""
        found = [(chart, False) for chart in charts(self.findings, self.wording, self.reader.who)]
        days = by_day(self.findings, self.wording)
        return [(days, True), *found] if days else found

    def pictures(self) -> Iterator[Picture]:
        """The charts and the map, drawn for print."""
        for chart, upright in self.charts():
            told = chart_text(chart)
            yield Picture(chart.title, chart_svg(chart, alt=told, upright=upright), told)
        if self.map is not None:
            yield Picture(self.map.title, map_print(self.map.svg), self.map.text)


def dossier_of(
    ledger: Ledger,
    results: Results,
    root: str,
    wording: Wording,
    mapped: Mapped | None = None,
    *,
    charted: bool = True,
) -> Dossier:
    """The dossier of results that were compiled from this ledger, which still stands there; `root` is the log's.
    Without charts it is there at once, however many reports there are."""
    return Dossier(
        results=results,
        root=root,
        final=ledger.phase == "CLOSED",
        findings=find(ledger, results.filter) if charted else NOTHING_FOUND,
        wording=wording,
        names={ncp: party.name for ncp, party in ledger.parties.items()},
        zone=ledger.genesis.zone,
        handling=ledger.genesis.handling,
        map=mapped,
    )
