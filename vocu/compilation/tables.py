"""The results tables (docs/tables.md): known from day one, filled live, the same bytes wherever they are made."""

from msgspec.structs import replace

from vocu.compilation import activity_tables, case_tables, seizure_tables
from vocu.compilation.counting import Counted, counted, credited, goods_of
from vocu.compilation.filtering import EVERYTHING, Filter
from vocu.compilation.ledger import Ledger
from vocu.compilation.table import Column, Results, Table

__all__ = ["Column", "Filter", "Results", "Table", "compile_tables"]


def compile_tables(ledger: Ledger, only: Filter = EVERYTHING) -> Results:
    """All tables from the facts of the entries below the ledger's position, in the order of their numbers; of those
    facts alone that the filter takes.

    They count the operational phase; T02F and T03F, of what was reported after it, are there only once there is any.
    """
    reports, follow_ups = taken(counted(ledger), only), taken(counted(ledger, "follow_up"), only)
    tables = [
        *activity_tables.compile_all(ledger, reports, follow_ups),
        *seizure_tables.compile_all(reports),
        *case_tables.compile_all(ledger, reports),
    ]
    if follow_ups:
        tables += seizure_tables.follow_ups(follow_ups)
    return Results(
        op=ledger.op,
        operation=ledger.genesis.name,
        position=ledger.position,
        as_of=ledger.at,
        tables=tuple(sorted(tables, key=lambda table: table.id)),
        filter=only,
    )


def taken(reports: list[Counted], only: Filter) -> list[Counted]:
    """Those of the reports that the filter takes, each with those of its goods that it takes."""
    if not only.parts:
        return reports
    taken = []
    for entry in reports:
        goods = tuple(line for line in entry.stat.goods if only.takes(line.commodity))
        if (
            goods
            and only.names_any(credited(entry))
            and only.covers(entry.stat.seizure_day)
            and only.goes_by(entry.stat.transport_mode)
        ):
            stat = replace(entry.stat, goods=goods)
            taken.append(Counted(entry.report, stat, goods_of(stat)))
    return taken
