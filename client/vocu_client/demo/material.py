"""What the demonstration's contact points have to report: made up from a seed, or dealt out from a real table."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from babel import Locale

from vocu.errors import RefusedError
from vocu.form.days import last_day
from vocu.form.whole import whole
from vocu_client.demo.generator import COUNTRIES, Generator
from vocu_client.imports.mapping import load_mapping
from vocu_client.imports.rows import Refusal, conditions, convert, event_id
from vocu_client.imports.table import read_rows

Reports = list[list[Any]]
"""[event id, form] each."""


class Material(NamedTuple):
    """Who takes part, from which day on, and what each reports on each day."""

    name: str
    ncps: list[str]
    first_day: date
    by_day: list[dict[str, Reports]]
    refused: Sequence[Refusal] = ()
    source: str = ""

    @property
    def reports(self) -> int:
        return sum(len(reports) for day in self.by_day for reports in day.values())


REHEARSAL_DAY = date(2026, 3, 2)


def made_up(generator: Generator, countries: int, days: int, first: date = REHEARSAL_DAY) -> Material:
    """Seizures from the generator, from this day on."""
    if not 2 <= countries <= len(COUNTRIES):
        raise RefusedError("too-many-countries", f"The demonstration has 2 to {len(COUNTRIES)} countries.")
    ncps = list(COUNTRIES[:countries])
    by_day = [{ncp: generator.reports(ncp, first + timedelta(days=day)) for ncp in ncps} for day in range(days)]
    # Everybody sees at least one report, an amendment and a withdrawal, whatever the seed.
    for ncp in ncps[:2]:
        by_day[0][ncp].append([generator.event_id(), generator.seizure(ncp, first)])
    return Material("REHEARSAL", ncps, first, by_day)


def from_table(data: Path, mapping: Path, where: list[str], days: int) -> Material:
    """A real table, each row at the contact point that it names, spread evenly over the days of the operation."""
    rules = load_mapping(mapping)
    conversion = convert(read_rows(data.read_bytes(), rules), rules, where=conditions(where))
    if not conversion.reports:
        raise RefusedError("nothing-to-report", "No row of this table makes a report; look at --where and the mapping.")
    ncps = sorted({imported.participant for imported in conversion.reports})
    by_day: list[dict[str, Reports]] = [{ncp: [] for ncp in ncps} for _ in range(days)]
    for place, imported in enumerate(conversion.reports):
        # The rows' own identity, so that the same table always makes the same events.
        form = whole(imported.report, imported.nominal)
        report_id = event_id("demonstration", imported.key)
        by_day[place * days // len(conversion.reports)][imported.participant].append([report_id, form])
    first = max(last_day(imported.report.seizure_day) for imported in conversion.reports)
    return Material(data.stem.upper(), ncps, first, by_day, conversion.refused, str(data.name))


def name_of(ncp: str) -> str:
    """What the participant is called: a country's name, or the agreed code itself."""
    return str(Locale("en").territories.get(ncp, ncp))
