"""An operation that PL organises with DE and FR, seen from DE's own replica."""

from pathlib import Path

import pytest

from tests.client.overviews.seen import Seen
from tests.client.replicas import Replicated
from tests.scenario import Scenario


@pytest.fixture
def de(scenario: Scenario, tmp_path: Path) -> Seen:
    return Seen(Replicated(scenario, "DE", tmp_path))


@pytest.fixture
def pl(scenario: Scenario, tmp_path: Path) -> Seen:
    return Seen(Replicated(scenario, "PL", tmp_path))
