"""One seizure: what it says, who may read what, its photos, what became of it, and what may be done now."""

import asyncio
from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from starlette.responses import Response

from vocu.canonical import decode_any, encode
from vocu.compilation.ledger import Report
from vocu.errors import RefusedError
from vocu.form.report import SeizureReport
from vocu.operation import events
from vocu.operation.header import PartSlip
from vocu.operation.media import MediaFile
from vocu_client.files import Attached
from vocu_client.overviews.seizures import Point, Way
from vocu_client.store.outbox import Item
from vocu_client.web.attached import file_routes
from vocu_client.web.consulting import may_open
from vocu_client.web.digits import number_of
from vocu_client.web.forms.telling import tell
from vocu_client.web.seizures import mapping, telling
from vocu_client.web.seizures.history import history, newest_entry, revision
from vocu_client.web.visit import Visit, get

_ABOUT_REPORTS = ("seizure_amended", "seizure_withdrawn", "seizure_released", "seizure_confirmed")


class Sealing(Struct, frozen=True):
    """How a part is sealed: to these participants, or to all; `ours`: this desk is among its readers."""

    readers: tuple[str, ...]
    ours: bool


async def overview(visit: Visit) -> Response:
    report_id = str(visit.path["id"])
    if report_id not in visit.desk.ledger.reports:
        return _waiting(visit, report_id)
    report = visit.desk.ledger.reports[report_id]
    newest = visit.desk.reading.revisions(report_id)[-1]
    sealing = _sealing(visit, newest.act.header.slip("nominal") if newest.act is not None else None)
    attached = visit.desk.files.of_report(report_id)
    for_us = _is_for_us(sealing, attached)
    allowed = for_us and may_open(visit, report_id)
    now = revision(visit.desk, newest, nominal=allowed)
    steps = history(visit.desk, report_id, visit.words, nominal=allowed)
    visit.desk.marks.read(visit.officer.id, [step.entry for step in steps])
    return visit.page(
        "seizure.html",
        report=report,
        stat=now.stat,
        title=telling.title(now.stat, visit.words) if now.stat is not None else visit.words._("Restricted report"),
        told=tell("seizure", {**_plain(now.stat), "amendment_reason": None}, visit.words),
        nominal=tell("seizure", _plain(now.nominal), visit.words),
        sealing=sealing,
        for_us=for_us,
        allowed=allowed,
        attached=attached,
        steps=steps,
        drawn=_map(visit, report, now.stat),
        may=_may(visit, report),
        telling=telling,
        **_standing(visit, report_id),
    )


async def status(visit: Visit) -> Response:
    """How far this report is, and whether it changed since the page was made. A page that waits for what was written
    here gives way to the report as it is then, without being loaded again: that could break off what is being done."""
    report_id = str(visit.path["id"])
    seen = visit.query.get("seen", "")
    standing = _standing(visit, report_id, seen)
    if "waiting" in visit.query and standing["entry"] and not (seen and standing["under_way"]):
        page = await overview(visit)
        page.headers.update({"HX-Retarget": "main", "HX-Reselect": "main", "HX-Reswap": "outerHTML"})
        return page
    return visit.page("seizure_status_part.html", **standing)


async def files(visit: Visit) -> Response:
    report_id = str(visit.path["id"])
    attached = visit.desk.files.of_report(report_id)
    allowed = may_open(visit, report_id)
    return visit.page("seizure_files_part.html", attached=attached, allowed=allowed, report_id=report_id)


async def _read(visit: Visit) -> tuple[MediaFile, bytes]:
    """A file of this report, and of no other: the reason was given for this one."""
    report_id, event_id = str(visit.path["id"]), str(visit.path["event"])
    if not may_open(visit, report_id):
        raise RefusedError("no-reason", "Say on the report's page why you need to see this; then its files open.")
    if event_id not in [each.event_id for each in visit.desk.files.of_report(report_id)]:
        raise RefusedError("no-such-file", "There is no such file; go back to its report.")
    return await asyncio.to_thread(visit.desk.files.read, event_id, int(visit.path["number"]))


def _waiting(visit: Visit, report_id: str) -> Response:
    """A report that was written here and is not in the log yet. Raises RefusedError where there is none."""
    item = visit.desk.outbox.find(report_id)
    if item is None or item.kind != "seizure_reported" or item.state == "delivered":
        raise RefusedError("unknown-id", f"This desk holds no seizure report with the id {report_id}.")
    draft = visit.desk.outbox.draft(item)
    stat, nominal, media = (getattr(draft.event, part, None) for part in ("stat", "nominal", "media"))
    sealed = nominal is not None or media is not None
    if not sealed or not may_open(visit, report_id):
        nominal = None
    readers = draft.readers.get("nominal") or draft.readers.get("media") or ()
    return visit.page(
        "seizure_waiting.html",
        title=telling.title(stat, visit.words) if stat is not None else visit.words._("Seizure"),
        told=tell("seizure", _plain(stat), visit.words),
        nominal=tell("seizure", _plain(nominal), visit.words),
        readers=sorted({*readers, visit.desk.settings.ncp}) if readers else (),
        attached=visit.desk.files.of_report(report_id),
        allowed=sealed and may_open(visit, report_id),
        item=item,
        **_standing(visit, report_id),
    )


def _is_for_us(sealing: Sealing | None, attached: list[Attached]) -> bool:
    """Whether this desk may see anything that names somebody: only then is it worth asking, and keeping, why."""
    return (sealing is not None and sealing.ours) or any(each.state in ("open", "coming") for each in attached)


def _plain(part: Any) -> Mapping[str, Any]:
    """A part of the form as plain JSON values, as its fields are told."""
    return decode_any(encode(part)) if part is not None else {}


def _sealing(visit: Visit, slip: PartSlip | None) -> Sealing | None:
    if slip is None:
        return None
    state, own = visit.desk.view.state, visit.desk.settings.device
    readers = {state.devices[device].ncp for device in slip.devices or ()}
    return Sealing(tuple(sorted(readers)), slip.devices is None or own in slip.devices)


def _map(visit: Visit, report: Report, stat: SeizureReport | None) -> mapping.Mapped | None:
    if stat is None:
        return None
    stops = telling.stops_of(stat)
    point = Point(stat.country or report.owner, stat.place, (report.id,))
    return mapping.mapped([point], [Way(stops, (report.id,))] if len(stops) > 1 else [], visit.words)


def _standing(visit: Visit, report_id: str, seen: str = "") -> dict[str, Any]:
    """What the line on top says: where the report stands, and what about it is still under way."""
    desk = visit.desk
    report = desk.ledger.reports.get(report_id)
    newest = newest_entry(desk, report_id) if report is not None else None
    seen_at = number_of(seen)
    seen_entry = newest if seen_at is None else seen_at
    return {
        "report_id": report_id,
        "entry": desk.reading.revisions(report_id)[-1] if report is not None else None,
        "newest": newest,
        "changed": newest is not None and seen_entry is not None and newest > seen_entry,
        "own_item": desk.outbox.find(report_id) if report is None else None,
        "under_way": _under_way(visit, report_id),
    }


def _under_way(visit: Visit, report_id: str) -> list[Item]:
    outbox = visit.desk.outbox
    return [item for item in outbox.undelivered(*_ABOUT_REPORTS) if outbox.draft(item).ref == report_id]


def _may(visit: Visit, report: Report) -> dict[str, bool]:
    """What this officer may do with this report now, by the rules that hub and desks apply (vocu.operation.rules)."""
    state, own = visit.desk.view.state, visit.desk.settings.ncp
    member = state.members.get(own)
    posts = visit.may("post") and member is not None and member.role in events.SeizureAmended.roles
    in_time = state.phase in events.SeizureAmended.phases
    ours = report.owner == own or (report.unconfirmed and own in state.organisers)
    change = posts and in_time and ours and report.withdrawn is None
    confirm = posts and in_time and report.owner == own and report.unconfirmed and report.withdrawn is None
    return {
        "amend": change,
        "withdraw": change,
        "release": change and report.restricted,
        "confirm": confirm,
    }


ROUTES = [
    get("/seizures/{id}", overview),
    get("/seizures/{id}/status", status),
    get("/seizures/{id}/files", files),
    *file_routes("/seizures/{id}/files/{event}/{number:int}", _read),
]
