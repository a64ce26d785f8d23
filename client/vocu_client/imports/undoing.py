"""An import taken back: exactly its reports, as far as they still are as they were imported."""

from typing import Literal

from msgspec import Struct

from vocu.operation.composing import Draft
from vocu_client.app import Desk
from vocu_client.imports.rows import undo_id
from vocu_client.posting import now
from vocu_client.store.outbox import Item

Standing = Literal["counts", "under_way", "amended", "gone"]
"""How a report of an import stands: it counts as imported; it is in the outbox; somebody changed it since; it was
withdrawn or never left this desk."""


class Undone(Struct, frozen=True, kw_only=True):
    """What an undo did, by the reports' ids: cancelled before they were sent; withdrawn, as soon as the withdrawal is
    sent; and left, because they were amended since. Those that were gone already are not named."""

    cancelled: tuple[str, ...]
    withdrawn: tuple[str, ...]
    amended: tuple[str, ...]


def standings(desk: Desk, reports: tuple[str, ...]) -> dict[str, Standing]:
    """How each of these reports stands now, as far as this desk knows."""
    items = {item.id: item for item in desk.outbox.undelivered("seizure_reported")}
    changed: dict[str, str] = {}
    for item in desk.outbox.undelivered("seizure_amended", "seizure_withdrawn"):
        if item.under_way and (ref := desk.outbox.draft(item).ref):
            changed[ref] = "gone" if item.kind == "seizure_withdrawn" else changed.get(ref, "amended")
    return {report: _standing(desk, report, items.get(report), changed.get(report)) for report in reports}


def undo(desk: Desk, number: int, reason: str = "error", officer: str = "") -> Undone:
    """Cancel or withdraw the reports of an import that still are as they were imported, in one transaction. A second
    time it changes nothing. `reason`: a code of the list `withdrawal_reason`.

    Raises RefusedError (unknown-import), and as `authorise` does where nothing may be withdrawn any more."""
    record, reports = desk.imports.find(number)
    standing = standings(desk, reports)
    actions = desk.actions.of(officer) if officer else desk.actions
    counting: list[Draft] = []
    for report in (report for report in reports if standing[report] == "counts"):
        draft = actions.draft_withdrawal(report, reason, undo_id(report))
        actions.require_allowed(draft)
        counting.append(draft)
    under_way = {
        report: actions.draft_withdrawal(report, reason, undo_id(report))
        for report in reports
        if standing[report] == "under_way"
    }
    at = now()
    gone = desk.outbox.cancel(
        under_way, counting, at, lambda connection: desk.imports.mark_undone(connection, record.id, at)
    )
    withdrawn = [*(draft.ref or "" for draft in counting), *(report for report in under_way if report not in gone)]
    return Undone(
        cancelled=tuple(report for report in reports if report in gone),
        withdrawn=tuple(withdrawn),
        amended=tuple(report for report in reports if standing[report] == "amended"),
    )


def _standing(desk: Desk, report: str, item: Item | None, changed: str | None) -> Standing:
    known = desk.view.state.reports.get(report)
    if known is not None:
        if known.withdrawn or changed == "gone":
            return "gone"
        return "amended" if known.revision != report or changed else "counts"
    if item is None or changed == "gone":
        return "gone"
    return "amended" if changed else "under_way"
