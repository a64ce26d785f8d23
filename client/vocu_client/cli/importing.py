"""Somebody's table made into seizure reports: looked at first, then queued all at once."""

from collections import Counter, defaultdict
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct

from vocu.errors import RefusedError, VocuError
from vocu.form.quantities import add_up, quantity_of
from vocu.form.report import GoodsLine
from vocu.form.whole import whole
from vocu.operation.composing import Draft
from vocu_client.app import Desk
from vocu_client.cli.desk import Yes, catch_up, certain, open_desk, run
from vocu_client.cli.printing import bar, err, note, say, table, wording
from vocu_client.imports.mapping import load_mapping
from vocu_client.imports.rows import Conversion, Imported, Refusal, conditions, convert, event_id
from vocu_client.imports.table import read_rows

SHOWN = 20
"""Refused rows that are listed; of the others, how many there are."""


class _Plan(Struct):
    """What an import would do: reports that are new, those that are known already, and rows that are refused."""

    fresh: list[tuple[Imported, Draft]]
    known: int
    others: Counter[str]
    refused: list[Refusal]


def import_table(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The table: CSV or alike.")],
    mapping: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="What its columns mean: docs/mapping.md.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be posted.")] = False,
    where: Annotated[list[str] | None, typer.Option(help="Only rows with COLUMN=VALUE; may be given again.")] = None,
    accept_partial: Annotated[
        bool, typer.Option("--accept-partial", help="Post the good rows although others are refused.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Post the rows of a table as seizure reports of your own country. A second time, it adds nothing."""
    plan_of_columns, wanted = load_mapping(mapping), conditions(where or ())
    rows = read_rows(file.read_bytes(), plan_of_columns)
    with open_desk(ctx) as desk:
        reached = run(catch_up(desk))
        with err.status("Reading the table …"):
            converted = convert(rows, plan_of_columns, desk.view.state.added_commodities, wanted)
            plan = _plan(desk, converted)
        _show(desk, plan)
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
            certain(f"{len(plan.fresh)} reports will be posted; each can only be withdrawn by itself.", yes)
        desk.actions.queue([draft for _, draft in plan.fresh])
        _send(desk, {draft.id for _, draft in plan.fresh}, reached=reached)


def _plan(desk: Desk, converted: Conversion) -> _Plan:
    own, state = desk.settings.ncp, desk.view.state
    waiting = {item.id for item in desk.outbox.items()}
    plan = _Plan([], 0, Counter(), list(converted.refused))
    for imported in converted.reports:
        if imported.participant != own:
            plan.others[imported.participant] += 1
            continue
        name = event_id(state.op, imported.key)
        if name in state.kind_of or name in waiting:
            plan.known += 1
            continue
        try:
            draft = desk.actions.draft_report(whole(imported.report, imported.nominal), name)
            desk.actions.require_allowed(draft)
        except VocuError as error:
            plan.refused.append(Refusal(lines=imported.lines, reasons=(error.message, *error.details)))
        else:
            plan.fresh.append((imported, draft))
    plan.refused.sort(key=lambda refusal: refusal.line)
    return plan


def _show(desk: Desk, plan: _Plan) -> None:
    words = wording()
    if plan.fresh:
        _totals(plan)
    for refusal in plan.refused[:SHOWN]:
        lines = ", ".join(map(words.number, refusal.lines))
        note(f"line {lines} refused:")
        for reason in refusal.reasons:
            note(f"  - {reason}")
    if len(plan.refused) > SHOWN:
        note(f"… and {words.number(len(plan.refused) - SHOWN)} more refused.")
    say(
        f"{words.number(len(plan.fresh))} new reports of {desk.settings.ncp}, {words.number(plan.known)} here already, "
        f"{words.number(plan.others.total())} of other participants left to them, "
        f"{words.number(len(plan.refused))} refused."
    )


def _totals(plan: _Plan) -> None:
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
            counts = desk.outbox.counts()
            told(max(0, len(ids) - counts.get("queued", 0) - counts.get("sent", 0)), len(ids))

        if reached and not desk.view.alarmed:
            run(desk.sync(progress=moved))
    counts = Counter(item.state for item in desk.outbox.items() if item.id in ids)
    words = wording()
    say(f"{words.number(counts['delivered'])} delivered, {words.number(counts['queued'] + counts['sent'])} queued.")
    if counts["refused"]:
        raise RefusedError("rows-refused", f"The hub refused {counts['refused']} of them; `vocu outbox` says why.")
