"""What an officer reads comes through indexes, and stays right when the log grows, is erased, or is read anew."""

from pathlib import Path

import pytest

from tests.client.replicas import Replicated
from tests.core.compilation.logs import goods, seizure
from tests.core.operation.acts import words
from tests.scenario import Scenario
from vocu.errors import RefusedError, SealedError
from vocu.form.report import SeizureNominal
from vocu.operation import bodies, events
from vocu_client import reading as reading_module


def test_lines_come_in_the_order_of_the_log_whatever_their_kinds(scenario: Scenario, de: Replicated) -> None:
    first = scenario.post("FR", events.MessagePosted(text=words("one")))
    second = scenario.post("PL", events.AnnouncementPosted(text=words("two")))
    third = scenario.post("DE", events.MessagePosted(text=words("three")), to=("FR",))
    de.catch_up()
    assert [line.id for line in de.reading.lines()] == [first, second, third]
    assert [line.text and line.text.body for line in de.reading.lines()] == ["one", "two", "three"]
    later = de.reading.line(second).index
    assert [line.id for line in de.reading.lines(since=later)] == [second, third]


def test_the_newest_revision_is_the_form(scenario: Scenario, de: Replicated) -> None:
    nominal = SeizureNominal(containers=("MSCU1234565",))
    report = scenario.post("DE", events.SeizureReported(stat=seizure(), nominal=nominal), readers={"nominal": ("PL",)})
    de.catch_up()
    assert de.reading.seizure_form(report)["containers"] == ["MSCU1234565"]
    scenario.post("DE", events.SeizureAmended(stat=seizure(goods(quantity="7"))), ref=report)
    de.catch_up()
    assert de.reading.seizure_form(report)["goods"][0]["quantity"] == "7"
    assert "containers" not in de.reading.seizure_form(report)
    assert len(de.reading.revisions(report)) == 2


def test_what_is_not_here_is_said_to_be_unknown(de: Replicated) -> None:
    for ask in (de.reading.line, de.reading.seizure_form):
        with pytest.raises(RefusedError, match="holds no"):
            ask("A" * 22)


def test_erased_words_are_gone_from_what_was_kept_open(scenario: Scenario, de: Replicated) -> None:
    message = scenario.post("FR", events.MessagePosted(text=words("to be erased")))
    de.catch_up()
    line = de.reading.line(message)
    assert line.text is not None
    scenario.post("FR", events.EntryErased(plain=bodies.Erasure(index=line.index, parts=("text",))))
    de.catch_up()
    for _, erasure in de.view.erasures():
        de.view.forget(erasure)
    assert de.reading.line(message).text is None
    assert "not on this desk" in (de.reading.line(message).sealed or "")


def test_what_is_kept_open_is_bounded(scenario: Scenario, de: Replicated, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_module, "KEPT_OPEN", 2)
    sent = [scenario.post("FR", events.MessagePosted(text=words(str(number)))) for number in range(4)]
    de.catch_up()
    list(de.reading.lines())
    assert len(de.reading._opened) == 2
    assert [de.reading.line(event_id).text for event_id in sent] == [words(str(number)) for number in range(4)]


def test_a_part_is_opened_once_while_it_is_read_again_and_again(
    scenario: Scenario, de: Replicated, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = scenario.post("FR", events.MessagePosted(text=words("hello")))
    de.catch_up()
    before = de.reading.line(message)
    monkeypatch.setattr(de.view, "open", lambda *_: pytest.fail("opened twice"))
    assert de.reading.line(message) == before


def test_what_is_sealed_to_others_says_why(scenario: Scenario, de: Replicated) -> None:
    report = scenario.post(
        "FR", events.SeizureReported(stat=seizure(), nominal=SeizureNominal(flight="XX1")), readers={"nominal": ("PL",)}
    )
    de.catch_up()
    assert "sealed to other desks" in (de.reading.line(report).sealed or "")
    with pytest.raises(SealedError):
        de.reading.body(de.reading.entry(report), "nominal")


def test_contacts_are_the_newest_of_each_and_a_directory_fills_what_is_missing(
    scenario: Scenario, tmp_path: Path
) -> None:
    old, new = bodies.Contact(name="Old"), bodies.Contact(name="New")
    scenario.post("FR", events.ContactPublished(text=bodies.Contacts(contacts=(old,))))
    scenario.admit("IT")
    directory = bodies.Directory(participants={"FR": (old,), "DE": (old,)})
    scenario.post("PL", events.DirectorySent(text=directory), to=("IT",))
    it = Replicated(scenario, "IT", tmp_path)
    assert it.reading.contacts() == {"DE": (old,), "FR": (old,)}
    scenario.post("FR", events.ContactPublished(text=bodies.Contacts(contacts=(new,))))
    it.catch_up()
    assert it.reading.contacts() == {"DE": (old,), "FR": (new,)}


def test_the_words_of_an_issue_are_found_by_its_day(scenario: Scenario, de: Replicated) -> None:
    assert de.reading.words_of("2024-01-15") is None


def test_a_view_that_starts_over_is_read_anew(scenario: Scenario, de: Replicated) -> None:
    message = scenario.post("FR", events.MessagePosted(text=words("hello")))
    de.catch_up()
    before = de.reading.line(message)
    de.view._start_over()
    assert de.reading.line(message) == before
