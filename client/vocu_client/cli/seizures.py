"""Seizure reports: filled in, posted, amended, withdrawn, released, confirmed, shown."""

import json
from pathlib import Path
from typing import Annotated

import typer

from vocu.compilation.ledger import Report
from vocu.errors import RefusedError
from vocu.form.report import SeizureReport
from vocu.form.whole import split
from vocu_client.app import Desk
from vocu_client.cli.attaching import Attach, attached
from vocu_client.cli.desk import Yes, codes, decide, match_id, post, read, the_id
from vocu_client.cli.files import read_form
from vocu_client.cli.printing import SHORT, note, say, table, wording
from vocu_client.cli.template import seizure_template
from vocu_client.reported import require_new

Form = Annotated[Path, typer.Argument(help="The whole form, TOML or JSON; - takes it from a pipe.", metavar="FILE")]
Id = Annotated[str, typer.Argument(help="The report's id.")]
Readers = Annotated[
    str, typer.Option(help="Who may read what names anybody: DE,NL, or OCU for the organiser; you always may.")
]


def form() -> None:
    """Print an empty form with hints, to fill in and post: vocu seizure form > report.toml"""
    typer.echo(seizure_template(), nl=False)


def report(
    ctx: typer.Context,
    file: Form,
    readers: Readers = "OCU",
    restricted: Annotated[
        bool, typer.Option("--restricted", help="Seal all of it; others see that there is a report, and no more.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Post it although the same was reported already.")] = False,
    attach: Attach = None,
) -> None:
    """Report a seizure."""
    filled_in, files = read_form(file), attached(attach)

    def act(desk: Desk) -> str:
        understood, _ = split(filled_in, desk.view.state.added_commodities)
        if not again:
            require_new(desk, understood)
        event_id = desk.actions.report_seizure(filled_in, readers=codes(readers), restricted=restricted, files=files)
        place, day = understood.place.title(), wording().day(understood.seizure_day)
        say(f"{_goods(understood)}, in {place}, {day}")
        return event_id

    post(ctx, act)


def amend(
    ctx: typer.Context,
    report: Id,
    file: Form,
    readers: Readers = "OCU",
    reason: Annotated[
        str | None,
        typer.Option(help="Why: weighed, laboratory, more_found, error, pending_filled, outcome, other or not_known."),
    ] = None,
) -> None:
    """Replace a report by a new revision, whole. Begin with: vocu seizure show ID > report.json"""
    filled_in = read_form(file) | ({"amendment_reason": reason} if reason else {})
    post(ctx, lambda desk: desk.actions.amend_seizure(the_id(desk, report), filled_in, readers=codes(readers)))


def withdraw(
    ctx: typer.Context,
    report: Id,
    reason: Annotated[str, typer.Option(help="error, duplicate, not_confirmed, other or not_known.")],
    yes: Yes = False,
) -> None:
    """Take a report back; it no longer counts."""

    def act(desk: Desk) -> str:
        return desk.actions.withdraw_seizure(the_id(desk, report), reason)

    decide(ctx, f"The report {report} will no longer count.", yes, act)


def release(ctx: typer.Context, report: Id) -> None:
    """Let a restricted report count from now on, for all to see."""

    def act(desk: Desk) -> str:
        known = the_id(desk, report)
        return desk.actions.release_seizure(known, desk.reading.seizure_form(known))

    post(ctx, act)


def confirm(ctx: typer.Context, report: Id) -> None:
    """Confirm a report that the organiser entered on your country's behalf."""

    def act(desk: Desk) -> str:
        return desk.actions.confirm_seizure(the_id(desk, report))

    post(ctx, act)


def list_all(
    ctx: typer.Context,
    country: Annotated[str | None, typer.Option(help="Those of these countries only: DE,NL.")] = None,
) -> None:
    """List the reports, the newest last."""
    wanted = codes(country)

    def show(desk: Desk) -> None:
        reports = [each for each in desk.ledger.reports.values() if not wanted or each.owner in wanted]
        if not reports:
            say("No seizure was reported yet. Reports appear here as they come in.")
            return
        rows = [
            (
                each.received.index,
                each.id[:SHORT],
                each.owner,
                each.stat.seizure_day if each.stat else "",
                each.stat.place.title() if each.stat else "",
                _goods(each.stat) if each.stat else "(restricted)",
                _status(each),
            )
            for each in reports
        ]
        table(("Entry", "Id", "Country", "Day", "Place", "Goods", "Status"), rows, frozenset({"Entry"}))

    read(ctx, show)


def show(ctx: typer.Context, report: Id) -> None:
    """Show a report as a form in JSON, with what is sealed to this desk; about it, on stderr."""

    def print_form(desk: Desk) -> None:
        known = match_id(report, desk.ledger.reports)
        about = desk.ledger.reports[known]
        at = wording().instant(about.received.at, desk.view.state.genesis.zone)
        note(f"{known}, {about.owner}, {at}, {len(about.revisions)} revision(s), {_status(about)}")
        line = desk.reading.line(known)
        if line.sealed:
            note(f"What names anybody is not shown: {line.sealed}")
        if files := [file.name for each in desk.files.of_report(known) for file in each.files]:
            note(f"Files: {', '.join(files)}; save them with `vocu attachments {known} --out FOLDER`")
        found = desk.reading.seizure_form(known)
        if not found:
            raise RefusedError("restricted", "This report is restricted, and not sealed to this desk.")
        say(json.dumps(found, ensure_ascii=False, indent=2))

    read(ctx, print_form)


def _goods(report: SeizureReport) -> str:
    words = wording()
    return "; ".join(
        f"{words.label('commodity', line.commodity)} "
        + (words.quantity(str(line.quantity), line.unit) if line.quantity is not None else "(pending)")
        for line in report.goods
    )


def _status(report: Report) -> str:
    marks = {
        "withdrawn": report.withdrawn is not None,
        "restricted": report.restricted,
        "unconfirmed": report.unconfirmed,
        "test": report.relation == "test",
        "follow-up": report.relation == "follow_up",
    }
    return ", ".join(name for name, holds in marks.items() if holds) or "counts"
