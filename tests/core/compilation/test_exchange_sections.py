from tests.core.compilation.exchanges import answer, ask, feed_back, warn
from tests.core.compilation.logs import HOUR, START, Log, compiled, running, seizure


def test_tests_are_told_of_in_a_trial_issue_and_counted_nowhere() -> None:
    log = Log("DE", "LT")
    log.report("DE")
    log.file("LT", "2024-01-14")
    figures = compiled(log, day="2024-01-14")
    assert figures["tests"] == {"reports": 1, "returns": 1, "countries": ["DE", "LT"]}
    assert set(figures["totals"]["cumulative"].values()) == {0}
    log.open("OPERATIONAL")
    assert "tests" not in compiled(log)


def test_countries_are_active_or_nil_and_the_silent_are_not_named() -> None:
    log = running("DE", "LT", "NL", "SE")
    log.report("DE", seizure(joint_with=("NL",), seizures=2))
    log.file("DE", "2024-01-15")  # nil beside a report: active
    log.file("LT", "2024-01-15")
    assert compiled(log)["countries"] == {
        "taking_part": 5,
        "active": {
            "count": 2,
            "listed": [
                {"country": "DE", "reports": 1, "seizures": 2, "controls": 0},
                {"country": "NL", "reports": 1, "seizures": 2, "controls": 0},
            ],
        },
        "nil": {"count": 1, "listed": ["LT"]},
    }


def test_a_warning_is_open_until_all_answered_or_one_seized() -> None:
    log = running("DE", "LT", "NL")
    seized, waited, gone = warn(log, "DE", "LT"), warn(log, "DE", "LT"), warn(log, "NL")
    feed_back(log, "DE", seized, "seized")
    feed_back(log, "DE", waited, "not_arrived")
    log.remove("NL")
    warnings = compiled(log, window_to=log.state.at + 49 * HOUR)["warnings"]
    assert (warnings["closed"], warnings["open"]["count"]) == (2, 1)
    assert warnings["open"]["listed"][0]["warning"] == waited
    assert (warnings["open"]["listed"][0]["waiting"], warnings["open"]["listed"][0]["waiting_for"]) == (1, ["LT"])
    assert warnings["open"]["listed"][0]["age_days"] == 2
    assert gone not in str(warnings)


def test_a_question_stays_unanswered_while_it_is_only_passed_on() -> None:
    log = running("DE", "LT")
    passed_on, answered = ask(log, "DE"), ask(log, "LT")
    answer(log, "DE", passed_on, "forwarded")
    answer(log, "LT", answered, of_common_interest=True)
    questions = compiled(log)["questions"]
    assert [row["question"] for row in questions["open"]["listed"]] == [passed_on]
    assert questions["answered"] == 1
    assert questions["of_common_interest"]["listed"] == [
        {"question": answered, "by": "LT", "subject": "legal", "result": "answered"}
    ]
    assert compiled(log, since=log.position)["questions"]["of_common_interest"]["count"] == 0


def test_tomorrow_brings_the_warnings_expected_and_the_answers_due() -> None:
    log = running("DE")
    arriving = warn(log, "DE", expected_day="2024-01-17", answer_due_at="2024-01-12T23:59:59Z")
    warn(log, "DE", expected_day="2024-01-18")
    feed_back(log, "DE", warn(log, "DE", expected_day="2024-01-17"), "nothing_found")
    ask(log, "DE", answer_due_at="2024-01-12T09:00:00Z")
    ask(log, "DE", answer_due_at="2016-12-31T23:59:60Z")  # a leap second is an instant, too
    ask(log, "DE", answer_due_at="2024-01-13T10:00:01Z")
    tomorrow = compiled(log, day="2024-01-16", window_to=START)["tomorrow"]
    assert [row["warning"] for row in tomorrow["arrivals"]["listed"]] == [arriving]
    assert (tomorrow["due"], tomorrow["overdue"], tomorrow["until"]) == (1, 2, "2024-01-17")


def test_where_issues_are_not_daily_tomorrow_reaches_to_the_next_one_and_names_the_last_day() -> None:
    log = Log("DE", cadence="weekly", ends_day="2024-01-24")
    log.open("OPERATIONAL")
    for day in ("2024-01-21", "2024-01-22", "2024-01-24", "2024-01-25"):
        warn(log, "DE", expected_day=day)
    ask(log, "DE", answer_due_at="2024-01-15T09:00:00Z")
    tomorrow = compiled(log, day="2024-01-21", window_to=START)["tomorrow"]
    assert [row["expected_day"] for row in tomorrow["arrivals"]["listed"]] == ["2024-01-22", "2024-01-24"]
    assert (tomorrow["due"], tomorrow["until"], tomorrow["last_day"]) == (1, "2024-01-24", True)
    last = compiled(log, day="2024-01-24", window_to=START)["tomorrow"]
    assert (last["until"], last["arrivals"]["count"], "last_day" in last) == ("2024-01-25", 1, False)
