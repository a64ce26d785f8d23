"""What arrives in another order, or twice, gives the same newsletter; what is amended later is corrected, exactly."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.compilation.logs import HOUR, START, Check, Log, compiled, goods, seizure
from vocu.canonical import b64, encode
from vocu.compilation.ledger import Ledger
from vocu.errors import RefusedError
from vocu.form.messages import Question, WarningNotice
from vocu.form.report import Route, Stop
from vocu.operation import events

COUNTRIES = ("DE", "LT", "NL")
HAVE_ORDER = {"position", "age_days"}
"""What the order of the log decides: where an issue stands, and since when something is open. Ids do not: whoever posts
makes them."""


def name_of(number: int) -> str:
    return b64(number.to_bytes(16, "big"))


def facts(numbers: list[int]) -> Log:
    """A day on which these facts arrived in this order."""
    log = Log(*COUNTRIES)
    log.open("OPERATIONAL")
    log.newsletter("2024-01-15")
    for number in numbers:
        ncp, name = COUNTRIES[number % 3], name_of(1000 + number)
        match number % 5:
            case 0 | 1:
                way = Route(departure=Stop(country="BY"), destination=Stop(country=ncp)) if number % 2 else None
                log.report(ncp, seizure(goods(quantity=number // 7), route=way, concealment="tyre"), name=name)
            case 2:
                lines = goods("drugs.khat", "0.5", "KGM"), goods(quantity=None)
                stat = seizure(*lines, seizures=number + 1, joint_with=("PL",), indicators_hit=(f"R-{number:02d}",))
                log.report(ncp, stat, name=name)
            case 3:
                log.file(ncp, f"2024-01-{1 + number:02d}", Check(kind="vehicles", checked=number, with_result=0))
            case _:
                notice = WarningNotice(addressees=(ncp,), commodity="tobacco.cigarettes", action="control")
                log.post("PL", events.WarningIssued(stat=notice), name=name)
                question = Question(kind="question", addressees=(ncp,), subject="legal")
                log.post("PL", events.QuestionAsked(stat=question), name=name_of(2000 + number))
    return log


def unordered(figures: Any) -> Any:
    """The figures with their lists as sets, and without what the order of the log decides."""
    if isinstance(figures, dict):
        return {key: unordered(value) for key, value in figures.items() if key not in HAVE_ORDER}
    return sorted((unordered(value) for value in figures), key=repr) if isinstance(figures, list) else figures


def figures_of(log: Log) -> Any:
    since = log.ledger.issues[-1].position
    return compiled(log, since=since, number=2, window_from=START, window_to=START + 900 * HOUR)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.integers(0, 29), unique=True, max_size=14).flatmap(lambda n: st.tuples(st.just(n), st.permutations(n)))
)
def test_the_order_of_arrival_does_not_show(orders: tuple[list[int], list[int]]) -> None:
    one, other = map(figures_of, map(facts, orders))
    assert unordered(one) == unordered(other)
    for section in ("totals", "commodities", "highlights", "most_seized", "notable", "new", "where", "countries"):
        assert one[section] == other[section]


@given(st.lists(st.integers(0, 60), min_size=1, max_size=20))
def test_what_is_shown_twice_is_counted_once(again: list[int]) -> None:
    log = facts(list(range(10)))
    before = encode(figures_of(log))
    for index in again:
        if index < log.position:
            at, act, _ = log.entries[index]
            with pytest.raises(RefusedError) as refused:
                log.ledger.take(index, at, act, log.state)
            assert refused.value.code == "not-next"
    assert encode(figures_of(log)) == before


class Course:
    """An operation that issues, amends and withdraws, and what its issues said."""

    def __init__(self) -> None:
        self.log = Log(*COUNTRIES)
        self.log.open("OPERATIONAL")
        self.reports: dict[str, str] = {}
        self.restricted: set[str] = set()
        self.issues: list[tuple[Ledger, dict[str, Any]]] = []

    def do(self, step: tuple[str, int]) -> None:
        what, number = step
        ncp = COUNTRIES[number % 3]
        stat = seizure(
            goods(quantity=number), *([goods("drugs.khat", None, "KGM")] * (number % 2)), seizures=number % 4 + 1
        )
        known = sorted(self.reports)
        chosen = known[number % len(known)] if known else None
        match what:
            case "report":
                self.reports[self.log.report(ncp, stat)] = ncp
            case "restrict":
                report = self.log.report(ncp, restricted=True)
                self.reports[report] = ncp
                self.restricted.add(report)
            case "amend" if chosen is not None and chosen not in self.restricted:
                self.log.amend(self.reports[chosen], chosen, stat)
            case "release" if chosen in self.restricted:
                self.log.post(self.reports[chosen], events.SeizureReleased(stat=stat), ref=chosen)
                self.restricted.discard(chosen)
            case "withdraw" if chosen is not None:
                self.log.withdraw(self.reports.pop(chosen), chosen)
            case "issue":
                self.issue()

    def issue(self) -> None:
        last = self.log.ledger.issues[-1] if self.log.ledger.issues else None
        day = f"2024-01-{15 + len(self.issues):02d}"
        figures = compiled(self.log, day=day, number=len(self.issues) + 1, since=last.position if last else 0)
        self.issues.append((self.log.again(), figures))
        self.log.newsletter(day)


STEPS = st.lists(
    st.tuples(st.sampled_from(["report", "report", "amend", "amend", "withdraw", "restrict", "release", "issue"]),
              st.integers(0, 50)),
    max_size=30,
)  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(STEPS)
def test_issues_add_up_to_the_cumulative_figures_less_their_corrections_exactly(steps: list[tuple[str, int]]) -> None:
    course = Course()
    for step in steps:
        course.do(step)
    course.issue()
    counts: Counter[str] = Counter()
    amounts: dict[tuple[str, str], Decimal] = {}

    def add(lines: list[dict[str, Any]], sign: int = 1) -> None:
        for line in lines:
            if "quantity" in line:
                key = line["commodity"], line["unit"]
                amounts[key] = amounts.get(key, Decimal(0)) + sign * Decimal(line["quantity"])

    for _, figures in course.issues:
        corrections = figures["corrections"]
        assert corrections["count"] == len(corrections["listed"])
        for name in ("reports", "seizures"):
            counts[name] += figures["totals"]["today"][name] + corrections["effect"][name]
        rows = [row for row in figures["commodities"]["listed"] if "today" in row]
        add([row | row["today"] for row in rows])
        for row in corrections["listed"]:
            add(row.get("before", []), -1)
            add(row.get("after", []))
    _, last = course.issues[-1]
    assert {name: last["totals"]["cumulative"][name] for name in ("reports", "seizures")} == {
        "reports": counts["reports"], "seizures": counts["seizures"]
    }  # fmt: skip
    rows = last["commodities"]["listed"]
    cumulative = {
        (row["commodity"], row["unit"]): Decimal(row["cumulative"]["quantity"]) for row in rows if not row.get("open")
    }
    assert {key: amount for key, amount in amounts.items() if key in cumulative or amount} == cumulative


@settings(max_examples=20, deadline=None)
@given(STEPS)
def test_what_was_issued_is_never_changed_by_what_came_later(steps: list[tuple[str, int]]) -> None:
    course = Course()
    for step in steps:
        course.do(step)
    for number, (then, figures) in enumerate(course.issues, start=1):
        since = then.issues[-1].position if then.issues else 0
        log = Log()
        log.ledger = then
        again = compiled(
            log, day=figures["header"]["day"], number=number, position=then.position, since=since,
            window_to=figures["header"]["window"]["to"],
        )  # fmt: skip
        assert encode(again) == encode(figures)
