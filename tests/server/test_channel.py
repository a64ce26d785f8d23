"""What a desk and the hub say to each other on the channel."""

from tests.server.conftest import RunningHub
from tests.server.desk import Desk, Identity, Plan
from vocu.operation import bodies, events


async def test_a_desk_sees_the_genesis_first(organiser: Desk) -> None:
    await organiser.until(1)
    assert organiser.view.state.genesis.name == "Test"


async def test_an_admitted_event_has_a_receipt_that_verifies_and_reaches_everybody(
    hub: RunningHub, plan: Plan, organiser: Desk, german: Desk
) -> None:
    await organiser.rotate()
    index = await organiser.post(events.AnnouncementPosted(text=bodies.Text(body="Good morning")))
    await german.until(index + 1)
    assert german.shown[index] == organiser.shown[index]
    assert german.shown[index].parts[0] is not None


async def test_a_removed_desk_is_let_go(hub: RunningHub, plan: Plan, organiser: Desk, german: Desk) -> None:
    other = Identity("FR")
    await organiser.post(plan.admission(other))
    assert await organiser.post(plan.phase("OPERATIONAL")) == 3
