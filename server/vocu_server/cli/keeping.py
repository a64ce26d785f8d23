"""Backups: the offline key, making one, making a hub of one again."""

import secrets
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from vocu.crypto.backups import BackupKey
from vocu.crypto.restoring import SEED_SIZE, RestoringKey
from vocu.crypto.stretching import SALT_SIZE
from vocu.errors import RefusedError, UntrustedError
from vocu_server.cli.folder import Folder
from vocu_server.cli.looking import verify_all
from vocu_server.cli.progress import progress
from vocu_server.clock import system_clock
from vocu_server.keeping.backups import make_backup, prune
from vocu_server.keeping.recovering import recover as recover_log
from vocu_server.keeping.restoring import restore as restore_hub
from vocu_server.log_files import put_on_record
from vocu_server.settings import HubFolder, read_settings

PassphraseFile = Annotated[
    Path | None, typer.Option(help="The file of the private key's passphrase; else you are asked.")
]


def backup_key(
    name: Annotated[Path, typer.Argument(help="NAME.public and NAME.private are written.")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make the key pair of backups, away from the hub: the public half goes to it, the private half never."""
    public, private = (name.with_name(name.name + suffix) for suffix in (".public", ".private"))
    for path in (public, private):
        if path.exists():
            raise RefusedError("file-exists", f"There is {path} already; choose another name for the key.")
    passphrase = _passphrase(passphrase_file, new=True)
    key = RestoringKey.from_seed(secrets.token_bytes(SEED_SIZE))
    private.touch(0o600)
    private.write_bytes(key.to_file(passphrase, salt=secrets.token_bytes(SALT_SIZE)))
    public.write_bytes(key.public.to_file())
    typer.echo(f"key {key.public.id}: {public} for the hub; {private}, in two copies, for a safe")


def backup(
    folder: Folder,
    to: Annotated[Path, typer.Option(help="A file, or a folder in which each backup has a name of its own.")],
    key: Annotated[Path, typer.Option(help="The public half of the offline key.")],
    keep_days: Annotated[
        int | None, typer.Option(min=1, help="Delete this hub's backups in that folder that are older.")
    ] = None,
) -> None:
    """Write a backup, sealed to an offline key. The hub may be running."""
    hub = read_settings(folder)
    if keep_days is not None and not to.is_dir():
        raise RefusedError("bad-option", "--keep-days goes with a folder: let --to name one.")
    now = system_clock()
    with progress("backup") as told:
        made = make_backup(hub, BackupKey.from_file(key.read_bytes()), to, now, told)
    put_on_record(hub, "backed-up", size=made.size)
    typer.echo(f"{made.path}  {made.size} bytes, {made.rows} rows, {made.parts} large parts  sha256 {made.sha256}")
    for path in prune(to, hub, keep_days, now) if keep_days is not None else ():
        typer.echo(f"deleted {path}")
    if made.missing:
        raise UntrustedError(
            "damaged-part",
            f"{made.missing} large parts are missing on this hub, and so in the backup; run `vocu-hub verify`.",
        )


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.")],
    key: Annotated[Path, typer.Option(help="The private half of the offline key.")],
    folder: Annotated[Path | None, typer.Argument(help="Where the hub is made again: an empty folder.")] = None,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Restore to a temporary place, verify everything, and delete it again.")
    ] = False,
    settings: Annotated[
        Path | None, typer.Option(help="Another hub.toml than the one in the backup: another database, other places.")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make a hub again out of a backup; or find out, with --check, whether one could."""
    if (folder is None) != check:
        raise RefusedError("bad-option", "Name the folder to restore to, or --check; one of the two.")
    private = RestoringKey.from_file(key.read_bytes(), _passphrase(passphrase_file, new=False))
    if folder is not None:
        with progress("restore") as told:
            restore_hub(file, private, folder, told, settings.read_bytes() if settings else None)
        put_on_record(read_settings(folder), "restored")
        typer.echo(f"restored to {folder}; go on with `vocu-hub verify {folder}`, then `vocu-hub doctor {folder}`")
        return
    with tempfile.TemporaryDirectory(prefix="vocu-restore-") as place:
        with progress("restore") as told:
            hub: HubFolder = restore_hub(file, private, Path(place) / "hub", told, b"")
        verify_all(hub)
    typer.echo(f"{file} can be restored")


def recover(
    folder: Folder,
    copies: Annotated[list[Path], typer.Argument(help="What desks wrote with `vocu export FILE --for-hub`.")],
) -> None:
    """Take back the end of a log that a restored hub lacks from desks' copies. The hub must not be running."""
    hub = read_settings(folder)
    try:
        with progress("recover") as told:
            found = recover_log(hub, copies, system_clock(), told)
    except UntrustedError as error:
        put_on_record(hub, "recovered", code=error.code)
        raise
    put_on_record(hub, "recovered", op=found.op, before=found.before, now=found.after)
    typer.echo(
        f"{found.op}  {found.before} entries, now {found.after}; {found.parts} large parts put back  root {found.root}"
    )
    for index, part in found.missing:
        typer.echo(f"no copy held the part {part!r} of entry {index}")
    typer.echo(f"go on with `vocu-hub verify {folder}`; desks that had an alarm: `vocu alarms silence`")


def _passphrase(file: Path | None, *, new: bool) -> str:
    if file is not None:
        return file.read_text(encoding="utf-8").removesuffix("\n")
    words = typer.prompt("Passphrase of the private key", hide_input=True, confirmation_prompt=new, err=True)
    return str(words)
