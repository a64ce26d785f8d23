import random as chance
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.compilation.logs import Check, Log, compiled, goods, seizure
from tests.core.form.forms import reports as any_reports
from vocu.canonical import encode
from vocu.compilation.counting import counted
from vocu.compilation.newsletter import compile_newsletter
from vocu.compilation.tables import compile_tables
from vocu.errors import RefusedError
from vocu.operation import bodies, events
from vocu.rendering.csv import table_csv
from vocu.rendering.results import results_json


def tables(ledger: Any) -> dict[str, bytes]:
    return {table.id: table_csv(table) for table in compile_tables(ledger).tables}


@st.composite
def logs(draw: st.DrawFn) -> Log:
    """Whatever a handful of countries may do, in any order that the rules allow."""
    log = Log("DE", "LT", "EUROPOL")
    countries = st.sampled_from(["PL", "DE", "LT"])
    acts = st.sampled_from(["report", "restricted", "amend", "withdraw", "file", "skip", "issue", "open"])
    phases = ["OPERATIONAL", "POST_OPERATIONAL"]
    own: list[tuple[str, str]] = []
    for _ in range(draw(st.integers(0, 14))):
        what = draw(acts)
        country = draw(countries)
        if what == "report":
            own.append((country, log.report(country, draw(any_reports))))
        elif what == "restricted":
            log.report(country, restricted=True)
        elif what == "amend" and own:
            log.amend(*draw(st.sampled_from(own)), draw(any_reports))
        elif what == "withdraw" and own:
            log.withdraw(*own.pop(draw(st.integers(0, len(own) - 1))))
        elif what == "file":
            log.file(country, draw(st.sampled_from(["2024-01-15", "2024-01-16"])))
        elif what == "skip":
            log.skip()
        elif what == "issue":
            log.newsletter("2024-01-15")
        elif what == "open" and phases:
            log.open(phases.pop(0))  # type: ignore[arg-type]
    return log


@settings(max_examples=20, deadline=None)
@given(logs())
def test_a_late_joiner_rebuilds_every_figure_to_the_byte(log: Log) -> None:
    again = log.again()
    issue: dict[str, Any] = {
        "day": "2024-01-16", "number": 3, "position": log.position, "root": "r", "window_from": 0, "window_to": 1,
        "since": log.position // 2,
    }  # fmt: skip
    assert encode(compile_newsletter(log.ledger, **issue)) == encode(compile_newsletter(again, **issue))
    assert results_json(compile_tables(log.ledger), "r", False) == results_json(compile_tables(again), "r", False)
    assert tables(log.ledger) == tables(again)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["DE", "LT", "PL"]), any_reports), max_size=8), st.integers(0, 99))
def test_the_order_in_which_reports_came_does_not_show_in_the_tables(filed: list[Any], seed: int) -> None:
    shuffled = list(filed)
    chance.Random(seed).shuffle(shuffled)
    found = []
    for order in (filed, shuffled):
        log = Log("DE", "LT")
        log.open("OPERATIONAL")
        for country, stat in order:
            log.report(country, stat)
        found.append(tables(log.ledger))
    assert found[0] == found[1]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.booleans(), min_size=6, max_size=6))
def test_what_others_write_to_each_other_shows_in_no_figure(interludes: list[bool]) -> None:
    found = []
    for overheard in (False, True):
        log = Log("DE", "LT")
        log.open("OPERATIONAL")
        for number, interlude in enumerate(interludes):
            log.report("DE", seizure(goods(quantity=number)))
            if interlude:  # one desk sees the message, the other only a bare leaf
                message = events.MessagePosted()
                log.post("DE", message, to=("DE", "LT")) if overheard else log.skip()
        found.append((tables(log.ledger), encode(compiled(log))))
    assert found[0] == found[1]


def test_an_act_for_a_narrower_audience_is_not_counted_even_if_it_came() -> None:
    log = Log("DE", "LT")
    log.open("OPERATIONAL")
    log.report("DE", to=("DE", "LT"))
    assert log.ledger.reports == {}
    assert log.ledger.position == log.position


def test_entries_are_taken_in_their_order_only() -> None:
    log = Log()
    with pytest.raises(RefusedError) as refused:
        log.ledger.take(5, 0, None, log.state)
    assert refused.value.code == "not-next"


def test_the_phase_of_the_first_report_decides_whether_it_is_a_test_counts_or_follows_up() -> None:
    log = Log("DE")
    test = log.report("DE")
    log.open("OPERATIONAL")
    log.amend("DE", test, seizure(goods(quantity=7)))
    counts = log.report("DE")
    log.open("POST_OPERATIONAL")
    log.amend("DE", counts, seizure(goods(quantity=8)))
    follows = log.report("DE")
    relations = {report.id: report.relation for report in log.ledger.reports.values()}
    assert relations == {test: "test", counts: "in_phase", follows: "follow_up"}
    assert [entry.report.id for entry in counted(log.ledger)] == [counts]
    assert [entry.report.id for entry in counted(log.ledger, "follow_up")] == [follows]


def test_a_restricted_report_counts_from_its_release_on() -> None:
    log = Log("DE")
    log.open("OPERATIONAL")
    report = log.report("DE", restricted=True)
    log.post("DE", events.SeizureAmended(), ref=report, restricted=True)
    assert counted(log.ledger) == []
    since = log.position
    assert compiled(log)["totals"]["cumulative"]["restricted"] == 1
    log.post("DE", events.SeizureReleased(stat=seizure()), ref=report)
    figures = compiled(log, since=since)
    assert figures["totals"]["today"]["reports"] == 1
    assert figures["totals"]["cumulative"]["restricted"] == 0
    assert figures["corrections"]["count"] == 0


def test_a_withdrawn_report_counts_nowhere_restricted_or_not() -> None:
    log = Log("DE")
    log.open("OPERATIONAL")
    log.withdraw("DE", log.report("DE"))
    log.withdraw("DE", log.report("DE", restricted=True))
    totals = compiled(log)["totals"]["cumulative"]
    assert (totals["reports"], totals["restricted"]) == (0, 0)


def test_what_the_organiser_enters_for_a_country_is_that_countrys_and_unconfirmed_until_it_says_so() -> None:
    log = Log("DE")
    log.open("OPERATIONAL")
    report = log.report("PL", seizure(on_behalf_of="DE"))
    assert (log.ledger.reports[report].owner, log.ledger.reports[report].author) == ("DE", "PL")
    assert compiled(log)["totals"]["cumulative"]["unconfirmed"] == 1
    log.post("DE", events.SeizureConfirmed(stat=bodies.Confirmation(revision=report)), ref=report)
    assert compiled(log)["totals"]["cumulative"]["unconfirmed"] == 0


def test_of_a_days_returns_the_last_one_counts() -> None:
    log = Log("DE")
    log.open("OPERATIONAL")
    log.file("DE", "2024-01-15", Check(kind="vehicles", checked=10, with_result=1))
    log.file("DE", "2024-01-15", Check(kind="vehicles", checked=12, with_result=2))
    totals = compiled(log)["totals"]["cumulative"]
    assert (totals["returns"], totals["controls"], totals["with_result"]) == (1, 12, 2)


def test_a_return_filed_as_a_test_does_not_take_the_place_of_the_real_one() -> None:
    log = Log("DE")
    log.file("DE", "2024-01-15")
    log.open("OPERATIONAL")
    log.file("DE", "2024-01-15", Check(kind="vehicles", checked=3, with_result=0))
    log.open("POST_OPERATIONAL")
    log.file("DE", "2024-01-15", Check(kind="vehicles", checked=4, with_result=0))
    assert compiled(log)["totals"]["cumulative"]["controls"] == 4


def test_the_ledger_names_the_operation_as_the_log_does() -> None:
    log = Log()
    assert log.ledger.op == log.op


def test_who_comes_back_keeps_the_place_of_the_first_admission() -> None:
    log = Log("DE")
    first = log.ledger.parties["DE"].admitted
    log.remove("DE")
    assert not log.ledger.parties["DE"].active
    log.admit("DE", "observer")
    back = log.ledger.parties["DE"]
    assert (back.active, back.role, back.admitted) == (True, "observer", first)


def test_who_has_read_what_is_counted_nowhere() -> None:
    said, unsaid = Log("DE"), Log("DE")
    for log in (said, unsaid):
        log.report("DE")
    said.post("DE", events.ReadingConfirmed(), to=("DE", "PL"))
    unsaid.skip()
    issue: dict[str, Any] = {
        "day": "2024-01-16", "number": 1, "position": said.position, "root": "r", "window_from": 0, "window_to": 1,
        "since": 0,
    }  # fmt: skip
    assert tables(said.ledger) == tables(unsaid.ledger)
    assert compile_newsletter(said.ledger, **issue) == compile_newsletter(unsaid.ledger, **issue)
    assert not events.ReadingConfirmed.compiles
