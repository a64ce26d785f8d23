from time import process_time
from typing import Any

import pytest

from tests.core.compilation.logs import HOUR, START, Check, Log, compiled, goods, seizure
from vocu.canonical import MAX_INTEGER, decode_any, encode
from vocu.compilation.newsletter import notable_facts
from vocu.errors import MalformedError, RefusedError
from vocu.form.codes import codes
from vocu.form.messages import Answer, Feedback, Question, WarningNotice
from vocu.form.report import Route, Stop
from vocu.form.returns import NationalReport
from vocu.operation import bodies, events
from vocu.operation.admission import MAX_CLEAR
from vocu.operation.statements import Objective


def running(*countries: str) -> Log:
    log = Log(*countries)
    log.open("OPERATIONAL")
    return log


def warn(log: Log, *addressees: str, **fields: Any) -> str:
    notice = WarningNotice(addressees=addressees, commodity="tobacco.cigarettes", action="control", **fields)
    return log.post("PL", events.WarningIssued(stat=notice))


def feed_back(log: Log, ncp: str, warning: str, result: str) -> None:
    log.post(ncp, events.FeedbackGiven(stat=Feedback(result=result)), ref=warning)


def ask(log: Log, *addressees: str, **fields: Any) -> str:
    question = Question(kind="question", addressees=addressees, subject="legal", **fields)
    return log.post("PL", events.QuestionAsked(stat=question))


def answer(log: Log, ncp: str, question: str, result: str = "answered", **fields: Any) -> None:
    log.post(ncp, events.QuestionAnswered(stat=Answer(result=result, **fields)), ref=question)


def test_today_is_what_came_since_the_previous_issue_and_cumulative_is_all() -> None:
    log = running("DE", "LT")
    log.report("DE", seizure(goods(quantity="1000"), persons_arrested=1))
    log.file("LT", "2024-01-15")
    since = log.position
    log.report("LT", seizure(goods(quantity="0.50", unit="KGM"), seizures=4))
    log.report("LT", seizure(goods(quantity="500"), goods(quantity=None)))
    log.file("DE", "2024-01-16", Check(kind="vehicles", checked=40, with_result=1))
    figures = compiled(log, since=since)
    today, cumulative = figures["totals"]["today"], figures["totals"]["cumulative"]
    assert (today["reports"], today["seizures"], today["pending"], today["controls"]) == (2, 5, 1, 40)
    assert (cumulative["reports"], cumulative["seizures"], cumulative["persons_arrested"]) == (3, 6, 1)
    assert (today["nil_returns"], cumulative["nil_returns"], cumulative["with_result"]) == (0, 1, 1)
    cigarettes = {"commodity": "tobacco.cigarettes"}
    assert figures["commodities"]["listed"] == [
        cigarettes
        | {
            "unit": "KGM",
            "cumulative": {"reports": 1, "seizures": 4, "quantity": "0.5"},
            "today": {"reports": 1, "seizures": 4, "quantity": "0.5"},
        },
        cigarettes
        | {
            "unit": "stick",
            "cumulative": {"reports": 2, "seizures": 2, "quantity": "1500"},
            "today": {"reports": 1, "seizures": 1, "quantity": "500"},
        },
        cigarettes
        | {
            "unit": "stick",
            "open": True,
            "cumulative": {"reports": 1, "seizures": 1},
            "today": {"reports": 1, "seizures": 1},
        },
    ]


def test_figures_come_only_from_a_ledger_that_stands_at_the_position() -> None:
    log = running()
    with pytest.raises(RefusedError) as refused:
        compiled(log, position=log.position - 1)
    assert refused.value.code == "wrong-position"


def test_a_day_that_is_not_on_the_calendar_is_refused() -> None:
    with pytest.raises(MalformedError):
        compiled(running(), day="2024-13-01")


def test_the_header_says_which_day_of_how_many_and_whether_it_is_a_trial_or_closing() -> None:
    log = Log("DE")
    trial = compiled(log, day="2024-01-14")["header"]
    assert trial["trial"] is True
    assert "day_number" not in trial
    log.open("OPERATIONAL")
    header = compiled(log, day="2024-01-16")["header"]
    assert (header["day_number"], header["days"], header["preliminary"]) == (2, 5, True)
    assert header.keys().isdisjoint({"trial", "closing"})
    log.open("POST_OPERATIONAL")
    assert compiled(log, day="2024-02-18")["header"]["closing"] is True


def test_tests_are_told_of_in_a_trial_issue_and_counted_nowhere() -> None:
    log = Log("DE", "LT")
    log.report("DE")
    log.file("LT", "2024-01-14")
    figures = compiled(log, day="2024-01-14")
    assert figures["tests"] == {"reports": 1, "returns": 1, "countries": ["DE", "LT"]}
    assert set(figures["totals"]["cumulative"].values()) == {0}
    log.open("OPERATIONAL")
    assert "tests" not in compiled(log)


def test_follow_ups_stand_apart() -> None:
    log = running("DE")
    log.report("DE")
    assert "follow_ups" not in compiled(log)
    log.open("POST_OPERATIONAL")
    since = log.position
    log.report("DE", seizure(goods(quantity="8900000")))
    figures = compiled(log, since=since)
    assert figures["totals"]["cumulative"]["reports"] == 1
    assert figures["follow_ups"]["totals"]["today"]["reports"] == 1
    assert figures["follow_ups"]["commodities"]["listed"][0]["cumulative"]["quantity"] == "8900000"


def test_a_report_amended_or_withdrawn_since_it_was_counted_is_a_correction() -> None:
    log = running("DE", "LT")
    amended = log.report("DE", seizure(goods(quantity="1000"), report_number="DE-CUSTOMS-2024-1", seizures=2))
    withdrawn, twice = log.report("LT"), log.report("DE")
    log.amend("DE", twice, seizure(goods(quantity="3")))  # before the issue: no correction
    detailed, same = log.report("LT"), log.report("DE")
    since = log.position
    log.amend("DE", amended, seizure(goods(quantity="900"), report_number="DE-CUSTOMS-2024-1"))
    log.withdraw("LT", withdrawn)
    log.amend("LT", detailed, seizure(concealment="tyre", amendment_reason="laboratory"))
    log.amend("LT", detailed, seizure(goods(brand="X"), concealment="tyre", place="KAUNAS", amendment_reason="error"))
    log.amend("DE", same, seizure(amendment_reason="other"))
    new = log.report("LT")
    log.amend("LT", new, seizure(goods(quantity="1")))
    log.withdraw("LT", log.report("LT"))
    corrections = compiled(log, since=since)["corrections"]

    def sticks(quantity: str) -> list[dict[str, str]]:
        return [{"commodity": "tobacco.cigarettes", "unit": "stick", "quantity": quantity}]

    assert corrections["count"] == 3
    assert corrections["listed"] == [
        {
            "report": amended, "country": "DE", "report_number": "DE-CUSTOMS-2024-1", "what": "amended",
            "before": sticks("1000"), "after": sticks("900"), "seizures_before": 2, "seizures_after": 1,
        },
        {"report": withdrawn, "country": "LT", "what": "withdrawn", "before": sticks("1000"), "reasons": ["error"]},
        {
            "report": detailed, "country": "LT", "what": "amended", "reasons": ["laboratory", "error"],
            "goods_details": True, "changed": ["place", "concealment"],
        },
    ]  # fmt: skip
    assert corrections["effect"] == {"reports": -1, "seizures": -2}


def test_an_issue_that_was_corrected_needs_no_correction_again() -> None:
    log = running("DE")
    report = log.report("DE")
    log.withdraw("DE", report)
    assert compiled(log, since=log.position)["corrections"]["count"] == 0


def test_returns_replaced_since_they_were_counted_are_told() -> None:
    log = running("DE")
    log.file("DE", "2024-01-15")
    since = log.position
    log.file("DE", "2024-01-15", Check(kind="vehicles", checked=1, with_result=0))
    log.file("DE", "2024-01-16")
    log.file("DE", "2024-01-16")
    assert compiled(log, since=since)["corrections"]["returns_replaced"] == 1


def test_a_seizure_from_before_the_previous_issue_is_shown_as_seized_earlier() -> None:
    log = running("DE")
    log.newsletter("2024-01-15")
    since = log.position
    for day in ("2024-01-14", "2024-01-15", "2024-01-16", "2024-01", "2023-12", "2023"):
        log.report("DE", seizure(seizure_day=day))
    assert compiled(log, since=since)["totals"]["today"]["seized_earlier"] == 3


def test_reports_are_told_by_the_issue_that_counted_them_first() -> None:
    log = running("DE")
    log.report("DE", seizure(seizures=3))
    log.newsletter("2024-01-15")
    log.newsletter("2024-01-16")
    log.report("DE")
    assert compiled(log, day="2024-01-17", since=log.position - 1)["issues"] == [
        {"day": "2024-01-15", "reports": 1, "seizures": 3},
        {"day": "2024-01-16", "reports": 0, "seizures": 0},
        {"day": "2024-01-17", "reports": 1, "seizures": 1},
    ]


def test_notable_are_the_largest_of_today_first_those_that_are_the_largest_so_far() -> None:
    log = running("DE")
    log.report("DE", seizure(goods(quantity="5000")))
    since = log.position
    log.report("DE", seizure(goods(quantity="10")))
    smaller = log.report("DE", seizure(goods(quantity="4000")))
    record = log.report("DE", seizure(goods("drugs.cocaine", "2", "KGM")))
    log.report("DE", seizure(goods("drugs.heroin", "99", "KGM"), seizures=50))  # a batch is not one seizure
    assert [facts["report"] for facts in compiled(log, since=since)["notable"]] == [record, smaller]


def test_the_organisers_choice_of_notable_seizures_keeps_his_order_and_leaves_out_what_no_longer_counts() -> None:
    log = running("DE")
    first, second, gone = log.report("DE"), log.report("DE"), log.report("DE")
    log.withdraw("DE", gone)
    sealed = log.report("DE", restricted=True)
    assert [facts["report"] for facts in notable_facts(log.ledger, [second, gone, sealed, first])] == [second, first]


def test_methods_and_routes_that_nobody_reported_before_are_new() -> None:
    log = running("DE")
    old = Route(departure=Stop(country="BY"), destination=Stop(country="DE"))
    new = Route(
        departure=Stop(country="BY"), transit=(Stop(country="PL"), Stop(country="PL")), destination=Stop(country="DE")
    )
    log.report("DE", seizure(concealment="tyre", route=old))
    since = log.position
    log.report("DE", seizure(concealment="tyre", detection_means="dog", route=new))
    log.report("DE", seizure(concealment="not_known", carried_in="other", route=old))
    assert compiled(log, since=since)["new"] == {"detection_means": ["dog"], "routes": [["BY", "PL", "DE"]]}


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


def test_indicators_are_told_when_they_come_up_and_when_the_next_issue_has_them_no_more() -> None:
    log = running("DE")
    log.report("DE", seizure(indicators_hit=("R-01", "R-02")))
    log.newsletter("2024-01-15")
    log.report("DE", seizure(indicators_hit=("R-02",)))
    log.file("DE", "2024-01-16", Check(kind="vehicles", checked=1, with_result=0, indicator="R-03"))
    log.newsletter("2024-01-16")
    since = log.ledger.issues[-1].position
    warn(log, "DE", indicators=("R-03", "R-01", "R-09"))
    indicators = compiled(log, day="2024-01-17", since=since)["tomorrow"]["indicators"]
    assert indicators == {"new": ["R-09"], "no_longer": ["R-02"]}


def test_objectives_are_measured_against_their_thresholds_exactly() -> None:
    wanted = (
        Objective(measure="quantity", threshold="1000.5", commodity="tobacco", unit="stick", name="Cigarettes"),
        Objective(measure="seizures", threshold="3"),
        Objective(measure="reports", threshold="2", commodity="drugs"),
        Objective(measure="controls", threshold="100"),
        Objective(measure="countries", threshold="2"),
        Objective(measure="quantity", threshold="1", unit="EUR"),
    )
    log = Log("DE", "LT", objectives=wanted)
    log.report("DE", seizure(seizures=100))  # a test
    log.open("OPERATIONAL")
    log.report("DE", seizure(goods(quantity="1000.4"), goods("tobacco_like", 9), goods(quantity="3", unit="KGM")))
    log.report("DE", seizure(goods("drugs.heroin", None, "KGM"), joint_with=("LT",), seizures=4))
    log.file("DE", "2024-01-15", Check(kind="vehicles", checked=99, with_result=0))
    reached = [(row["reached"], row["met"]) for row in compiled(log)["objectives"]]
    assert reached == [("1000.4", False), ("5", True), ("1", False), ("99", False), ("2", True), ("0", False)]
    log.report("DE", seizure(goods(quantity="0.1"), goods(quantity=None)))
    first = compiled(log)["objectives"][0]
    assert first == {
        "measure": "quantity", "threshold": "1000.5", "reached": "1000.5", "met": True, "pending": 1,
        "name": "Cigarettes", "commodity": "tobacco", "unit": "stick",
    }  # fmt: skip


def test_the_goods_seized_most_often_come_with_their_amounts_and_the_way_most_of_them_came() -> None:
    log = running("DE")
    log.report("DE", seizure(goods(quantity="5"), seizures=2, transport_mode="air"))
    since = log.position
    log.report("DE", seizure(goods(quantity="7"), goods(quantity="0.5", unit="KGM"), seizures=2))
    log.report("DE", seizure(goods(quantity=None)))
    log.report("DE", seizure(goods("drugs.khat", "3", "KGM"), transport_mode="mail"))
    highlights = compiled(log, since=since)["highlights"]
    khat = {
        "commodity": "drugs.khat", "seizures": 1, "amounts": [{"unit": "KGM", "quantity": "3"}], "open": 0,
        "transport_mode": "mail", "by_it": 1,
    }  # fmt: skip
    assert highlights["today"] == [
        {
            "commodity": "tobacco.cigarettes", "seizures": 3, "open": 1, "transport_mode": "road", "by_it": 3,
            "amounts": [{"unit": "KGM", "quantity": "0.5"}, {"unit": "stick", "quantity": "7"}],
        },
        khat,
    ]  # fmt: skip
    cigarettes, _ = highlights["cumulative"]
    assert (cigarettes["seizures"], cigarettes["transport_mode"], cigarettes["by_it"]) == (5, "road", 3)
    log.report("DE", seizure(goods(quantity="1"), transport_mode="rail"))
    assert "transport_mode" not in compiled(log)["highlights"]["cumulative"][0]


def test_the_places_and_routes_of_today_come_with_their_seizures() -> None:
    log = running("DE")
    way = Route(departure=Stop(country="BY"), destination=Stop(country="DE"))
    log.report("DE", seizure(route=way, seizures=9))
    since = log.position
    log.report("DE", seizure(route=way, seizures=2))
    log.report("DE", seizure(place="KAUNAS", country="LT", seizures=3))
    assert compiled(log, since=since)["where"] == {
        "places": [
            {"place": "KAUNAS", "country": "LT", "seizures": 3},
            {"place": "TERESPOL", "country": "DE", "seizures": 2},
        ],
        "routes": [{"route": ["BY", "DE"], "seizures": 2}],
    }


def test_what_changed_around_the_work_is_told_once_and_nobody_who_still_owes_is_named() -> None:
    log = Log("DE", "LT", "NL")
    log.admit("EUROPOL", "support_agency")
    log.newsletter("2024-01-14")
    since = log.position
    log.admit("SE")
    log.remove("NL")
    log.open("OPERATIONAL")
    log.post("DE", events.ContactPublished())
    log.post("DE", events.ContactPublished())
    log.post("PL", events.AnnouncementPosted())
    log.post("PL", events.AnnouncementPosted())
    log.post("PL", events.ReferencePublished(plain=bodies.Reference()))
    edition = bodies.Edition(name="BALTICA I", starts_day="2023-01-01", ends_day="2023-01-31")
    log.post("PL", events.EditionPublished(stat=edition))
    assert compiled(log, since=since)["notices"] == {
        "announcements": 2,
        "admitted": {"count": 1, "listed": ["SE"]},
        "removed": {"count": 1, "listed": ["NL"]},
        "contacts": {"count": 1, "listed": ["DE"]},
        "phases": ["OPERATIONAL"],
        "reference": True,
        "edition": "BALTICA I",
    }
    assert compiled(log, since=log.position)["notices"] == {"announcements": 0}
    log.open("POST_OPERATIONAL")
    since = log.position
    for _ in range(2):
        log.post("LT", events.NationalReportFiled(stat=NationalReport(seizures=0)))
    assert compiled(log, since=since)["notices"] == {
        "announcements": 0,
        "national_report": {"count": 1, "listed": ["LT"]},
        "national_reports": {"filed": 1, "missing": 3},
    }


def test_an_issue_after_the_last_day_is_the_closing_one_whatever_the_phase() -> None:
    log = running("DE")
    log.open("POST_OPERATIONAL")
    assert "closing" not in compiled(log, day="2024-01-19")["header"]
    assert "closing" in compiled(log, day="2024-02-18")["header"]


def test_counts_beyond_what_canonical_json_holds_are_texts() -> None:
    log = running("DE")
    for _ in range(2):
        log.report("DE", seizure(seizures=MAX_INTEGER, persons_involved=MAX_INTEGER))
    figures = compiled(log)
    assert figures["totals"]["cumulative"]["seizures"] == str(2 * MAX_INTEGER)
    decode_any(encode(figures))


def test_figures_fit_into_the_part_of_an_event_whatever_was_reported() -> None:
    wanted = tuple(
        Objective(measure="quantity", threshold="9" * 15, name="X" * 120, commodity="x" * 64, unit="stick")
        for _ in range(20)
    )
    log = Log(*(f"{letter}-{number:04d}" for letter in "ABCD" for number in range(60)), objectives=wanted)
    log.open("OPERATIONAL")
    members = sorted(log.state.members.keys() - {"HUB"})
    units = [code.id for code in codes("unit") if code.id != "currency"]
    many = [goods(code.id, "9" * 15 + "." + "9" * 17 + "8", unit) for code in codes("commodity") for unit in units]
    long = Route(departure=Stop(country="DE"), transit=tuple(Stop(country=c) for c in ("FR", "DE") * 8))
    reports = []
    for number in range(0, len(many), 20):
        author = members[number // 20 % len(members)]
        report = log.report(
            author, seizure(*many[number : number + 20], place="X" * 48, route=long, report_number="A" * 36)
        )
        reports.append((author, report))
    for day in range(300):
        log.newsletter(f"2024-{1 + day // 28:02d}-{1 + day % 28:02d}")
    since = log.position
    for author, report in reports[:60]:
        log.amend(author, report, seizure(*many[:200], place="X" * 48, route=long))
    for _ in range(40):
        warn(log, *members[:150], expected_day="2024-01-17", expected_place="X" * 48, expected_country="DE")
        answer(log, "PL", ask(log, *members[:150]), "forwarded", of_common_interest=True)
    for author in members:
        log.post(author, events.ContactPublished())
        numbers = tuple(f"{author}-{number:010d}" for number in range(20))
        log.report(author, seizure(*many[:200], seizures=MAX_INTEGER, place=author * 6, indicators_hit=numbers))
    figures = compiled(log, since=since)
    assert figures["corrections"]["count"] == 60
    part = encode({"body": {"figures": figures}, "salt": "A" * 22})
    assert len(part) < MAX_CLEAR * 0.9
    decode_any(part)  # not nested more deeply than canonical JSON allows


def test_the_ledger_is_left_as_it_was() -> None:
    log = running("DE")
    log.report("DE")
    assert encode(compiled(log)) == encode(compiled(log))


def test_a_day_with_ten_thousand_seizures_is_one_issue_made_in_a_moment() -> None:
    log = running("DE", "LT")
    way = Route(departure=Stop(country="BY"), destination=Stop(country="GB"))
    for number in range(10_000):
        stat = seizure(goods(quantity=number), goods("drugs.khat", "0.1", "KGM"), place=f"P{number % 700}", route=way)
        log.report("DE" if number % 2 else "LT", stat)
    before = process_time()
    figures = compiled(log)
    assert process_time() - before < 5  # seconds, on a machine that does other things as well; it takes less than one
    assert figures["totals"]["today"]["seizures"] == 10_000
    assert figures["highlights"]["today"][0]["amounts"] == [{"unit": "KGM", "quantity": "1000"}]
    assert sum(row["seizures"] for row in figures["countries"]["active"]["listed"]) == 10_000
