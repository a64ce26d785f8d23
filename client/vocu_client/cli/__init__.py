"""`vocu`: the command line of a desk. Here it is put together; docs/desk.md describes every command."""

from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.exc import SQLAlchemyError
from typer.core import TyperGroup

from vocu.errors import MalformedError, VocuError
from vocu_client.cli import (
    attaching,
    confirming,
    edition,
    exchange,
    founding,
    importing,
    mailing,
    membership,
    posting,
    profiling,
    reading,
    reference,
    results,
    returns,
    seizures,
    serving,
    template,
    verifying,
    watching,
    wording,
)
from vocu_client.cli.desk import Given
from vocu_client.cli.printing import note, show_error
from vocu_client.demo.command import demo
from vocu_client.settings import DEFAULT_HOME, Home

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130
DAMAGED = ("file is not a database", "malformed")
"""What SQLite says of a file that is no longer whole."""


class Commands(TyperGroup):
    """All commands; whatever goes wrong in one is said once, in words, and shows in the exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except VocuError as error:
            show_error(error)
            raise typer.Exit(BAD_INPUT if isinstance(error, MalformedError) else FAILED) from None
        except BrokenPipeError:
            raise  # whoever read our output has seen enough
        except OSError as error:
            note(f"{error.filename or 'A file'} cannot be used: {error.strerror or error}.")
            raise typer.Exit(FAILED) from None
        except SQLAlchemyError as error:
            why = getattr(error, "orig", None) or type(error).__name__
            if any(sign in str(why) for sign in DAMAGED):
                note(
                    f"This desk's database is damaged ({why}). Put it back from a backup, or have this desk revoked "
                    "and join with a new one: the log itself is safe at the hub."
                )
            else:
                note(f"This desk's database cannot be used ({why}): is the disk full, or not writable?")
            raise typer.Exit(FAILED) from None
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"vocu {version('vocu')}")
        raise typer.Exit


@app.callback()
def desk(
    ctx: typer.Context,
    home: Annotated[Path, typer.Option(envvar="VOCU_HOME", help="The folder of this desk.")] = DEFAULT_HOME,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(envvar="VOCU_PASSPHRASE_FILE", help="The file of its passphrase; else you are asked."),
    ] = None,
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """A desk in a joint operation: report, ask, warn and read, sealed to those you work with.

    What you write is kept on this machine first and sent once there is a line. Six characters of an id are enough.
    """
    ctx.obj = Given(Home(home), passphrase_file)


WITH_ID = {"ignore_unknown_options": True}
"""Ids may begin with a hyphen, which must not be taken for an option."""

# --- an operation and who is in it ---
operation = typer.Typer(no_args_is_help=True, help="Found an operation.")
operation.command("create")(founding.create)
app.add_typer(operation, name="operation")
app.command("join")(founding.join)
app.command("invite")(membership.invite)
app.command("applicants")(membership.applicants)
app.command("admit")(membership.admit)
app.command("change")(membership.change)
app.command("remove")(membership.remove)
device = typer.Typer(no_args_is_help=True, help="Further desks of your country.")
device.command("add")(membership.add_device)
device.command("admit")(membership.admit_device)
device.command("revoke", context_settings=WITH_ID)(membership.revoke_device)
app.add_typer(device, name="device")
phase = typer.Typer(no_args_is_help=True, help="The phases of the operation.")
phase.command("open")(membership.open_phase)
app.add_typer(phase, name="phase")
app.command("roster")(membership.roster)
app.command("whoami")(membership.whoami)

# --- words ---
app.command("send")(posting.send)
app.command("announce")(posting.announce)
app.command("attachments", context_settings=WITH_ID)(attaching.attachments)
contacts = typer.Typer(invoke_without_command=True, help="Who is reached how.")
contacts.callback()(posting.contacts)
contacts.command("publish")(posting.publish_contacts)
app.add_typer(contacts, name="contacts")

# --- seizures ---
seizure = typer.Typer(no_args_is_help=True, help="Seizure reports, from the first word to the last correction.")
seizure.command("form")(seizures.form)
seizure.command("post")(seizures.report)
seizure.command("amend", context_settings=WITH_ID)(seizures.amend)
seizure.command("withdraw", context_settings=WITH_ID)(seizures.withdraw)
seizure.command("release", context_settings=WITH_ID)(seizures.release)
seizure.command("confirm", context_settings=WITH_ID)(seizures.confirm)
seizure.command("list")(seizures.list_all)
seizure.command("show", context_settings=WITH_ID)(seizures.show)
app.add_typer(seizure, name="seizure")
app.command("template")(template.template)
app.command("import")(importing.import_table)
imports = typer.Typer(invoke_without_command=True, help="What was imported from files, and how to take it back.")
imports.callback()(importing.list_imports)
imports.command("undo")(importing.undo_import)
app.add_typer(imports, name="imports")

# --- warnings, questions, cross-checks, returns ---
app.command("warn")(exchange.warn)
app.command("feedback", context_settings=WITH_ID)(exchange.feedback)
app.command("ask")(exchange.ask)
app.command("answer", context_settings=WITH_ID)(exchange.answer)
cross_check = typer.Typer(no_args_is_help=True, help="Have particulars looked up by Europol, Interpol and others.")
cross_check.command("ask")(exchange.ask_cross_check)
cross_check.command("answer", context_settings=WITH_ID)(exchange.answer_cross_check)
app.add_typer(cross_check, name="cross-check")
app.command("controls")(returns.controls)
app.command("nil")(returns.nil)
app.command("outcome")(returns.outcome)
app.command("national-report")(confirming.national_report)

# --- mail ---
mail = typer.Typer(invoke_without_command=True, help="Notices to the duty mailbox.")
mail.callback()(mailing.show)
mail.command("set")(mailing.set_up)
mail.command("test")(mailing.trial)
mail.command("off")(mailing.off)
app.add_typer(mail, name="mail")

# --- the pages ---
app.command("desk")(serving.desk)

# --- reading, and this desk's own state ---
app.command("watch")(watching.watch)
app.command("inbox")(reading.inbox)
app.command("outbox")(reading.outbox)
alarms = typer.Typer(invoke_without_command=True, help="What this desk found that is not to be trusted.")
alarms.callback()(reading.alarms)
alarms.command("silence")(reading.silence)
app.add_typer(alarms, name="alarms")
app.command("erase")(posting.erase)

# --- results ---
newsletter = typer.Typer(invoke_without_command=True, help="The daily newsletter.")
newsletter.callback()(results.newsletter)
newsletter.command("issue")(results.issue)
app.add_typer(newsletter, name="newsletter")
app.command("tables")(results.tables)
conversion = typer.Typer(invoke_without_command=True, help="How quantities and money are converted.")
conversion.callback()(reference.show)
conversion.command("rates")(reference.rates)
conversion.command("rules")(reference.rules)
app.add_typer(conversion, name="reference")
app.command("edition")(edition.edition)
app.command("profile")(profiling.profile)
app.command("export")(verifying.export)
app.command("verify")(verifying.verify)

# --- languages ---
words = typer.Typer(no_args_is_help=True, help="Another language, by way of a spreadsheet.")
words.command("export")(wording.export_sheet)
words.command("import")(wording.import_sheet)
app.add_typer(words, name="wording")

# --- the demonstration ---
app.command("demo")(demo)


def main() -> None:
    app()
