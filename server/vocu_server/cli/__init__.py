"""`vocu-hub`: the command line of a hub. Here it is put together; docs/hub.md describes every command."""

from typing import Any

import typer
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from typer.core import TyperGroup

from vocu.errors import UntrustedError, VocuError
from vocu_server.cli import examining, keeping, looking, making, serving

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
        except OSError as error:
            typer.echo(f"{error.filename or 'A file'} cannot be used: {error.strerror or error}.", err=True)
            raise typer.Exit(FAILED) from None
        except SQLAlchemyError as error:
            typer.echo(f"The hub's database cannot be used ({_why(error)}): is it there, has it room?", err=True)
            raise typer.Exit(FAILED) from None


def _why(error: SQLAlchemyError) -> str:
    """What the database says of itself; of anything else its kind alone, since there might be rows in the words."""
    said = str(getattr(error, "orig", "")).splitlines()
    return said[0] if said and isinstance(error, OperationalError) else type(error).__name__


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
cli.command()(keeping.backup_key)
cli.command()(keeping.backup)
cli.command()(keeping.restore)
cli.command()(examining.upgrade)
cli.command()(examining.doctor)


def main() -> None:
    cli()
