"""A desk asks the rule before it seals, and the hub then says the same."""

from typing import Any

import msgspec
import pytest

from tests.core.operation.acts import refused, words
from tests.scenario import Scenario
from vocu.form.report import SeizureReport
from vocu.operation import bodies, events
from vocu.operation.composing import Draft
from vocu.operation.foreseeing import foresee


def seizure(**goods: Any) -> SeizureReport:
    form = {
        "agency": "customs",
        "seizure_day": "2024-01-15",
        "place": "BORDER POST 1",
        "location_type": "land_border",
        "direction": "import",
        "transport_mode": "road",
        "selection_reason": "routine",
        "goods": [{"commodity": "drugs.cocaine", "unit": "KGM", "quantity": "12.5", **goods}],
    }
    return msgspec.convert(form, SeizureReport)


def ask(scenario: Scenario, by: str, event: events.Event, **more: Any) -> None:
    state = scenario.hub.state
    draft = Draft(id=scenario.new_id(), event=event, ts=state.at, **more)
    foresee(draft, scenario.desks[by].id, state, state.at)


@pytest.fixture
def scenario() -> Scenario:
    made = Scenario("DE", "NL")
    made.open("OPERATIONAL")
    return made


def test_a_controlled_delivery_may_be_reported_where_the_report_is_restricted(scenario: Scenario) -> None:
    event = events.SeizureReported(stat=seizure(goods_status="controlled_delivery"))
    refused("must-be-restricted", lambda: ask(scenario, "DE", event))
    ask(scenario, "DE", event, readers={"stat": ("PL",)})


def test_a_restricted_report_may_be_amended_as_a_restricted_one_only(scenario: Scenario) -> None:
    report = scenario.post("DE", events.SeizureReported(stat=seizure()), readers={"stat": ("PL",)})
    amended = events.SeizureAmended(stat=seizure(quantity="13"))
    ask(scenario, "DE", amended, ref=report, readers={"stat": ("PL",)})
    refused("release-first", lambda: ask(scenario, "DE", amended, ref=report))


def test_what_the_rule_forbids_is_known_before_anything_is_sealed(scenario: Scenario) -> None:
    refused("not-your-role", lambda: ask(scenario, "DE", events.AnnouncementPosted(text=words())))
    refused("unknown-participant", lambda: ask(scenario, "DE", events.MessagePosted(text=words()), to=("DE", "XX")))
    withdrawal = events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="error"))
    report = scenario.post("DE", events.SeizureReported(stat=seizure()))
    refused("not-your-report", lambda: ask(scenario, "NL", withdrawal, ref=report))
    ask(scenario, "DE", withdrawal, ref=report)
