"""The log as a file with its proofs, and the proof that everything follows from it."""

from pathlib import Path
from typing import Annotated

import typer

from vocu.canonical import b64
from vocu.errors import RefusedError, UntrustedError
from vocu_client.app import Desk
from vocu_client.cli.desk import open_desk, read
from vocu_client.cli.printing import bar, note, say, show_error, wording
from vocu_client.copying import copy_for_hub
from vocu_client.exports import write_files
from vocu_client.log_file import FORMAT, FirstLine, LogFile, log_lines, write_log
from vocu_client.verifying import Anchors, Verified, compare_files, verify_file, verify_log

DO_NOT_USE = "Do not rely on this file or on anything made from it. Ask who gave it to you, by telephone."

_MOST_NAMED = 10


def export(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Where to; a name that ends in .gz is compressed.")],
    sealed: Annotated[
        bool,
        typer.Option("--sealed", help="With sealed parts, still sealed, and what only some may read: for an archive."),
    ] = False,
    for_hub: Annotated[
        bool, typer.Option("--for-hub", help="For the operator of a hub that lost its newest entries: docs/backup.md.")
    ] = False,
    since: Annotated[int, typer.Option(min=0, help="With --for-hub: how many entries the hub still has.")] = 0,
) -> None:
    """Write the whole log with its proofs as JSON lines, for somebody who has no desk: docs/export.md."""
    if for_hub:
        with open_desk(ctx) as desk:
            size, pieces = copy_for_hub(desk, since)
            written = write_log(file, pieces, lambda _: None, may_pack=False)
        say(f"A copy of {wording().number(size)} entries is in {file}, {wording().number(written)} bytes.")
        note("It says who wrote to whom, and holds sealed parts: give it to the hub's operator alone.")
        return

    def write(desk: Desk) -> None:
        checkpoint, size = desk.replica.newest()
        settings = desk.settings
        first = FirstLine(
            format=FORMAT,
            op=settings.op,
            hub_key=settings.hub_key,
            entries=size,
            ncp=settings.ncp if sealed else None,
        )
        with bar("Writing") as told:
            lines = log_lines(first, desk.replica.entries(0, size), checkpoint or "")
            written = write_log(file, lines, lambda done: told(done, size + 2))
        number = wording().number
        say(f"{number(size)} entries with their proofs are in {file}, {number(written)} bytes of JSON lines.")
        if sealed:
            note("It says who wrote to whom, and holds sealed parts: give it only to those who may know that.")
        say("Whoever gets it verifies it with:")
        say(f"vocu verify {file.name} --op {settings.op}")

    read(ctx, write)


def verify(
    ctx: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(
            exists=True, dir_okay=False, help="An exported log; needs no desk. This desk's own if left out."
        ),
    ] = None,
    op: Annotated[str | None, typer.Option(help="The id of the operation that the file must be the log of.")] = None,
    hub_key: Annotated[str | None, typer.Option(help="The key of the hub that must have signed it.")] = None,
    tables: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="Compare the tables in this folder with the log.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(file_okay=False, help="Write the tables that follow from the log to this folder.")
    ] = None,
) -> None:
    """Verify everything anew, from this desk's own disk or an exported log: signatures, rules, roots, newsletters,
    tables."""
    if file is None:
        with open_desk(ctx) as desk, bar("Verifying") as told:
            _conclude(verify_log(desk, told, tables), tables, out)
        return
    try:
        with bar("Verifying") as told:
            found, withstands = verify_file(LogFile(file), Anchors(op=op, hub_key=hub_key), told, tables)
        _conclude(found, tables, out)
    except UntrustedError as error:
        show_error(error, DO_NOT_USE)
        raise typer.Exit(1) from None
    _say_what_was_trusted(LogFile(file).first, op, hub_key, withstands=withstands)


def _conclude(found: Verified, tables: Path | None, out: Path | None) -> None:
    number, bare = wording().number, found.entries - found.signatures
    say(f"This is the log of the operation {found.name}.")
    say(f"{number(found.entries)} entries verified, each in its place under the root that the hub signed:")
    say(b64(found.root))
    say(f"{number(found.signatures)} of them with their signatures and by all rules.")
    if bare:
        say(f"Addressed to others: {number(bare)}. Their place is all that is known of them here.")
    say(f"{number(found.witnesses)} participants signed the log as they saw it, up to {number(found.seen)} entries.")
    if found.unopened:
        _say_what_was_sealed(found, compared=bool(tables or out))
    say(f"{number(found.newsletters)} newsletters were compiled again and are the same, byte for byte.")
    say(f"{number(found.tables)} results tables were compiled again.")
    if tables is not None:
        others = compare_files(tables, found.files)
        same = "are the same as those that follow from the log at entry"
        say(f"The CSV and JSON files in {tables} {same} {found.as_of}.")
        if others:
            _say_what_was_not_compared(others)
    if out is not None:
        write_files(out, found.files)
        say(f"The tables that follow from the log at entry {found.as_of} are in {out}.")


def _say_what_was_not_compared(names: list[str]) -> None:
    shown = ", ".join(names[:_MOST_NAMED]) + (f" and {len(names) - _MOST_NAMED} more" if names[_MOST_NAMED:] else "")
    say(f"Not compared: {shown}. Of these believe only what stands in the files that were.")


def _say_what_was_sealed(found: Verified, *, compared: bool) -> None:
    """Raises RefusedError where tables were to be compared or written: they would lack what is sealed."""
    count = wording().number(found.unopened)
    note(f"{count} entries that count are sealed to others, so that figures after them cannot be made here.", "bold")
    if compared:
        raise RefusedError(
            "inputs-sealed", "Tables that miss what is sealed would be false; have the organiser's desk write them."
        )


def _say_what_was_trusted(first: FirstLine, op: str | None, hub_key: str | None, *, withstands: bool) -> None:
    """What the verdict rests on: the id fixes the genesis, the genesis names the hub's key, the key signed the root."""
    say(f"The hub's newest signature {'withstands' if withstands else 'does not withstand'} quantum computers, too.")
    if op is not None:
        say("Nothing was taken on trust: the id that you gave fixes who founded the operation, its rules and its hub.")
        return
    taken = "the operation's id" if hub_key is not None else "the operation's id and the hub's key"
    note(f"Taken from the file on trust: {taken}. Anybody can found an operation of the same name.", "bold")
    note(f"Ask a participant for the id that `vocu whoami` shows there, and compare: {first.op}")
