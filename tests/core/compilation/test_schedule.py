from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.compilation.logs import HOUR, START, genesis
from vocu.compilation.schedule import closing_day, due_at, due_day, issue_days, next_issue
from vocu.errors import MalformedError


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def test_each_day_of_the_operation_has_an_issue_and_so_have_its_eve_and_the_end_of_the_evaluation() -> None:
    assert list(issue_days(genesis())) == [
        "2024-01-14", "2024-01-15", "2024-01-16", "2024-01-17", "2024-01-18", "2024-01-19", "2024-02-18",
    ]  # fmt: skip


def test_working_days_are_monday_to_friday_and_the_last_day_whatever_it_is() -> None:
    of = genesis(cadence="working_days", starts_day="2024-01-18", ends_day="2024-01-28")  # Thursday to Sunday
    assert list(issue_days(of)) == [
        "2024-01-17", "2024-01-18", "2024-01-19", "2024-01-22", "2024-01-23", "2024-01-24", "2024-01-25", "2024-01-26",
        "2024-01-28", "2024-02-27",
    ]  # fmt: skip


def test_a_weekly_one_comes_on_every_seventh_day_of_the_operation_and_on_the_last() -> None:
    of = genesis(cadence="weekly", starts_day="2024-01-15", ends_day="2024-02-01")
    assert list(issue_days(of)) == ["2024-01-14", "2024-01-21", "2024-01-28", "2024-02-01", "2024-03-02"]


@given(
    cadence=st.sampled_from(["daily", "working_days", "weekly"]),
    first=st.dates(date(2024, 1, 1), date(2026, 1, 1)),
    length=st.integers(0, 70),
)
def test_every_cadence_has_each_day_once_in_order_with_the_eve_the_last_day_and_the_closing_one(
    cadence: str, first: date, length: int
) -> None:
    last = first + timedelta(days=length)
    of = genesis(cadence=cadence, starts_day=str(first), ends_day=str(last))
    days = list(issue_days(of))
    assert days == sorted(set(days))
    assert days[0] == str(first - timedelta(days=1))
    assert days[-2:] == [str(last), closing_day(of)]
    assert [next_issue(of, day) for day in days] == [*days[1:], None]


@pytest.mark.parametrize("cadence", ["daily", "working_days", "weekly"])
def test_a_clock_that_jumps_to_and_fro_brings_each_issue_once(cadence: str) -> None:
    """As the hub does it: the later of its clock and the newest entry decides, and what is due is compiled at once."""
    of = genesis(cadence=cadence, starts_day="2024-03-18", ends_day="2024-04-14", created_at=START)
    newest, last, issued = START, None, []
    for clock in ("2024-03-17T17:00:01", "2024-03-17T16:59:59", "2024-03-25T17:00:00", "2024-03-18T12:00:00",
                  "2024-03-25T17:00:00", "2024-04-10T00:00:00", "2024-04-01T17:00:00", "2024-05-30T00:00:00",
                  "2024-04-14T17:00:00", "2024-05-30T00:00:00"):  # fmt: skip
        newest = max(newest, utc(clock))
        while (day := due_day(of, newest, last)) is not None:
            issued.append(day)
            last = day
    assert issued == list(issue_days(of))


def test_an_issue_is_due_from_the_operations_hour_on_in_its_own_zone() -> None:
    of = genesis()  # 18:00 in Warsaw is 17:00 UTC in winter
    assert due_day(of, utc("2024-01-15T16:59:59"), "2024-01-14") is None
    assert due_day(of, utc("2024-01-15T17:00:00"), "2024-01-14") == "2024-01-15"
    assert due_day(of, utc("2024-01-15T17:00:00"), "2024-01-15") is None


def test_an_hour_at_which_the_hub_was_down_is_made_up_for_day_by_day_the_earliest_first() -> None:
    of, at = genesis(), utc("2024-01-17T20:00:00")
    issued, last = [], "2024-01-14"
    while (day := due_day(of, at, last)) is not None:
        issued.append(day)
        last = day
    assert issued == ["2024-01-15", "2024-01-16", "2024-01-17"]


def test_the_first_issue_is_the_trial_on_the_eve() -> None:
    assert due_day(genesis(), utc("2024-01-14T17:00:00"), None) == "2024-01-14"
    assert due_day(genesis(), utc("2024-01-14T16:00:00"), None) is None


def test_days_that_had_passed_when_the_operation_was_created_have_no_issue() -> None:
    late = genesis(created_at=utc("2024-01-16T17:00:00"))
    assert due_day(late, utc("2024-01-17T16:00:00"), None) is None
    assert due_day(late, utc("2024-01-17T17:00:00"), None) == "2024-01-17"


def test_after_the_closing_issue_nothing_is_due() -> None:
    assert due_day(genesis(), utc("2024-02-18T16:59:59"), "2024-01-19") is None
    assert due_day(genesis(), utc("2024-02-18T17:00:00"), "2024-01-19") == "2024-02-18"
    assert due_day(genesis(), utc("2030-01-01T00:00:00"), "2024-02-18") is None


@pytest.mark.parametrize(
    ("zone", "hour", "day", "instant"),
    [
        ("Europe/Warsaw", 2, "2024-03-30", "2024-03-30T01:00:00"),  # the day before
        ("Europe/Warsaw", 2, "2024-03-31", "2024-03-31T01:00:00"),  # 02:00 does not exist: it is 03:00 by then
        ("Europe/Warsaw", 2, "2024-04-01", "2024-04-01T00:00:00"),
        ("Europe/Warsaw", 2, "2024-10-27", "2024-10-27T00:00:00"),  # 02:00 comes twice: the first one
        ("America/Sao_Paulo", 0, "2018-11-04", "2018-11-04T03:00:00"),  # midnight does not exist
        ("Asia/Kathmandu", 18, "2024-01-15", "2024-01-15T12:15:00"),
        ("Pacific/Kiritimati", 18, "2024-01-15", "2024-01-15T04:00:00"),
    ],
)  # fmt: skip
def test_hours_that_clocks_skip_or_repeat_are_one_instant(zone: str, hour: int, day: str, instant: str) -> None:
    assert due_at(genesis(zone=zone, compile_hour=hour), day) == utc(instant)


@pytest.mark.parametrize(("starts", "ends"), [("2024-03-28", "2024-04-02"), ("2024-10-25", "2024-10-29")])
@pytest.mark.parametrize("hour", [0, 1, 2, 3, 18, 23])
def test_when_the_clocks_change_each_day_still_has_exactly_one_issue(starts: str, ends: str, hour: int) -> None:
    of = genesis(starts_day=starts, ends_day=ends, compile_hour=hour, created_at=START)
    at, last, issued = due_at(of, starts) - 2 * 24 * HOUR, None, []
    while at <= due_at(of, ends):
        if (day := due_day(of, at, last)) is not None:
            issued.append(day)
            last = day
        at += HOUR // 2
    assert issued == list(issue_days(of))[:-1]


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "Europe", "posix", "Etc/GMT+99"])
def test_a_zone_that_does_not_exist_is_refused(zone: str) -> None:
    with pytest.raises(MalformedError) as refused:
        due_day(genesis(zone=zone), START, None)
    assert refused.value.code == "unknown-zone"


def test_a_day_that_is_not_on_the_calendar_is_refused() -> None:
    with pytest.raises(MalformedError) as refused:
        due_day(genesis(ends_day="2024-02-30"), START, None)
    assert refused.value.code == "bad-day"
