"""Reports in the shape that another system asks for, so that nobody enters them twice."""

from pathlib import Path
from typing import Annotated

import typer

from vocu.canonical import b64
from vocu.compilation.filtering import Filter
from vocu.compilation.schedule import calendar_date
from vocu_client.app import Desk
from vocu_client.cli.desk import codes, read
from vocu_client.cli.printing import note, say, wording
from vocu_client.exports import write_files
from vocu_client.profiles.files import gap_line, profile_files
from vocu_client.profiles.filling import fill
from vocu_client.profiles.gathering import gather, stands
from vocu_client.profiles.profile import load_profile

SHOWN = 40
"""Gaps that are shown on the screen; all of them stand in missing.txt."""


def profile(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="cen, eu-cash, eu-ipr, or a TOML file of your own: docs/exchange.md.")],
    out: Annotated[Path, typer.Option(file_okay=False, help="The folder the files go into.")],
    since: Annotated[str | None, typer.Option("--from", help="Seized on this day or later, 2024-06-03.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Seized on this day or earlier.")] = None,
    country: Annotated[str | None, typer.Option(help="Reports of DE,FR or all; your own if left out.")] = None,
    commodity: Annotated[
        list[str] | None, typer.Option(help="Only this commodity and what is below it; may be given again.")
    ] = None,
    nominal: Annotated[
        bool, typer.Option("--nominal", help="With persons and consignments, as far as this desk can open them.")
    ] = False,
) -> None:
    """Write reports as another system asks for them, with a list of what it asks that they do not say."""
    chosen = load_profile(name)
    only = Filter(
        period_from=since and calendar_date(since).isoformat(),
        period_to=until and calendar_date(until).isoformat(),
        commodities=tuple(commodity or ()),
    )

    def write(desk: Desk) -> None:
        ledger = desk.ledger
        named = frozenset(codes(country)) or {desk.settings.ncp}
        owners = frozenset() if named == {"ALL"} else frozenset(named)
        filled, gaps = fill(chosen, gather(ledger, desk.reading, owners, nominal=nominal), only, nominal=nominal)
        made_from: dict[str, str | int] = {
            "operation": ledger.op,
            "position": ledger.position,
            "root": b64(desk.view.operation.log.root(ledger.position)),
        }
        write_files(out, profile_files(chosen, filled, gaps, made_from))
        number = wording().number
        say(f"{chosen.title}, as of entry {ledger.position - 1}, in {out}:")
        for sheet in filled:
            say(f"  {number(len(sheet.rows))} rows in {chosen.name}-{sheet.sheet.name}, as CSV, JSON and XML.")
        _say_what_is_missing([gap_line(gap) for gap in gaps])
        restricted = sum(
            report.restricted and stands(report) and (not owners or report.owner in owners)
            for report in ledger.reports.values()
        )
        if restricted:
            note(f"{number(restricted)} restricted reports are left out.")
        note(chosen.notice)
        if nominal:
            note(
                "These files name persons. Give them only to whom your legal basis allows, and delete them after.",
                "bold",
            )

    read(ctx, write)


def _say_what_is_missing(gaps: list[str]) -> None:
    if gaps:
        note(f"{wording().number(len(gaps))} fields have gaps; nothing was invented (missing.txt has them all):")
    for line in gaps[:SHOWN]:
        note(f"  - {line}")
    if len(gaps) > SHOWN:
        note(f"… and {wording().number(len(gaps) - SHOWN)} more.")
