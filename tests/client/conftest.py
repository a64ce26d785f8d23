"""An operation in its operational phase, which PL organises with DE and FR, and DE's own replica of it."""

from pathlib import Path

import pytest

from tests.client.replicas import Replicated
from tests.scenario import Scenario


@pytest.fixture
def scenario() -> Scenario:
    scenario = Scenario("DE", "FR")
    scenario.open("OPERATIONAL")
    return scenario


@pytest.fixture
def de(scenario: Scenario, tmp_path: Path) -> Replicated:
    return Replicated(scenario, "DE", tmp_path)
