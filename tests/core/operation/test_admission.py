"""Each check before an event counts has its own code, at the hub; and nothing of what fails changes anything."""

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.compilation.logs import goods, seizure
from tests.core.operation.acts import refused, resigned, slips, words
from tests.scenario import Scenario
from vocu.canonical import b64, encode
from vocu.crypto.signing import PayloadType, sign
from vocu.errors import MalformedError, RefusedError, UntrustedError, VocuError
from vocu.operation import bodies, events
from vocu.operation.admission import MAX_CLEAR, SignedEvent, Vantage, examine, identify
from vocu.operation.header import MAX_HEADER


@pytest.fixture
def scenario() -> Scenario:
    return Scenario("DE", "FR", deliver=False)


def report(scenario: Scenario, by: str = "DE", **more: Any) -> SignedEvent:
    scenario.desks[by].catch_up(scenario.hub)
    return scenario.desks[by].compose(scenario.draft(by, events.SeizureReported(stat=seizure()), **more))


def message(scenario: Scenario, by: str = "DE") -> SignedEvent:
    scenario.desks[by].catch_up(scenario.hub)
    return scenario.desks[by].compose(scenario.draft(by, events.MessagePosted(text=words()), to=("FR",)))


def with_parts(scenario: Scenario, signed: SignedEvent, *parts: bytes, **fields: Any) -> SignedEvent:
    """The event with other parts, rightly hashed and signed."""
    named = [
        slip | {"sha256": b64(hashlib.sha256(data).digest()), "size": len(data)} | fields
        for slip, data in zip(slips(signed), parts, strict=True)
    ]
    changed = resigned(scenario, "DE", signed, parts=named)
    return SignedEvent(changed.header, changed.signature, parts)


def clear(body: Any) -> bytes:
    return encode({"body": body, "salt": b64(bytes(16))})


Alteration = Callable[[Scenario], SignedEvent]


def steps() -> list[Any]:
    """(step of protocol §5, code, family, the event that fails there)."""

    def case(step: int, code: str, family: type[VocuError], alter: Alteration, note: str = "") -> Any:
        return pytest.param(code, family, alter, id=f"{step} {code} {note}".strip())

    def unsorted(s: Scenario) -> SignedEvent:
        signed = report(s)
        return SignedEvent(signed.header.replace(b'{"dseq":0,', b'{ "dseq":0,'), signed.signature, signed.parts)

    def by_the_wrong_key(s: Scenario) -> SignedEvent:
        signed = report(s)
        return SignedEvent(signed.header, sign(s.desks["FR"].sign, PayloadType.EVENT, signed.header), signed.parts)

    def signed_as_another_thing(s: Scenario) -> SignedEvent:
        signed = report(s)
        return SignedEvent(signed.header, sign(s.desks["DE"].sign, PayloadType.COUNTRY, signed.header), signed.parts)

    def revoked(s: Scenario) -> SignedEvent:
        signed = report(s)
        s.revoke("DE")
        return signed

    def removed(s: Scenario) -> SignedEvent:
        signed = report(s)
        s.remove("DE")
        return signed

    def used_id(s: Scenario) -> SignedEvent:
        first = s.post("FR", events.SeizureReported(stat=seizure()))
        return report(s, id=first)

    def field(**fields: Any) -> Alteration:
        return lambda s: resigned(s, "DE", report(s), **fields)

    def other_bytes(s: Scenario) -> SignedEvent:
        signed = report(s)
        return SignedEvent(signed.header, signed.signature, (clear(msgspec.to_builtins(seizure())),))

    def one_more_part(s: Scenario) -> SignedEvent:
        signed = report(s)
        return SignedEvent(signed.header, signed.signature, (*signed.parts, b""))

    def absent_part(s: Scenario) -> SignedEvent:
        signed = report(s)
        return SignedEvent(signed.header, signed.signature, (None,))

    def absent_words(s: Scenario) -> SignedEvent:
        signed = message(s)
        return SignedEvent(signed.header, signed.signature, (None, signed.parts[1]))

    def fewer_wraps(s: Scenario) -> SignedEvent:
        signed = message(s)
        return with_parts(s, signed, signed.parts[0] or b"", (signed.parts[1] or b"")[:-1168])

    def stat(body: Any) -> Alteration:
        return lambda s: with_parts(s, report(s), clear(body))

    def salted_twice(s: Scenario) -> SignedEvent:
        signed = report(s)
        return with_parts(s, signed, (signed.parts[0] or b"").replace(b',"salt":', b',"pepper":"x","salt":'))

    def clear_words(s: Scenario) -> SignedEvent:
        signed = message(s)
        data = clear({"body": "for all to read"})
        only = [slips(signed)[0] | {"enc": "clear", "devices": None}]
        del only[0]["devices"]
        only[0] |= {"sha256": b64(hashlib.sha256(data).digest()), "size": len(data)}
        changed = resigned(s, "DE", signed, parts=only)
        return SignedEvent(changed.header, changed.signature, (data,))

    def announcement(s: Scenario) -> SignedEvent:
        s.desks["DE"].catch_up(s.hub)
        event = events.AnnouncementPosted(text=words())
        return s.desks["DE"].compose(s.draft("DE", event, readers={"text": ("FR",)}))

    def huge(s: Scenario) -> SignedEvent:
        return with_parts(s, report(s), clear(msgspec.to_builtins(seizure()))[:-1] + b" " * MAX_CLEAR + b"}")

    def huge_claim(s: Scenario) -> SignedEvent:
        signed = message(s)
        text, wraps = slips(signed)
        return resigned(s, "DE", signed, parts=[text | {"size": 25 * 1024 * 1024 + 1}, wraps])

    other_op = {"op": "A" * 43}
    elsewhere = {"head": {"n": 1, "root": "A" * 43}}
    ahead = {"head": {"n": 1000, "root": "A" * 43}}
    return [
        case(1, "bad-value", MalformedError, lambda s: SignedEvent(b"{}", b"", ())),
        case(1, "not-json", MalformedError, lambda s: SignedEvent(b"\xff", b"", ())),
        case(1, "not-canonical", MalformedError, unsorted),
        case(1, "header-too-large", MalformedError, lambda s: SignedEvent(b" " * (MAX_HEADER + 1), b"", ())),
        case(1, "wrong-operation", RefusedError, field(**other_op)),
        case(2, "unknown-device", RefusedError, field(**{"from": "A" * 22})),
        case(2, "revoked-device", RefusedError, revoked),
        case(2, "revoked-device", RefusedError, removed, "of a removed country"),
        case(3, "bad-signature", UntrustedError, by_the_wrong_key),
        case(3, "bad-signature", UntrustedError, signed_as_another_thing, "as another thing"),
        case(4, "id-in-use", RefusedError, used_id),
        case(4, "unknown-kind", MalformedError, field(type="seizure_invented")),
        case(5, "bad-parts", MalformedError, other_bytes, "other bytes"),
        case(5, "bad-parts", MalformedError, one_more_part, "one more"),
        case(5, "bad-parts", MalformedError, absent_part, "clear and absent"),
        case(5, "bad-parts", MalformedError, fewer_wraps, "fewer wraps than readers"),
        case(5, "part-missing", RefusedError, absent_words),
        case(5, "part-too-large", MalformedError, huge_claim, "sealed"),
        case(6, "stale-prev", RefusedError, field(dseq=1)),
        case(6, "stale-prev", RefusedError, field(prev="A" * 43), "after something else"),
        case(7, "split-view", RefusedError, field(**elsewhere)),
        case(7, "split-view", RefusedError, field(**ahead), "ahead of the log"),
        case(8, "unexpected-part", MalformedError, lambda s: resigned(s, "DE", message(s), type="seizure_reported")),
        case(8, "missing-part", MalformedError, field(type="warning_issued", parts=[
            {"p": "wraps", "enc": "clear", "sha256": b64(hashlib.sha256(b"").digest()), "size": 0}])),
        case(8, "bad-form", MalformedError, stat(msgspec.to_builtins(seizure()) | {"direction": "sideways"})),
        case(8, "not-canonical", MalformedError, huge, "and too large"),
        case(8, "bad-value", MalformedError, salted_twice),
        case(8, "must-be-sealed", RefusedError, clear_words),
        case(9, "not-your-role", RefusedError, announcement),
        case(9, "bad-day", MalformedError, stat(msgspec.to_builtins(seizure()) | {"seizure_day": "2024-01-17"})),
    ]  # fmt: skip


@pytest.mark.parametrize(("code", "family", "alter"), steps())
def test_what_fails_a_step_is_refused_with_its_code_and_changes_nothing(
    scenario: Scenario, code: str, family: type[VocuError], alter: Alteration
) -> None:
    signed = alter(scenario)
    before = scenario.hub.state.size, scenario.hub.tree.root(), dict(scenario.hub.state.chains)
    refused(code, lambda: scenario.hub.append(signed), family)
    assert (scenario.hub.state.size, scenario.hub.tree.root(), dict(scenario.hub.state.chains)) == before


def test_what_passes_every_step_is_admitted_once(scenario: Scenario) -> None:
    signed = report(scenario)
    index = scenario.send(signed)
    assert scenario.hub.state.size == index + 1
    assert scenario.send(signed) == index
    assert scenario.hub.state.size == index + 1


def test_a_refused_event_leaves_its_number_in_the_chain_free(scenario: Scenario) -> None:
    desk = scenario.desks["DE"]
    desk.catch_up(scenario.hub)
    bad = desk.compose(scenario.draft("DE", events.SeizureReported(stat=seizure(on_behalf_of="FR"))))
    good = desk.compose(scenario.draft("DE", events.SeizureReported(stat=seizure())))
    refused("not-your-country", lambda: scenario.send(bad))
    scenario.send(good)


def test_chains_to_different_audiences_do_not_disturb_each_other(scenario: Scenario) -> None:
    first, second, third = message(scenario), report(scenario), message(scenario)
    scenario.send(first)
    scenario.send(second)
    refused("stale-prev", lambda: scenario.send(third))


def test_a_part_that_was_uploaded_before_need_not_come_again(scenario: Scenario) -> None:
    signed = message(scenario)
    bare = SignedEvent(signed.header, signed.signature, (None, signed.parts[1]))
    state, tree = scenario.hub.state, scenario.hub.tree
    held = Vantage(tree.root, lambda slip: slip.p == "text")
    act = examine(identify(bare, state), state, scenario.hub.now, held)
    assert act.header.type == "message_posted"


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_bytes_that_were_changed_anywhere_are_refused_in_order(data: st.DataObject) -> None:
    """Whatever is flipped, cut or added, the hub answers with a code; it never falls over."""
    scenario = Scenario("DE", "FR", deliver=False)
    signed = data.draw(st.sampled_from([message, report]))(scenario)
    at = data.draw(st.integers(0, len(signed.header) - 1))
    header = bytearray(signed.header)
    header[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    parts = tuple(data.draw(st.sampled_from([part, None, b"", (part or b"")[:-1]])) for part in signed.parts)
    hostile = SignedEvent(bytes(header), sign(scenario.desks["DE"].sign, PayloadType.EVENT, bytes(header)), parts)
    if (hostile.header, hostile.parts) == (signed.header, signed.parts):
        return
    try:
        scenario.hub.append(hostile)
    except VocuError:
        return
    # What is admitted nevertheless was changed where the sender is free: it is his own event still, and signed by him.
    assert hostile.parts == signed.parts


def test_commodities_that_the_operation_added_are_read_by_everybody() -> None:
    scenario = Scenario("DE", sub_commodities=("tobacco.shisha",))
    line = goods("tobacco.shisha", 5, "KGM")
    scenario.post("DE", events.SeizureReported(stat=seizure(line)))
    assert scenario.desks["PL"].view.size == scenario.hub.tree.size
    strange = seizure(goods("tobacco.snuff_box", 5, "KGM"))
    refused("bad-form", lambda: scenario.post("DE", events.SeizureReported(stat=strange)), MalformedError)


def test_a_country_with_a_new_key_no_longer_answers_to_the_old_one() -> None:
    scenario = Scenario("DE", "FR")
    old, desk = scenario.countries["DE"], scenario.desks["DE"]
    second = type(desk)("DE-2", "DE", scenario.random)
    prepared = scenario.by_country("DE", scenario.adding(second))
    again = scenario.admit("DE", replace=True)
    assert scenario.countries["DE"] is not old
    event = events.DeviceAdmitted(plain=bodies.Carried(statement=prepared))
    refused("not-your-country", lambda: scenario.post("DE", event))
    assert not scenario.hub.state.devices[desk.id].active
    assert scenario.hub.state.devices[again.id].active
