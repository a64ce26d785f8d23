"""What a country reports every day, and what became of its cases."""

from pathlib import Path
from typing import Annotated, Any

import typer

from vocu.errors import MalformedError
from vocu_client.app import Desk
from vocu_client.cli.desk import filled, post, today
from vocu_client.cli.files import read_form

Day = Annotated[str | None, typer.Option(help="The day; today in the operation's zone where left out.")]
Text = Annotated[str | None, typer.Option(help="A sentence for the organiser; sealed.")]
Problem = Annotated[bool, typer.Option("--problem", help="The operation does not run well here; say why with --text.")]


def controls(
    ctx: typer.Context,
    check: Annotated[
        list[str], typer.Option(help="What was checked, how many, with how many results: containers:120:3.")
    ],
    day: Day = None,
    persons: Annotated[int | None, typer.Option(min=0, help="Persons involved that day.")] = None,
    arrests: Annotated[int | None, typer.Option(min=0, help="Persons arrested that day.")] = None,
    investigations: Annotated[int | None, typer.Option(min=0, help="Investigations opened that day.")] = None,
    problem: Problem = False,
    text: Text = None,
) -> None:
    """File the day's controls. A second return for a day replaces the first."""
    counted = {
        "persons_involved": persons,
        "persons_arrested": arrests,
        "investigations_opened": investigations,
    }
    checks = [_check(each) for each in check]
    post(ctx, lambda desk: _file(desk, "control", checks, day, problem, text, counted))


def nil(
    ctx: typer.Context,
    day: Day = None,
    check: Annotated[list[str] | None, typer.Option(help="What was checked, and how many: vehicles:80.")] = None,
    problem: Problem = False,
    text: Text = None,
) -> None:
    """File that you checked and found nothing: silence says less."""
    checks = [_check(each) for each in check or ()]
    post(ctx, lambda desk: _file(desk, "nil", checks, day, problem, text, {}))


def outcome(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A TOML or JSON file.", metavar="FILE")],
) -> None:
    """Return what courts and authorities made of your cases in a period."""
    form = read_form(file)
    post(ctx, lambda desk: desk.actions.return_outcome(form))


def _file(
    desk: Desk,
    kind: str,
    checks: list[dict[str, Any]],
    day: str | None,
    problem: bool,
    text: str | None,
    counted: dict[str, int | None],
) -> str:
    form = {"day": day or today(desk), "kind": kind, "running": "problem" if problem else "well"}
    return desk.actions.file_daily_return(form | filled(checks=checks, **counted), text)


def _check(given: str) -> dict[str, Any]:
    """ "containers:120:3" → kind, checked, with_result."""
    kind, *numbers = given.split(":")
    if not 1 <= len(numbers) <= 2 or not all(number.isdecimal() and number.isascii() for number in numbers):
        raise MalformedError("bad-check", f"{given!r} is not a check; write kind:checked:with a result, vehicles:80:2.")
    checked, *results = map(int, numbers)
    return {"kind": kind, "checked": checked, "with_result": results[0] if results else 0}
