"""An earlier operation to compare this one with, from the command line."""

from pathlib import Path
from typing import Annotated

import typer

from vocu_client.cli.desk import Yes, catch_up, certain, deliver, open_desk, run
from vocu_client.cli.printing import note, table, wording
from vocu_client.editions import read_path


def edition(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, help="Its results: a folder, a ZIP file, tables.json or a CSV.")],
    starts: Annotated[str, typer.Option(help="Its first day.")],
    ends: Annotated[str, typer.Option(help="Its last day.")],
    name: Annotated[str | None, typer.Option(help="Its name; the one in the file where left out.")] = None,
    yes: Yes = False,
) -> None:
    """Publish the totals of an earlier operation, as the organiser: table T15 compares with them."""
    earlier = read_path(file)
    published = earlier.edition(name or earlier.name, starts, ends)
    words = wording()
    rows = [
        (words.label("commodity", row.commodity), row.unit, row.reports, row.seizures, row.quantity or "")
        for row in published.totals
    ]
    table(
        ("Commodity", "Unit", "Reports", "Seizures", "Quantity"), rows, frozenset({"Reports", "Seizures", "Quantity"})
    )
    if earlier.final is False:
        note("These results were preliminary when they were written.")
    with open_desk(ctx) as desk:
        reached = run(catch_up(desk))
        certain(f"Table T15 compares with {published.name} from now on.", yes)
        run(deliver(desk, desk.actions.publish_edition(published), reached=reached))
