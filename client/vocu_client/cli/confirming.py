"""A country's confirmed totals of the whole operation, begun with what its own posts add up to."""

import json
from pathlib import Path
from typing import Annotated

import typer

from vocu.canonical import encode
from vocu.form.returns import NationalReport
from vocu.form.schema import read as read_as
from vocu_client.app import Desk
from vocu_client.cli.attaching import Attach, attached
from vocu_client.cli.desk import Yes, catch_up, certain, deliver, open_desk, read, run
from vocu_client.cli.files import read_form
from vocu_client.cli.printing import note, say, wording
from vocu_client.overviews.own_posts import own_posts
from vocu_client.web.confirming import in_words


def national_report(
    ctx: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(help="TOML or JSON; - takes it from a pipe. Left out: print what your posts add up to."),
    ] = None,
    from_posts: Annotated[
        bool, typer.Option("--from-posts", help="Confirm just what your own posts add up to.")
    ] = False,
    text: Annotated[str | None, typer.Option(help="Your account of it; sealed to the organiser.")] = None,
    attach: Attach = None,
    yes: Yes = False,
) -> None:
    """File your country's confirmed totals of the whole operation; the last report counts."""
    if file is None and not from_posts:
        read(ctx, _print)
        return
    given, files = read_form(file) if file is not None else None, attached(attach)
    with open_desk(ctx) as desk:
        reached = run(catch_up(desk))
        posted = own_posts(desk.ledger, desk.settings.ncp)
        form = given if given is not None else posted.form()
        report = read_as("national_report", encode(form), desk.view.state.added_commodities)
        if isinstance(report, NationalReport):
            for sentence in in_words(report, posted, wording()):
                note(sentence)
        certain("These totals will count as your country's final figures, until you file others.", yes)
        event_id = desk.actions.file_national_report(form, text, files)
        run(deliver(desk, event_id, reached=reached))


def _print(desk: Desk) -> None:
    say(json.dumps(own_posts(desk.ledger, desk.settings.ncp).form(), indent=2))
