"""How a desk begins: with a new operation, or by joining one."""

import asyncio
from pathlib import Path
from typing import Annotated, Literal

import typer

from vocu.errors import RefusedError
from vocu_client import founding
from vocu_client.app import Desk
from vocu_client.cli.desk import codes, open_desk, run
from vocu_client.cli.printing import err, note, say, wording
from vocu_client.membership import read_invitation
from vocu_client.planning import Plan, kept_until, read_objective

WAIT_SECONDS = 2.0


def create(
    ctx: typer.Context,
    *,
    hub: Annotated[str, typer.Option(help="The hub's address, https://…")],
    token: Annotated[str, typer.Option(help="The token that the hub's keeper gave you.")],
    name: Annotated[str, typer.Option(help="What the operation is called.")],
    starts: Annotated[str, typer.Option(help="Its first day, 2024-06-03.")],
    ends: Annotated[str, typer.Option(help="Its last day.")],
    organiser: Annotated[str, typer.Option(help="Your code: a country's (PL), or a body's.")],
    kind: Annotated[
        Literal["JCO", "JCPO", "JPO", "international", "regional"], typer.Option(help="What kind of operation.")
    ] = "JCO",
    organiser_name: Annotated[str | None, typer.Option(help="Your name; the country's where left out.")] = None,
    retention: Annotated[
        str | None, typer.Option(help="The day on which all is deleted; five years after the end.")
    ] = None,
    zone: Annotated[str, typer.Option(help="The time zone of its days and hours.")] = "Europe/Brussels",
    hour: Annotated[int, typer.Option(min=0, max=23, help="The hour of the newsletter, in that zone.")] = 18,
    issue: Annotated[
        Literal["by_organiser", "automatic"], typer.Option(help="Whether you send the newsletter out, or the hub does.")
    ] = "by_organiser",
    handling: Annotated[str, typer.Option(help="The highest marking that may be sent.")] = "TLP:AMBER",
    commodities: Annotated[
        str | None, typer.Option(help="What it is about: tobacco,drugs.cocaine. All, if left out.")
    ] = None,
    sub_commodities: Annotated[str | None, typer.Option(help="Commodities of your own: tobacco.snus.")] = None,
    cadence: Annotated[
        Literal["daily", "working_days", "weekly"], typer.Option(help="Which days have a newsletter.")
    ] = "daily",
    sealed_stat: Annotated[
        bool, typer.Option("--sealed-stat", help="Seal the statistical parts, too; your desk compiles, not the hub.")
    ] = False,
    mail: Annotated[
        Literal["notice", "full"], typer.Option(help="What may go out by e-mail: a notice, or whole newsletters.")
    ] = "notice",
    objective: Annotated[
        list[str] | None,
        typer.Option(help="What is to be reached: 'seizures 100', 'quantity 1000000 stick tobacco.cigarettes'."),
    ] = None,
    assessed: Annotated[str | None, typer.Option(help="The day of the threat assessment.")] = None,
    roots: Annotated[int, typer.Option(min=1, max=15, help="How many root keys there are.")] = 1,
    threshold: Annotated[int, typer.Option(min=1, max=15, help="How many of them must sign.")] = 1,
) -> None:
    """Found an operation on a hub. This desk becomes the organiser's first."""
    plan = Plan(
        name=name,
        kind=kind,
        organiser=organiser.upper(),
        organiser_name=organiser_name or wording().country(organiser.upper()),
        starts_day=starts,
        ends_day=ends,
        retention_day=retention or kept_until(ends),
        zone=zone,
        compile_hour=hour,
        issue=issue,
        handling=handling,
        commodities=_list(commodities),
        sub_commodities=_list(sub_commodities),
        cadence=cadence,
        profile="sealed_stat" if sealed_stat else "open",
        mail=mail,
        objectives=tuple(map(read_objective, objective or ())),
        assessed_day=assessed,
        roots=roots,
        threshold=threshold,
    )
    home = ctx.obj.home
    op = run(founding.create_operation(home, hub, token, plan, ctx.obj.passphrase(new=True)))
    with open_desk(ctx) as desk:
        run(desk.sync())
    say(f"The operation {name} is founded, id {op}.")
    keys = ", ".join(path.name for path in home.root_files())
    say(f"Its root keys are in {home.path}: {keys}. Whoever has {threshold} of them decides who takes part and which")
    say("phase opens. Keep copies offline, and bring the files here only when you decide.")


def join(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The invitation that you were sent.")],
    desk_name: Annotated[str | None, typer.Option(help="What this desk is called in the roster.")] = None,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Do not stay until you are admitted.")] = False,
) -> None:
    """Answer an invitation: make this desk's keys, and read the safety number out by telephone."""
    invitation = read_invitation(file.read_bytes())
    passphrase = ctx.obj.passphrase(new=True)
    number = run(founding.join(ctx.obj.home, invitation, desk_name or f"{invitation.ncp} desk", passphrase))
    say("\nSafety number of this desk:\n")
    groups = number.split()
    for row in (groups[:4], groups[4:]):
        say("      " + "   ".join(row), "bold")
    say("\nCall who invited you, at a telephone number that you know from elsewhere, and read it out.")
    say("He types what he hears.")
    if no_wait:
        say("Once you are admitted, any command connects: `vocu watch`, for one.")
        return
    try:
        run(_wait_until_admitted(ctx))
    except KeyboardInterrupt:
        note("Not admitted yet. Any command connects once you are: `vocu watch`, for one.")
        raise typer.Exit(130) from None


async def _wait_until_admitted(ctx: typer.Context) -> None:
    with open_desk(ctx) as desk, err.status("Waiting to be admitted …"):
        while not await _admitted(desk):  # noqa: ASYNC110 - the hub calls nobody who is not in
            await asyncio.sleep(WAIT_SECONDS)
        state = desk.view.state
    say(f"Admitted to {state.genesis.name} as {state.members[desk.settings.ncp].name}. Welcome.")


async def _admitted(desk: Desk) -> bool:
    try:
        return await desk.sync()
    except RefusedError as error:
        if error.code != "not-admitted-yet":
            raise
        return False


def _list(given: str | None) -> tuple[str, ...]:
    return tuple(code.lower() for code in codes(given))
