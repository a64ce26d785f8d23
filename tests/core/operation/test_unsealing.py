"""Where the statistical part is sealed, its readers judge it, and all of them the same."""

from typing import Any

import msgspec
import pytest

from tests.core.operation.acts import refused
from tests.core.operation.test_foreseeing import seizure
from tests.scenario import Scenario
from tests.simulated import Desk
from vocu.canonical import b64, encode
from vocu.compilation.checking import check_newsletter
from vocu.compilation.issuing import newsletter
from vocu.compilation.ledger import Ledger
from vocu.compilation.tables import compile_tables
from vocu.crypto.sealing import class_key
from vocu.errors import MalformedError, UntrustedError, VocuError
from vocu.form.messages import Feedback, WarningNotice
from vocu.form.returns import DailyReturn
from vocu.ids import newsletter_id
from vocu.operation import bodies, events
from vocu.operation.act import Act
from vocu.operation.composing import Draft
from vocu.operation.foreseeing import foresee, require_form
from vocu.operation.header import EVERYONE, WRAP_SIZE, Header, PartSlip
from vocu.operation.reading import Keyring, open_grant
from vocu.operation.state import Device
from vocu.operation.statements import HUB
from vocu.operation.unsealing import Unsealing
from vocu.operation.verified import Accepted, VerifiedOperation

WARNING = WarningNotice(addressees=("DE",), commodity="drugs.cocaine", action="control")
NOTHING = Feedback(result="nothing_found")


class Reader:
    """What one desk counts of the whole log."""

    def __init__(self, scenario: Scenario, desk: Desk, **keys: Any) -> None:
        self.unsealing = Unsealing(Keyring(desk.id, desk.opening, desk.keyring.epochs, **keys))
        self.view = VerifiedOperation(scenario.op, desk.ncp, desk.id, scenario.hub.key.public)
        self.ledger = Ledger(scenario.hub.state.genesis)
        self.void: dict[str, str] = {}
        entries = [scenario.hub.shown(at, desk.ncp, desk.id) for at in range(scenario.hub.tree.size)]
        self.view.accept(entries, scenario.hub.checkpoint(), self._take)

    def _take(self, accepted: Accepted) -> None:
        act = accepted.act
        if act is not None and accepted.signed is not None:
            act = self.unsealing.read(act, accepted.signed, self.view.state, accepted.at)
            if act.void is not None:
                self.void[act.header.id] = act.void
        self.ledger.take(accepted.index, accepted.at, act, self.view.state)

    @property
    def figures(self) -> bytes:
        return encode(msgspec.to_builtins(compile_tables(self.ledger)))


@pytest.fixture
def scenario() -> Scenario:
    made = Scenario("DE", "NL", profile="sealed_stat", commodities=("drugs.cocaine", "tobacco.cigarettes"))
    made.open("OPERATIONAL")
    return made


def draft(scenario: Scenario, event: events.Event, ref: str | None = None, **more: Any) -> Draft:
    return Draft(id=scenario.new_id(), event=event, ts=scenario.hub.now, to=EVERYONE, ref=ref, **more)


def readers(scenario: Scenario) -> list[Reader]:
    return [Reader(scenario, desk) for desk in scenario.desks.values()]


def test_the_hub_admits_what_it_cannot_read_and_every_desk_counts_it(scenario: Scenario) -> None:
    report = scenario.post("DE", events.SeizureReported(stat=seizure()))
    scenario.post("NL", events.SeizureReported(stat=seizure()))
    scenario.post("DE", events.SeizureAmended(stat=seizure(quantity="731994257130846")), ref=report)
    warning = scenario.post("NL", events.WarningIssued(stat=WARNING))
    scenario.post("DE", events.FeedbackGiven(stat=NOTHING), ref=warning)
    first, *others = readers(scenario)
    assert first.ledger.unopened == 0
    newest = first.ledger.reports[report].stat
    assert newest is not None
    assert str(newest.goods[0].quantity) == "731994257130846"
    assert [reply.ncp for reply in first.ledger.warnings[warning].replies] == ["DE"]
    assert all(other.figures == first.figures for other in others)
    assert scenario.hub.state.posed[warning].addressees == ()
    assert b"731994257130846" not in b"".join(data for entry in scenario.hub.entries for data in entry.parts if data)


def test_the_statistical_part_is_sealed_to_the_operation_there_and_nowhere_else(scenario: Scenario) -> None:
    desk = scenario.desks["DE"]
    scenario.post("DE", events.SeizureReported(stat=seizure()))
    clear = Scenario("DE")
    clear.rotate()
    for sender, here in ((clear, scenario), (scenario, clear)):
        by = sender.desks["DE"]
        genesis = msgspec.structs.replace(by.state.genesis, profile=here.hub.state.genesis.profile)
        by.state.genesis = genesis
        code = "must-be-clear" if sender is clear else "must-be-sealed"
        event = events.SeizureReported(stat=seizure())
        refused(code, lambda by=by, sender=sender, event=event: sender.send(by.compose(draft(sender, event))))  # type: ignore[misc]
    desk.state.genesis = scenario.hub.state.genesis
    warning = events.WarningIssued(stat=WARNING)
    refused("must-be-clear", lambda: scenario.send(desk.compose(draft(scenario, warning, readers={"stat": ("PL",)}))))


HOSTILE: dict[str, tuple[str, events.Event]] = {
    "out-of-scope": ("DE", events.SeizureReported(stat=seizure(commodity="tobacco.cigars"))),
    "another-form": ("DE", events.SeizureReported(stat=bodies.Withdrawal(reason="error"))),  # type: ignore[arg-type]
    "free-code": ("DE", events.SeizureReported(stat=seizure(unit="furlong"))),
    "controlled": ("DE", events.SeizureReported(stat=seizure(goods_status="controlled_delivery"))),
    "on-behalf": ("PL", events.SeizureReported(stat=msgspec.structs.replace(seizure(), on_behalf_of="DE"))),
    "another-owner": ("DE", events.SeizureAmended(stat=msgspec.structs.replace(seizure(), on_behalf_of="NL"))),
    "tomorrow": ("DE", events.SeizureReported(stat=msgspec.structs.replace(seizure(), seizure_day="2031-01-01"))),
    "not-addressed": ("NL", events.FeedbackGiven(stat=NOTHING)),
    "nobody": ("NL", events.WarningIssued(stat=msgspec.structs.replace(WARNING, addressees=("XX",)))),
    "no-reason": ("DE", events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="whim"))),
    "no-day": ("DE", events.DailyReturnFiled(stat=DailyReturn(day="2024-13-45", kind="nil", running="well"))),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_breaks_a_rule_unseen_counts_as_nothing_for_everybody(scenario: Scenario, what: str) -> None:
    by, event = HOSTILE[what]
    abouts = {
        "seizure_reported": scenario.post("DE", events.SeizureReported(stat=seizure())),
        "warning_issued": scenario.post("PL", events.WarningIssued(stat=WARNING)),
    }
    before = [reader.figures for reader in readers(scenario)]
    ref = next((abouts[kind] for kind in type(event).about), None)
    posed = Reader(scenario, scenario.desks[by]).unsealing.posed
    with pytest.raises(VocuError):  # an honest desk does not even send it
        _foresee(scenario, by, draft(scenario, event, ref), posed)
    bad = scenario.desks[by].compose(draft(scenario, event, ref))
    index = scenario.send(bad)
    found = readers(scenario)
    hostile = scenario.desks["PL"].accepted[index].act
    assert hostile is not None
    for reader, figures in zip(found, before, strict=True):
        assert list(reader.void) == [hostile.header.id]
        assert reader.ledger.unopened == 0
        assert reader.void == found[0].void
        assert _without_position(reader.figures) == _without_position(figures)


def _foresee(scenario: Scenario, by: str, wanted: Draft, posed: Any) -> None:
    state = scenario.hub.state
    require_form(wanted, state.added_commodities)
    foresee(wanted, scenario.desks[by].id, state, state.at, posed)


def _without_position(figures: bytes) -> Any:
    return {name: value for name, value in msgspec.json.decode(figures).items() if name not in ("position", "as_of")}


def test_what_is_about_something_that_counts_as_nothing_counts_as_nothing(scenario: Scenario) -> None:
    event = events.SeizureReported(stat=seizure(commodity="tobacco.cigars"))
    scenario.rotate()
    bad = draft(scenario, event)
    scenario.send(scenario.desks["DE"].compose(bad))
    amended = scenario.post("DE", events.SeizureAmended(stat=seizure()), ref=bad.id)
    restricted = scenario.post("DE", events.SeizureReported(stat=seizure()), readers={"stat": ("PL",)})
    released = scenario.post("DE", events.SeizureReleased(stat=seizure(commodity="tobacco.cigars")), ref=restricted)
    again = scenario.post("DE", events.SeizureAmended(stat=seizure()), ref=restricted)
    for reader in readers(scenario):
        assert list(reader.void) == [bad.id, amended, released, again]
        assert bad.id not in reader.ledger.reports
        assert reader.ledger.reports[restricted].restricted


def test_who_joins_later_counts_what_he_cannot_open_until_it_is_granted_to_him(scenario: Scenario) -> None:
    report = scenario.post("DE", events.SeizureReported(stat=seizure()))
    first = _epochs(scenario, "PL")
    scenario.admit("CH")
    scenario.post("DE", events.SeizureAmended(stat=seizure(quantity="99")), ref=report)
    scenario.post("CH", events.SeizureReported(stat=seizure()))
    late = scenario.desks["CH"]
    reader = Reader(scenario, late)
    assert reader.ledger.unopened == 2  # the report, and what is said about it
    assert len(reader.ledger.reports) == 1
    index, secret = next(iter(scenario.desks["PL"].keyring.epochs.items()))
    keys = ((index, b64(class_key(secret, "stat"))), (index + 1, b64(bytes(32))))
    name = scenario.post("PL", events.EpochsGranted(text=bodies.Grant(keys=keys)), to=("CH",))
    granted = _open_grant(late, name, first)
    assert granted == {index: class_key(secret, "stat")}
    assert Reader(scenario, late, granted=granted).figures == Reader(scenario, scenario.desks["PL"]).figures


def test_a_grant_of_another_key_than_the_epoch_committed_to_opens_nothing(scenario: Scenario) -> None:
    scenario.rotate()
    epochs = _epochs(scenario, "PL")
    scenario.admit("CH")
    scenario.rotate()
    keys = tuple((index, b64(bytes(32))) for index in epochs)
    name = scenario.post("PL", events.EpochsGranted(text=bodies.Grant(keys=keys)), to=("CH",))
    assert _open_grant(scenario.desks["CH"], name, epochs) == {}


def _epochs(scenario: Scenario, name: str) -> dict[int, bodies.EpochKeys]:
    acts = ((accepted.index, accepted.act) for accepted in scenario.desks[name].accepted)
    return {i: act.body(bodies.EpochKeys) for i, act in acts if act and isinstance(act.event, events.EpochRotated)}


def _open_grant(desk: Desk, name: str, epochs: dict[int, bodies.EpochKeys]) -> dict[int, bytes]:
    accepted = desk.seen(name)
    assert accepted.act is not None
    assert accepted.signed is not None
    return open_grant(accepted.act, accepted.signed, desk.keyring, epochs)


def test_a_grant_is_possible_only_where_there_is_something_to_grant() -> None:
    grant = events.EpochsGranted(text=bodies.Grant(keys=((1, "A" * 43),)))
    clear = Scenario("DE")
    refused("nothing-to-grant", lambda: clear.post("PL", grant, to=("DE",)))


def test_an_epoch_commits_to_what_opens_the_statistical_part(scenario: Scenario) -> None:
    clear = Scenario("DE")
    for made in (scenario, clear):
        desk = made.desks["PL"]
        genesis = desk.state.genesis
        other = "open" if made is scenario else "sealed_stat"
        desk.state.genesis = msgspec.structs.replace(genesis, profile=other)
        signed = desk.composer().compose_epoch(made.new_id(), made.hub.now, bytes(32))
        desk.state.genesis = genesis
        refused("bad-epoch", lambda made=made, signed=signed: made.send(signed), MalformedError)  # type: ignore[misc]


def test_the_newsletter_is_the_organisers_to_compile_and_not_the_hubs(scenario: Scenario) -> None:
    scenario.rotate()
    state, name = scenario.hub.state, newsletter_id(scenario.op, "2024-01-15")
    plain = bodies.Compiled(day="2024-01-15", number=1, position=state.size, root="A" * 43)
    event = events.NewsletterCompiled(plain=plain, stat=bodies.Figures(figures={}))
    compiler = next(iter(state.members[HUB].devices.values()))
    refused("not-your-role", lambda: foresee(draft(scenario, event), compiler.id, state, state.at))
    refused("not-your-role", lambda: scenario.post("DE", event, id=name))
    scenario.post("PL", event, id=name)
    assert list(state.compiled) == ["2024-01-15"]


def test_an_epoch_kept_from_the_compiler_stops_no_newsletter_and_alarms_nobody(scenario: Scenario) -> None:
    scenario.post("NL", events.SeizureReported(stat=seizure()))
    hostile = scenario.desks["DE"].composer()
    wrap = hostile._wrap

    def spoiled(secret: bytes, event_id: str, part: str, reader: Device) -> bytes:
        return bytes(WRAP_SIZE) if reader.ncp == "PL" else wrap(secret, event_id, part, reader)

    hostile._wrap = spoiled  # type: ignore[method-assign]
    epoch = hostile.compose_epoch(scenario.new_id(), scenario.hub.now, bytes(32))
    scenario.delivers = False
    scenario.send(epoch)
    for name in ("DE", "NL"):
        scenario.desks[name].catch_up(scenario.hub)
    with pytest.raises(UntrustedError, match="epoch"):
        scenario.desks["PL"].catch_up(scenario.hub)
    scenario.send(scenario.desks["DE"].compose(draft(scenario, events.SeizureReported(stat=seizure(quantity="77")))))
    for name in ("DE", "NL"):
        scenario.desks[name].catch_up(scenario.hub)
    compiler, *others = (Reader(scenario, scenario.desks[name]) for name in ("PL", "NL", "DE", "PL"))
    assert (compiler.ledger.unopened, others[0].ledger.unopened) == (1, 0)
    day, root, at = "2024-01-15", compiler.view.log.root(), compiler.ledger.at
    event = newsletter(compiler.ledger, compiler.view.state, day, root, at)
    slips = (_slip("plain", "clear"), _slip("stat", "epoch"))
    act = Act(msgspec.structs.replace(_header(scenario), type="newsletter_compiled", parts=slips), event, b"")
    checked = [check_newsletter(other.ledger, act, lambda _: root, at) for other in others]
    assert checked == [False, False, True]
    stat = bodies.Figures(figures=event.stat.figures | {"totals": {}})  # type: ignore[union-attr]
    false = msgspec.structs.replace(act, event=msgspec.structs.replace(event, stat=stat))
    with pytest.raises(UntrustedError, match="does not follow"):
        check_newsletter(compiler.ledger, false, lambda _: root, at)


def _header(scenario: Scenario) -> Header:
    act = next(accepted.act for accepted in scenario.desks["NL"].accepted if accepted.act is not None)
    return act.header


def _slip(name: Any, sealed: Any) -> PartSlip:
    return PartSlip(p=name, enc=sealed, epoch=1 if sealed == "epoch" else None, sha256="A" * 43, size=0)
