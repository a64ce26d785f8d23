"""The reports that a profile is filled with: what this desk may show, and nothing that is restricted."""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from vocu.compilation.ledger import Ledger, Report
from vocu.errors import SealedError
from vocu.form.report import SeizureNominal
from vocu_client.profiles.filling import Source
from vocu_client.reading import Reading


def gather(ledger: Ledger, reading: Reading, owners: frozenset[str], *, nominal: bool) -> Iterator[Source]:
    """The reports of these participants, of all where none is named, that are no tests, not withdrawn and not
    restricted, in the order of the log; with the nominal part where that is asked for and sealed to this desk."""
    zone = ZoneInfo(ledger.genesis.zone)
    for report in ledger.reports.values():
        stat = report.stat
        if stat is None or not stands(report) or (owners and report.owner not in owners):
            continue
        day = datetime.fromtimestamp(report.received.at / 1000, UTC).astimezone(zone).date().isoformat()
        named, sealed = _nominal(reading, report) if nominal else (None, False)
        yield Source(report, stat, day, named, sealed)


def stands(report: Report) -> bool:
    """Whether a report is neither a test nor withdrawn."""
    return report.relation != "test" and report.withdrawn is None


def _nominal(reading: Reading, report: Report) -> tuple[SeizureNominal | None, bool]:
    """The newest nominal part, and whether there is one that this desk cannot open."""
    for revision in reversed(reading.revisions(report.id)):
        try:
            body = reading.body(revision, "nominal")
        except SealedError as error:
            if error.code != "no-such-part":
                return None, True
        else:
            return (body if isinstance(body, SeizureNominal) else None), False
    return None, False
