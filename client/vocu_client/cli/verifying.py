"""The proof that everything here follows from the log."""

from pathlib import Path
from typing import Annotated

import typer

from vocu.canonical import b64
from vocu_client.cli.desk import open_desk
from vocu_client.cli.printing import bar, say, wording
from vocu_client.verifying import compare_files, verify_log


def verify(
    ctx: typer.Context,
    tables: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="Compare the tables in this folder with the log.")
    ] = None,
) -> None:
    """Verify everything anew from this desk's own disk: signatures, rules, roots, newsletters, tables."""
    with open_desk(ctx) as desk:
        with bar("Verifying") as told:
            found = verify_log(desk, told, tables)
        number, others = wording().number, found.entries - found.signatures
        say(f"{number(found.entries)} entries verified, each in its place under the root that the hub signed:")
        say(b64(found.root))
        say(
            f"{number(found.signatures)} of them with their signatures and by all rules; {number(others)} are addressed"
        )
        say("to others, and their place is all that this desk knows of them.")
        say(f"{number(found.newsletters)} newsletters were compiled again and are the same, byte for byte.")
        say(f"{number(found.tables)} results tables were compiled again.")
        if tables is not None:
            compare_files(tables, found.files)
            say(f"All files in {tables} are the same as those that follow from the log at entry {found.as_of}.")
