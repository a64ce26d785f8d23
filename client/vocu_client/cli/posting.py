"""Words: to all, to some, by the organiser; contacts; and taking words back."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from vocu.errors import MalformedError
from vocu.operation.bodies import Contacts
from vocu.operation.header import SEALED
from vocu_client.app import Desk
from vocu_client.cli.attaching import Attach, attached
from vocu_client.cli.desk import Yes, act_and_deliver, certain, codes, open_desk, post, read, run, the_id, words
from vocu_client.cli.files import read_form
from vocu_client.cli.printing import say, table

Text = Annotated[str, typer.Argument(help="The words; - takes them from a pipe.")]
Subject = Annotated[str | None, typer.Option(help="A line above them.")]
Handling = Annotated[str | None, typer.Option(help="A marking of the operation's scheme; its ceiling where left out.")]
To = Annotated[str | None, typer.Option(help="Participants (DE,NL), or OCU for the organiser; all where left out.")]


def send(
    ctx: typer.Context,
    text: Text,
    to: To = None,
    subject: Subject = None,
    handling: Handling = None,
    reply_to: Annotated[str | None, typer.Option(help="The id of the message that you answer.")] = None,
    attach: Attach = None,
) -> None:
    """Send words to the whole operation, or sealed to those you name."""
    body, files = words(text), attached(attach)

    def act(desk: Desk) -> str:
        answered = the_id(desk, reply_to) if reply_to else None
        return desk.actions.send_message(
            body, to=codes(to), subject=subject, handling=handling, in_reply_to=answered, files=files
        )

    post(ctx, act)


def announce(ctx: typer.Context, text: Text, subject: Subject = None, handling: Handling = None) -> None:
    """Announce something to everybody, as the organiser."""
    body = words(text)
    post(ctx, lambda desk: desk.actions.announce(body, subject=subject, handling=handling))


def contacts(ctx: typer.Context) -> None:
    """Show how everybody is reached; works without a line."""
    if ctx.invoked_subcommand is not None:
        return

    def show(desk: Desk) -> None:
        known = desk.reading.contacts()
        if not known:
            say("No contacts yet. Publish yours with `vocu contacts publish FILE`; the others' appear here.")
            return
        rows = [
            (
                ncp,
                person.name + (" (deputy)" if person.deputy else ""),
                person.function or "",
                person.telephone or "",
                person.email or "",
                ", ".join(person.languages or ()),
                person.duty_hours or "",
            )
            for ncp, persons in known.items()
            for person in persons
        ]
        table(("Code", "Name", "Function", "Telephone", "E-mail", "Languages", "On duty"), rows)

    read(ctx, show)


def publish_contacts(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="TOML or JSON with one [[contacts]] per person.")
    ],
) -> None:
    """Publish your country's contacts, in place of those published before."""
    published = _contacts(read_form(file))
    post(ctx, lambda desk: desk.actions.publish_contacts(published.contacts))


def _contacts(raw: dict[str, Any]) -> Contacts:
    try:
        return msgspec.convert(raw, Contacts)
    except msgspec.ValidationError as error:
        raise MalformedError("bad-form", f"These contacts cannot be accepted: {error}.") from None


def erase(
    ctx: typer.Context,
    index: Annotated[int, typer.Argument(min=1, help="The number of the entry.")],
    parts: Annotated[
        str, typer.Option(help="Which sealed parts: text, nominal, media (files).")
    ] = "text,nominal,media",
    yes: Yes = False,
) -> None:
    """Have sealed parts of an entry deleted at every desk and at the hub."""
    names = tuple(part.lower() for part in codes(parts))
    wrong = set(names) - {*SEALED, "wraps"}
    if wrong or not names:
        raise MalformedError(
            "bad-parts", "What can be erased is text, nominal and media, for example --parts text,media."
        )
    with open_desk(ctx) as desk:
        certain(f"The {' and '.join(names)} of entry {index} will be gone at every desk.", yes)
        run(act_and_deliver(desk, lambda desk: desk.actions.erase(index, names)))
