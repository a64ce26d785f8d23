"""What came in, what is on its way out, and what must not be trusted."""

import sys
from datetime import datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from vocu.compilation.schedule import calendar_date
from vocu_client.app import Desk
from vocu_client.cli.desk import Yes, certain, codes, open_desk, read, run
from vocu_client.cli.lines import print_line
from vocu_client.cli.printing import SHORT, bar, err, note, say, table, wording


def inbox(
    ctx: typer.Context,
    since: Annotated[str | None, typer.Option(help="From this day on, 2024-06-03.")] = None,
) -> None:
    """Read what people wrote: messages, warnings, questions and their answers, the newest last."""

    def show(desk: Desk) -> None:
        from_at = _begin_of(desk, since) if since else 0
        lines = [line for line in desk.reading.lines() if line.at >= from_at]
        if not lines:
            say("Nothing has come in yet. Messages, warnings and questions appear here.")
        for line in lines:
            print_line(desk, line)

    read(ctx, show)


def stay_connected(ctx: typer.Context) -> None:
    """Stay connected: show what comes, and send what other commands of this desk write. Ctrl-C ends it."""
    with open_desk(ctx) as desk:
        seen = desk.view.size
        with bar("Catching up") as told:

            def arrived(size: int, target: int) -> None:
                nonlocal seen
                told(size, target)
                fresh = desk.reading.lines(since=seen)
                seen = size
                for line in fresh:
                    print_line(desk, line)
                sys.stdout.flush()

            note(f"Connected or connecting to {desk.settings.hub}; Ctrl-C ends it.")
            run(desk.watch(arrived))


def outbox(
    ctx: typer.Context,
    state: Annotated[str | None, typer.Option(help="Only these: queued, sent, delivered, refused.")] = None,
) -> None:
    """Show what this desk wrote, and how far it has come."""
    wanted = {name.lower() for name in codes(state)}

    def show(desk: Desk) -> None:
        zone = desk.view.state.genesis.zone
        items = [item for item in desk.outbox.items() if not wanted or item.state in wanted]
        if not items:
            say("Nothing here. What you write is kept here until the log is proven to hold it.")
            return
        rows = [
            (
                item.id[:SHORT],
                item.kind.replace("_", " "),
                wording().instant(item.queued_at, zone),
                item.state,
                item.position if item.position is not None else "",
                (item.message or "").replace("\n", " "),
            )
            for item in items
        ]
        table(("Id", "What", "Written", "State", "Entry", "Why not"), rows, frozenset({"Entry"}))

    read(ctx, show)


def alarms(ctx: typer.Context) -> None:
    """Show the alarms of this desk with their evidence; none is what you want to see."""
    if ctx.invoked_subcommand is not None:
        return
    with open_desk(ctx) as desk:
        found = desk.replica.alarms()
        if not found:
            say("No alarm. This desk found nothing that is not to be trusted.")
            return
        for at, code, message, evidence in found:
            say(f"{wording().instant(at, _zone(desk))}  {code}", "bold red")
            say(message)
            if evidence:
                say("        " + evidence.replace("\n", "\n        "))
        note("Compare the newest root (`vocu whoami`) with other desks by telephone before anything else.")
    raise typer.Exit(1)


def silence(ctx: typer.Context, yes: Yes = False) -> None:
    """Take the alarms off and let this desk send again. Only once it is known what happened."""
    with open_desk(ctx) as desk:
        found = desk.replica.alarms()
        if not found:
            say("No alarm is open.")
            return
        err.print(
            "An alarm means that the hub, or somebody at it, showed this desk what cannot be true, or that its keys\n"
            "are used elsewhere. Silence it only once the organiser has found the cause: from then on this desk\n"
            "seals and sends again. The evidence is deleted; keep a copy of what `vocu alarms` shows."
        )
        certain(f"{len(found)} alarm(s) will be forgotten.", yes)
        desk.replica.silence_alarms()
        say("Silenced. This desk sends again; if the cause is still there, the alarm comes back.")


def _zone(desk: Desk) -> str:
    return desk.view.state.genesis.zone if desk.view.size else "UTC"


def _begin_of(desk: Desk, day: str) -> int:
    local = datetime.combine(calendar_date(day), time(), ZoneInfo(desk.view.state.genesis.zone))
    return int(local.timestamp()) * 1000
