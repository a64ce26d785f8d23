"""An earlier operation to compare this one with, at the organiser's desk: read from a file, looked at, published."""

import asyncio
import json
from typing import Final

import msgspec
from starlette.datastructures import UploadFile
from starlette.responses import Response

from vocu.canonical import encode
from vocu.errors import MalformedError, VocuError
from vocu.form.codes import is_code
from vocu.form.days import is_day
from vocu.rendering.wording import N_
from vocu_client.editions import LARGEST, Earlier, read_file
from vocu_client.store.drafts import Drafts
from vocu_client.web.organising import for_organisers, text, told
from vocu_client.web.visit import Visit, get, post

HOME: Final = "/operation/edition"
NO_FILE: Final = N_("Choose a file.")
NO_NAME: Final = N_("Give the name of that operation, such as BALTICA I.")
NO_DAYS: Final = N_("Give its first and its last day, in this order.")


@for_organisers
async def overview(visit: Visit) -> Response:
    """What this operation is compared with now, and where another file is chosen."""
    return visit.page("edition.html", edition=visit.desk.ledger.edition, error=None, errors=[])


@for_organisers
async def look(visit: Visit) -> Response:
    """What the file says, before anything is published; its days are asked for here."""
    upload = visit.form.get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return _refused(visit, errors=[("file", visit.words._(NO_FILE))])
    async with visit.request.form():  # it is read already; this closes its files
        data = await upload.read(LARGEST + 1)
    try:
        earlier = await asyncio.to_thread(read_file, upload.filename, data)
    except VocuError as error:
        return _refused(visit, error=error)
    return _preview(visit, earlier, Drafts.new_id())


@for_organisers
async def publish(visit: Visit) -> Response:
    """Publish what was looked at. The same form sent twice publishes it once."""
    event_id, name = text(visit, "id"), text(visit, "name")
    starts_day, ends_day = text(visit, "starts_day"), text(visit, "ends_day")
    try:
        earlier = msgspec.json.decode(text(visit, "earlier"), type=Earlier)
    except (msgspec.MsgspecError, ValueError):
        raise MalformedError("bad-request", "This form could not be read; go back and send it again.") from None
    errors = [] if name else [("name", visit.words._(NO_NAME))]
    if not (is_day(starts_day) and is_day(ends_day)) or starts_day > ends_day:
        errors.append(("starts_day", visit.words._(NO_DAYS)))
    if errors:
        return _preview(visit, earlier, event_id, errors, status=422)
    visit.actions.publish_edition(earlier.edition(name, starts_day, ends_day), event_id=event_id or None)
    return await told(visit, event_id, HOME, visit.words._("It is published; T15 compares with it from now on."))


def _refused(visit: Visit, *, error: VocuError | None = None, errors: list[tuple[str, str]] | None = None) -> Response:
    edition = visit.desk.ledger.edition
    return visit.page("edition.html", 422, edition=edition, error=error, errors=errors or [])


def _preview(
    visit: Visit, earlier: Earlier, event_id: str, errors: list[tuple[str, str]] | None = None, status: int = 200
) -> Response:
    added = visit.desk.view.state.added_commodities
    unknown = {row.commodity for row in earlier.totals if not is_code("commodity", row.commodity)} - added
    return visit.page(
        "edition_check.html",
        status,
        earlier=earlier,
        sealed=encode(json.loads(msgspec.json.encode(earlier))).decode(),
        unknown=sorted(unknown),
        id=event_id,
        typed={name: text(visit, name) for name in ("name", "starts_day", "ends_day")},
        errors=errors or [],
        replaces=visit.desk.ledger.edition,
    )


ROUTES = [
    get(HOME, overview),
    post(f"{HOME}/look", look, right="approve"),
    post(HOME, publish, right="approve"),
]
