from tests.core.compilation.as_csv import lines, rows
from tests.core.compilation.logs import Check, running, seizure
from vocu.form.messages import Feedback, WarningNotice
from vocu.operation import events


def test_days_without_a_return_are_counted_up_to_the_newest_issue() -> None:
    log = running("DE", "LT")
    log.admit("EUROPOL", "observer")
    log.file("DE", "2024-01-15")
    log.file("DE", "2024-01-16", Check(kind="vehicles", checked=1, with_result=0))
    assert {row["missing_days"] for row in rows(log, "T01")} == {"0"}
    log.newsletter("2024-01-16")
    log.file("LT", "2024-01-16")
    found = {row["country"]: (row["control_days"], row["nil_days"], row["missing_days"]) for row in rows(log, "T01")}
    assert found == {"DE": ("1", "1", "0"), "EUROPOL": ("0", "0", "0"), "LT": ("0", "1", "1"), "PL": ("0", "0", "2")}
    status = {row["item"]: row["count"] for row in rows(log, "T18")}
    assert (status["returns_late"], status["returns_missing"]) == ("1", "3")


def test_days_before_a_participant_came_in_are_not_missing() -> None:
    log = running("DE")
    log.newsletter("2024-01-16")
    log.admit("LT")
    assert {row["country"]: row["missing_days"] for row in rows(log, "T01")} == {"DE": "2", "LT": "0", "PL": "2"}
    log.newsletter("2024-01-17")
    assert {row["country"]: row["missing_days"] for row in rows(log, "T01")} == {"DE": "3", "LT": "1", "PL": "3"}


def test_indicators_are_held_against_controls_and_reports_that_hit_none_stand_by_themselves() -> None:
    log = running("DE")
    log.report("DE", seizure(indicators_hit=("R-07", "R-01", "R-07")))
    log.report("DE", seizure(indicators_hit=("R-07",)))
    log.report("DE")
    checks = (
        Check(kind="vehicles", checked=50, with_result=2, transport_mode="road", indicator="R-07"),
        Check(kind="parcels", checked=9, with_result=0, transport_mode="mail", indicator="R-09"),
        Check(kind="parcels", checked=4, with_result=1),
    )
    log.file("DE", "2024-01-15", *checks)
    assert lines(log, "T09") == [
        ",,0,4,1,",
        ",road,1,0,0,",
        "R-01,road,1,0,0,yes",
        "R-07,road,2,50,2,yes",
        "R-09,mail,0,9,0,no",
    ]


def test_controls_stand_against_their_results() -> None:
    log = running("DE")
    log.file("DE", "2024-01-15", Check(kind="vehicles", checked=100, with_result=2, transport_mode="road"))
    log.file("DE", "2024-01-16", Check(kind="vehicles", checked=50, with_result=1, transport_mode="road"))
    log.file("PL", "2024-01-16", Check(kind="parcels", checked=4000, with_result=0, indicator="R-07"))
    assert lines(log, "T10") == ["DE,vehicles,road,,,,150,3", "PL,parcels,,,,R-07,4000,0"]


def test_the_clock_of_a_warning_runs_to_the_first_feedback_and_to_the_seizure_report() -> None:
    log = running("DE", "LT")
    warning = log.post(
        "PL", events.WarningIssued(stat=WarningNotice(addressees=("DE", "LT"), commodity="food", action="control"))
    )
    at = log.state.at
    log.post("DE", events.FeedbackGiven(stat=Feedback(result="not_arrived")), ref=warning, at=at + 90_000)
    report = log.report("DE", at=at + 600_000)
    form = Feedback(result="seized", seizure_report=report)
    log.post("DE", events.FeedbackGiven(stat=form), ref=warning, at=at + 700_000)
    assert [line.split(",", 1)[1] for line in lines(log, "T11")] == [
        f"2024-01-12T14:00:00Z,PL,food,DE,seized,,1,10,{report},no",
        "2024-01-12T14:00:00Z,PL,food,LT,,,,,,no",
    ]
