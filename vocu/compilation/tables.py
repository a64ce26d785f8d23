"""The results tables (docs/tables.md): known from day one, filled live, the same bytes wherever they are made."""

from msgspec.structs import replace

from vocu.compilation import (
    activity_tables,
    case_tables,
    comparison_tables,
    conversion_tables,
    seizure_tables,
    status_tables,
)
from vocu.compilation.definitions import DEFINITIONS
from vocu.compilation.facts import STANDINGS
from vocu.compilation.filtering import EVERYTHING, Filter
from vocu.compilation.ledger import Ledger
from vocu.compilation.table import Column, Results, Table

__all__ = ["Column", "Filter", "Results", "Table", "compile_tables"]


def compile_tables(ledger: Ledger, only: Filter = EVERYTHING) -> Results:
    """All tables from the facts of the entries below the ledger's position, in the order of their numbers; of those
    facts alone that the filter takes.

    They count the operational phase; T02F and T03F, of what was reported after it, are there only once there is any.
    """
    from vocu.compilation.selection import Selection  # noqa: PLC0415 - Polars takes longer to load than most commands

    facts, countries = ledger.facts, Filter(countries=only.countries)
    reports = Selection(facts, "in_phase", only=only)
    follow_ups = Selection(facts, "follow_up", only=only)
    tables = [
        *activity_tables.compile_all(ledger, reports, follow_ups, Selection(facts, "restricted", only=countries)),
        *seizure_tables.compile_all(reports),
        *conversion_tables.compile_all(ledger, reports),
        *case_tables.compile_all(ledger, reports),
        *status_tables.compile_all(ledger, Selection(facts, *STANDINGS, only=countries)),
        *comparison_tables.compile_all(ledger, reports.narrowed(EVERYTHING), only),
    ]
    if follow_ups.reports:
        tables += seizure_tables.follow_ups(follow_ups)
    return Results(
        op=ledger.op,
        operation=ledger.genesis.name,
        position=ledger.position,
        as_of=ledger.at,
        tables=tuple(_marked(table, only) for table in sorted(tables, key=lambda table: table.id)),
        filter=only,
        unopened=ledger.unopened,
    )


def _marked(table: Table, only: Filter) -> Table:
    """The table, saying which parts of the filter it does not follow."""
    ignored = tuple(part for part in only.parts if part not in DEFINITIONS[table.id].filters)
    return replace(table, unfiltered=ignored) if ignored else table
