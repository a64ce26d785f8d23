"""Which newsletter the organiser is shown."""

from types import SimpleNamespace
from typing import Any

from vocu.ids import newsletter_id
from vocu_client.web.preparing import newest_issue


def desk(sent: set[str]) -> Any:
    compiled = {day: SimpleNamespace(number=number) for number, day in enumerate(DAYS, 1)}
    issued = {newsletter_id("op", day) for day in sent}
    state = SimpleNamespace(op="op", compiled=compiled, issued=issued, genesis=SimpleNamespace(issue="by_organiser"))
    return SimpleNamespace(view=SimpleNamespace(state=state), reading=SimpleNamespace(figures_of=lambda _: {}))


DAYS = ("2024-01-14", "2024-01-15", "2024-01-16", "2024-01-17")


def test_a_trial_that_was_never_sent_does_not_stand_in_the_way_of_todays() -> None:
    issue = newest_issue(desk({"2024-01-15", "2024-01-16"}), 0)
    assert issue is not None
    assert (issue.day, issue.standing) == ("2024-01-17", "compiled")


def test_of_two_that_wait_the_earlier_goes_first() -> None:
    issue = newest_issue(desk({"2024-01-15"}), 0)
    assert issue is not None
    assert issue.day == "2024-01-16"
