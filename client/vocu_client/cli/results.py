"""The newsletter and the tables."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from vocu.canonical import b64
from vocu.compilation.newsletter import notable_facts
from vocu.compilation.schedule import calendar_date
from vocu.compilation.tables import compile_tables
from vocu.errors import RefusedError
from vocu.operation.bodies import Compiled
from vocu_client.app import Desk
from vocu_client.cli.desk import Yes, decide, read, the_id, words
from vocu_client.cli.printing import note, say, wording
from vocu_client.exports import newsletter_file, write_results

Day = Annotated[str | None, typer.Option(help="Its day, 2024-06-03; the newest where left out.")]


def newsletter(
    ctx: typer.Context,
    day: Day = None,
    form: Annotated[Literal["text", "html", "json"], typer.Option("--format", help="As what.")] = "text",
    out: Annotated[Path | None, typer.Option(dir_okay=False, help="Into this file instead of here.")] = None,
) -> None:
    """Show a newsletter, with the organiser's words once he has sent it out."""
    if ctx.invoked_subcommand is not None:
        return

    def show(desk: Desk) -> None:
        compiled = _compiled(desk, day)
        issued = desk.reading.words_of(compiled.day)
        body = issued[1].body if issued and issued[1] else None
        notable = notable_facts(desk.ledger, issued[0].notable) if issued and issued[0].notable else None
        if issued is None and desk.view.state.genesis.issue == "by_organiser":
            note("The organiser has not sent this newsletter out yet.")
        data = newsletter_file(form, desk.reading.figures_of(compiled.day), body, notable, wording().language)
        if out is not None:
            out.write_bytes(data)
            say(f"Newsletter {compiled.number} of {compiled.day} is in {out}.")
        elif form == "text":
            say(data.decode().rstrip("\n"))
        else:
            sys.stdout.write(data.decode())

    read(ctx, show)


def issue(
    ctx: typer.Context,
    day: Day = None,
    text: Annotated[str | None, typer.Option("--words", help="Your words; - takes them from a pipe.")] = None,
    notable: Annotated[list[str] | None, typer.Option(help="The id of a report to show; up to three times.")] = None,
    yes: Yes = False,
) -> None:
    """Send a compiled newsletter out, as the organiser, with your words."""
    body = words(text) if text is not None else None

    def act(desk: Desk) -> str:
        chosen = [the_id(desk, given) for given in notable or ()]
        return desk.actions.issue_newsletter(_compiled(desk, day).day, body, chosen)

    decide(ctx, "The newsletter goes out to everybody.", yes, act)


def tables(
    ctx: typer.Context, out: Annotated[Path, typer.Option(file_okay=False, help="The folder they go into.")]
) -> None:
    """Write all results tables: a CSV each, one workbook, and results.json to compare them by."""

    def write(desk: Desk) -> None:
        results = compile_tables(desk.ledger)
        root = b64(desk.view.operation.log.root(results.position))
        written = write_results(out, results, root, final=desk.ledger.phase == "CLOSED")
        say(f"{len(results.tables)} tables as of entry {results.position - 1} are in {out}, {len(written)} files.")

    read(ctx, write)


def _compiled(desk: Desk, day: str | None) -> Compiled:
    if day is not None:
        calendar_date(day)
    compiled = desk.view.state.compiled
    if not compiled:
        raise RefusedError("no-newsletter", "No newsletter was compiled yet; the hub does so at the operation's hour.")
    if day is None:
        return compiled[max(compiled)]
    if day not in compiled:
        raise RefusedError("no-newsletter", f"There is no newsletter of {day}; the newest is of {max(compiled)}.")
    return compiled[day]
