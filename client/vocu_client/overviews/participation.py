"""Who takes part and how: active, checking without result, or silent, and since when (a board for the organiser)."""

from collections import Counter
from typing import Literal

from msgspec import Struct

from vocu.compilation.counting import counts
from vocu.compilation.ledger import Ledger
from vocu.operation import events
from vocu.operation.act import Act
from vocu.operation.header import EVERYONE
from vocu.operation.statements import Admit, Role
from vocu.operation.verified import Accepted
from vocu_client.following import Follower
from vocu_client.overviews.days import local_day, midnight
from vocu_client.overviews.read_receipts import ReadReceipts
from vocu_client.view import View

Standing = Literal["active", "nil", "silent"]
"""Today: something seized or checked; a nil return and no more; neither."""
_WORK = (events.SeizureReported, events.SeizureAmended, events.DailyReturnFiled)


class Participation(Struct, frozen=True, kw_only=True):
    """One participant. Instants are UTC milliseconds; `silent_since` is when it last reported or returned anything, its
    admission where it never did, None while it is not silent; `seen_at` is its newest sign of life that reached this
    desk. `newsletters` are those of `issued` that it has said to have opened."""

    ncp: str
    name: str
    role: Role
    standing: Standing
    silent_since: int | None
    worked_at: int | None
    seen_at: int | None
    seizures: int
    controls: int
    nil_days: int
    return_days: int
    newsletters: int
    issued: int


class Board(Follower):
    """How everybody takes part."""

    def __init__(self, view: View, receipts: ReadReceipts) -> None:
        super().__init__(view)
        self._receipts = receipts

    def _begin(self) -> None:
        self._admitted_at: dict[str, int] = {}
        self._worked_at: dict[str, int] = {}
        self._issues: list[Accepted] = []

    def _take(self, accepted: Accepted, act: Act) -> None:
        ncp = self._ncp(act)
        match act.event:
            case events.ParticipantAdmitted():
                self._admitted_at[act.statement(Admit).participant.ncp] = accepted.at
            case events.NewsletterIssued():
                self._issues.append(accepted)
        if isinstance(act.event, _WORK) and act.header.to == EVERYONE:
            self._worked_at[ncp] = accepted.at

    def rows(self, now: int) -> tuple[Participation, ...]:
        """Every active participant, by code; `now` in UTC milliseconds says which day is today."""
        self.catch_up()
        ledger = self._view.ledger
        if ledger is None:
            return ()
        today = midnight(ledger.genesis, local_day(ledger.genesis, now))
        seizures, controls, nil_days, return_days, standing = _totals(ledger, today)
        opened: Counter[str] = Counter()
        for issue in self._issues:
            opened.update(reader.ncp for reader in self._receipts.of(issue).readers if reader.opened_at is not None)
        rows = []
        for member in self._view.state.participants():
            ncp = member.ncp
            worked_at = self._worked_at.get(ncp)
            now_is = standing.get(ncp, "silent")
            since = worked_at or self._admitted_at.get(ncp, ledger.genesis.created_at)
            rows.append(
                Participation(
                    ncp=ncp,
                    name=member.name,
                    role=member.role,
                    standing=now_is,
                    silent_since=since if now_is == "silent" else None,
                    worked_at=worked_at,
                    seen_at=self._receipts.seen_at(ncp),
                    seizures=seizures[ncp],
                    controls=controls[ncp],
                    nil_days=nil_days[ncp],
                    return_days=return_days[ncp],
                    newsletters=opened[ncp],
                    issued=len(self._issues),
                )
            )
        return tuple(rows)


Totals = tuple[Counter[str], Counter[str], Counter[str], Counter[str], dict[str, Standing]]


def _totals(ledger: Ledger, since: int) -> Totals:
    """Seizures, controls, nil days, days returned for, and what those did who did something since that instant."""
    seizures: Counter[str] = Counter()
    controls: Counter[str] = Counter()
    nil_days: Counter[str] = Counter()
    return_days: Counter[str] = Counter()
    standing: dict[str, Standing] = {}
    for filed in ledger.returns.values():
        if filed.relation != "test":
            return_days[filed.ncp] += 1
            nil_days[filed.ncp] += filed.form.kind == "nil"
            controls[filed.ncp] += sum(check.checked for check in filed.form.checks)
        if filed.received.at >= since:
            nil = filed.form.kind == "nil"
            standing[filed.ncp] = "nil" if nil and standing.get(filed.ncp, "nil") == "nil" else "active"
    for report in ledger.reports.values():
        if report.stat is not None and counts(report):
            for ncp in {report.owner, *report.stat.joint_with}:
                seizures[ncp] += report.stat.seizures
        if report.received.at >= since and report.withdrawn is None:
            standing[report.owner] = "active"
    return seizures, controls, nil_days, return_days, standing
