"""Statements carry their own authority: enough keys, the right keys, each once, for this operation, one time only."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.operation.acts import refused
from tests.scenario import Scenario
from vocu.canonical import b64, encode, unb64
from vocu.crypto.keys import RootSigningKey, SigningKey
from vocu.crypto.signing import PayloadType
from vocu.errors import MalformedError, RefusedError, UntrustedError, VocuError
from vocu.operation import bodies, events
from vocu.operation.statements import (
    AdmitDevice,
    ChangeRoots,
    Envelope,
    OpenPhase,
    Remove,
    Revoke,
    Roots,
    Signature,
    is_signed_by,
    open_country,
    open_root,
    seal_off,
)

ROOTS = [RootSigningKey.from_seed(bytes([number]) * 64) for number in range(4)]
TWO_OF_THREE = Roots(keys=tuple(b64(root.public.data) for root in ROOTS[:3]), threshold=2)
OP = "O" * 43
REMOVE = Remove(op=OP, salt="A" * 22, ncp="FR")
COUNTRY = SigningKey.from_seed(b"c" * 32)
REVOKE = Revoke(op=OP, salt="A" * 22, device="D" * 22)


def signed(
    *roots: RootSigningKey | SigningKey, kind: PayloadType = PayloadType.ROOT, statement: Any = REMOVE
) -> Envelope:
    return seal_off(kind, statement, roots)


@pytest.mark.parametrize("chosen", [(0, 1), (1, 2), (0, 2), (0, 1, 2)])
def test_enough_roots_suffice_whichever_they_are(chosen: tuple[int, ...]) -> None:
    assert open_root(signed(*(ROOTS[number] for number in chosen)), TWO_OF_THREE, OP) == REMOVE


def test_too_few_roots_do_not_suffice() -> None:
    refused("too-few-signatures", lambda: open_root(signed(ROOTS[0]), TWO_OF_THREE, OP))


def test_one_root_does_not_count_twice() -> None:
    refused("bad-envelope", lambda: open_root(signed(ROOTS[0], ROOTS[0]), TWO_OF_THREE, OP), MalformedError)


def test_signatures_stand_in_the_order_of_their_keys() -> None:
    envelope = signed(*ROOTS[:2])
    turned = Envelope(envelope.payload, envelope.signatures[::-1])
    refused("bad-envelope", lambda: open_root(turned, TWO_OF_THREE, OP), MalformedError)


def test_a_strangers_signature_spoils_the_envelope_even_beside_enough_others() -> None:
    refused("unknown-key", lambda: open_root(signed(*ROOTS[:2], ROOTS[3]), TWO_OF_THREE, OP), UntrustedError)


def test_a_false_signature_spoils_the_envelope_even_beside_enough_others() -> None:
    envelope = signed(*ROOTS[:3])
    for place, false in enumerate(envelope.signatures):
        others = [*envelope.signatures]
        others[place] = Signature(false.key, b64(bytes(len(unb64(false.sig)))))
        spoilt = Envelope(envelope.payload, tuple(others))
        refused("bad-signature", lambda spoilt=spoilt: open_root(spoilt, TWO_OF_THREE, OP), UntrustedError)  # type: ignore[misc]


@pytest.mark.parametrize("kind", [kind for kind in PayloadType if kind is not PayloadType.ROOT])
def test_what_roots_signed_as_another_thing_is_no_statement_of_theirs(kind: PayloadType) -> None:
    refused("bad-signature", lambda: open_root(signed(*ROOTS[:2], kind=kind), TWO_OF_THREE, OP), UntrustedError)


def test_a_statement_for_another_operation_does_not_count() -> None:
    refused("wrong-operation", lambda: open_root(signed(*ROOTS[:2]), TWO_OF_THREE, "P" * 43))
    by_country = signed(COUNTRY, kind=PayloadType.COUNTRY, statement=REVOKE)
    refused("wrong-operation", lambda: open_country(by_country, COUNTRY.public, "P" * 43))


def test_roots_and_countries_do_not_decide_in_each_others_place() -> None:
    card = Scenario("DE").desks["DE"].card
    admitting = AdmitDevice(op=OP, salt="A" * 22, ncp="DE", device=card)
    refused("bad-value", lambda: open_root(signed(*ROOTS[:2], statement=admitting), TWO_OF_THREE, OP), MalformedError)
    refused("unknown-key", lambda: open_root(signed(COUNTRY, statement=REVOKE), TWO_OF_THREE, OP), UntrustedError)
    removing = signed(COUNTRY, kind=PayloadType.COUNTRY)
    refused("bad-value", lambda: open_country(removing, COUNTRY.public, OP), MalformedError)
    by_root = signed(ROOTS[0], kind=PayloadType.COUNTRY, statement=REVOKE)
    refused("unknown-key", lambda: open_country(by_root, COUNTRY.public, OP), UntrustedError)
    assert not is_signed_by(by_root, COUNTRY.public)


@pytest.mark.parametrize(
    "payload",
    ["", "!!!!", "e30", "e30=", b64(b"\xff"), b64(encode(REMOVE) + b" "), b64(b'{"type":"remove"}'), b64(b"[" * 5000)],
)
def test_a_payload_that_is_no_statement_is_refused_with_a_code(payload: str) -> None:
    with pytest.raises(MalformedError):
        open_root(Envelope(payload, signed(ROOTS[0]).signatures), TWO_OF_THREE, OP)


@given(st.text(st.characters(categories=["L", "N", "P"]), max_size=40), st.text(max_size=20))
def test_nothing_in_an_envelope_makes_it_fall_over(payload: str, sig: str) -> None:
    with pytest.raises(VocuError):
        open_root(Envelope(payload, (Signature(signed(ROOTS[0]).signatures[0].key, sig),)), TWO_OF_THREE, OP)


@pytest.mark.parametrize(("keys", "threshold"), [((0, 1), 3), ((0, 0), 1), ((0, 1, 1), 2)])
def test_roots_are_different_and_no_fewer_than_must_sign(keys: tuple[int, ...], threshold: int) -> None:
    with pytest.raises(ValueError, match="root keys"):
        Roots(keys=tuple(b64(ROOTS[number].public.data) for number in keys), threshold=threshold)


# --- in an operation ---


def phase(scenario: Scenario, **more: Any) -> events.PhaseOpened:
    opened = OpenPhase(op=scenario.op, salt=scenario.new_id(), phase="OPERATIONAL")
    return events.PhaseOpened(plain=scenario.carried(scenario.by_roots(opened, **more)))


def test_a_removal_or_admission_cannot_be_played_again() -> None:
    scenario = Scenario("DE", "FR")
    removing = Remove(op=scenario.op, salt=scenario.new_id(), ncp="DE")
    removal = events.ParticipantRemoved(plain=scenario.carried(scenario.by_roots(removing)))
    admission = scenario.hub._acts[1]
    assert admission is not None
    scenario.post("PL", removal)
    refused("statement-used", lambda: scenario.post("PL", admission.event))
    scenario.admit("DE")
    refused("statement-used", lambda: scenario.post("PL", removal))
    # Signed anew by other roots, the same words are the same decision.
    refused("statement-used", lambda: scenario.post("PL", admission.event))


def test_half_of_an_admission_cannot_be_played_again_either() -> None:
    scenario = Scenario("DE")
    first = scenario.hub._acts[1]
    assert first is not None
    used = first.event.plain.device  # type: ignore[attr-defined]
    scenario.remove("DE")
    desk = type(scenario.desks["DE"])("DE", "DE", scenario.random)
    fresh = scenario.admission(desk)
    mixed = bodies.Admission(statement=fresh.plain.statement, device=used)  # type: ignore[attr-defined]
    refused("statement-used", lambda: scenario.post("PL", events.ParticipantAdmitted(plain=mixed)))


def test_after_a_change_of_roots_only_the_new_ones_decide() -> None:
    scenario = Scenario("DE", roots=2)
    new = Roots(keys=(b64(scenario.roots[1].public.data),), threshold=1)
    statement = ChangeRoots(op=scenario.op, salt=scenario.new_id(), roots=new)
    old = scenario.roots[0]
    scenario.post("DE", events.RootsChanged(plain=scenario.carried(scenario.by_roots(statement, [old]))))
    refused("unknown-key", lambda: scenario.post("PL", phase(scenario, roots=[old])), UntrustedError)
    scenario.post("PL", phase(scenario, roots=[scenario.roots[1]]))
    assert scenario.desks["DE"].state.phase == "OPERATIONAL"


def test_an_event_carries_the_statement_of_its_kind() -> None:
    scenario = Scenario("DE")
    opened = phase(scenario).plain
    refused("bad-statement", lambda: scenario.post("PL", events.ParticipantRemoved(plain=opened)), MalformedError)
    admission = scenario.admission(type(scenario.desks["DE"])("FR", "DE", scenario.random))
    revoke = scenario.by_country("DE", Revoke(op=scenario.op, salt=scenario.new_id(), device="A" * 22))
    for statement, device in ((opened.statement, revoke), (admission.plain.statement, revoke)):  # type: ignore
        event = events.ParticipantAdmitted(plain=bodies.Admission(statement=statement, device=device))
        refused("bad-statement", lambda event=event: scenario.post("PL", event), MalformedError)  # type: ignore[misc]


def test_phases_open_in_their_order_and_once() -> None:
    scenario = Scenario("DE")
    closing = OpenPhase(op=scenario.op, salt=scenario.new_id(), phase="CLOSED")
    refused(
        "phase-order",
        lambda: scenario.post("PL", events.PhaseOpened(plain=scenario.carried(scenario.by_roots(closing)))),
        RefusedError,
    )
    scenario.open("CLOSED")
    refused("phase-order", lambda: scenario.post("PL", phase(scenario)))
