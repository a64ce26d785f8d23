"""What a desk sends by electronic mail: notices to the duty mailbox."""

import time
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer

from vocu.errors import MalformedError, RefusedError
from vocu_client.cli.desk import open_desk, run
from vocu_client.cli.printing import note, say, wording
from vocu_client.mailing import MINUTE_MS, require_mail, send_trial
from vocu_client.store.mailbox import MailSettings


def show(ctx: typer.Context) -> None:
    """Say whether this desk sends mail, to whom and what of. It does so while `vocu desk` runs."""
    if ctx.invoked_subcommand is not None:
        return
    with open_desk(ctx) as desk:
        settings = desk.mailbox.settings
        if settings is None:
            say("This desk sends no mail. `vocu mail set` makes it tell a duty mailbox.")
            return
        number = wording().number
        say(f"To {', '.join(settings.recipients)}, by {settings.host}:{settings.port} ({settings.security}):")
        say(f"- of newsletters: {'the whole text' if settings.newsletters == 'full' else 'that there is one'}")
        say(f"- what is addressed to {desk.settings.ncp} and unopened after {number(settings.minutes)} minutes")
        for key in desk.mailbox.unsure(_now() - 5 * MINUTE_MS):
            note(f"It is not known whether this went out, and it is not sent again: {key}")


def set_up(
    ctx: typer.Context,
    *,
    host: Annotated[str, typer.Option(help="The mail server.")],
    sender: Annotated[str, typer.Option(help="The address it is sent from.")],
    to: Annotated[list[str], typer.Option(help="The duty mailbox; may be given again.")],
    port: Annotated[int, typer.Option(help="Its port.")] = 587,
    security: Annotated[
        Literal["starttls", "tls", "none"], typer.Option(help="How the line is secured; none on this machine only.")
    ] = "starttls",
    user: Annotated[str | None, typer.Option(help="The name to log in with.")] = None,
    password_file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The file of its password, kept sealed here.")
    ] = None,
    minutes: Annotated[int, typer.Option(help="After how long of nobody opening it.")] = 30,
    newsletters: Annotated[
        Literal["notice", "full"], typer.Option(help="A notice, or the whole text where the operation allows it.")
    ] = "notice",
    language: Annotated[str, typer.Option(help="The language of the mail.")] = "en",
) -> None:
    """Tell a duty mailbox from now on; a trial message goes out at once."""
    given = {
        "host": host,
        "port": port,
        "security": security,
        "sender": sender,
        "recipients": to,
        "minutes": minutes,
        "newsletters": newsletters,
        "language": language,
    }
    if user is not None:
        given["user"] = user
    if password_file is not None:
        given["password"] = password_file.read_text("utf-8").rstrip("\r\n")
    try:
        settings = msgspec.convert(given, MailSettings)
    except msgspec.ValidationError as error:
        raise MalformedError("bad-mail", f"This cannot be a mail server or mailbox: {error}.") from None
    with open_desk(ctx) as desk:
        require_mail(settings, desk)
        run(send_trial(settings, desk.settings.op, _now()))
        desk.mailbox.keep(msgspec.structs.replace(settings, since=desk.view.size))
    say(f"A trial message went to {', '.join(settings.recipients)}. Notices follow while `vocu desk` runs.")


def trial(ctx: typer.Context) -> None:
    """Send a trial message to the duty mailbox."""
    with open_desk(ctx) as desk:
        settings = desk.mailbox.settings
        if settings is None:
            raise RefusedError("no-mail", "This desk sends no mail; set it up with `vocu mail set`.")
        run(send_trial(settings, desk.settings.op, _now()))
    say(f"A trial message went to {', '.join(settings.recipients)}.")


def off(ctx: typer.Context) -> None:
    """Send no more mail from this desk."""
    with open_desk(ctx) as desk:
        desk.mailbox.keep(None)
    say("This desk sends no mail any more.")


def _now() -> int:
    return int(time.time() * 1000)
