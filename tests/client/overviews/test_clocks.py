"""Warnings, questions and cross-checks with their clocks: what is due, late, answered, and whose turn it is."""

from datetime import UTC, datetime

from tests.client.overviews.seen import Seen
from tests.core.compilation.logs import seizure
from tests.core.operation.acts import words
from tests.scenario import MINUTE, Scenario
from vocu.form.messages import Answer, CrossCheck, Feedback, Question, WarningNotice
from vocu.operation import bodies, events

HOUR = 60 * MINUTE


def text_of(at: int) -> str:
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def warn(scenario: Scenario, *addressees: str, due: int | None = None) -> str:
    notice = WarningNotice(
        addressees=addressees, commodity="tobacco.cigarettes", action="control",
        answer_due_at=text_of(due) if due is not None else None,
    )  # fmt: skip
    return scenario.post("PL", events.WarningIssued(stat=notice))


def feed_back(scenario: Scenario, by: str, warning: str, result: str) -> str:
    return scenario.post(by, events.FeedbackGiven(stat=Feedback(result=result)), ref=warning)


def test_a_chain_goes_from_the_warning_over_the_feedback_to_the_seizure(scenario: Scenario, de: Seen) -> None:
    warning = warn(scenario, "DE", "FR")
    first = feed_back(scenario, "FR", warning, "not_arrived")
    (chain,) = de.see().clocks.chains(de.now)
    assert [(each.ncp, each.reply and each.reply.form.result, each.waited_for) for each in chain.addressees] == [
        ("DE", None, True), ("FR", "not_arrived", False),
    ]  # fmt: skip
    assert (chain.open, chain.ours_to_answer, chain.seizures) == (True, True, ())
    assert chain.clock.answered_after == MINUTE
    report = scenario.post("DE", events.SeizureReported(stat=seizure(warning_answered=warning)))
    feed_back(scenario, "DE", warning, "seized")
    chain = de.see().clocks.chain(warning, de.now)  # type: ignore[assignment]
    assert ([each.id for each in chain.seizures], chain.open, chain.ours_to_answer) == ([report], False, False)
    assert first


def test_a_seizure_that_is_amended_or_withdrawn_leaves_the_chain(scenario: Scenario, de: Seen) -> None:
    warning, other = warn(scenario, "DE"), warn(scenario, "DE")
    report = scenario.post("DE", events.SeizureReported(stat=seizure(warning_answered=warning)))
    scenario.post("DE", events.SeizureAmended(stat=seizure(warning_answered=other)), ref=report)

    def named(warning: str) -> list[str]:
        chain = de.see().clocks.chain(warning, de.now)
        assert chain is not None
        return [each.id for each in chain.seizures]

    assert (named(warning), named(other)) == ([], [report])
    scenario.post("DE", events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="error")), ref=report)
    assert named(other) == []


def test_an_open_warning_is_late_after_its_due_time_and_an_answered_one_is_not(scenario: Scenario, de: Seen) -> None:
    due = scenario.hub.now + HOUR
    warning = warn(scenario, "DE", due=due)
    clocks = de.see().clocks
    chain = clocks.chain(warning, due - 1)
    assert chain is not None
    assert (chain.clock.late, chain.clock.due_at) == (None, due)
    assert clocks.open_counts(due - 1)["late"] == 0
    late = clocks.chain(warning, due + 5)
    assert late is not None
    assert late.clock.late == 5
    assert late.clock.age == due + 5 - late.warned.received.at
    assert clocks.open_counts(due + 5)["late"] == 1
    feed_back(scenario, "DE", warning, "nothing_found")
    answered = de.see().clocks.chain(warning, due + 5)
    assert answered is not None
    assert answered.clock.late is None


def test_the_newest_come_first_and_open_ones_can_be_had_alone(scenario: Scenario, de: Seen) -> None:
    warnings = [warn(scenario, "DE") for _ in range(3)]
    feed_back(scenario, "DE", warnings[1], "nothing_found")
    clocks = de.see().clocks
    assert [chain.warned.id for chain in clocks.chains(de.now)] == warnings[::-1]
    assert [chain.warned.id for chain in clocks.chains(de.now, only_open=True)] == [warnings[2], warnings[0]]
    assert [chain.warned.id for chain in clocks.chains(de.now, limit=1)] == [warnings[2]]
    assert clocks.chain("A" * 22, de.now) is None


def test_questions_wait_for_those_asked_and_for_the_ocu(scenario: Scenario, de: Seen, pl: Seen) -> None:
    question = Question(kind="question", addressees=("DE",), subject="consignment")
    asked = scenario.post("FR", events.QuestionAsked(stat=question, text=words()))
    for seen in (de, pl):
        (query,) = seen.see().clocks.questions(seen.now)
        assert (query.open, query.ours_to_answer) == (True, True)
    answer = Answer(result="answered", of_common_interest=True)
    scenario.post("DE", events.QuestionAnswered(stat=answer, text=words()), ref=asked)
    query = de.see().clocks.question(asked, de.now)  # type: ignore[assignment]
    assert (query.open, query.clock.answered_after) == (False, MINUTE)
    assert [reply.ncp for reply in query.of_common_interest] == ["DE"]
    assert de.overviews.clocks.questions(de.now, only_open=True) == ()
    assert de.overviews.clocks.question("A" * 22, de.now) is None


def test_ones_own_question_is_not_ones_own_to_answer(scenario: Scenario, pl: Seen) -> None:
    question = Question(kind="question", addressees=("DE",), subject="consignment")
    scenario.post("PL", events.QuestionAsked(stat=question, text=words()))
    (query,) = pl.see().clocks.questions(pl.now)
    assert query.open
    assert not query.ours_to_answer


def test_cross_checks_are_open_until_answered(scenario: Scenario, de: Seen) -> None:
    check = CrossCheck(body="europol", subject="vehicles", result="pending")
    asked = scenario.post("DE", events.CrossCheckAsked(stat=check))
    assert de.see().clocks.open_counts(de.now) == {
        "warnings": 0, "questions": 0, "cross_checks": 1, "ours": 0, "late": 0,
    }  # fmt: skip
    scenario.post(
        "PL", events.CrossCheckAnswered(stat=CrossCheck(body="europol", subject="vehicles", result="hit")), ref=asked
    )
    (answered,) = de.see().clocks.cross_checks(de.now)
    assert not answered.open
    assert de.overviews.clocks.cross_checks(de.now, only_open=True) == ()
    assert de.overviews.clocks.cross_check(asked, de.now) == answered
