"""What this country filed day by day, what is missing, and which quantities are pending until they are filled in."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from vocu.compilation.ledger import Ledger, Report, Return
from vocu.operation import events
from vocu.operation.act import Act
from vocu.operation.statements import Admit, Genesis
from vocu.operation.verified import Accepted
from vocu_client.following import Follower

SEIZURES = (events.SeizureReported, events.SeizureAmended, events.SeizureWithdrawn, events.SeizureReleased)


class Day(Struct, frozen=True):
    """One day of the operation: what was filed for it. `missing`: it has passed or runs, the country took part, and
    nothing was."""

    day: str
    filed: Return | None
    missing: bool
    today: bool


class Pending(Struct, frozen=True):
    """A goods line of this country whose quantity is still to come: the report and the line's place in it."""

    report: Report
    line: int


class Days(Follower):
    """This country's own days and open quantities."""

    def _begin(self) -> None:
        self._pending: dict[str, None] = {}
        self._admitted_at: dict[str, int] = {}

    def _take(self, accepted: Accepted, act: Act) -> None:
        if isinstance(act.event, events.ParticipantAdmitted):
            self._admitted_at[act.statement(Admit).participant.ncp] = accepted.at
        if not isinstance(act.event, SEIZURES) or self._view.ledger is None:
            return
        report = self._view.ledger.reports[act.header.ref or act.header.id]
        if report.owner == self._view.settings.ncp and _open_lines(report):
            self._pending[report.id] = None
        else:
            self._pending.pop(report.id, None)

    def filed(self, now: int, ncp: str | None = None) -> tuple[Day, ...]:
        """The days of the operation up to today, newest first; of this desk's own country unless told otherwise."""
        ledger = self._ledger
        if ledger is None:
            return ()
        ncp = ncp or self._view.settings.ncp
        today = local_day(ledger.genesis, now)
        since = local_day(ledger.genesis, self._admitted_at.get(ncp, ledger.genesis.created_at))
        filed = {day: ledger.returns.get((ncp, day)) for day in _days_until(ledger.genesis, today)}
        return tuple(
            Day(day, known, day >= since and (known is None or known.relation == "test"), day == today)
            for day, known in filed.items()
        )

    def missing(self, now: int) -> tuple[str, ...]:
        """The days before today for which this country filed nothing, newest first."""
        return tuple(each.day for each in self.filed(now) if each.missing and not each.today)

    def pending(self) -> tuple[Pending, ...]:
        """The goods lines of this country whose quantity is pending, newest report first."""
        ledger = self._ledger
        if ledger is None:
            return ()
        reports = [ledger.reports[report] for report in reversed(self._pending)]
        return tuple(Pending(report, line) for report in reports for line in _open_lines(report))

    @property
    def _ledger(self) -> Ledger | None:
        self.catch_up()
        return self._view.ledger


def local_day(genesis: Genesis, at: int) -> str:
    """The day that an instant (UTC milliseconds) belongs to in the operation's zone."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(genesis.zone)).date().isoformat()


def midnight(genesis: Genesis, day: str) -> int:
    """The instant (UTC milliseconds) at which that day begins in the operation's zone."""
    begins = datetime.combine(date.fromisoformat(day), datetime.min.time(), ZoneInfo(genesis.zone))
    return int(begins.timestamp()) * 1000


def _days_until(genesis: Genesis, today: str) -> list[str]:
    last, first = min(today, genesis.ends_day), genesis.starts_day
    count = (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
    return [(date.fromisoformat(last) - timedelta(days=back)).isoformat() for back in range(count)]


def _open_lines(report: Report) -> list[int]:
    if report.withdrawn is not None or report.stat is None:
        return []
    return [place for place, line in enumerate(report.stat.goods) if line.quantity is None]
