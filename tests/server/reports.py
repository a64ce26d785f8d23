"""Events with forms in them, for tests of the hub."""

from typing import Any

from tests.core.form.forms import example, shortest_report
from vocu.canonical import encode
from vocu.form.schema import read
from vocu.operation import events


def report(**fields: Any) -> events.SeizureReported:
    return events.SeizureReported(stat=read("seizure", encode(shortest_report(**fields))))  # type: ignore[arg-type]


def outcome() -> events.OutcomeReturned:
    return events.OutcomeReturned(stat=read("outcome_return", encode(example("outcome_return"))))  # type: ignore[arg-type]
