"""What a newsletter says of changes around the work, and of the days to come."""

from typing import Any

from vocu.rendering.noticing import notice_lines, outlook_lines, outlook_title
from vocu.rendering.wording import Wording


def noticed(**notices: Any) -> list[str]:
    return list(notice_lines({"announcements": 0} | notices, Wording()))


def test_who_came_went_and_changed_is_named() -> None:
    assert noticed() == []
    assert noticed(
        phases=["OPERATIONAL"],
        announcements=2,
        admitted={"count": 2, "listed": ["SE", "IT"]},
        removed={"count": 1, "listed": ["ES"]},
        contacts={"count": 17, "listed": ["DE", "FR"]},
        national_report={"count": 1, "listed": ["LT"]},
        national_reports={"filed": 3, "missing": 4},
        reference=True,
        edition="BALTICA I",
    ) == [
        "The organiser opened the next phase: operational phase.",
        "The organiser made 2 announcements; they are under Messages.",
        "Newly taking part: Italy and Sweden.",
        "No longer taking part: Spain.",
        "New contact details: France, Germany and 15 more.",
        "National reports received: Lithuania.",
        "National reports so far: 3. Still to come: 4.",
        "The organiser published how quantities and money are converted; the tables show both.",
        "The results are now compared with those of BALTICA I.",
    ]


def outlook(**tomorrow: Any) -> dict[str, Any]:
    quiet = {"until": "2024-01-17", "due": 0, "overdue": 0, "indicators": {"new": [], "no_longer": []}}
    return {"header": {"day": "2024-01-16"}, "tomorrow": quiet | tomorrow}


def test_tomorrow_is_called_so_only_where_the_next_issue_is_tomorrows() -> None:
    assert outlook_title(outlook(), Wording()) == "Tomorrow"
    assert outlook_title(outlook(until="2024-01-22"), Wording()) == "Until the next issue"
    assert list(outlook_lines(outlook(due=1, overdue=2), Wording())) == ["Answers due within 24 hours: 1. Overdue: 2."]
    assert list(outlook_lines(outlook(until="2024-01-22", due=1), Wording())) == [
        "Answers due by 22 Jan 2024: 1. Overdue: 0."
    ]


def test_the_last_day_and_the_indicators_are_told() -> None:
    indicators = {"new": ["R-07", "R-11"], "no_longer": ["R-02"]}
    assert list(outlook_lines(outlook(last_day=True, indicators=indicators), Wording())) == [
        "The operation ends on 17 Jan 2024.",
        "Risk indicators named for the first time: R-07, R-11.",
        "Risk indicators of the last issue that were not named again: R-02.",
    ]
