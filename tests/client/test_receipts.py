"""Telling authors what was opened: together, at most once a minute to each, once in spite of every interruption."""

from pathlib import Path

import pytest

from tests.client.replicas import Replicated
from tests.core.operation.acts import words
from tests.scenario import MINUTE, Scenario
from vocu.operation import bodies, events
from vocu.operation.statements import Role
from vocu_client.receipts import Receipts
from vocu_client.store.openings import Openings


@pytest.fixture
def scenario() -> Scenario:
    return Scenario("DE", "FR")


class Reader:
    """An officer at the desk of DE."""

    def __init__(self, scenario: Scenario, folder: Path, ncp: str = "DE") -> None:
        self.desk = Replicated(scenario, ncp, folder)
        self.receipts = self.start()

    def start(self) -> Receipts:
        self.openings = Openings(self.desk.engine)
        self.receipts = Receipts(self.desk.view, self.desk.outbox, self.openings)
        return self.receipts

    def open(self, *ids: str) -> None:
        self.desk.catch_up()
        self.receipts.opened([self.desk.reading.entry(event_id) for event_id in ids])

    def queued(self) -> list[tuple[tuple[str, ...] | str, tuple[str, ...]]]:
        """To whom what is confirmed."""
        drafts = [self.desk.outbox.draft(item) for item in self.desk.outbox.items("queued")]
        return [(draft.to, draft.event.text.opened) for draft in drafts]  # type: ignore[attr-defined]


@pytest.fixture
def de(scenario: Scenario, tmp_path: Path) -> Reader:
    return Reader(scenario, tmp_path)


def message(scenario: Scenario, by: str, **more: object) -> str:
    return scenario.post(by, events.MessagePosted(text=words()), **more)


def test_each_author_hears_of_its_own_words_together(scenario: Scenario, de: Reader) -> None:
    first, second, other = message(scenario, "FR"), message(scenario, "FR"), message(scenario, "PL")
    de.open(first, second, other)
    assert len(de.receipts.send_due(scenario.hub.now)) == 2
    assert sorted(de.queued()) == sorted([(("DE", "FR"), tuple(sorted((first, second)))), (("DE", "PL"), (other,))])


def test_nothing_opened_sends_nothing(scenario: Scenario, de: Reader) -> None:
    assert de.receipts.send_due(scenario.hub.now) == []
    own = message(scenario, "DE")
    contacts = scenario.post("FR", events.ContactPublished(text=bodies.Contacts(contacts=())))
    de.open(own, contacts)
    assert de.receipts.send_due(scenario.hub.now) == []


def test_what_was_said_is_not_said_again(scenario: Scenario, de: Reader) -> None:
    first = message(scenario, "FR")
    de.open(first)
    assert len(de.receipts.send_due(scenario.hub.now)) == 1
    de.open(first)
    assert de.receipts.send_due(scenario.hub.now + 10 * MINUTE) == []


def test_an_author_hears_at_most_once_a_minute(scenario: Scenario, de: Reader) -> None:
    now = scenario.hub.now
    de.open(message(scenario, "FR"))
    assert len(de.receipts.send_due(now)) == 1
    de.desk.send()
    de.open(message(scenario, "FR"))
    assert de.receipts.send_due(now + MINUTE - 1) == []
    assert len(de.receipts.send_due(now + MINUTE)) == 1


def test_without_a_line_one_confirmation_waits_and_the_next_gathers(scenario: Scenario, de: Reader) -> None:
    now = scenario.hub.now
    for minutes in range(4):
        de.open(message(scenario, "FR"))
        de.receipts.send_due(now + minutes * 5 * MINUTE)
    assert len(de.queued()) == 1
    de.desk.send()
    de.receipts.send_due(now + 30 * MINUTE)
    ((_, opened),) = de.queued()
    assert len(opened) == 3


def test_the_author_opens_what_was_sealed_to_it(scenario: Scenario, de: Reader) -> None:
    sent = message(scenario, "FR")
    de.open(sent)
    de.receipts.send_due(scenario.hub.now)
    size = de.desk.view.size
    (confirmed,) = de.desk.send()
    scenario.deliver()
    assert scenario.desks["FR"].open(confirmed, "text") == bodies.Reading(received=size, opened=(sent,))


@pytest.mark.parametrize("step", ["noted", "batched", "queued"])
def test_a_kill_at_any_step_loses_nothing_and_says_nothing_twice(
    step: str, scenario: Scenario, de: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(Exception):
        pass

    def kill(*_: object) -> None:
        raise Killed

    sent, now = message(scenario, "FR"), scenario.hub.now
    if step == "noted":
        de.open(sent)
    else:
        de.open(sent)
        place = (de.desk.outbox, "queue") if step == "batched" else (de.openings, "settle")
        monkeypatch.setattr(*place, kill)
        with pytest.raises(Killed):
            de.receipts.send_due(now)
        monkeypatch.undo()
    de.desk.start()
    de.start()
    de.receipts.send_due(now)
    de.receipts.send_due(now + 10 * MINUTE)
    assert de.queued() == [(("DE", "FR"), (sent,))]


@pytest.mark.parametrize(("role", "told"), [("observer", ["PL"]), ("analyst", [])])
def test_who_may_not_write_to_an_author_tells_it_nothing(
    role: Role, told: list[str], scenario: Scenario, tmp_path: Path
) -> None:
    scenario.admit("CH", role)
    ch = Reader(scenario, tmp_path, "CH")
    ch.open(message(scenario, "FR"), message(scenario, "PL"))
    ch.receipts.send_due(scenario.hub.now)
    assert [to for to, _ in ch.queued()] == [("CH", ncp) for ncp in told]


def test_who_left_is_told_nothing_and_nothing_stays_behind(scenario: Scenario, de: Reader) -> None:
    de.open(message(scenario, "FR"))
    scenario.remove("FR")
    de.desk.catch_up()
    assert de.receipts.send_due(scenario.hub.now) == []
    assert de.openings.waiting() == {}
    assert de.openings.unsettled() == []


def test_a_closed_operation_is_told_nothing(scenario: Scenario, de: Reader) -> None:
    de.open(message(scenario, "FR"))
    scenario.open("CLOSED")
    de.desk.catch_up()
    assert de.receipts.send_due(scenario.hub.now) == []
