"""The counted facts of an operation: the fold of its whole-operation entries and their clear parts (protocol §9).

The hub and every desk, late joiners included, come to the same ledger from the same log, and so to the same newsletters
and tables, byte for byte. Nothing here depends on an entry that is not addressed to the whole operation, nor on sealed
words. Facts keep the log index at which they came, because counting is by receipt.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from msgspec import Struct, field

from vocu.canonical import encode
from vocu.compilation.facts import Facts, Standing
from vocu.errors import RefusedError
from vocu.form.messages import Answer, CrossCheck, Feedback, Question, WarningNotice
from vocu.form.report import SeizureReport
from vocu.form.returns import DailyReturn, NationalReport, OutcomeReturn
from vocu.ids import operation_id
from vocu.operation import bodies, events
from vocu.operation.act import Act
from vocu.operation.header import EVERYONE
from vocu.operation.state import OperationState
from vocu.operation.statements import Admit, Change, Genesis, Phase, Remove, Role

Relation = Literal["test", "in_phase", "follow_up"]
"""How a report or return stands to the operational phase, by the phase in which it was first admitted."""
_RELATIONS: dict[Phase, Relation] = {
    "PRE_OPERATIONAL": "test",
    "OPERATIONAL": "in_phase",
    "POST_OPERATIONAL": "follow_up",
    "CLOSED": "follow_up",
}


class Received(Struct, frozen=True):
    """Where a fact stands in the log, and when the hub admitted it (UTC milliseconds)."""

    index: int
    at: int


class Revision(NamedTuple):
    """A report as it was worded from this entry on; None while it is restricted."""

    received: Received
    stat: SeizureReport | None


class Report(Struct):
    """A seizure report with all its revisions. `owner` is whose it is, `author` who posted it; `counted` is where it
    began to count: its own entry, or its release where it was restricted. `fact` is its number among the facts."""

    id: str
    owner: str
    author: str
    relation: Relation
    received: Received
    counted: Received
    restricted: bool
    unconfirmed: bool
    revisions: list[Revision]
    withdrawn: Received | None = None
    withdrawal_reason: str | None = None
    fact: int | None = None

    @property
    def standing(self) -> Standing:
        """How it counts: as what it is in relation to the phase, unless it does not."""
        if self.relation == "test":
            return "test"
        if self.withdrawn is not None:
            return "withdrawn"
        return "restricted" if self.restricted or self.stat is None else self.relation

    @property
    def stat(self) -> SeizureReport | None:
        """The newest revision; None while the report is restricted."""
        return self.revisions[-1].stat

    def stat_at(self, position: int) -> SeizureReport | None:
        """What the report said when the log had `position` entries; None where it did not count then."""
        if self.withdrawn is not None and self.withdrawn.index < position:
            return None
        known = [revision.stat for revision in self.revisions if revision.received.index < position]
        return known[-1] if known else None


class Party(Struct):
    """A participant; `admitted` is the position at which it came in first."""

    ncp: str
    name: str
    role: Role
    admitted: int
    active: bool = True


class Return(Struct):
    """A country's return for one day: the last one counts, by the place of the first."""

    ncp: str
    relation: Relation
    received: Received
    form: DailyReturn
    replaced: list[int] = field(default_factory=list)


class Reply(NamedTuple):
    """A feedback, an answer, a cross-check's answer or a national report, and who gave it."""

    ncp: str
    received: Received
    form: Any


class Warned(Struct):
    """A warning and the feedback given to it."""

    id: str
    author: str
    received: Received
    form: WarningNotice
    replies: list[Reply] = field(default_factory=list)


class Asked(Struct):
    """A question or request and its answers."""

    id: str
    author: str
    received: Received
    form: Question
    replies: list[Reply] = field(default_factory=list)


class Checked(Struct):
    """Particulars that were given to a body to look up, and what it said."""

    id: str
    author: str
    received: Received
    form: CrossCheck
    replies: list[Reply] = field(default_factory=list)


class Reference(Struct):
    """How quantities and money are converted: the newest rules, and the rates by day and currency."""

    rules: tuple[bodies.ConversionRule, ...] = ()
    rates: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    source: str | None = None


What = Literal[
    "admitted", "changed", "removed", "phase", "contacts", "announcement", "national_report", "reference", "edition"
]


class Notice(NamedTuple):
    """Something that everybody should hear of, without the words that are sealed. `ncp` did it, or was admitted,
    changed or removed; `phase` is the one that this left the operation in."""

    received: Received
    what: What
    ncp: str
    phase: Phase


class Issue(NamedTuple):
    """A compiled newsletter, admitted at `at` (UTC milliseconds): there the next one's window begins."""

    day: str
    number: int
    position: int
    at: int


class Ledger:
    """The facts of the entries below `position`. One ledger follows one log from its genesis on."""

    def __init__(self, genesis: Genesis) -> None:
        self.genesis = genesis
        self.op = operation_id(encode(genesis))
        self.position = 0
        self.at = genesis.created_at
        self.phase: Phase = "PRE_OPERATIONAL"
        organiser = genesis.organiser
        self.parties: dict[str, Party] = {
            organiser.ncp: Party(ncp=organiser.ncp, name=organiser.name, role=organiser.role, admitted=0)
        }
        self.reports: dict[str, Report] = {}
        self.facts = Facts()
        self.returns: dict[tuple[str, str], Return] = {}
        self.outcomes: dict[tuple[str, str, str, str], OutcomeReturn] = {}
        self.warnings: dict[str, Warned] = {}
        self.questions: dict[str, Asked] = {}
        self.cross_checks: dict[str, Checked] = {}
        self.national_reports: dict[str, Reply] = {}
        self.reference = Reference()
        self.edition: bodies.Edition | None = None
        self.notices: list[Notice] = []
        self.issues: list[Issue] = []
        self.unopened_at: list[int] = []

    @property
    def unopened(self) -> int:
        """How many entries count and do not open here, because their statistical part is sealed."""
        return len(self.unopened_at)

    def take(self, index: int, at: int, act: Act | None, state: OperationState) -> None:
        """Count the entry that `state` has just applied or skipped; `act` is None where there is nothing to read.

        What is sealed and does not open here is counted in `unopened`: then these facts are not all there are. Raises
        RefusedError unless the entry is the next one.
        """
        if index != self.position:
            raise RefusedError("not-next", f"The ledger counts entry {self.position} next, not {index}.")
        self.position = index + 1
        self.at = at
        self.phase = state.phase
        if act is None or act.header.to != EVERYONE:
            return
        if act.uncounted:
            self.unopened_at += [index] if act.void is None else []
            return
        kind, received, ncp = type(act.event), Received(index, at), state.devices[act.header.sender].ncp
        if kind in _CHANGES:
            _CHANGES[kind](self, act, received, ncp)
        if kind in _NOTICES:
            self.notices.append(Notice(received, _NOTICES[kind], ncp, self.phase))

    # --- one method per kind that counts ---

    def _roster(self, act: Act, received: Received, _ncp: str) -> None:
        for statement in act.statements:
            match statement:
                case Admit(participant=who):
                    before = self.parties.get(who.ncp)
                    admitted = received.index if before is None else before.admitted
                    self.parties[who.ncp] = Party(ncp=who.ncp, name=who.name, role=who.role, admitted=admitted)
                    self.notices.append(Notice(received, "admitted", who.ncp, self.phase))
                case Change(participant=who):
                    self.parties[who.ncp].name = who.name
                    self.parties[who.ncp].role = who.role
                    self.notices.append(Notice(received, "changed", who.ncp, self.phase))
                case Remove(ncp=ncp):
                    self.parties[ncp].active = False
                    self.notices.append(Notice(received, "removed", ncp, self.phase))

    def _reported(self, act: Act, received: Received, ncp: str) -> None:
        stat = None if act.restricted else act.body(SeizureReport)
        owner = (stat and stat.on_behalf_of) or ncp
        report = self.reports[act.header.id] = Report(
            id=act.header.id,
            owner=owner,
            author=ncp,
            relation=_RELATIONS[self.phase],
            received=received,
            counted=received,
            restricted=act.restricted,
            unconfirmed=owner != ncp,
            revisions=[Revision(received, stat)],
        )
        self._settle(report)

    def _amended(self, act: Act, received: Received, _ncp: str) -> None:
        stat = None if act.restricted else act.body(SeizureReport)
        report = self.reports[act.ref]
        report.revisions.append(Revision(received, stat))
        self._settle(report)

    def _withdrawn(self, act: Act, received: Received, _ncp: str) -> None:
        report = self.reports[act.ref]
        report.withdrawn = received
        report.withdrawal_reason = None if act.restricted else act.body(bodies.Withdrawal).reason
        self._settle(report)

    def _released(self, act: Act, received: Received, _ncp: str) -> None:
        report = self.reports[act.ref]
        report.restricted = False
        report.counted = received
        report.revisions.append(Revision(received, act.body(SeizureReport)))
        self._settle(report)

    def _confirmed(self, act: Act, _received: Received, _ncp: str) -> None:
        report = self.reports[act.ref]
        report.unconfirmed = False
        self._settle(report)

    def _settle(self, report: Report) -> None:
        """Bring the facts up to the report's newest state."""
        report.fact = self.facts.put(
            report.fact,
            report.owner,
            report.standing,
            report.stat,
            amended=len(report.revisions) > 1,
            unconfirmed=report.unconfirmed,
        )

    def _returned(self, act: Act, received: Received, ncp: str) -> None:
        form = act.body(DailyReturn)
        relation = _RELATIONS[self.phase]
        before = self.returns.get((ncp, form.day))
        if before is None or before.relation == "test" != relation:
            self.returns[ncp, form.day] = Return(ncp=ncp, relation=relation, received=received, form=form)
        else:
            before.form = form
            before.replaced.append(received.index)

    def _outcome(self, act: Act, _received: Received, ncp: str) -> None:
        form = act.body(OutcomeReturn)
        self.outcomes[ncp, form.country, form.period_from, form.period_to] = form

    def _confirmed_totals(self, act: Act, received: Received, ncp: str) -> None:
        self.national_reports[ncp] = Reply(ncp, received, act.body(NationalReport))

    def _referred(self, act: Act, _received: Received, _ncp: str) -> None:
        published = act.body(bodies.Reference)
        self.reference.rules = published.rules or self.reference.rules
        self.reference.rates |= {(rate.day, rate.currency): Decimal(rate.per_euro) for rate in published.rates}
        self.reference.source = published.source or self.reference.source

    def _compared(self, act: Act, _received: Received, _ncp: str) -> None:
        self.edition = act.body(bodies.Edition)

    def _warned(self, act: Act, received: Received, ncp: str) -> None:
        form = act.body(WarningNotice)
        self.warnings[act.header.id] = Warned(id=act.header.id, author=ncp, received=received, form=form)

    def _feedback(self, act: Act, received: Received, ncp: str) -> None:
        self.warnings[act.ref].replies.append(Reply(ncp, received, act.body(Feedback)))

    def _asked(self, act: Act, received: Received, ncp: str) -> None:
        form = act.body(Question)
        self.questions[act.header.id] = Asked(id=act.header.id, author=ncp, received=received, form=form)

    def _answered(self, act: Act, received: Received, ncp: str) -> None:
        self.questions[act.ref].replies.append(Reply(ncp, received, act.body(Answer)))

    def _check_asked(self, act: Act, received: Received, ncp: str) -> None:
        form = act.body(CrossCheck)
        self.cross_checks[act.header.id] = Checked(id=act.header.id, author=ncp, received=received, form=form)

    def _check_answered(self, act: Act, received: Received, ncp: str) -> None:
        self.cross_checks[act.ref].replies.append(Reply(ncp, received, act.body(CrossCheck)))

    def _compiled(self, act: Act, received: Received, _ncp: str) -> None:
        compiled = act.body(bodies.Compiled)
        self.issues.append(Issue(compiled.day, compiled.number, compiled.position, received.at))


_CHANGES: dict[type[events.Event], Callable[[Ledger, Act, Received, str], None]] = {
    events.ParticipantAdmitted: Ledger._roster,
    events.ParticipantChanged: Ledger._roster,
    events.ParticipantRemoved: Ledger._roster,
    events.SeizureReported: Ledger._reported,
    events.SeizureAmended: Ledger._amended,
    events.SeizureWithdrawn: Ledger._withdrawn,
    events.SeizureReleased: Ledger._released,
    events.SeizureConfirmed: Ledger._confirmed,
    events.DailyReturnFiled: Ledger._returned,
    events.OutcomeReturned: Ledger._outcome,
    events.NationalReportFiled: Ledger._confirmed_totals,
    events.ReferencePublished: Ledger._referred,
    events.EditionPublished: Ledger._compared,
    events.WarningIssued: Ledger._warned,
    events.FeedbackGiven: Ledger._feedback,
    events.QuestionAsked: Ledger._asked,
    events.QuestionAnswered: Ledger._answered,
    events.CrossCheckAsked: Ledger._check_asked,
    events.CrossCheckAnswered: Ledger._check_answered,
    events.NewsletterCompiled: Ledger._compiled,
}

_NOTICES: dict[type[events.Event], What] = {
    events.PhaseOpened: "phase",
    events.ContactPublished: "contacts",
    events.AnnouncementPosted: "announcement",
    events.NationalReportFiled: "national_report",
    events.ReferencePublished: "reference",
    events.EditionPublished: "edition",
}
