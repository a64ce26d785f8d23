"""Whether a seizure was reported already: the same day, place and goods, by the same participant."""

from collections import Counter

from vocu.errors import RefusedError
from vocu.form.report import SeizureReport
from vocu.form.whole import split
from vocu.operation.events import SeizureAmended, SeizureReported, SeizureWithdrawn
from vocu_client.app import Desk

Owned = tuple[str, SeizureReport]
"""A participant and what it reported."""


def require_new(desk: Desk, report: SeizureReport) -> None:
    """Raises RefusedError("already-reported") where a report that is not withdrawn, or waits to be sent, is alike."""
    wanted = _marks((report.on_behalf_of or desk.settings.ncp, report))
    for known, owned in _standing(desk).items():
        if _marks(owned) == wanted:
            raise RefusedError(
                "already-reported",
                f"The report {known} is of the same day, place and goods. Amend that one, or post this one all the "
                "same with --again.",
            )


def _marks(owned: Owned) -> tuple[object, ...]:
    owner, report = owned
    return owner, report.seizure_day, report.place, Counter(report.goods)


def _standing(desk: Desk) -> dict[str, Owned]:
    """The reports in the ledger as far as this desk may read them, and then what its outbox will make of them."""
    found: dict[str, Owned] = {}
    for each in desk.ledger.reports.values():
        if each.withdrawn is None and (stat := each.stat or _unsealed(desk, each.id)):
            found[each.id] = each.owner, stat
    for item in desk.outbox.items("queued", "sent"):
        if not item.kind.startswith("seizure_"):
            continue
        draft = desk.outbox.draft(item)
        match draft.event:
            case SeizureReported(stat=SeizureReport() as report):
                found[draft.id] = report.on_behalf_of or desk.settings.ncp, report
            case SeizureAmended(stat=SeizureReport() as report) if draft.ref in found:
                found[draft.ref] = found[draft.ref][0], report
            case SeizureWithdrawn():
                found.pop(draft.ref or "", None)
    return found


def _unsealed(desk: Desk, report: str) -> SeizureReport | None:
    """A restricted report, where it is sealed to this desk."""
    form = desk.reading.seizure_form(report)
    return split(form, desk.view.state.added_commodities)[0] if "goods" in form else None
