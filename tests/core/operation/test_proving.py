"""Signatures that are verified ahead: what holds is not verified twice, what does not is noticed all the same."""

from typing import Any
from unittest import mock

import pytest

from tests.core.compilation.logs import seizure
from tests.scenario import Scenario
from vocu.crypto.keys import SigningKey
from vocu.crypto.signing import PayloadType, sign
from vocu.errors import UntrustedError
from vocu.log.entry import WHOLE_OPERATION
from vocu.operation import admission, events
from vocu.operation.admission import SignedEvent
from vocu.operation.proving import FEW, Prover
from vocu.operation.verified import VerifiedOperation

SEIZED = events.SeizureReported(stat=seizure())
PROVERS = [Prover(), Prover(2), Prover(3)]


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    scenario = Scenario("DE", "FR", deliver=False)
    for _ in range(FEW):
        scenario.post("DE", SEIZED)
    return scenario


def newcomer(scenario: Scenario, prover: Prover, page: int) -> VerifiedOperation:
    """A view of the log up to where its last so many entries begin."""
    desk = scenario.desks["PL"]
    view = VerifiedOperation(scenario.op, "PL", desk.id, scenario.hub.key.public, prover)
    accept(scenario, view, scenario.hub.tree.size - page)
    return view


def accept(scenario: Scenario, view: VerifiedOperation, size: int) -> None:
    hub, desk = scenario.hub, scenario.desks["PL"]
    view.accept([hub.shown(index, "PL", desk.id) for index in range(view.size, size)], hub.checkpoint(size))


@pytest.mark.parametrize("prover", PROVERS)
def test_each_signature_is_verified_once(scenario: Scenario, prover: Prover) -> None:
    view = newcomer(scenario, prover, page=FEW)
    with mock.patch.object(admission, "verify", wraps=admission.verify) as again:
        accept(scenario, view, scenario.hub.tree.size)
    assert again.call_count == (FEW if prover is PROVERS[0] else 0)
    assert view.log.root() == scenario.hub.tree.root()
    assert view.state.size == scenario.hub.tree.size


def forged(event: SignedEvent) -> SignedEvent:
    return SignedEvent(event.header, event.signature[:-1] + bytes([event.signature[-1] ^ 1]), event.parts)


def cut(event: SignedEvent) -> SignedEvent:
    return SignedEvent(event.header, event.signature[:-1], event.parts)


def by_another_key(event: SignedEvent) -> SignedEvent:
    stranger = SigningKey.from_seed(bytes(32))
    return SignedEvent(event.header, sign(stranger, PayloadType.EVENT, event.header), event.parts)


def composed(scenario: Scenario, ncp: str) -> SignedEvent:
    scenario.desks[ncp].catch_up(scenario.hub)
    return scenario.desks[ncp].compose(scenario.draft(ncp, SEIZED))


@pytest.mark.parametrize("lie", [forged, cut, by_another_key])
def test_a_false_signature_in_the_middle_of_a_page_is_noticed_with_the_same_evidence(lie: Any) -> None:
    scenario = Scenario("DE", "FR", deliver=False)
    for _ in range(FEW):
        scenario.post("DE", SEIZED)
    by_de, by_fr = (composed(scenario, ncp) for ncp in ("DE", "FR"))
    place = scenario.hub.tree.size
    scenario.hub.place(WHOLE_OPERATION, lie(by_de), None)
    scenario.hub.place(WHOLE_OPERATION, by_fr, None)
    said = []
    for prover in PROVERS:
        view = newcomer(scenario, prover, page=FEW + 2)
        with pytest.raises(UntrustedError) as raised:
            accept(scenario, view, scenario.hub.tree.size)
        said.append((raised.value.code, raised.value.message, raised.value.details))
    assert said[0][0] in ("bad-signature", "bad-size")
    assert f"entry: {place}" in said[0][2]
    assert said[1:] == said[:1] * 2


def test_what_one_device_signed_proves_nothing_for_another(scenario: Scenario) -> None:
    state = scenario.desks["PL"].view.state
    entry = next(each for each in reversed(scenario.hub.entries) if each.header and each.signature)
    signed = [(entry.header or b"", entry.signature or b"")] * FEW
    devices = {name: device for name, device in state.devices.items() if device.ncp != "DE"}
    assert not Prover(2).prove(signed, devices)
