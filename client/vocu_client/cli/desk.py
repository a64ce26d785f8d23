"""From a command to its desk: open it, bring it up to date, do what is asked, say what came of it."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

import typer

from vocu.errors import MalformedError, RefusedError, UntrustedError
from vocu_client.app import Desk
from vocu_client.cli.printing import bar, err, note, say, show_error, wording
from vocu_client.settings import Home

READ_SECONDS = 4.0
"""How long a reading command waits for a hub that says nothing."""
SHORTEST = 6
T = TypeVar("T")
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask whether you are certain.")]


class Given:
    """What was given before the command: which desk, and where its passphrase stands."""

    def __init__(self, home: Home, passphrase_file: Path | None) -> None:
        self.home = home
        self._file = passphrase_file
        self._passphrase = ""

    @property
    def has_file(self) -> bool:
        """Whether the passphrase can be had without asking anybody."""
        return self._file is not None

    def passphrase(self, *, new: bool = False) -> str:
        """From the file that was named, or typed in once without echo; a new one twice."""
        if not self._passphrase:
            self._passphrase = _read(self._file) if self._file is not None else _ask(new)
        if not self._passphrase:
            raise RefusedError("empty-passphrase", "The passphrase is empty; this desk's keys would lie open.")
        return self._passphrase


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise RefusedError("no-passphrase", f"The passphrase file {file} cannot be read; name one that can.") from None


def _ask(new: bool) -> str:
    if not (sys.stdin.isatty() or sys.stderr.isatty()):
        raise RefusedError("no-passphrase", "Nobody can be asked for the passphrase here; give --passphrase-file.")
    return str(typer.prompt("Passphrase of this desk", hide_input=True, confirmation_prompt=new, err=True))


@contextmanager
def open_desk(ctx: typer.Context) -> Iterator[Desk]:
    """The desk that was named. Raises RefusedError (no-desk, wrong-passphrase) before anything else happens."""
    ctx.obj.home.read_settings()
    with closing(Desk.open(ctx.obj.home, ctx.obj.passphrase())) as desk:
        yield desk


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def read(ctx: typer.Context, show: Callable[[Desk], None]) -> None:
    """Bring the desk up to date if the hub can be reached, then show; after an alarm, show what was verified before."""
    with open_desk(ctx) as desk:
        trusted = True
        try:
            run(catch_up(desk))
        except UntrustedError as error:
            trusted = False
            show_error(error)
        except RefusedError as error:
            if desk.view.size == 0:
                raise
            note(f"{error.message} Showing what this desk had at {_newest(desk)}.")
        if desk.view.ledger is not None and desk.view.ledger.unopened:
            note(
                f"{desk.view.ledger.unopened} entries that figures count do not open at this desk: its figures are "
                "without them. A desk of the organiser hands over the keys as soon as it is on.", "bold",
            )  # fmt: skip
        show(desk)
        if not trusted:
            raise typer.Exit(1)


def post(ctx: typer.Context, act: Callable[[Desk], str]) -> None:
    """Bring the desk up to date, put one event into the outbox, and say what became of it."""
    with open_desk(ctx) as desk:
        run(act_and_deliver(desk, act))


async def act_and_deliver(desk: Desk, act: Callable[[Desk], str]) -> bool:
    """Whether the event that `act` put into the outbox is in the log. Raises RefusedError where the hub refused it."""
    reached = await catch_up(desk)
    return await deliver(desk, act(desk), reached=reached)


async def catch_up(desk: Desk) -> bool:
    """Get what the hub has, and say so where it cannot be reached. Whether it could."""
    with bar("Catching up") as told:
        reached = await desk.sync(READ_SECONDS, told, persist=False)
    if desk.view.alarmed:
        note("An alarm is open: this desk reads and sends nothing. See `vocu alarms`.", "bold red")
    elif not reached:
        note(f"offline: showing what this desk had at {_newest(desk)}")
        if desk.trouble is not None:
            note(desk.trouble.message)
    return reached


async def deliver(desk: Desk, event_id: str, *, reached: bool = True) -> bool:
    """Send the outbox, and say what became of this event."""
    if reached and not desk.view.alarmed:
        if desk.uploads():
            with bar("Sending files, KiB") as told:
                await desk.sync(progress_of_files=lambda done, of: told(done >> 10, of >> 10))
        else:
            with err.status("Sending …"):
                await desk.sync()
    item = desk.outbox.find(event_id)
    if item is not None and item.state == "refused":
        message, *details = (item.message or "").split("\n")
        raise RefusedError(item.code or "refused", message, tuple(details))
    if item is not None and item.state == "delivered":
        say(f"delivered as entry {item.position}, id {event_id}")
        return True
    when = "once no alarm is open" if desk.view.alarmed else "when the line is back"
    say(f"queued; will be sent {when}, id {event_id}")
    return False


def _newest(desk: Desk) -> str:
    """When the newest entry that is here was admitted."""
    state = desk.view.state
    return f"{wording().instant(state.at, state.genesis.zone)} (entry {state.size - 1})"


# --- what people type ---


def the_id(desk: Desk, given: str) -> str:
    """The event that an id or its beginning means."""
    return match_id(given, desk.view.state.register)


def match_id(given: str, known: Iterable[str]) -> str:
    """The one id that begins so. Raises RefusedError where there is none, or more than one."""
    if len(given) < SHORTEST:
        raise MalformedError("short-id", f"{given!r} is too short for an id; type {SHORTEST} characters or more.")
    found = [name for name in known if name.startswith(given)]
    if len(found) > 1:
        raise RefusedError("ambiguous-id", f"{len(found)} ids begin with {given}; type more of it.", tuple(found[:5]))
    if not found:
        raise RefusedError("unknown-id", f"This desk knows no id that begins with {given}.")
    return found[0]


def codes(given: str | None) -> tuple[str, ...]:
    """ "de, NL" → ("DE", "NL")."""
    return tuple(name.strip().upper() for name in (given or "").split(",") if name.strip())


def words(given: str) -> str:
    """The text as typed, or what comes on stdin for "-"."""
    text = sys.stdin.read().strip() if given == "-" else given
    if not text.strip():
        raise MalformedError("empty-text", "There are no words to send; type some, or - to take them from a pipe.")
    return text


def today(desk: Desk) -> str:
    """The day that it is in the operation's zone."""
    return datetime.now(ZoneInfo(desk.view.state.genesis.zone)).date().isoformat()


def instant(desk: Desk, given: str) -> str:
    """A time of day in the operation's zone, as the forms have it: UTC with a Z."""
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        raise MalformedError("bad-time", f"{given!r} is not a time; write 2024-01-19T16:00.") from None
    if at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(desk.view.state.genesis.zone))
    return at.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")


def filled(**fields: Any) -> dict[str, Any]:
    """The fields that were given."""
    return {name: value for name, value in fields.items() if value is not None and value is not False and value != []}


def decide(ctx: typer.Context, consequence: str, yes: bool, act: Callable[[Desk], str]) -> None:
    """Post what cannot be undone, having asked once."""
    with open_desk(ctx) as desk:
        certain(consequence, yes)
        run(act_and_deliver(desk, act))


def certain(question: str, yes: bool) -> None:
    """Ask once before what cannot be undone. Raises RefusedError where nobody can be asked."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise RefusedError("not-confirmed", f"{question} This cannot be undone; say so with --yes.")
    if not typer.confirm(f"{question} This cannot be undone. Go on?", err=True):
        raise RefusedError("not-confirmed", "Nothing was done.")
