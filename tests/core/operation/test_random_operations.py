"""Random acts by random desks, legal or not: the hub admits no illegal one, and all desks agree at each step."""

from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.core.compilation.logs import seizure
from tests.core.operation.acts import words
from tests.scenario import Scenario
from vocu.errors import SealedError, UntrustedError, VocuError
from vocu.form.messages import Answer, Feedback, Question, WarningNotice
from vocu.form.returns import DailyReturn
from vocu.operation import bodies, events
from vocu.operation.state import OperationState
from vocu.operation.statements import PHASES
from vocu.operation.verified import VerifiedOperation

COUNTRIES = ("DE", "FR", "IT")
NAMES = st.sampled_from(("PL", *COUNTRIES))
OTHERS = st.sets(st.sampled_from(("PL", *COUNTRIES)), min_size=1, max_size=2).map(lambda names: tuple(sorted(names)))


def visible(state: OperationState) -> dict[str, Any]:
    """What hub and desks must agree on, whatever was shown to them in full."""
    members = state.members.values()
    return {
        "size": state.size,
        "at": state.at,
        "phase": state.phase,
        "roster": state.roster_hash,
        "epoch": state.epoch and msgspec.to_builtins(state.epoch),
        "reports": {key: msgspec.to_builtins(report) for key, report in state.reports.items()},
        "posed": {key: msgspec.to_builtins(posed) for key, posed in state.posed.items()},
        "members": {m.ncp: (m.role, m.active, {d.id: d.revoked for d in m.devices.values()}) for m in members},
        "used": sorted(state.used_statements),
        "compiled": sorted(state.compiled),
        "issued": sorted(state.issued),
    }  # fmt: skip


def seen_chains(state: OperationState, ncp: str) -> dict[Any, Any]:
    return {key: last for key, last in state.chains.items() if key[1] == "all" or ncp in key[1]}


class Operation(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.scenario = Scenario(*COUNTRIES, seed=7)
        self.scenario.admit("CH", "observer")
        self.reports: list[str] = []
        self.posed: list[tuple[str, str]] = []
        self.messages: list[tuple[str, set[str]]] = []
        self.days = 0

    def attempt(self, by: str, event: events.Event, **more: Any) -> str | None:
        """The id, or None where it was refused. Whether it may be is judged by the other tests; here by agreement."""
        try:
            return self.scenario.post(by, event, **more)
        except UntrustedError:
            raise  # every act here is honestly signed, so only a desk that disagrees with the hub raises this
        except VocuError:
            return None

    def device(self, name: str) -> Any:
        return self.scenario.hub.state.devices[self.scenario.desks[name].id]

    @rule(by=NAMES, behalf=st.none() | NAMES, restricted=st.booleans())
    def report(self, by: str, behalf: str | None, restricted: bool) -> None:
        readers = {"stat": ("PL",)} if restricted else {}
        event = events.SeizureReported(stat=seizure(on_behalf_of=behalf))
        if (found := self.attempt(by, event, readers=readers)) is not None:
            self.reports.append(found)
            assert self.device(by).active
            assert restricted or behalf in (None, by) or by in self.scenario.hub.state.organisers

    @precondition(lambda self: self.reports)
    @rule(data=st.data(), by=NAMES, what=st.sampled_from(["amend", "withdraw", "release", "confirm"]))
    def treat(self, data: st.DataObject, by: str, what: str) -> None:
        report = data.draw(st.sampled_from(self.reports))
        before = msgspec.structs.replace(self.scenario.hub.state.reports[report])
        event: events.Event = {
            "amend": events.SeizureAmended(stat=seizure()),
            "withdraw": events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="error")),
            "release": events.SeizureReleased(stat=seizure()),
            "confirm": events.SeizureConfirmed(stat=bodies.Confirmation(revision=before.revision)),
        }[what]
        if self.attempt(by, event, ref=report) is not None:
            assert not before.withdrawn
            assert by == before.owner or (before.unconfirmed and by in self.scenario.hub.state.organisers)
            assert before.restricted or what != "release"

    @rule(by=NAMES | st.just("CH"), to=OTHERS)
    def write(self, by: str, to: tuple[str, ...]) -> None:
        if (found := self.attempt(by, events.MessagePosted(text=words()), to=to)) is not None:
            self.messages.append((found, {by, *to}))

    @rule(by=NAMES | st.just("CH"))
    def write_to_all(self, by: str) -> None:
        if self.attempt(by, events.MessagePosted(text=words())) is not None:
            assert by != "CH"

    @rule(by=NAMES, to=OTHERS, warn=st.booleans())
    def pose(self, by: str, to: tuple[str, ...], warn: bool) -> None:
        event: events.Event
        if warn:
            event = events.WarningIssued(
                stat=WarningNotice(addressees=to, commodity="tobacco.cigarettes", action="control")
            )
        else:
            event = events.QuestionAsked(
                stat=Question(kind="request", addressees=to, subject="consignment"), text=words()
            )
        if (found := self.attempt(by, event, readers={} if warn else {"text": to})) is not None:
            self.posed.append((found, "warning" if warn else "question"))

    @precondition(lambda self: self.posed)
    @rule(data=st.data(), by=NAMES)
    def reply(self, data: st.DataObject, by: str) -> None:
        ref, kind = data.draw(st.sampled_from(self.posed))
        event: events.Event
        if kind == "warning":
            event = events.FeedbackGiven(stat=Feedback(result="nothing_found"))
        else:
            event = events.QuestionAnswered(stat=Answer(result="answered"), text=words())
        if self.attempt(by, event, ref=ref) is not None:
            state = self.scenario.hub.state
            assert by in state.posed[ref].addressees or (kind == "question" and by in state.organisers)

    @rule(by=NAMES)
    def file(self, by: str) -> None:
        self.attempt(by, events.DailyReturnFiled(stat=DailyReturn(day="2024-01-15", kind="nil", running="well")))

    @rule(by=NAMES, data=st.data())
    def erase(self, by: str, data: st.DataObject) -> None:
        index = data.draw(st.integers(1, self.scenario.hub.tree.size + 2))
        self.attempt(by, events.EntryErased(plain=bodies.Erasure(index=index, parts=("text",))))

    @rule()
    def compile(self) -> None:
        self.days += 1
        try:
            self.scenario.newsletter(f"2024-02-{self.days:02}")
        except VocuError:
            assert self.scenario.hub.state.phase == "CLOSED"

    @rule(by=NAMES)
    def rotate(self, by: str) -> None:
        try:
            self.scenario.rotate(by)
        except VocuError:
            state = self.scenario.hub.state
            assert not state.members[by].reads_sealed or not self.device(by).active or state.phase == "CLOSED"

    @rule(ncp=st.sampled_from(COUNTRIES), role=st.sampled_from(["participant", "co_organiser", "analyst"]))
    def change(self, ncp: str, role: Any) -> None:
        try:
            self.scenario.change(ncp, role)
        except VocuError:
            state = self.scenario.hub.state
            assert not state.members[ncp].active or state.phase == "CLOSED"

    @rule(ncp=st.sampled_from(COUNTRIES), back=st.booleans(), replace=st.booleans())
    def come_and_go(self, ncp: str, back: bool, replace: bool) -> None:
        try:
            self.scenario.admit(ncp, replace=replace) if back else self.scenario.remove(ncp)
        except VocuError:
            member = self.scenario.hub.state.members[ncp]
            assert member.active == back or self.scenario.hub.state.phase == "CLOSED"

    @precondition(lambda self: self.scenario.hub.tree.size > 25)
    @rule()
    def open_next_phase(self) -> None:
        number = PHASES.index(self.scenario.hub.state.phase)
        if number < 3:
            self.scenario.open(PHASES[number + 1])

    @invariant()
    def everybody_who_is_served_agrees_with_the_hub(self) -> None:
        hub = self.scenario.hub.state
        for desk in self.scenario.desks.values():
            if hub.devices[desk.id].active:
                assert visible(desk.state) == visible(hub)
                assert seen_chains(desk.state, desk.ncp) == seen_chains(hub, desk.ncp)
                assert desk.view.log.root() == self.scenario.hub.tree.root()

    def teardown(self) -> None:
        """What was kept is taken back to the same state; words open for those they were for, and for nobody else."""
        for desk in self.scenario.desks.values():
            again = VerifiedOperation(self.scenario.op, desk.ncp, desk.id, self.scenario.hub.key.public)
            taken = [accepted.index for accepted in again.restore(desk.entries, desk.view.log.note)]
            assert taken == list(range(desk.view.size))
            assert visible(again.state) == visible(desk.state)
            assert again.state.chains == desk.state.chains
            for message, audience in self.messages:
                try:
                    desk.open(message, "text")
                except (LookupError, SealedError):
                    continue
                assert desk.ncp in audience


TestRandomOperations = Operation.TestCase
TestRandomOperations.settings = settings(
    max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
