"""Whether a seizure was reported already: the same day, place and goods, by the same participant."""

from collections import Counter
from collections.abc import Iterator

from vocu.errors import RefusedError, VocuError
from vocu.form.report import SeizureReport
from vocu.operation.events import SeizureAmended, SeizureReported, SeizureWithdrawn
from vocu_client.app import Desk

Owned = tuple[str, SeizureReport]
"""A participant and what it reported."""


def already_reported(desk: Desk, report: SeizureReport) -> tuple[str, ...]:
    """The ids of reports that are not withdrawn, or wait to be sent, and are alike, oldest first."""
    wanted = _marks((report.on_behalf_of or desk.settings.ncp, report))
    return tuple(known for known, owned in _standing(desk, report).items() if _marks(owned) == wanted)


def require_new(desk: Desk, report: SeizureReport) -> None:
    """Raises RefusedError("already-reported") where a report that is alike stands already."""
    if known := already_reported(desk, report):
        raise RefusedError(
            "already-reported",
            f"The report {known[0]} is of the same day, place and goods. Amend that one, or post this one all the "
            "same with --again.",
        )


def _marks(owned: Owned) -> tuple[object, ...]:
    owner, report = owned
    return owner, report.seizure_day, report.place, Counter(report.goods)


def _standing(desk: Desk, like: SeizureReport) -> dict[str, Owned]:
    """The reports of that day in the ledger as far as this desk may read them, and then what its outbox will make of
    them."""
    found = dict(_in_the_log(desk, like.seizure_day))
    for item in desk.outbox.items("queued", "sent"):
        if not item.kind.startswith("seizure_"):
            continue
        draft = desk.outbox.draft(item)
        match draft.event:
            case SeizureReported(stat=SeizureReport() as report):
                found[draft.id] = report.on_behalf_of or desk.settings.ncp, report
            case SeizureAmended(stat=SeizureReport() as report) if known := desk.ledger.reports.get(draft.ref or ""):
                found[known.id] = known.owner, report
            case SeizureAmended(stat=SeizureReport() as report) if draft.ref in found:
                found[draft.ref] = found[draft.ref][0], report
            case SeizureWithdrawn():
                found.pop(draft.ref or "", None)
    return found


def _in_the_log(desk: Desk, day: str) -> Iterator[tuple[str, Owned]]:
    for each in desk.ledger.reports.values():
        if each.withdrawn is not None:
            continue
        if each.stat is not None:
            if each.stat.seizure_day == day:
                yield each.id, (each.owner, each.stat)
        elif stat := _unsealed(desk, each.id):
            yield each.id, (each.owner, stat)


def _unsealed(desk: Desk, report: str) -> SeizureReport | None:
    """A restricted report, where it is sealed to this desk."""
    try:
        stat = desk.reading.body(desk.reading.revisions(report)[-1], "stat")
    except VocuError:
        return None
    return stat if isinstance(stat, SeizureReport) else None
