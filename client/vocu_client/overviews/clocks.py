"""What waits for an answer, and since when: warnings with their feedback and seizures, questions, cross-checks."""

from datetime import datetime
from itertools import islice

from msgspec import Struct

from vocu.compilation.exchange_sections import is_answered, waiting_for
from vocu.compilation.ledger import Asked, Checked, Ledger, Reply, Report, Warned
from vocu.form.report import SeizureReport
from vocu.operation import events
from vocu.operation.act import Act
from vocu.operation.verified import Accepted
from vocu_client.following import Follower


class Clock(Struct, frozen=True):
    """How long something has run, in milliseconds: its age, when it is due (UTC milliseconds), by how much it is late
    (None: it is not, or has no due time), and after how long the first answer came."""

    age: int
    due_at: int | None
    late: int | None
    answered_after: int | None


class Addressed(Struct, frozen=True):
    """One participant that was asked, with its newest answer; `waited_for`: still to answer."""

    ncp: str
    reply: Reply | None
    waited_for: bool


class Chain(Struct, frozen=True):
    """A warning with the feedback of each addressee and the reports that name it, and its clock."""

    warned: Warned
    addressees: tuple[Addressed, ...]
    seizures: tuple[Report, ...]
    clock: Clock
    open: bool
    ours_to_answer: bool


class Query(Struct, frozen=True):
    """A question or request with its answers and its clock. `of_common_interest`: answers that go to everybody."""

    asked: Asked
    clock: Clock
    open: bool
    ours_to_answer: bool
    of_common_interest: tuple[Reply, ...]


class Check(Struct, frozen=True):
    """Particulars given to a body to look up, and its clock."""

    checked: Checked
    clock: Clock
    open: bool


class Clocks(Follower):
    """Newest first throughout. `now`: UTC milliseconds. `limit` says how many, None all; the counts are of all."""

    def _begin(self) -> None:
        self._answering: dict[str, dict[str, None]] = {}
        self._answered_by: dict[str, str] = {}

    def _take(self, _accepted: Accepted, act: Act) -> None:
        stat = getattr(act.event, "stat", None)
        if not isinstance(stat, SeizureReport):
            return
        report = act.header.id if isinstance(act.event, events.SeizureReported) else act.ref
        if (before := self._answered_by.pop(report, None)) is not None:
            self._answering[before].pop(report, None)
        if stat.warning_answered is not None:
            self._answered_by[report] = stat.warning_answered
            self._answering.setdefault(stat.warning_answered, {})[report] = None

    def chains(self, now: int, *, only_open: bool = False, limit: int | None = 100) -> tuple[Chain, ...]:
        """Warnings, all or those that wait for somebody's feedback."""
        ledger = self._ledger
        if ledger is None:
            return ()
        warnings = (w for w in reversed(ledger.warnings.values()) if not only_open or waiting_for(ledger, w))
        return tuple(self._chain(ledger, warned, now) for warned in islice(warnings, limit))

    def chain(self, warning: str, now: int) -> Chain | None:
        """The chain of this warning; None where there is none of that id."""
        ledger = self._ledger
        if ledger is None or warning not in ledger.warnings:
            return None
        return self._chain(ledger, ledger.warnings[warning], now)

    def questions(self, now: int, *, only_open: bool = False, limit: int | None = 100) -> tuple[Query, ...]:
        """Questions and requests for assistance, all or the unanswered ones."""
        ledger = self._ledger
        if ledger is None:
            return ()
        asked = (each for each in reversed(ledger.questions.values()) if not only_open or not is_answered(each))
        return tuple(self._query(each, now) for each in islice(asked, limit))

    def question(self, question: str, now: int) -> Query | None:
        """The question of this id; None where there is none."""
        ledger = self._ledger
        if ledger is None or question not in ledger.questions:
            return None
        return self._query(ledger.questions[question], now)

    def cross_checks(self, now: int, *, only_open: bool = False, limit: int | None = 100) -> tuple[Check, ...]:
        """Particulars that were given to be looked up, all or those that wait for an answer."""
        ledger = self._ledger
        if ledger is None:
            return ()
        checks = (each for each in reversed(ledger.cross_checks.values()) if not only_open or not each.replies)
        return tuple(_check(each, now) for each in islice(checks, limit))

    def cross_check(self, check: str, now: int) -> Check | None:
        """The cross-check of this id; None where there is none."""
        ledger = self._ledger
        if ledger is None or check not in ledger.cross_checks:
            return None
        return _check(ledger.cross_checks[check], now)

    def open_counts(self, now: int) -> dict[str, int]:
        """How many warnings, questions and cross-checks are open, how many of those are this country's to answer, and
        how many are late: `warnings`, `questions`, `cross_checks`, `ours`, `late`."""
        chains = self.chains(now, only_open=True, limit=None)
        queries = self.questions(now, only_open=True, limit=None)
        clocks = [chain.clock for chain in chains] + [query.clock for query in queries]
        ours = sum(chain.ours_to_answer for chain in chains) + sum(query.ours_to_answer for query in queries)
        return {
            "warnings": len(chains),
            "questions": len(queries),
            "cross_checks": len(self.cross_checks(now, only_open=True, limit=None)),
            "ours": ours,
            "late": sum(clock.late is not None for clock in clocks),
        }

    @property
    def _ledger(self) -> Ledger | None:
        self.catch_up()
        return self._view.ledger

    def _chain(self, ledger: Ledger, warned: Warned, now: int) -> Chain:
        waiting = set(waiting_for(ledger, warned))
        newest = {reply.ncp: reply for reply in warned.replies}
        reports = [ledger.reports[report] for report in self._answering.get(warned.id, ()) if report in ledger.reports]
        return Chain(
            warned=warned,
            addressees=tuple(Addressed(ncp, newest.get(ncp), ncp in waiting) for ncp in warned.form.addressees),
            seizures=tuple(report for report in reports if report.withdrawn is None),
            clock=_clock(warned, warned.form.answer_due_at, now, running=bool(waiting)),
            open=bool(waiting),
            ours_to_answer=self._view.settings.ncp in waiting,
        )

    def _query(self, asked: Asked, now: int) -> Query:
        open_ = not is_answered(asked)
        own = self._view.settings.ncp
        asked_of_us = own in asked.form.addressees or own in self._view.state.organisers
        return Query(
            asked=asked,
            clock=_clock(asked, asked.form.answer_due_at, now, running=open_),
            open=open_,
            ours_to_answer=open_ and asked_of_us and asked.author != own,
            of_common_interest=tuple(reply for reply in asked.replies if reply.form.of_common_interest),
        )


def _check(checked: Checked, now: int) -> Check:
    return Check(checked, _clock(checked, None, now, running=not checked.replies), not checked.replies)


def _clock(posed: Warned | Asked | Checked, due: str | None, now: int, *, running: bool) -> Clock:
    due_at = None if due is None else int(datetime.fromisoformat(due).timestamp() * 1000)
    return Clock(
        age=max(0, now - posed.received.at),
        due_at=due_at,
        late=now - due_at if running and due_at is not None and now > due_at else None,
        answered_after=posed.replies[0].received.at - posed.received.at if posed.replies else None,
    )
