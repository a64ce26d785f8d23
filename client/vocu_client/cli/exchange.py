"""Warnings and what became of them, questions and answers, cross-checks."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from vocu.errors import RefusedError
from vocu_client.app import Desk
from vocu_client.cli.desk import codes, filled, instant, match_id, post, the_id, today, words
from vocu_client.cli.files import read_form

Form = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A TOML or JSON file.", metavar="FILE")]
Text = Annotated[str, typer.Argument(help="The words; - takes them from a pipe.")]
MoreText = Annotated[str | None, typer.Option(help="A word about it; sealed.")]
Subject = Annotated[str, typer.Option(help="What it is about, a code.")]


def warn(ctx: typer.Context, file: Form) -> None:
    """Warn of a suspect movement. Its words and particulars are sealed to the addressees."""
    form = read_form(file)
    text, nominal = form.pop("text", None), form.pop("nominal", None)
    post(ctx, lambda desk: desk.actions.issue_warning(form, text, nominal))


def feedback(
    ctx: typer.Context,
    warning: Annotated[str, typer.Argument(help="The warning's id.")],
    result: Annotated[str, typer.Option(help="seized, nothing_found, not_arrived or not_controlled.")],
    reason: Annotated[str | None, typer.Option(help="Why, a code.")] = None,
    day: Annotated[str | None, typer.Option(help="The day of the control.")] = None,
    report: Annotated[str | None, typer.Option(help="The id of your seizure report.")] = None,
    text: MoreText = None,
) -> None:
    """Say what became of a warning."""

    def act(desk: Desk) -> str:
        seized = the_id(desk, report) if report else None
        form = filled(result=result, reason=reason, control_day=day, seizure_report=seized)
        return desk.actions.give_feedback(the_id(desk, warning), form, text)

    post(ctx, act)


def ask(
    ctx: typer.Context,
    text: Text,
    to: Annotated[str, typer.Option(help="Whom you ask: DE,NL, or OCU for the organiser.")],
    subject: Subject,
    kind: Annotated[
        Literal["question", "request"], typer.Option(help="A question, or a request for assistance.")
    ] = "question",
    instrument: Annotated[str | None, typer.Option(help="The legal instrument of a request, a code.")] = None,
    due: Annotated[str | None, typer.Option(help="When the answer is due, operation's time: 2024-01-19T16:00.")] = None,
) -> None:
    """Ask a question or for assistance. The words are sealed to those whom you ask."""
    body = words(text)

    def act(desk: Desk) -> str:
        until = instant(desk, due) if due else None
        form = filled(
            kind=kind, addressees=list(codes(to)), subject=subject, instrument=instrument, answer_due_at=until
        )
        return desk.actions.ask(form, body)

    post(ctx, act)


def answer(
    ctx: typer.Context,
    question: Annotated[str, typer.Argument(help="The question's id.")],
    text: Text,
    common_interest: Annotated[
        bool, typer.Option("--common-interest", help="For all to read, and for the newsletter to mention.")
    ] = False,
    result: Annotated[
        str, typer.Option(help="answered, partly_answered, no_information, refused, forwarded.")
    ] = "answered",
) -> None:
    """Answer a question: sealed to who asked and to the organiser, or to all."""
    body = words(text)
    form = filled(result=result, of_common_interest=common_interest)
    post(ctx, lambda desk: desk.actions.answer(the_id(desk, question), form, body))


def ask_cross_check(
    ctx: typer.Context,
    file: Form,
    body: Annotated[str, typer.Option(help="Who looks it up: europol, interpol, …")],
    subject: Subject,
    to: Annotated[str, typer.Option(help="Whose desks may read the particulars.")] = "OCU",
    items: Annotated[int | None, typer.Option(min=1, help="How many particulars there are.")] = None,
) -> None:
    """Have the particulars in the file looked up."""
    nominal = read_form(file)

    def act(desk: Desk) -> str:
        form = filled(body=body, subject=subject, result="pending", items=items, asked_day=today(desk))
        return desk.actions.ask_cross_check(form, nominal, codes(to))

    post(ctx, act)


def answer_cross_check(
    ctx: typer.Context,
    asked: Annotated[str, typer.Argument(help="The id of what was asked.")],
    result: Annotated[str, typer.Option(help="hit, no_hit, pending or refused.")],
    hits: Annotated[int | None, typer.Option(min=0, help="How many were found.")] = None,
    particulars: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A file with what was found; sealed to who asked.")
    ] = None,
) -> None:
    """Say whether a cross-check found anything."""
    nominal = read_form(particulars) if particulars else None

    def act(desk: Desk) -> str:
        if not desk.ledger.cross_checks:
            raise RefusedError("unknown-id", "No cross-check was asked yet.")
        known = desk.ledger.cross_checks[match_id(asked, desk.ledger.cross_checks)]
        form: dict[str, Any] = filled(
            body=known.form.body,
            subject=known.form.subject,
            items=known.form.items,
            asked_day=known.form.asked_day,
            result=result,
            hits=hits,
            answered_day=today(desk),
        )
        return desk.actions.answer_cross_check(known.id, form, nominal)

    post(ctx, act)
