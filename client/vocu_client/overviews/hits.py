"""The same container, seal, vehicle, bill or party in different reports, as far as this desk may open them."""

import re
from typing import NamedTuple

from msgspec import Struct

from vocu.form.report import SeizureNominal
from vocu.operation import events
from vocu.operation.act import Act
from vocu.operation.verified import Accepted
from vocu_client.folding import words
from vocu_client.overviews.slices import Sliced

MIN_LENGTH = 4
"""Shorter marks say nothing: "12", "none"."""


class Mark(NamedTuple):
    """What was found twice: a container, seal, vin, bill, parcel, company or person, in one spelling of it."""

    kind: str
    value: str


class Hit(Struct, frozen=True):
    """One mark and the reports that have it, at least two, in the order of the log. `written`: a name as somebody wrote
    it; numbers as they are compared."""

    mark: Mark
    written: str
    reports: tuple[str, ...]


class Hits(Sliced):
    """The newest wording of a report counts; a withdrawn report hits nothing."""

    def _begin(self) -> None:
        super()._begin()
        self._reports_with: dict[Mark, dict[str, None]] = {}
        self._marks_of: dict[str, set[Mark]] = {}
        self._written: dict[Mark, str] = {}
        self._shared: dict[Mark, None] = {}
        self._withdrawn: set[str] = set()
        self._newest: dict[str, int] = {}

    def _take(self, accepted: Accepted, act: Act) -> None:
        super()._take(accepted, act)
        match act.event:
            case events.SeizureWithdrawn():
                self._withdrawn.add(act.ref)
                self._mark(act.ref, set())
            case events.SeizureReported():
                self._newest[act.header.id] = accepted.index
            case events.SeizureAmended():
                self._newest[act.ref] = accepted.index
                self._mark(act.ref, set())

    def _wants(self, act: Act) -> bool:
        reported = isinstance(act.event, events.SeizureReported | events.SeizureAmended)
        return reported and act.header.slip("nominal") is not None

    def _open(self, accepted: Accepted, act: Act) -> None:
        report = act.header.ref or act.header.id
        if self._counts(report, accepted.index):
            nominal = self._view.open(accepted, "nominal")
            if isinstance(nominal, SeizureNominal):
                new = marks(nominal)
                for mark, written in new.items():
                    self._written.setdefault(mark, written)
                self._mark(report, set(new))

    def _counts(self, report: str, index: int) -> bool:
        """Whether this wording stands: the report is not withdrawn, and no newer wording was seen."""
        return report not in self._withdrawn and self._newest[report] == index

    def _mark(self, report: str, new: set[Mark]) -> None:
        for mark in self._marks_of.pop(report, set()) - new:
            with_it = self._reports_with[mark]
            with_it.pop(report, None)
            if len(with_it) < 2:
                self._shared.pop(mark, None)
        for mark in new:
            with_it = self._reports_with.setdefault(mark, {})
            with_it[report] = None
            if len(with_it) > 1:
                self._shared[mark] = None
        self._marks_of[report] = new

    def found(self) -> tuple[Hit, ...]:
        """All hits, the newest first, as far as `progress` says."""
        self.catch_up()
        return tuple(self._hit(mark) for mark in reversed(self._shared))

    def of(self, report: str) -> tuple[Hit, ...]:
        """The hits that this report takes part in."""
        self.catch_up()
        return tuple(self._hit(mark) for mark in sorted(self._marks_of.get(report, ())) if mark in self._shared)

    def _hit(self, mark: Mark) -> Hit:
        index_of = self._view.ledger.reports if self._view.ledger is not None else {}
        reports = sorted(self._reports_with[mark], key=lambda report: index_of[report].received.index)
        return Hit(mark, self._written[mark], tuple(reports))


def marks(nominal: SeizureNominal) -> dict[Mark, str]:
    """What identifies things and parties in a nominal part, each in one spelling (letters and digits of numbers, folded
    words in alphabetical order for names), with what people read of it: of names how they were written."""
    found: dict[Mark, str] = {}
    numbers = {
        "container": nominal.containers,
        "seal": nominal.seals,
        "vin": nominal.vins,
        "bill": nominal.airway_bills,
        "parcel": nominal.parcels,
    }
    for kind, values in numbers.items():
        for value in values:
            if len(plain := re.sub(r"[^0-9A-Z]", "", value.upper())) >= MIN_LENGTH:
                found[Mark(kind, plain)] = plain
    names = [("company", company.name) for company in nominal.companies]
    names += [("person", person.name) for person in nominal.persons if person.name is not None]
    for kind, name in names:
        if len(plain := " ".join(sorted(words(name)))) >= MIN_LENGTH:
            found.setdefault(Mark(kind, plain), name)
    return found
