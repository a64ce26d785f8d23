"""The newsletter and the tables."""

import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from vocu.canonical import b64
from vocu.compilation.filtering import Filter
from vocu.compilation.newsletter import notable_facts
from vocu.compilation.schedule import calendar_date
from vocu.compilation.tables import compile_tables
from vocu.errors import MalformedError, RefusedError
from vocu.form.codes import code_list
from vocu.operation.bodies import Compiled
from vocu_client.app import Desk
from vocu_client.cli.desk import Yes, codes, decide, read, the_id, words
from vocu_client.cli.printing import bar, note, say, wording
from vocu_client.exports import FORMS, USUAL, Form, newsletter_file, results_dossier, write_results

Day = Annotated[str | None, typer.Option(help="Its day, 2024-06-03; the newest where left out.")]


def newsletter(
    ctx: typer.Context,
    day: Day = None,
    form: Annotated[Literal["text", "html", "pdf", "json"], typer.Option("--format", help="As what.")] = "text",
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
            sys.stdout.buffer.write(data)

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
    ctx: typer.Context,
    out: Annotated[Path, typer.Option(file_okay=False, help="The folder they go into.")],
    forms: Annotated[
        list[str] | None, typer.Option("--form", help="In this form; several times for several. All but pdf and docx.")
    ] = None,
    period_from: Annotated[str | None, typer.Option("--from", help="Count from this day of seizure on.")] = None,
    period_to: Annotated[str | None, typer.Option("--to", help="Count until this day of seizure.")] = None,
    country: Annotated[str | None, typer.Option(help="Count these countries alone: DE,NL.")] = None,
    commodity: Annotated[str | None, typer.Option(help="Count these goods alone, and all below them.")] = None,
    mode: Annotated[str | None, typer.Option(help="Count these modes of transport alone: road,air.")] = None,
) -> None:
    """Write the results tables: CSV and JSON, flat files with their codebook, a workbook, a PDF, a draft report."""

    def write(desk: Desk) -> None:
        only = Filter(
            period_from=_day(period_from),
            period_to=_day(period_to),
            countries=_known("country", codes(country), desk.ledger.parties),
            commodities=_known("commodity", _listed(commodity), _commodities(desk)),
            modes=_known("mode of transport", _listed(mode), [code.id for code in code_list("transport_mode").codes]),
        )
        chosen = _chosen(forms or USUAL)
        results = compile_tables(desk.ledger, only)
        root = b64(desk.view.operation.log.root(results.position))
        dossier = results_dossier(desk.ledger, results, root, wording(), chosen)
        with bar("Writing", few=0) as told:
            written = write_results(out, desk.ledger, dossier, chosen, told)
        say(f"{len(results.tables)} tables as of entry {results.position - 1} are in {out}, {len(written)} files.")
        for line in dossier.counted_only():
            say(line)

    read(ctx, write)


def _chosen(given: Sequence[str]) -> list[Form]:
    if unknown := [form for form in given if form not in FORMS]:
        raise MalformedError("bad-filter", f"There is no form {', '.join(unknown)}; choose from {', '.join(FORMS)}.")
    return [form for form in FORMS if form in given]


def _listed(given: str | None) -> tuple[str, ...]:
    return tuple(code.strip() for code in (given or "").split(",") if code.strip())


def _day(given: str | None) -> str | None:
    return None if given is None else calendar_date(given).isoformat()


def _commodities(desk: Desk) -> list[str]:
    return [*(code.id for code in code_list("commodity").codes), *desk.view.state.added_commodities]


def _known(what: str, given: tuple[str, ...], known: Collection[str]) -> tuple[str, ...]:
    """These codes, in order. Raises MalformedError where one is not known: it would silently count nothing."""
    unknown = [code for code in given if code not in known]
    if unknown:
        raise MalformedError("bad-filter", f"There is no {what} {', '.join(unknown)} to count in this operation.")
    return tuple(sorted(set(given)))


def _compiled(desk: Desk, day: str | None) -> Compiled:
    if day is not None:
        calendar_date(day)
    compiled = desk.view.state.compiled
    if not compiled:
        raise RefusedError("no-newsletter", "No newsletter was compiled yet; that happens at the operation's hour.")
    if day is None:
        return compiled[max(compiled)]
    if day not in compiled:
        raise RefusedError("no-newsletter", f"There is no newsletter of {day}; the newest is of {max(compiled)}.")
    return compiled[day]
