"""`vocu-hub`: the command line of a hub. Here it is put together; docs/hub.md describes every command."""

from typing import Any

import typer
from sqlalchemy.exc import SQLAlchemyError
from typer.core import TyperGroup

from vocu.errors import UntrustedError, VocuError
from vocu_server.cli import looking, making, serving

FAILED, ALARMED = 1, 2


class Commands(TyperGroup):
    """All commands; whatever goes wrong in one is said once, in words: exit code 2 where something is not to be
    trusted, else 1."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except VocuError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(ALARMED if isinstance(error, UntrustedError) else FAILED) from None
        except (OSError, SQLAlchemyError) as error:
            sentence = f"The hub's folder cannot be used ({type(error).__name__}): is it there, has it room?"
            typer.echo(sentence, err=True)
            raise typer.Exit(FAILED) from None


cli = typer.Typer(
    cls=Commands,
    help="The hub of joint customs operations.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

cli.command()(making.init)
cli.command()(making.token)
cli.command()(serving.serve)
cli.command()(looking.status)
cli.command()(looking.verify)


def main() -> None:
    cli()
