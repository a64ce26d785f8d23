"""The desk behind the pages."""

import asyncio
import threading

import pytest

from tests.client.web.conftest import Countries
from tests.system.rig import PASSPHRASE
from vocu_client.app import Desk
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


async def test_a_failure_of_the_connection_is_told_and_does_not_end_it(
    countries: Countries, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("vocu_client.web.lasting.PAUSE_SECONDS", 0.01)
    tried, again, words = [], asyncio.Event(), "what somebody wrote"

    async def watch(_desk: Desk, *_: object) -> None:
        tried.append(1)
        if len(tried) == 1:
            raise OSError(words)
        again.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(Desk, "watch", watch)
    service = Service(countries.home("DE"))
    await service.unlock(PASSPHRASE)
    async with asyncio.timeout(5):
        await again.wait()
    await service.close()
    told = capsys.readouterr().err
    assert "OSError" in told
    assert words not in told


async def test_a_failure_of_the_indexing_does_not_end_it(countries: Countries, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vocu_client.web.lasting.PAUSE_SECONDS", 0.01)
    asked, again = [], asyncio.Event()

    def index_some(_overviews: Overviews, _budget: float) -> bool:
        asked.append(1)
        if len(asked) == 1:
            raise OSError
        again.set()
        return True

    monkeypatch.setattr(Overviews, "index_some", index_some)
    service = Service(countries.home("DE"))
    await service.unlock(PASSPHRASE)
    indexing = asyncio.create_task(service.keep_indexing())
    async with asyncio.timeout(5):
        await again.wait()
    indexing.cancel()
    await service.close()
