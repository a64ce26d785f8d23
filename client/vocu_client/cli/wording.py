"""Another language for this desk, by way of a spreadsheet."""

from pathlib import Path
from typing import Annotated

import typer

from vocu.rendering.catalogue import messages, packaged
from vocu_client.cli.printing import note, say
from vocu_client.languages import Languages, autonym


def export_sheet(
    ctx: typer.Context,
    language: Annotated[str, typer.Argument(help="The code of the language, such as sv.")],
    file: Annotated[Path, typer.Argument(help="The .xlsx or .csv file to write.", dir_okay=False)],
) -> None:
    """Write all texts into a spreadsheet, to be translated into that language."""
    Languages(ctx.obj.home).export_sheet(language, file)
    say(f"{file}: {len(messages())} texts to be translated into {autonym(language)}.")
    note("Fill in the columns on the right. Leave the first four as they are, and {names} in brackets untouched.")


def import_sheet(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="The .xlsx or .csv file.", exists=True, dir_okay=False)],
) -> None:
    """Take in a spreadsheet that was filled in; the desk then offers that language."""
    ctx.obj.home.read_settings()
    sheet = Languages(ctx.obj.home).import_sheet(file)
    known = len({**packaged(sheet.language), **sheet.texts})
    say(f"This desk speaks {autonym(sheet.language)} now: {known} of {len(messages())} texts are translated.")
    if known < len(messages()):
        note("What is not translated yet stays English.")
    if sheet.unknown:
        note(f"{sheet.unknown} rows are not of this version of vocu and were left out.")
