"""Whether a seizure was reported already, in the log, sealed, or still in the outbox."""

from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from tests.client.replicas import Replicated
from tests.core.compilation.logs import goods, seizure
from tests.scenario import Scenario
from vocu.errors import RefusedError
from vocu.form.report import SeizureReport
from vocu.operation import bodies, events
from vocu.operation.composing import Draft
from vocu_client.reported import already_reported, require_new


def alike(desk: Replicated, stat: SeizureReport) -> tuple[str, ...]:
    desk.catch_up()
    return already_reported(cast(Any, desk), stat)


def queue(desk: Replicated, event: Any, letter: str, ref: str | None = None) -> str:
    draft = Draft(id=letter * 22, event=event, ts=desk.scenario.hub.now, ref=ref)
    desk.outbox.queue([draft], desk.scenario.hub.now)
    return draft.id


def test_the_same_day_place_and_goods_of_the_same_country_are_alike(scenario: Scenario, de: Replicated) -> None:
    report = scenario.post("DE", events.SeizureReported(stat=seizure()))
    scenario.post("FR", events.SeizureReported(stat=seizure()))
    assert alike(de, seizure(transport_mode="rail")) == (report,)
    for other in (
        seizure(seizure_day="2024-01-14"),
        seizure(place="GDANSK"),
        seizure(goods(quantity=999)),
        seizure(goods(), goods()),
    ):
        assert alike(de, other) == ()
    with pytest.raises(RefusedError, match=report):
        require_new(cast(Any, de), seizure())
    require_new(cast(Any, de), seizure(place="GDANSK"))


def test_equal_amounts_are_alike_however_they_are_written(scenario: Scenario, de: Replicated) -> None:
    report = scenario.post("DE", events.SeizureReported(stat=seizure(goods(quantity=Decimal("1.50")))))
    assert alike(de, seizure(goods(quantity=Decimal("1.5")))) == (report,)


def test_what_was_withdrawn_or_amended_away_is_not_alike(scenario: Scenario, de: Replicated) -> None:
    withdrawn, amended = (scenario.post("DE", events.SeizureReported(stat=seizure())) for _ in range(2))
    assert alike(de, seizure()) == (withdrawn, amended)
    scenario.post("DE", events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="error")), ref=withdrawn)
    scenario.post("DE", events.SeizureAmended(stat=seizure(place="GDANSK")), ref=amended)
    assert alike(de, seizure()) == ()
    assert alike(de, seizure(place="GDANSK")) == (amended,)


def test_a_restricted_report_counts_for_those_who_may_read_it(
    scenario: Scenario, de: Replicated, tmp_path: Path
) -> None:
    report = scenario.post("DE", events.SeizureReported(stat=seizure()), readers={"stat": ("PL",)})
    assert alike(de, seizure()) == (report,)
    assert alike(Replicated(scenario, "FR", tmp_path), seizure(on_behalf_of="DE")) == ()


def test_what_waits_to_be_sent_is_looked_at_too(scenario: Scenario, de: Replicated) -> None:
    sent = scenario.post("DE", events.SeizureReported(stat=seizure()))
    waiting = queue(de, events.SeizureReported(stat=seizure(place="GDANSK")), "A")
    assert alike(de, seizure(place="GDANSK")) == (waiting,)
    queue(de, events.SeizureAmended(stat=seizure(place="GDYNIA")), "B", ref=sent)
    assert alike(de, seizure()) == ()
    assert alike(de, seizure(place="GDYNIA")) == (sent,)
    queue(de, events.SeizureAmended(stat=seizure(place="SOPOT")), "C", ref=waiting)
    assert alike(de, seizure(place="GDANSK")) == ()
    assert alike(de, seizure(place="SOPOT")) == (waiting,)
    queue(de, events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="error")), "D", ref=waiting)
    assert alike(de, seizure(place="SOPOT")) == ()


def test_an_amendment_that_waits_keeps_whose_report_it_is(scenario: Scenario, de: Replicated) -> None:
    report = scenario.post("PL", events.SeizureReported(stat=seizure(on_behalf_of="DE")))
    assert alike(de, seizure()) == (report,)
    assert alike(de, seizure(on_behalf_of="FR")) == ()
