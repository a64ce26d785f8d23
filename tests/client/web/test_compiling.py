"""The results tables of the pages: the same as anybody's at the same position of the log, whatever came since."""

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from tests.client.replicas import Replicated
from tests.core.form.forms import shortest_report
from tests.scenario import Scenario
from vocu.canonical import b64, encode
from vocu.compilation.filtering import Filter
from vocu.compilation.table import Results
from vocu.compilation.tables import compile_tables
from vocu.form.schema import read
from vocu.operation import bodies, events
from vocu_client.web import compiling
from vocu_client.web.compiling import Tables


def _report(ncp: str, scenario: Scenario) -> None:
    form: Any = read("seizure", encode(shortest_report(seizure_day="2024-01-15")))
    scenario.post(ncp, events.SeizureReported(stat=form))


def _history(scenario: Scenario, desk: Replicated) -> dict[int, Results]:
    """An operation from its tests to its end, and what its ledger said at each step."""
    then = {}

    def note() -> None:
        desk.catch_up()
        then[desk.view.size] = compile_tables(desk.ledger)

    _report("DE", scenario)
    note()
    scenario.open("OPERATIONAL")
    _report("FR", scenario)
    scenario.post("PL", events.MessagePosted(text=bodies.Text(body="Not for DE")), to=("FR",))
    note()
    scenario.admit("ES")
    _report("ES", scenario)
    note()
    scenario.open("POST_OPERATIONAL")
    _report("DE", scenario)
    note()
    scenario.open("CLOSED")
    note()
    return then


async def test_tables_at_any_position_are_those_of_then(tmp_path: Path) -> None:
    scenario = Scenario("DE", "FR")
    desk = Replicated(scenario, "DE", tmp_path)
    history = _history(scenario, desk)
    tables = Tables(cast("Any", desk))
    newest = await tables.newest()
    assert newest.final
    for position in (*history, *reversed(history)):
        compiled = await tables.at(position)
        assert compiled.results == history[position]
        assert compiled.root == b64(desk.view.operation.log.root(position))
        assert compiled.final == (position == max(history))


async def test_what_several_ask_for_at_once_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Replicated(Scenario("DE"), "DE", tmp_path)
    made = []

    def counting(ledger: Any, only: Filter) -> Results:
        made.append(ledger.position)
        return compile_tables(ledger, only)

    monkeypatch.setattr(compiling, "compile_tables", counting)
    tables = Tables(cast("Any", desk))
    asked = await asyncio.gather(tables.newest(), tables.newest(), tables.at(desk.view.size))
    assert made == [desk.view.size]
    assert asked[0] is asked[1] is asked[2]


async def test_a_page_does_not_wait_for_the_newest_where_it_has_something_to_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = Scenario("DE")
    desk = Replicated(scenario, "DE", tmp_path)
    tables = Tables(cast("Any", desk))
    first = await tables.newest()
    scenario.open("OPERATIONAL")
    desk.catch_up()
    monkeypatch.setattr(compiling, "PATIENCE_SECONDS", 0)
    assert await tables.newest() is first
    newest = await tables.at(desk.view.size)
    assert newest.results.position == desk.view.size
    assert await tables.newest() is newest


async def test_a_filter_counts_a_part_at_any_position_and_leaves_the_whole_alone(tmp_path: Path) -> None:
    scenario = Scenario("DE", "FR")
    desk = Replicated(scenario, "DE", tmp_path)
    history = _history(scenario, desk)
    tables = Tables(cast("Any", desk))
    french = Filter(countries=("FR",))
    for position in reversed(history):
        part = await tables.at(position, french)
        assert part.results.filter == french
        assert {row[0] for row in part.results.table("T02").rows} <= {"FR"}
        assert (await tables.at(position)).results == history[position]
    assert (await tables.newest(french)).results == (await tables.at(desk.view.size, french)).results
    assert await tables.newest(french) is await tables.newest(french)


async def test_the_ledger_stands_where_it_is_asked_for(tmp_path: Path) -> None:
    scenario = Scenario("DE", "FR")
    desk = Replicated(scenario, "DE", tmp_path)
    history = _history(scenario, desk)
    tables = Tables(cast("Any", desk))
    for position in (*history, *reversed(history), desk.view.size):
        assert await tables.of_ledger(position, lambda ledger: ledger.position) == position
