from time import process_time

import pytest

from tests.core.compilation.exchanges import answer, ask, warn
from tests.core.compilation.logs import Log, compiled, goods, running, seizure
from vocu.canonical import MAX_INTEGER, decode_any, encode
from vocu.errors import MalformedError, RefusedError
from vocu.form.codes import codes
from vocu.form.report import Route, Stop
from vocu.operation import events
from vocu.operation.admission import MAX_CLEAR
from vocu.operation.statements import Objective


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


def test_an_issue_after_the_last_day_is_the_closing_one_whatever_the_phase() -> None:
    log = running("DE")
    log.open("POST_OPERATIONAL")
    assert "closing" not in compiled(log, day="2024-01-19")["header"]
    assert "closing" in compiled(log, day="2024-02-18")["header"]


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


def test_the_ledger_is_left_as_it_was() -> None:
    log = running("DE")
    log.report("DE")
    assert encode(compiled(log)) == encode(compiled(log))


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
