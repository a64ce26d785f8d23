"""Files: attached to what is sent, listed and saved where they have come in."""

from pathlib import Path
from typing import Annotated, Final

import typer

from vocu.errors import MalformedError, VocuError
from vocu_client.app import Desk, OfflineError
from vocu_client.attachments import Attachment
from vocu_client.attachments import attach as made_ready
from vocu_client.cli.desk import catch_up, open_desk, run, the_id
from vocu_client.cli.printing import bar, note, say, table
from vocu_client.files import Attached, AttachedFile

KIB = 1024
Attach = Annotated[
    list[Path] | None,
    typer.Option(help="A file to go with it, up to 25 MiB; give it again for up to ten. Pictures lose their EXIF."),
]
STATES: Final = {
    "not-for-us": "There are files, sealed to others.",
    "erased": "The files were erased, here and everywhere.",
    "coming": "The list of files has yet to come.",
    "damaged": "The list of files is not what its sender announced; ask for them again.",
}


def attached(paths: list[Path] | None) -> list[Attachment]:
    """The files as they will be sent. Raises MalformedError or RefusedError, naming the file."""
    return [_read(path) for path in paths or ()]


def _read(path: Path) -> Attachment:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise MalformedError("bad-file", f"{path} cannot be read: {error.strerror}.") from None
    return made_ready(path.name, data)


def attachments(
    ctx: typer.Context,
    id: Annotated[str, typer.Argument(help="The id of what they came with.")],  # noqa: A002 - as the help shows it
    out: Annotated[Path | None, typer.Option(help="The folder to save them in; without it they are listed.")] = None,
) -> None:
    """List the files that came with a message or a report, or fetch and save them."""
    with open_desk(ctx) as desk:
        run(catch_up(desk))
        event_id = the_id(desk, id)
        found = desk.files.of_report(event_id) or [desk.files.of(event_id)]
        if out is not None:
            for each in found:
                run(_fetch(desk, each.event_id))
        _show([desk.files.of(each.event_id) for each in found])
        if out is not None and not _save(desk, [each.event_id for each in found], out):
            raise typer.Exit(1)


async def _fetch(desk: Desk, event_id: str) -> None:
    with bar("Fetching files") as told:
        try:
            await desk.fetch_files(event_id, told)
        except OfflineError as error:
            note(error.message)


def _show(found: list[Attached]) -> None:
    files = [(each, file) for each in found for file in each.files]
    for each in found:
        if each.state in STATES:
            note(STATES[each.state])
    if not files and all(each.state == "none" for each in found):
        say("No files came with this.")
    if files:
        rows = [(file.name, file.media_type, f"{-(-file.size // KIB):,}", state(file)) for _, file in files]
        table(("Name", "Kind", "KiB", ""), rows, frozenset({"KiB"}))


def _save(desk: Desk, event_ids: list[str], folder: Path) -> bool:
    """Whether all files of these events could be saved; none is written over."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = True
    for event_id in event_ids:
        found = desk.files.of(event_id)
        whole &= found.state in ("open", "none")
        for file in found.files:
            try:
                described, data = desk.files.read(event_id, file.number)
            except VocuError as error:
                note(f"{file.name}: {error.message}")
                whole = False
                continue
            path = _free(folder, described.name)
            path.write_bytes(data)
            say(str(path))
    return whole


def _free(folder: Path, name: str) -> Path:
    path, number = folder / name, 1
    while path.exists():
        number += 1
        path = folder / f"{Path(name).stem} ({number}){Path(name).suffix}"
    return path


def state(file: AttachedFile) -> str:
    """How much of a file is here, in words."""
    return "here" if file.whole else f"on its way, {file.here} of {file.chunks}"
