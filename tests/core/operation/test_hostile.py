"""What a participant with valid keys and a bad will may try, and what the hub may try with it."""

import hashlib
from typing import Any

import msgspec
import pytest

from tests.core.compilation.logs import goods, seizure
from tests.core.operation.acts import refused, resigned, slips, words
from tests.scenario import Scenario
from vocu.canonical import b64, decode, encode, unb64
from vocu.crypto.signing import PayloadType
from vocu.errors import MalformedError, UntrustedError, VocuError
from vocu.form.messages import Question
from vocu.ids import newsletter_id
from vocu.log.entry import WHOLE_OPERATION
from vocu.operation import bodies, events
from vocu.operation.admission import SignedEvent, require_wraps
from vocu.operation.header import WRAP_SIZE
from vocu.operation.statements import ChangeRoots, Genesis, Revoke, Roots, open_genesis, seal_off

# --- countries against each other ---


def test_a_country_cannot_revoke_another_countrys_desk() -> None:
    scenario = Scenario("DE", "FR")
    revoke = Revoke(op=scenario.op, salt=scenario.new_id(), device=scenario.desks["FR"].id)
    event = events.DeviceRevoked(plain=scenario.carried(scenario.by_country("DE", revoke)))
    refused("unknown-key", lambda: scenario.post("DE", event), UntrustedError)
    assert scenario.hub.state.devices[scenario.desks["FR"].id].active


def test_a_country_that_lost_its_only_desk_has_it_revoked_and_replaced_through_another() -> None:
    scenario = Scenario("DE", "FR")
    revoke = Revoke(op=scenario.op, salt=scenario.new_id(), device=scenario.desks["DE"].id)
    scenario.post("FR", events.DeviceRevoked(plain=scenario.carried(scenario.by_country("DE", revoke))))
    lost = scenario.desks.pop("DE")
    assert not scenario.hub.state.devices[lost.id].active
    again = type(lost)("DE", "DE", scenario.random)
    statement = scenario.by_country("DE", scenario.adding(again))
    scenario.post("PL", events.DeviceAdmitted(plain=scenario.carried(statement)))
    assert scenario.hub.state.devices[again.id].ncp == "DE"


def test_only_its_own_key_admits_a_countrys_desk() -> None:
    scenario = Scenario("DE", "FR")
    desk = type(scenario.desks["DE"])("DE-2", "DE", scenario.random)
    event = events.DeviceAdmitted(plain=scenario.carried(scenario.by_country("FR", scenario.adding(desk))))
    refused("not-your-country", lambda: scenario.post("FR", event))


def test_a_country_cannot_swamp_the_roster_with_desks() -> None:
    scenario = Scenario("DE", deliver=False)
    for number in range(2, 21):
        scenario.add_desk(f"DE-{number}", "DE")
    refused("too-many-devices", lambda: scenario.add_desk("DE-21", "DE"))
    scenario.revoke("DE-2")
    scenario.add_desk("DE-21", "DE")


def test_nobody_squats_on_the_id_of_a_newsletter_to_come() -> None:
    scenario = Scenario("DE")
    squatted = newsletter_id(scenario.op, "2024-01-16")
    event = events.MessagePosted(text=words())
    refused("reserved-id", lambda: scenario.post("DE", event, to=("PL",), id=squatted))
    scenario.newsletter("2024-01-16")
    assert "2024-01-16" in scenario.desks["DE"].state.compiled


# --- what would turn honest desks against an honest hub ---


def epoch_with_false_wraps(scenario: Scenario) -> SignedEvent:
    """An epoch in which DE's desk gives the last reader another wrap than the one it announces."""
    signed = scenario.desks["DE"].composer().compose_epoch(scenario.new_id(), scenario.hub.now, bytes(32))
    spoilt = (signed.parts[-1] or b"")[:-WRAP_SIZE] + bytes(WRAP_SIZE)
    plain, wraps = slips(signed)
    wraps["sha256"] = b64(hashlib.sha256(spoilt).digest())
    changed = resigned(scenario, "DE", signed, parts=[plain, wraps])
    return SignedEvent(changed.header, changed.signature, (signed.parts[0], spoilt))


def test_the_hub_refuses_an_epoch_whose_wraps_are_not_those_announced() -> None:
    scenario = Scenario("DE", "FR")
    refused("bad-parts", lambda: scenario.send(epoch_with_false_wraps(scenario)), MalformedError)


def test_wraps_that_came_by_another_way_are_held_against_what_the_epoch_announces() -> None:
    scenario = Scenario("DE", "FR")
    honest = scenario.desks["DE"].composer().compose_epoch(scenario.new_id(), scenario.hub.now, bytes(32))
    false = epoch_with_false_wraps(scenario)
    keys = msgspec.json.decode(honest.parts[0] or b"")["body"]
    announced = msgspec.convert(keys, bodies.EpochKeys)
    require_wraps(announced, honest.parts[-1] or b"")
    refused("bad-parts", lambda: require_wraps(announced, false.parts[-1] or b""), MalformedError)
    refused("bad-parts", lambda: require_wraps(announced, (honest.parts[-1] or b"")[WRAP_SIZE:]), MalformedError)


def test_the_erasure_of_a_bilateral_message_alarms_nobody() -> None:
    scenario = Scenario("DE", "FR", "IT")
    message = scenario.post("DE", events.MessagePosted(text=words()), to=("FR",))
    index = scenario.desks["FR"].seen(message).index
    scenario.post("DE", events.EntryErased(plain=bodies.Erasure(index=index, parts=("text", "wraps"))))
    assert {desk.view.size for desk in scenario.desks.values()} == {scenario.hub.tree.size}


def test_who_did_not_write_a_bilateral_message_does_not_erase_it() -> None:
    scenario = Scenario("DE", "FR", "IT")
    message = scenario.post("DE", events.MessagePosted(text=words()), to=("FR",))
    index = scenario.desks["FR"].seen(message).index
    for by in ("FR", "IT"):
        erasure = events.EntryErased(plain=bodies.Erasure(index=index, parts=("text",)))
        refused("not-your-country", lambda by=by, erasure=erasure: scenario.post(by, erasure))


def test_nobody_erases_an_entry_that_is_not_there() -> None:
    scenario = Scenario("DE")
    size = scenario.hub.tree.size
    for index in (size, size + 1, 2**53 - 1):
        erasure = events.EntryErased(plain=bodies.Erasure(index=index, parts=("text",)))
        refused("unknown-ref", lambda erasure=erasure: scenario.post("PL", erasure))


# --- what would stop the hub or the desks ---


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"enc": "direct", "devices": ["A" * 22]}, id="sealed to an unknown desk"),
        pytest.param({"enc": "epoch", "epoch": 3}, id="sealed to an epoch"),
    ],
)
def test_wraps_are_never_sealed_themselves(change: dict[str, Any]) -> None:
    scenario = Scenario("DE")
    draft = scenario.draft("DE", events.MessagePosted(text=words()), to=("PL",))
    signed = scenario.desks["DE"].compose(draft)
    text, wraps = slips(signed)
    hostile = resigned(scenario, "DE", signed, parts=[text, wraps | change])
    refused("bad-value", lambda: scenario.send(hostile), MalformedError)


def test_wraps_come_last_where_readers_look_for_them() -> None:
    scenario = Scenario("DE")
    draft = scenario.draft("DE", events.MessagePosted(text=words()), to=("PL",))
    signed = scenario.desks["DE"].compose(draft)
    moved = resigned(scenario, "DE", signed, parts=slips(signed)[::-1])
    moved = SignedEvent(moved.header, moved.signature, signed.parts[::-1])
    refused("bad-value", lambda: scenario.send(moved), MalformedError)


def test_new_roots_must_be_keys() -> None:
    scenario = Scenario("DE")
    for keys in (("AAAA",), (b64(bytes(1984)),), (b64(b"\x02" * 1984), b64(b"\x03" * 1983))):
        statement = ChangeRoots(op=scenario.op, salt=scenario.new_id(), roots=Roots(keys=keys, threshold=1))
        event = events.RootsChanged(plain=scenario.carried(scenario.by_roots(statement)))
        with pytest.raises(MalformedError, match="key"):
            scenario.post("PL", event)


@pytest.mark.parametrize("at", [2**47, 2**53 - 1])
def test_a_desk_alarms_where_the_hub_names_a_time_that_no_calendar_has(at: int) -> None:
    scenario = Scenario("DE", deliver=False)
    signed = scenario.desks["PL"].compose(scenario.draft("PL", events.SeizureReported(stat=seizure())))
    scenario.deliver()
    scenario.hub.now = at
    scenario.hub.place(WHOLE_OPERATION, signed, None)
    refused("bad-time", scenario.deliver, UntrustedError)


def test_an_officer_cannot_act_at_a_time_that_no_calendar_has() -> None:
    scenario = Scenario("DE")
    signed = scenario.desks["DE"].compose(scenario.draft("DE", events.SeizureReported(stat=seizure())))
    late = resigned(scenario, "DE", signed, ts=2**47)
    refused("bad-value", lambda: scenario.send(late), MalformedError)


# --- who is who ---


def test_the_roots_cannot_make_a_participant_the_compiler() -> None:
    scenario = Scenario("DE")
    refused("role-fixed", lambda: scenario.change("DE", "compiler"))


def test_the_organiser_cannot_be_replaced_by_somebody_of_another_role() -> None:
    scenario = Scenario("DE")
    desk = type(scenario.desks["DE"])("PL-2", "PL", scenario.random)
    refused("role-fixed", lambda: scenario.post("PL", scenario.admission(desk, "participant", replace=True)))


def test_an_organiser_that_lost_its_desks_returns_as_organiser() -> None:
    scenario = Scenario("DE")
    scenario.change("DE", "co_organiser")
    scenario.countries["PL"] = scenario.country_key()
    desk = type(scenario.desks["DE"])("PL-2", "PL", scenario.random)
    scenario.post("DE", scenario.admission(desk, "organiser", replace=True))
    assert scenario.hub.state.members["PL"].role == "organiser"
    assert scenario.hub.state.organisers == {"PL", "DE"}


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("role-fixed", {"organiser": {"role": "participant"}}),
        ("role-fixed", {"organiser": {"ncp": "HUB"}}),
        ("bad-day", {"starts_day": "2024-02-30"}),
        ("bad-day", {"ends_day": "2024-01-01"}),
        ("bad-day", {"retention_day": "2024-01-16"}),
        ("unknown-marking", {"handling": "SECRET"}),
    ],
)
def test_a_genesis_that_no_operation_can_have_is_refused(code: str, changes: dict[str, Any]) -> None:
    scenario = Scenario()
    raw = msgspec.json.decode(scenario.hub.entries[0].header or b"")
    for key, value in changes.items():
        raw[key] = raw[key] | value if isinstance(value, dict) else value
    genesis = decode(encode(raw), msgspec.json.Decoder(Genesis))
    envelope = seal_off(PayloadType.GENESIS, genesis, scenario.roots)
    with pytest.raises(VocuError) as caught:
        open_genesis(unb64(envelope.payload), envelope.signatures)
    assert caught.value.code == code


# --- who reads ---


def test_nothing_is_sealed_to_a_desk_that_may_not_read_sealed_text() -> None:
    scenario = Scenario("DE", "FR")
    draft = scenario.draft("DE", events.MessagePosted(text=words()), to=("FR",))
    signed = scenario.desks["DE"].compose(draft)
    scenario.change("FR", "analyst")
    refused("wrong-readers", lambda: scenario.send(signed))


def test_an_observer_asks_the_ocu_and_nobody_else() -> None:
    scenario = Scenario("DE", "FR")
    scenario.admit("CH", "observer")
    asked = Question(kind="request", addressees=("DE",), subject="consignment")
    event = events.QuestionAsked(stat=asked, text=words())
    refused("observer-to-ocu", lambda: scenario.post("CH", event, readers={"text": ("PL",)}))
    event = events.QuestionAsked(stat=msgspec.structs.replace(asked, addressees=("PL",)), text=words())
    refused("observer-to-ocu", lambda: scenario.post("CH", event))
    refused("observer-to-ocu", lambda: scenario.post("CH", event, readers={"text": ("PL", "DE")}))
    scenario.post("CH", event, readers={"text": ("PL",)})


# --- reports ---


def on_behalf(scenario: Scenario) -> str:
    return scenario.post("PL", events.SeizureReported(stat=seizure(on_behalf_of="DE")))


def test_a_country_confirms_the_newest_revision_only() -> None:
    scenario = Scenario("DE")
    report = on_behalf(scenario)
    amended = scenario.post("PL", events.SeizureAmended(stat=seizure(goods(quantity=7), on_behalf_of="DE")), ref=report)
    stale = events.SeizureConfirmed(stat=bodies.Confirmation(revision=report))
    refused("stale-revision", lambda: scenario.post("DE", stale, ref=report))
    scenario.post("DE", events.SeizureConfirmed(stat=bodies.Confirmation(revision=amended)), ref=report)
    assert not scenario.desks["PL"].state.reports[report].unconfirmed


def test_a_release_does_not_change_whose_report_it_is() -> None:
    scenario = Scenario("DE")
    report = scenario.post("PL", events.SeizureReported(stat=seizure()), readers={"stat": ("DE",)})
    released = events.SeizureReleased(stat=seizure(on_behalf_of="DE"))
    refused("not-your-report", lambda: scenario.post("PL", released, ref=report))


def test_a_newsletter_is_issued_under_the_number_it_was_compiled_with() -> None:
    scenario = Scenario("DE")
    newsletter = scenario.newsletter("2024-01-16")
    event = events.NewsletterIssued(plain=bodies.Issued(number=2))
    refused("bad-issue", lambda: scenario.post("PL", event, ref=newsletter))
    scenario.post("PL", events.NewsletterIssued(plain=bodies.Issued(number=1)), ref=newsletter)


# --- a desk's own disk ---


def test_a_desk_does_not_take_back_an_entry_that_was_changed_on_its_disk() -> None:
    scenario = Scenario("DE")
    scenario.post("DE", events.SeizureReported(stat=seizure()))
    desk = scenario.desks["PL"]
    entries = list(desk.entries)
    last = entries[-1]
    raw = msgspec.json.decode(last.header or b"") | {"ts": 1}
    entries[-1] = type(last)(last.index, last.leaf_data, encode(raw), last.signature, last.parts)
    checkpoint = desk.view.log.note
    desk.connect(scenario.hub)
    refused("wrong-leaf", lambda: list(desk.view.restore(entries, checkpoint)), UntrustedError)
