"""Somebody's table made into seizure reports: looked at first, then queued all at once; and taken back again."""

from collections import Counter, defaultdict
from pathlib import Path
from typing import Annotated

import typer

from vocu.errors import RefusedError
from vocu.form.quantities import add_up, quantity_of
from vocu.form.report import GoodsLine
from vocu_client.app import Desk
from vocu_client.cli.asking import ask_for_mapping
from vocu_client.cli.desk import Yes, catch_up, certain, codes, open_desk, run
from vocu_client.cli.printing import bar, note, say, table, wording
from vocu_client.imports import planning
from vocu_client.imports.mapping import load_mapping
from vocu_client.imports.planning import Plan, plan_file, speaks_for_itself
from vocu_client.imports.rows import conditions
from vocu_client.imports.undoing import undo
from vocu_client.imports.writing import mapping_text, raw_mapping

SHOWN = 20
"""Refused rows that are listed; of the others, how many there are."""


def import_table(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV, XLSX, ODS, or JSON in the form's own fields.")
    ],
    mapping: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="What its columns mean: docs/mapping.md.")
    ] = None,
    *,
    save_mapping: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Where to keep the mapping that was asked together.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be posted.")] = False,
    where: Annotated[list[str] | None, typer.Option(help="Only rows with COLUMN=VALUE; may be given again.")] = None,
    readers: Annotated[
        str, typer.Option(help="Who may read what names anybody: DE,NL, or OCU for the organiser; you always may.")
    ] = "OCU",
    accept_partial: Annotated[
        bool, typer.Option("--accept-partial", help="Post the good rows although others are refused.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Post the rows of a table as seizure reports of your own country. A second time, it adds nothing.

    Without a mapping: a template that was filled in is known by itself; for any other table you are asked.
    """
    wanted, data, named = conditions(where or ()), file.read_bytes(), codes(readers)
    given, mapping_name = None, ""
    if mapping is not None:
        given, mapping_name = load_mapping(mapping), mapping.name
    with open_desk(ctx) as desk:
        reached = run(catch_up(desk))
        if given is None and not speaks_for_itself(data):
            given = ask_for_mapping(desk, data, wording())
            if save_mapping is not None:
                save_mapping.write_text(mapping_text(raw_mapping(given)), encoding="utf-8")
                mapping_name = save_mapping.name
                say(f"The mapping is kept in {save_mapping}.")
        with bar("Reading the table") as told:
            plan = plan_file(
                desk, data, file.name, given, mapping_name=mapping_name, where=wanted, readers=named, progress=told
            )
        show_plan(desk, plan)
        if plan.refused and not accept_partial:
            raise RefusedError(
                "rows-refused",
                f"{len(plan.refused)} rows are refused, so nothing was posted. Correct them or the mapping, "
                "or post the others with --accept-partial.",
            )
        if dry_run:
            say("Nothing was posted.")
            return
        if plan.fresh:
            certain(f"{len(plan.fresh)} reports will be posted.", yes)
        number = planning.run(desk, plan)
        if number is not None:
            say(f"This is import {number}; `vocu imports undo {number}` takes it back.")
        _send(desk, {draft.id for _, draft in plan.fresh}, reached=reached)


def list_imports(ctx: typer.Context) -> None:
    """List what was imported from which file, the newest first."""
    if ctx.invoked_subcommand is not None:
        return
    words = wording()
    with open_desk(ctx) as desk:
        records = desk.imports.list()
        if not records:
            say("Nothing was imported at this desk yet.")
            return
        zone = desk.view.state.genesis.zone if desk.view.size else "UTC"
        rows = [
            (
                each.id,
                words.instant(each.imported_at, zone),
                each.source.name,
                each.source.mapping or "–",
                words.number(each.count),
                each.source.officer,
                each.source.sha256[:12],
                "" if each.undone_at is None else words.instant(each.undone_at, zone),
            )
            for each in records
        ]
    columns = ("Id", "When", "File", "Mapping", "Reports", "Officer", "SHA-256", "Undone")
    table(columns, rows, frozenset({"Id", "Reports"}))


def undo_import(
    ctx: typer.Context,
    number: Annotated[int, typer.Argument(help="The import's id, from `vocu imports`.", metavar="ID")],
    reason: Annotated[str, typer.Option(help="error, duplicate, not_confirmed, other or not_known.")] = "error",
    yes: Yes = False,
) -> None:
    """Take back an import: cancel what was not sent yet, withdraw the rest. What was amended since is left."""
    words = wording()
    with open_desk(ctx) as desk:
        reached = run(catch_up(desk))
        record, _ = desk.imports.find(number)
        certain(f"The reports of {record.source.name} ({words.number(record.count)}) will no longer count.", yes)
        done = undo(desk, number, reason)
        say(f"{words.number(len(done.cancelled))} cancelled before they were sent, {len(done.withdrawn)} withdrawn.")
        for report in done.amended:
            note(f"left, because it was amended since: {report}")
        if reached and not desk.view.alarmed:
            with bar("Sending") as told:
                run(desk.sync(progress=told))


def show_plan(desk: Desk, plan: Plan) -> None:
    """What an import would do, and each refused row with its line, its columns and its reasons."""
    words = wording()
    if plan.fresh:
        _totals(plan)
    for refusal in plan.refused[:SHOWN]:
        lines = ", ".join(map(words.number, refusal.lines))
        note(f"line {lines} refused:")
        for fault in refusal.faults:
            where = f"line {words.number(fault.line)}: " if len(refusal.lines) > 1 else ""
            note(f"  - {where}{fault}")
    if len(plan.refused) > SHOWN:
        note(f"… and {words.number(len(plan.refused) - SHOWN)} more refused.")
    say(
        f"{words.number(len(plan.fresh))} new reports of {desk.settings.ncp}, {words.number(len(plan.known))} here "
        f"already, {words.number(plan.others.total())} of other participants left to them, "
        f"{words.number(len(plan.refused))} refused."
    )


def _totals(plan: Plan) -> None:
    """How much of what: exact totals, unlike units apart."""
    words = wording()
    lines: dict[tuple[str, str], list[GoodsLine]] = defaultdict(list)
    for imported, _ in plan.fresh:
        for line in imported.report.goods:
            lines[line.commodity, (line.currency or "") if line.unit == "currency" else line.unit].append(line)
    rows = []
    for (commodity, unit), each in sorted(lines.items()):
        totals = add_up(quantity for line in each if (quantity := quantity_of(line)) is not None)
        total = words.number(totals[unit]) if unit in totals else "pending or not added up"
        rows.append((words.label("commodity", commodity), words.unit(unit), words.number(len(each)), total))
    table(("Commodity", "Unit", "Goods lines", "Total"), rows, frozenset({"Goods lines", "Total"}))


def _send(desk: Desk, ids: set[str], *, reached: bool) -> None:
    if not ids:
        return
    with bar("Sending") as told:

        def moved(_size: int, _target: int) -> None:
            told(max(0, len(ids) - desk.outbox.how_many_wait()), len(ids))

        if reached and not desk.view.alarmed:
            run(desk.sync(progress=moved))
    counts = Counter(item.state for item in desk.outbox.items() if item.id in ids)
    words = wording()
    say(f"{words.number(counts['delivered'])} delivered, {words.number(counts['queued'] + counts['sent'])} queued.")
    if counts["refused"]:
        raise RefusedError("rows-refused", f"The hub refused {counts['refused']} of them; `vocu outbox` says why.")
