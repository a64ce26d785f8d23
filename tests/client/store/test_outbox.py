"""The outbox while one process sends and another takes back."""

from pathlib import Path

from tests.client.imports.desks import importing_desk, planned, rows
from tests.scenario import Scenario
from vocu.operation.admission import SignedEvent
from vocu.operation.composing import Draft
from vocu_client.imports import planning

SIGNED = SignedEvent(b"header", b"signature", ())


def test_what_was_taken_back_while_it_was_signed_is_named_and_what_was_signed_cannot_be_taken_back(
    scenario: Scenario, tmp_path: Path
) -> None:
    de = importing_desk(scenario, tmp_path)
    planning.run(de.desk, planned(de, rows(2)))
    first, second = de.outbox.waiting(0, 10)
    assert isinstance(de.outbox.draft(first), Draft)
    assert de.outbox.discard(first.id)
    assert isinstance(de.outbox.draft(first), Draft), "the sender still holds what it was about to sign"
    signed = [(first.id, SIGNED, b"1"), (second.id, SIGNED, b"2"), ("a rotation", SIGNED, b"3")]
    assert de.outbox.keep_signed(signed) == {first.id, "a rotation"}
    assert not de.outbox.discard(second.id)
    assert [(item.id, item.state) for item in de.outbox.items()] == [(second.id, "sent")]


def test_what_waits_is_counted_without_what_is_delivered_or_refused(scenario: Scenario, tmp_path: Path) -> None:
    de = importing_desk(scenario, tmp_path)
    planning.run(de.desk, planned(de, rows(3)))
    first, second, third = (item.id for item in de.outbox.items())
    de.outbox.delivered({first: 5})
    de.outbox.refused(second, "wrong-phase", "Not now.")
    assert de.outbox.how_many_wait() == 1
    assert de.outbox.ids("queued") == {third}
    assert de.outbox.refusals() == {second: ("wrong-phase", "Not now.")}
    assert de.outbox.positions(5, 5) == {first: 5}
