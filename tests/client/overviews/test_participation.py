"""The board: who is active, nil or silent today and since when, with what, and the day at a glance."""

from tests.client.overviews.seen import Seen
from tests.core.compilation.logs import goods, seizure
from tests.core.operation.acts import words
from tests.scenario import Scenario
from vocu.form.returns import Check, DailyReturn
from vocu.operation import bodies, events
from vocu.operation.composing import Draft

DAY = 24 * 3600 * 1000


def file(scenario: Scenario, by: str, day: str, *checks: Check) -> None:
    kind = "control" if checks else "nil"
    scenario.post(by, events.DailyReturnFiled(stat=DailyReturn(day=day, kind=kind, running="well", checks=checks)))


def test_today_decides_who_is_active_nil_or_silent(scenario: Scenario, pl: Seen) -> None:
    scenario.post("DE", events.SeizureReported(stat=seizure(seizures=2, joint_with=("FR",))))
    file(scenario, "FR", "2024-01-15")
    last = scenario.hub.state.at
    rows = {row.ncp: row for row in pl.see().board.rows(pl.now)}
    assert {ncp: row.standing for ncp, row in rows.items()} == {"DE": "active", "FR": "nil", "PL": "silent"}
    assert (rows["DE"].seizures, rows["FR"].seizures, rows["FR"].nil_days) == (2, 2, 1)
    assert rows["FR"].silent_since is None
    assert rows["PL"].silent_since == scenario.hub.state.genesis.created_at
    tomorrow = {row.ncp: row for row in pl.overviews.board.rows(pl.now + DAY)}
    assert tomorrow["FR"].standing == "silent"
    assert tomorrow["FR"].silent_since == tomorrow["FR"].seen_at == last


def test_controls_make_a_country_active(scenario: Scenario, pl: Seen) -> None:
    file(scenario, "FR", "2024-01-15", Check(kind="vehicles", checked=120, with_result=0))
    (fr,) = [row for row in pl.see().board.rows(pl.now) if row.ncp == "FR"]
    assert (fr.standing, fr.controls, fr.return_days, fr.nil_days) == ("active", 120, 1, 0)


def test_who_only_writes_is_silent_and_yet_seen(scenario: Scenario, pl: Seen) -> None:
    scenario.post("FR", events.MessagePosted(text=words()))
    (fr,) = [row for row in pl.see().board.rows(pl.now) if row.ncp == "FR"]
    assert (fr.standing, fr.seen_at, fr.worked_at) == ("silent", scenario.hub.state.at, None)


def test_who_left_is_not_on_the_board(scenario: Scenario, pl: Seen) -> None:
    scenario.remove("FR")
    assert [row.ncp for row in pl.see().board.rows(pl.now)] == ["DE", "PL"]


def test_the_day_at_a_glance(scenario: Scenario, de: Seen) -> None:
    scenario.post("FR", events.SeizureReported(stat=seizure(persons_arrested=2)))
    scenario.hub.now += DAY
    scenario.post("FR", events.SeizureReported(stat=seizure(seizures=3, persons_arrested=1)))
    scenario.post("DE", events.SeizureReported(stat=seizure(goods(quantity=None))))
    withdrawn = scenario.post("DE", events.SeizureReported(stat=seizure()))
    scenario.post("DE", events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="error")), ref=withdrawn)
    file(scenario, "FR", "2024-01-16", Check(kind="vehicles", checked=5, with_result=0))
    draft = Draft(id="A" * 22, event=events.MessagePosted(text=words()), ts=de.now)
    de.desk.outbox.queue([draft], de.now)
    today = de.see().today(de.now)
    assert today is not None
    assert (today.day, today.number, today.days, today.phase) == ("2024-01-16", 2, 5, "OPERATIONAL")
    figures = today.figures
    assert (figures.reports, figures.seizures, figures.arrests, figures.controls) == (2, 4, 1, 5)
    assert (figures.countries, figures.nil_returns) == (2, 0)
    assert (today.waiting, today.pending, today.missing, today.filed) == (1, 1, ("2024-01-15",), False)
    assert today.alarms == ()
    later = de.overviews.today(de.now + 30 * DAY)
    assert later is not None
    assert later.number is None
