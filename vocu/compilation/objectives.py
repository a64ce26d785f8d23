"""How far an operation has come towards what it set out to reach, as a newsletter tells it: the rows of T00."""

from decimal import Decimal

from vocu.compilation.comparison_tables import reached_of
from vocu.compilation.ledger import Ledger
from vocu.compilation.limits import Figures
from vocu.form.quantities import plain


def objectives(ledger: Ledger) -> list[Figures]:
    """Each objective of the operation with what was reached of it in the operational phase, in the order in which they
    were set; `met` where the threshold is reached, `pending` the reports whose quantity is missing from it."""
    if not ledger.genesis.objectives:
        return []
    from vocu.compilation.selection import Selection  # noqa: PLC0415 - Polars takes longer to load than most commands

    reports = Selection(ledger.facts, "in_phase")
    rows = []
    for objective in ledger.genesis.objectives:
        reached, pending = reached_of(ledger, reports, objective)
        row: Figures = {"measure": objective.measure, "threshold": objective.threshold, "reached": plain(reached)}
        for name in ("name", "commodity", "unit"):
            if (told := getattr(objective, name)) is not None:
                row[name] = told
        row["met"] = reached >= Decimal(objective.threshold)
        rows.append(row | ({"pending": pending} if pending else {}))
    return rows
