"""A compiled newsletter is made again from the log and compared."""

from typing import Any

import pytest

from tests.core.compilation.logs import Log
from vocu.canonical import b64
from vocu.compilation.checking import check_newsletter
from vocu.compilation.newsletter import compile_newsletter
from vocu.compilation.schedule import due_at
from vocu.errors import UntrustedError
from vocu.operation.act import Act
from vocu.operation.bodies import Compiled, Figures
from vocu.operation.events import NewsletterCompiled

ROOT = b"\x07" * 32
DAY = "2024-01-14"
DAY_MS = 24 * 3600 * 1000


def a_day(log: Log) -> int:
    """Something to count; returns the instant of the compilation, at its hour."""
    log.open("OPERATIONAL")
    at = due_at(log.genesis, DAY)
    log.report("DE", at=at - 1000)
    return at


def compiled(log: Log, at: int, day: str = DAY, **changes: Any) -> Act:
    """The act of an honest compiler, but for the changes to its figures."""
    last = log.ledger.issues[-1] if log.ledger.issues else None
    figures = compile_newsletter(
        log.ledger,
        day=day,
        number=len(log.ledger.issues) + 1,
        position=log.position,
        root=b64(ROOT),
        window_from=last.at if last else log.genesis.created_at,
        window_to=at,
        since=last.position if last else 0,
    )
    figures |= changes
    plain = Compiled(day=day, number=len(log.ledger.issues) + 1, position=log.position, root=b64(ROOT))
    event = NewsletterCompiled(plain=plain, stat=Figures(figures=figures))
    name = log.post("HUB", event, at=at)
    _, act, _ = log.entries.pop()
    assert act is not None
    assert act.header.id == name
    return act


def check(log: Log, act: Act, at: int) -> None:
    before = Log.again(log)
    check_newsletter(before, act, lambda _: ROOT, at)


def test_honest_figures_pass() -> None:
    log = Log("DE", "NL")
    at = a_day(log)
    check(log, compiled(log, at), at + 5)


@pytest.mark.parametrize(
    "changes",
    [
        {"totals": {}},
        {"header": {}},
        {"header": "text"},
        {"invented": "section"},
        {"header": {"window": {"from": 0, "to": 2**60}}},
        {"header": {"window": {"from": 0, "to": "noon"}}},
    ],
)
def test_any_other_figure_is_false(changes: dict[str, Any]) -> None:
    log = Log("DE", "NL")
    at = a_day(log)
    act = compiled(log, at, **changes)
    with pytest.raises(UntrustedError) as caught:
        check(log, act, at + 5)
    assert caught.value.code == "false-figures"


@pytest.mark.parametrize("day", ["2024-01-13", "2024-01-20"])
def test_an_issue_of_a_day_that_has_none_is_false(day: str) -> None:
    log = Log("DE", "NL")
    at = a_day(log)
    act = compiled(log, at, day=day)
    with pytest.raises(UntrustedError) as caught:
        check(log, act, at + 5)
    assert caught.value.code == "false-figures"


@pytest.mark.parametrize("shift", [-3_600_000, 10_000])
def test_a_window_that_ends_before_what_it_counts_or_after_its_own_admission_is_false(shift: int) -> None:
    log = Log("DE", "NL")
    at = a_day(log)
    act = compiled(log, at + shift)
    with pytest.raises(UntrustedError):
        check(log, act, at + 5)


@pytest.mark.parametrize(("day", "late"), [("2024-01-14", -5 - 1), ("2024-01-15", 0), ("2024-01-15", DAY_MS - 6)])
def test_an_issue_before_its_hour_or_out_of_turn_is_false(day: str, late: int) -> None:
    log = Log("DE", "NL")
    at = a_day(log) + late
    with pytest.raises(UntrustedError) as caught:
        check(log, compiled(log, at, day=day), at + 5)
    assert caught.value.code == "false-figures"


def test_a_day_that_was_missed_is_made_up_for_at_any_later_hour() -> None:
    log = Log("DE", "NL")
    at = a_day(log) + 3 * DAY_MS
    check(log, compiled(log, at), at + 5)
