"""The desk behind the pages."""

import threading

import pytest

from tests.client.web.conftest import Countries
from tests.system.rig import PASSPHRASE
from vocu_client.overviews import Overviews
from vocu_client.web.service import Service


async def test_a_log_is_taken_in_beside_the_requests_before_the_desk_counts_as_open(
    countries: Countries, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(countries.home("DE"))
    taken_in, whole = [], Overviews.catch_up

    def catch_up(overviews: Overviews) -> None:
        taken_in.append((threading.current_thread() is threading.main_thread(), service.state))
        whole(overviews)

    monkeypatch.setattr(Overviews, "catch_up", catch_up)
    await service.unlock(PASSPHRASE)
    assert taken_in == [(False, "locked")]
    assert service.desk is not None
    assert service.state == "open"
    await service.close()
