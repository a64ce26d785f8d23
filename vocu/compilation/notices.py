"""The sections of a newsletter that tell what changed around the work: who came, went, announced or confirmed, and
which risk indicators came up."""

from collections.abc import Iterator

from vocu.compilation.ledger import Ledger, Notice, What
from vocu.compilation.limits import LISTED, Figures, listing
from vocu.operation.statements import Role

REPORTING: frozenset[Role] = frozenset({"organiser", "co_organiser", "participant"})
"""Those whose national report is waited for. Bodies that support an operation may file one, and need not."""


def notices(ledger: Ledger, since: int) -> Figures:
    """What was announced and what changed since that position. Words are sealed, so that announcements are counted and
    contacts named by whose they are. After the operational phase: how many national reports are still to come."""
    new = [notice for notice in ledger.notices if notice.received.index >= since]
    told: Figures = {"announcements": len(_of(new, "announcement"))}
    for what in ("admitted", "changed", "removed", "contacts", "national_report"):
        if who := sorted({notice.ncp for notice in _of(new, what)}):
            told[what] = listing(who)
    if phases := [notice.phase for notice in _of(new, "phase")]:
        told["phases"] = phases
    if _of(new, "reference"):
        told["reference"] = True
    if _of(new, "edition") and ledger.edition is not None:
        told["edition"] = ledger.edition.name
    if ledger.phase in ("POST_OPERATIONAL", "CLOSED"):
        waited = [ncp for ncp, party in ledger.parties.items() if party.active and party.role in REPORTING]
        told["national_reports"] = {
            "filed": len(ledger.national_reports),
            "missing": sum(ncp not in ledger.national_reports for ncp in waited),
        }
    return told


def _of(new: list[Notice], what: What) -> list[Notice]:
    return [notice for notice in new if notice.what == what]


def indicators(ledger: Ledger, since: int) -> Figures:
    """Risk indicators that were named for the first time since that position, and those that the previous issue still
    had and this one has no more; by reports, returns and warnings."""
    previous = max((issue.position for issue in ledger.issues if issue.position < since), default=0)
    ever: set[str] = set()
    then: set[str] = set()
    now: set[str] = set()
    for index, name in _named(ledger):
        (now if index >= since else ever).add(name)
        if previous <= index < since:
            then.add(name)
    return {"new": sorted(now - ever)[:LISTED], "no_longer": sorted(then - now)[:LISTED]}


def _named(ledger: Ledger) -> Iterator[tuple[int, str]]:
    """All indicators with the position at which they were named; not those of tests, nor of what no longer counts."""
    for report in ledger.reports.values():
        if report.relation != "test" and report.withdrawn is None and report.stat is not None:
            yield from ((report.counted.index, name) for name in report.stat.indicators_hit)
    for filed in ledger.returns.values():
        if filed.relation != "test":
            yield from ((filed.received.index, check.indicator) for check in filed.form.checks if check.indicator)
    for warned in ledger.warnings.values():
        yield from ((warned.received.index, name) for name in warned.form.indicators)
