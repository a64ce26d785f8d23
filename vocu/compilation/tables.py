"""The results tables (docs/tables.md): known from day one, filled live, the same bytes wherever they are made."""

from vocu.compilation import activity_tables, case_tables, seizure_tables
from vocu.compilation.counting import counted
from vocu.compilation.ledger import Ledger
from vocu.compilation.table import Column, Results, Table

__all__ = ["Column", "Results", "Table", "compile_tables"]


def compile_tables(ledger: Ledger) -> Results:
    """All tables from the facts of the entries below the ledger's position, in the order of their numbers.

    They count the operational phase; T02F and T03F, of what was reported after it, are there only once there is any.
    """
    reports, follow_ups = counted(ledger), counted(ledger, "follow_up")
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
    )
