"""Who takes part: inviting, admitting, changing, leaving; further desks; phases; and who is here."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from vocu.canonical import b64
from vocu.errors import MalformedError, RefusedError
from vocu.operation.statements import PHASES
from vocu_client.admitting import digits, the_applicant, welcome
from vocu_client.app import Desk
from vocu_client.cli.desk import Yes, catch_up, decide, deliver, match_id, open_desk, post, read, run
from vocu_client.cli.printing import SHORT, note, say, table, wording
from vocu_client.decisions import Applicant
from vocu_client.settings import write_private

GivenRole = Literal["participant", "observer", "support_agency", "analyst", "co_organiser"]
Code = Annotated[str, typer.Argument(help="A participant's code, such as DE.", metavar="NCP")]
Out = Annotated[Path | None, typer.Option(help="Where the invitation goes; a file in this folder where left out.")]
Number = Annotated[
    str | None,
    typer.Option(help='The forty digits as they were read out to you; "12345 67890 …". Asked for if left out.'),
]
LONGEST_NAME = 120


def invite(
    ctx: typer.Context,
    ncp: Code,
    name: Annotated[str | None, typer.Option(help="Its name; the country's where left out.")] = None,
    role: Annotated[GivenRole, typer.Option(help="What it may do.")] = "participant",
    out: Out = None,
) -> None:
    """Write an invitation for a participant, to be sent over a channel that you trust already."""
    code = ncp.upper()
    known_as = _name(wording().country(code) if name is None else name)
    with open_desk(ctx) as desk:
        run(catch_up(desk))
        _write(desk.decisions.invite(code, known_as, role), out or Path(f"{code}.invitation"))


def add_device(
    ctx: typer.Context,
    out: Out = None,
) -> None:
    """Write an invitation for a further desk of your own country."""
    with open_desk(ctx) as desk:
        run(catch_up(desk))
        ncp = desk.settings.ncp
        member = desk.view.state.members[ncp]
        _write(desk.decisions.invite(ncp, member.name, None), out or Path(f"{ncp}-desk.invitation"))


def _name(given: str) -> str:
    name = given.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise MalformedError("bad-name", f"A participant's name has 1 to {LONGEST_NAME} characters, not {len(name)}.")
    return name


def _write(invitation: bytes, path: Path) -> None:
    if path.exists():
        raise RefusedError("file-exists", f"{path} is there already; give another name with --out.")
    write_private(path, invitation)
    say(f"{path} is good for 72 hours and for one desk. It is secret: whoever holds it may ask to come in.")


def applicants(ctx: typer.Context) -> None:
    """Show who answered an invitation of this desk and waits to be admitted."""
    with open_desk(ctx) as desk:
        waiting = run(_applicants(desk))
    if not waiting:
        say("Nobody waits. Those who answer an invitation written at this desk appear here.")
        return
    rows = [
        (each.request.ncp, each.invitation.name, each.invitation.role or "further desk", each.request.device.name)
        for each in waiting
    ]
    table(("Code", "Name", "Role", "Desk"), rows)
    note("Have the safety number read out to you by telephone, then: vocu admit CODE --safety-number …")


def admit(
    ctx: typer.Context,
    ncp: Code,
    safety_number: Number = None,
    replace: Annotated[bool, typer.Option("--replace", help="It lost all its keys, and these replace them.")] = False,
) -> None:
    """Admit a participant whose safety number you heard by telephone."""
    code = ncp.upper()
    with open_desk(ctx) as desk:
        if run(_admit(desk, code, safety_number, replace=replace, further=False)):
            sent = welcome(desk, code)
            if sent is not None:
                note(f"Sending {code} the contacts of the others.")
                run(deliver(desk, sent))


def admit_device(ctx: typer.Context, safety_number: Number = None) -> None:
    """Admit a further desk of your country whose safety number was read out to you."""
    with open_desk(ctx) as desk:
        run(_admit(desk, desk.settings.ncp, safety_number, replace=False, further=True))


async def _applicants(desk: Desk) -> list[Applicant]:
    await catch_up(desk)
    return await desk.applicants()


async def _admit(desk: Desk, ncp: str, typed: str | None, *, replace: bool, further: bool) -> bool:
    waiting = await _applicants(desk)
    the_applicant(waiting, ncp, "", further=further)  # before anybody types in a long number for nobody
    number = typed or typer.prompt("Safety number, as it is read out to you", err=True)
    chosen = the_applicant(waiting, ncp, number, further=further)
    return await deliver(desk, desk.decisions.admit(chosen, digits(number), replace=replace))


def change(
    ctx: typer.Context,
    ncp: Code,
    name: Annotated[str | None, typer.Option(help="Its new name.")] = None,
    role: Annotated[GivenRole | None, typer.Option(help="Its new role.")] = None,
) -> None:
    """Change a participant's name or role."""
    code = ncp.upper()
    known_as = _name(name) if name is not None else None

    def act(desk: Desk) -> str:
        member = desk.view.state.members.get(code)
        if member is None:
            raise RefusedError("unknown-participant", f"{code} does not take part in this operation.")
        return desk.decisions.change(code, name=known_as or member.name, role=role or member.role)

    post(ctx, act)


def remove(ctx: typer.Context, ncp: Code, yes: Yes = False) -> None:
    """Remove a participant with all its desks. It reads nothing that is sealed from then on."""
    code = ncp.upper()
    decide(ctx, f"{code} and all its desks will be shut out.", yes, lambda desk: desk.decisions.remove(code))


def revoke_device(
    ctx: typer.Context,
    desk_id: Annotated[str, typer.Argument(help="The desk's id, as in the roster.")],
    yes: Yes = False,
) -> None:
    """Revoke a desk that was lost or is no longer needed."""
    decide(
        ctx,
        f"The desk {desk_id} will be shut out.",
        yes,
        lambda desk: desk.decisions.revoke(match_id(desk_id, desk.view.state.devices)),
    )


def open_phase(
    ctx: typer.Context,
    phase: Annotated[str, typer.Argument(help="OPERATIONAL, POST_OPERATIONAL or CLOSED.")],
    yes: Yes = False,
) -> None:
    """Open the next phase of the operation."""
    name = phase.upper().replace("-", "_")
    if name not in PHASES:
        raise MalformedError("unknown-phase", f"{phase} is not a phase; they are {', '.join(PHASES)}.")
    decide(ctx, f"The phase {name} opens for everybody.", yes, lambda desk: desk.decisions.open_phase(name))


def roster(ctx: typer.Context) -> None:
    """Show who takes part, and with which desks."""

    def show(desk: Desk) -> None:
        state = desk.view.state
        rows = [
            (member.ncp, member.name, member.role, device.id[:SHORT], device.name, device.admitted)
            for member in state.participants()
            for device in sorted(member.devices.values(), key=lambda device: device.admitted)
            if device.active
        ]
        table(("Code", "Name", "Role", "Desk", "Its name", "Entry"), rows, frozenset({"Entry"}))

    read(ctx, show)


def whoami(ctx: typer.Context) -> None:
    """Show which desk of which operation this is, and how it stands."""

    def show(desk: Desk) -> None:
        state, settings, counts = desk.view.state, desk.settings, desk.outbox.counts()
        rows = [
            ("Operation", f"{state.genesis.name} ({state.genesis.kind}), {state.op}"),
            ("Days", f"{state.genesis.starts_day} to {state.genesis.ends_day}, {state.genesis.zone}"),
            ("Phase", state.phase),
            ("You", f"{settings.ncp}, {state.members[settings.ncp].name}, {state.members[settings.ncp].role}"),
            ("This desk", f"{settings.name}, {settings.device}"),
            ("Hub", settings.hub),
            ("Entries", wording().number(state.size)),
            ("Root", b64(desk.view.operation.log.root())),
            ("Outbox", ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "empty"),
            ("Alarms", len(desk.replica.alarms())),
        ]
        table(("", ""), rows)

    read(ctx, show)
