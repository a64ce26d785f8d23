"""One hub for all attacks on the channel and over HTTP, with limits low enough to be reached in seconds."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.system.attacks.scene import Place


@pytest.fixture(scope="package")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("place"))
    place.hub.limit(
        seconds_to_authenticate=2,
        seconds_to_take_a_frame=3,
        connections_per_address=100,
        join_requests_per_address_and_hour=20,
        upload_mib_per_participant_and_day=64,
    )
    with place.hub.running():
        asyncio.run(place.tell())
        yield place
    code, said = place.hub.verify()
    assert code == 0, said
