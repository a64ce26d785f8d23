"""What must hold beside role and phase, kind by kind: each rule broken once, and kept once."""

from typing import Any

import msgspec
import pytest

from tests.core.compilation.logs import goods, seizure
from tests.core.operation.acts import refused, words
from tests.scenario import Scenario
from vocu.errors import MalformedError
from vocu.form.messages import Answer, Feedback, Question, WarningNotice
from vocu.operation import bodies, events

WARNING = WarningNotice(addressees=("DE",), commodity="tobacco.cigarettes", action="control")
QUESTION = Question(kind="request", addressees=("DE",), subject="consignment")


@pytest.fixture
def scenario() -> Scenario:
    return Scenario("DE", "FR")


def report(scenario: Scenario, by: str = "DE", **fields: Any) -> str:
    return scenario.post(by, events.SeizureReported(stat=seizure(**fields)))


# --- audiences ---


def test_only_messages_and_directories_go_to_fewer_than_all(scenario: Scenario) -> None:
    event = events.SeizureReported(stat=seizure())
    refused("must-be-to-all", lambda: scenario.post("DE", event, to=("PL",)))


def test_an_audience_takes_part(scenario: Scenario) -> None:
    draft = scenario.draft("DE", events.MessagePosted(text=words()), to=("FR",))
    for stranger in ("XX", "HUB"):
        to = tuple(sorted({"DE", "FR", stranger}))
        hostile = msgspec.structs.replace(draft, to=to)
        desk = scenario.desks["DE"]
        refused("unknown-participant", lambda hostile=hostile, desk=desk: scenario.send(desk.compose(hostile)))  # type: ignore[misc]


def test_an_audience_and_the_readers_of_a_part_include_the_senders_own_country(scenario: Scenario) -> None:
    draft = scenario.draft("DE", events.MessagePosted(text=words()), to=("FR",))
    without = msgspec.structs.replace(draft, to=("FR", "PL"))
    refused("sender-not-in-audience", lambda: scenario.send(scenario.desks["DE"].compose(without)))


def test_a_part_narrows_the_audience_and_never_widens_it(scenario: Scenario) -> None:
    event = events.MessagePosted(text=words())
    refused("reader-not-in-audience", lambda: scenario.post("DE", event, to=("FR",), readers={"text": ("FR", "PL")}))


def test_what_is_for_some_is_not_sealed_to_the_epoch_of_all(scenario: Scenario) -> None:
    scenario.rotate("DE")
    draft = scenario.draft("DE", events.MessagePosted(text=words()), to=("FR",))
    to_all = msgspec.structs.replace(draft, readers={})
    refused("must-be-direct", lambda: scenario.send(scenario.desks["DE"].compose(to_all)))


def test_an_observer_writes_to_the_ocu_and_nobody_else(scenario: Scenario) -> None:
    scenario.admit("CH", "observer")
    event = events.MessagePosted(text=words())
    refused("observer-to-ocu", lambda: scenario.post("CH", event))
    refused("observer-to-ocu", lambda: scenario.post("CH", event, to=("DE",)))
    refused("observer-to-ocu", lambda: scenario.post("CH", event, to=("DE", "PL")))
    scenario.post("CH", event, to=("PL",))
    scenario.change("DE", "co_organiser")
    scenario.post("CH", event, to=("DE", "PL"))


def test_what_was_read_is_confirmed_to_the_one_who_wrote_it_and_not_proclaimed(scenario: Scenario) -> None:
    event = events.ReadingConfirmed(text=bodies.Reading(received=5, opened=("A" * 22,)))
    refused("one-reader", lambda: scenario.post("DE", event))
    refused("one-reader", lambda: scenario.post("DE", event, to=("DE",)))
    refused("one-reader", lambda: scenario.post("DE", event, to=("FR", "PL")))
    confirmed = scenario.post("DE", event, to=("FR",))
    assert scenario.desks["FR"].open(confirmed, "text") == event.text
    with pytest.raises(LookupError):
        scenario.desks["PL"].seen(confirmed)


# --- what an event is about ---


def test_an_answer_names_what_it_answers(scenario: Scenario) -> None:
    feedback = events.FeedbackGiven(stat=Feedback(result="nothing_found"))
    refused("missing-ref", lambda: scenario.post("DE", feedback), MalformedError)
    refused("unknown-ref", lambda: scenario.post("DE", feedback, ref="A" * 22))
    refused("unknown-ref", lambda: scenario.post("DE", feedback, ref=report(scenario)))


def test_who_answers_nothing_names_nothing(scenario: Scenario) -> None:
    event = events.SeizureReported(stat=seizure())
    refused("unexpected-ref", lambda: scenario.post("DE", event, ref="A" * 22), MalformedError)


def test_a_message_may_answer_one_that_not_everybody_has_seen(scenario: Scenario) -> None:
    said = scenario.post("DE", events.MessagePosted(text=words()), to=("FR",))
    scenario.post("FR", events.MessagePosted(text=words()), ref=said)
    assert scenario.desks["PL"].view.size == scenario.hub.tree.size


# --- warnings and questions ---


def test_warnings_and_questions_are_addressed_to_who_takes_part(scenario: Scenario) -> None:
    nobody = msgspec.structs.replace(WARNING, addressees=("XX",))
    refused("unknown-participant", lambda: scenario.post("PL", events.WarningIssued(stat=nobody)))
    scenario.remove("FR")
    gone = events.QuestionAsked(stat=msgspec.structs.replace(QUESTION, addressees=("FR",)), text=words())
    refused("unknown-participant", lambda: scenario.post("PL", gone))


def test_feedback_comes_from_those_who_were_warned(scenario: Scenario) -> None:
    warning = scenario.post("PL", events.WarningIssued(stat=WARNING))
    feedback = events.FeedbackGiven(stat=Feedback(result="nothing_found"))
    for by in ("FR", "PL"):
        refused("not-addressed", lambda by=by: scenario.post(by, feedback, ref=warning))  # type: ignore[misc]
    scenario.post("DE", feedback, ref=warning)


def test_an_answer_comes_from_those_who_were_asked_or_from_the_ocu(scenario: Scenario) -> None:
    question = scenario.post("FR", events.QuestionAsked(stat=QUESTION, text=words()))
    answer = events.QuestionAnswered(stat=Answer(result="answered"), text=words())
    refused("not-addressed", lambda: scenario.post("FR", answer, ref=question))
    scenario.post("DE", answer, ref=question)
    scenario.post("PL", answer, ref=question)


# --- seizures ---


def test_only_the_organiser_reports_for_another_country(scenario: Scenario) -> None:
    refused("not-your-country", lambda: report(scenario, "DE", on_behalf_of="FR"))
    refused("unknown-participant", lambda: report(scenario, "PL", on_behalf_of="XX"))
    assert scenario.hub.state.reports[report(scenario, "DE", on_behalf_of="DE")].owner == "DE"
    found = scenario.hub.state.reports[report(scenario, "PL", on_behalf_of="FR")]
    assert (found.owner, found.author, found.unconfirmed) == ("FR", "PL", True)


def test_a_joint_seizure_names_participants(scenario: Scenario) -> None:
    refused("unknown-participant", lambda: report(scenario, joint_with=("XX",)))
    report(scenario, joint_with=("FR",))


def test_a_country_changes_its_own_reports_only(scenario: Scenario) -> None:
    found = report(scenario)
    for by in ("FR", "PL"):
        for event in (
            events.SeizureAmended(stat=seizure()),
            events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="error")),
        ):
            refused("not-your-report", lambda by=by, event=event: scenario.post(by, event, ref=found))  # type: ignore[misc]
    taken = events.SeizureAmended(stat=seizure(on_behalf_of="FR"))
    refused("not-your-report", lambda: scenario.post("DE", taken, ref=found))


def test_the_ocu_changes_what_it_entered_until_the_country_confirms(scenario: Scenario) -> None:
    found = report(scenario, "PL", on_behalf_of="DE")
    amended = scenario.post("PL", events.SeizureAmended(stat=seizure(on_behalf_of="DE")), ref=found)
    confirmed = events.SeizureConfirmed(stat=bodies.Confirmation(revision=amended))
    refused("not-your-report", lambda: scenario.post("PL", confirmed, ref=found))
    scenario.post("DE", confirmed, ref=found)
    refused("nothing-to-confirm", lambda: scenario.post("DE", confirmed, ref=found))
    again = events.SeizureAmended(stat=seizure(on_behalf_of="DE"))
    refused("not-your-report", lambda: scenario.post("PL", again, ref=found))


def test_a_withdrawn_report_stays_withdrawn(scenario: Scenario) -> None:
    found = report(scenario)
    odd = events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="whim"))
    refused("unknown-code", lambda: scenario.post("DE", odd, ref=found), MalformedError)
    withdrawn = events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="error"))
    scenario.post("DE", withdrawn, ref=found)
    refused("withdrawn", lambda: scenario.post("DE", withdrawn, ref=found))
    refused("withdrawn", lambda: scenario.post("DE", events.SeizureAmended(stat=seizure()), ref=found))


def test_a_restricted_report_stays_sealed_until_it_is_released(scenario: Scenario) -> None:
    secret = seizure(goods(goods_status="controlled_delivery"))
    refused("must-be-restricted", lambda: scenario.post("DE", events.SeizureReported(stat=secret)))
    found = scenario.post("DE", events.SeizureReported(stat=secret), readers={"stat": ("PL",)})
    open_word = events.SeizureAmended(stat=seizure())
    refused("release-first", lambda: scenario.post("DE", open_word, ref=found))
    scenario.post("DE", events.SeizureAmended(stat=secret), ref=found, readers={"stat": ("PL",)})
    refused("must-be-restricted", lambda: scenario.post("DE", events.SeizureReleased(stat=secret), ref=found))
    scenario.post("DE", events.SeizureReleased(stat=seizure()), ref=found)
    refused("not-restricted", lambda: scenario.post("DE", events.SeizureReleased(stat=seizure()), ref=found))
    scenario.post("DE", open_word, ref=found)
    closed = events.SeizureAmended(stat=secret)
    refused("must-be-clear", lambda: scenario.post("DE", closed, ref=found, readers={"stat": ("PL",)}))


def test_only_the_report_itself_may_be_restricted(scenario: Scenario) -> None:
    warning = events.WarningIssued(stat=WARNING)
    refused("must-be-clear", lambda: scenario.post("DE", warning, readers={"stat": ("PL",)}))


def test_an_operation_counts_what_it_is_about() -> None:
    scenario = Scenario("DE", commodities=("tobacco", "drugs.cocaine"))
    report(scenario, goods=(goods("tobacco.cigarettes"), goods("drugs.cocaine", "1", "KGM")))
    refused("out-of-scope", lambda: report(scenario, goods=(goods("drugs.heroin", "1", "KGM"),)))


# --- epochs, newsletters, participants ---


def test_an_epoch_is_the_next_one_for_exactly_the_present_readers(scenario: Scenario) -> None:
    early = scenario.desks["DE"].composer().compose_epoch(scenario.new_id(), scenario.hub.now, bytes(32))
    scenario.admit("IT")
    refused("stale-roster", lambda: scenario.send(early))
    scenario.rotate("PL")
    refused("stale-epoch", lambda: scenario.send(early))


def test_a_fault_is_of_the_newest_epoch_and_from_one_of_its_readers(scenario: Scenario) -> None:
    first = scenario.rotate("PL")
    scenario.add_desk("DE-2", "DE")
    refused("not-your-epoch", lambda: scenario.post("DE-2", events.EpochFault(plain=bodies.Fault(epoch=first))))
    second = scenario.rotate("PL")
    refused("stale-epoch", lambda: scenario.post("DE", events.EpochFault(plain=bodies.Fault(epoch=first))))
    scenario.post("DE", events.EpochFault(plain=bodies.Fault(epoch=second)))
    assert not scenario.desks["FR"].state.epoch_is_current(scenario.hub.now)


def test_a_newsletter_has_its_days_id_the_next_number_and_the_logs_position(scenario: Scenario) -> None:
    refused("bad-issue", lambda: scenario.newsletter("2024-01-15", number=2))
    refused("bad-issue", lambda: scenario.newsletter("2024-01-15", position=1))
    first = scenario.newsletter("2024-01-15")
    size = scenario.hub.tree.size
    scenario.newsletter("2024-01-15")
    assert scenario.hub.tree.size == size
    event = events.NewsletterIssued(plain=bodies.Issued(number=1, notable=("A" * 22,)))
    refused("unknown-ref", lambda: scenario.post("PL", event, ref=first))
    event = events.NewsletterIssued(plain=bodies.Issued(number=1, notable=(report(scenario),)))
    scenario.post("PL", event, ref=first)
    refused("already-issued", lambda: scenario.post("PL", event, ref=first))


def test_where_the_hub_issues_them_a_compiled_newsletter_is_issued_and_nobody_sends_it_again() -> None:
    scenario = Scenario(issue="automatic")
    first = scenario.newsletter("2024-01-15")
    assert scenario.hub.state.issued == {first}
    event = events.NewsletterIssued(plain=bodies.Issued(number=1))
    refused("already-issued", lambda: scenario.post("PL", event, ref=first))
    by_organiser = Scenario()
    by_organiser.newsletter("2024-01-15")
    assert by_organiser.hub.state.issued == set()


def test_who_takes_part_is_admitted_again_only_to_replace_its_keys(scenario: Scenario) -> None:
    refused("already-admitted", lambda: scenario.admit("DE"))
    before = scenario.desks["DE"].id
    scenario.admit("DE", replace=True)
    assert [device.active for device in (scenario.hub.state.devices[before],)] == [False]
    assert len([d for d in scenario.hub.state.members["DE"].devices.values() if d.active]) == 1


def test_a_device_is_admitted_once(scenario: Scenario) -> None:
    scenario.revoke("DE")
    again = events.DeviceAdmitted(
        plain=scenario.carried(scenario.by_country("DE", scenario.adding(scenario.desks["DE"])))
    )
    refused("device-known", lambda: scenario.post("PL", again))


def test_the_organiser_stays() -> None:
    scenario = Scenario("DE")
    refused("role-fixed", lambda: scenario.remove("PL"))
    refused("role-fixed", lambda: scenario.change("DE", "organiser"))
    refused("role-fixed", lambda: scenario.change("PL", "participant"))
    scenario.countries["DE"] = scenario.country_key()
    refused("key-fixed", lambda: scenario.change("DE", "observer"))
