"""`vocu watch`: stay connected; with a folder, import whatever a national system drops there."""

import asyncio
import contextlib
import sys
import time
from pathlib import Path
from typing import Annotated, Literal

import typer

from vocu.errors import RefusedError
from vocu.form.whole import whole
from vocu_client.app import Desk
from vocu_client.cli.desk import open_desk, run
from vocu_client.cli.printing import note, say, wording
from vocu_client.cli.reading import stay_connected
from vocu_client.imports.folder import Folder, Receipt
from vocu_client.imports.mapping import load_mapping
from vocu_client.imports.planning import Plan
from vocu_client.posting import OCU, now
from vocu_client.store.drafts import DraftChangedError

LOOK_SECONDS = 1.0
FOLLOW_SECONDS = 3.0
"""How often the receipts are brought up to date."""


def watch(
    ctx: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(exists=True, file_okay=False, help="Where a national system drops its files.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="What the columns of its tables mean.")
    ] = None,
    as_: Annotated[
        Literal["drafts", "reports"],
        typer.Option("--as", help="Post reports at once, or leave drafts that an officer sends."),
    ] = "reports",
) -> None:
    """Stay connected: show what comes, and send what other commands of this desk write. Ctrl-C ends it.

    With a folder: import each file that is dropped there, once, and put a receipt beside it.
    """
    if folder is None:
        stay_connected(ctx)
        return
    known = load_mapping(mapping) if mapping is not None else None
    with open_desk(ctx) as desk, contextlib.suppress(KeyboardInterrupt):
        keep = None if as_ == "reports" else lambda plan: _keep_drafts(desk, plan)
        watched = Folder(desk, folder, known, mapping.name if mapping is not None else "", keep)
        note(f"Watching {folder}; Ctrl-C ends it.")
        run(_watch(desk, watched))


async def _watch(desk: Desk, folder: Folder) -> None:
    """Keep the line, unless another process of this desk has it, and look at the folder; until cancelled."""
    connection = asyncio.create_task(_stay_connected(desk))
    followed = 0.0
    try:
        while not connection.done():
            if desk.view.size:
                for receipt in folder.look():
                    _tell(receipt)
                if time.monotonic() - followed >= FOLLOW_SECONDS:
                    followed = time.monotonic()
                    for receipt in folder.follow():
                        _tell(receipt)
            await asyncio.wait({connection}, timeout=LOOK_SECONDS)
        await connection
    finally:
        connection.cancel()
        await asyncio.gather(connection, return_exceptions=True)


async def _stay_connected(desk: Desk) -> None:
    while True:
        try:
            await desk.watch()
        except RefusedError as error:
            if error.code not in ("already-running", "not-admitted-yet"):
                raise
            desk.view.catch_up_from_disk()  # what the process that has the line brings
            await asyncio.sleep(LOOK_SECONDS)


def _tell(receipt: Receipt) -> None:
    words = wording()
    reports = words.count(len(receipt.reports), "report")
    say(f"{receipt.file}: {receipt.state}, {reports}" + (f": {receipt.message}" if receipt.message else ""))
    sys.stdout.flush()


def _keep_drafts(desk: Desk, plan: Plan) -> None:
    """A draft of each new report, as an officer would have typed it, under the id that the report will have."""
    # Imported late: the forms of the pages take longer to load than most commands to run.
    from vocu_client.web.forms.form import Form  # noqa: PLC0415
    from vocu_client.web.pages.report_draft import READERS, SEIZURE  # noqa: PLC0415

    words = wording()
    form = Form("seizure", words, desk.view.state, own=desk.settings.ncp)
    for imported, draft in plan.fresh:
        typed = form.typed(whole(imported.report, imported.nominal)) | {READERS: [OCU]}
        summary = f"{imported.report.place.title()}, {words.day(imported.report.seizure_day)}"
        with contextlib.suppress(DraftChangedError):  # an officer goes on with it already
            try:
                desk.drafts.keep(draft.id, SEIZURE, typed, "", now(), summary=summary)
            except RefusedError as error:
                if error.code != "draft-gone":  # he sent it, or threw it away
                    raise
