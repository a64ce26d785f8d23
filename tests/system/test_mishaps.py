"""What goes wrong at a desk stays small: one sentence, and everything else goes on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.system.rig import CHEAP, PASSPHRASE, Hub, found
from vocu.errors import VocuError
from vocu.operation.bodies import Text
from vocu.operation.composing import Draft
from vocu.operation.events import MessagePosted
from vocu_client import Desk, Home, join
from vocu_client.membership import read_invitation


@pytest.fixture
async def organiser(tmp_path: Path) -> AsyncIterator[Desk]:
    hub = Hub(tmp_path / "hub")
    hub.start()
    async with await found(hub, tmp_path) as desk:
        yield desk
    hub.stop()


async def test_words_that_are_too_long_are_refused_before_they_are_queued(organiser: Desk) -> None:
    for options in ({"text": "x" * 20_001}, {"text": "ok", "subject": "x" * 201}):
        with pytest.raises(VocuError) as caught:
            organiser.actions.send_message(**options)
        assert caught.value.code == "too-long"
        assert organiser.outbox.items() == []


async def test_a_draft_that_cannot_be_sent_is_parked_and_keeps_nothing_back(organiser: Desk) -> None:
    broken = Draft(id="A" * 22, event=MessagePosted(text=Text(body="x" * 30_000)), ts=0)
    organiser.outbox.queue([broken], 0)
    sent = organiser.actions.send_message("after it")
    assert await organiser.sync()
    parked, delivered = organiser.outbox.find(broken.id), organiser.outbox.find(sent)
    assert parked is not None
    assert (parked.state, parked.code) == ("refused", "bad-draft")
    assert delivered is not None
    assert delivered.state == "delivered"


async def test_a_lost_database_is_not_taken_for_a_stolen_key(organiser: Desk) -> None:
    organiser.actions.send_message("before")
    assert await organiser.sync()
    organiser.close()
    for file in organiser.home.path.glob("desk.sqlite*"):
        file.unlink()
    with pytest.raises(VocuError) as caught:
        Desk.open(organiser.home, PASSPHRASE)
    assert caught.value.code == "database-lost"


async def test_a_desk_that_waits_says_its_safety_number_each_time(organiser: Desk, tmp_path: Path) -> None:
    invitation = read_invitation(organiser.decisions.invite("DE", "Germany", "participant"))
    home = Home(tmp_path / "DE")
    number = await join(home, invitation, "DE-1", PASSPHRASE, CHEAP)
    async with Desk.open(home, PASSPHRASE) as german:
        with pytest.raises(VocuError) as caught:
            await german.sync()
    assert caught.value.code == "not-admitted-yet"
    assert number in caught.value.message
