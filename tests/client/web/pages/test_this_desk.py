"""This desk and its outbox."""

import asyncio

import pytest
from msgspec.structs import replace

from tests.client.web.conftest import Countries
from tests.client.web.visitor import Visitor
from vocu.errors import UntrustedError


async def test_the_page_shows_the_root_and_that_all_is_verified(pl: Visitor) -> None:
    page = await pl.get("/desk")
    assert page.status == 200
    assert "Verified: every signature" in page.text
    assert pl.desk.settings.device in page.text


async def test_an_alarm_turns_every_page_red_and_says_what_to_do(de: Visitor) -> None:
    de.desk.replica.raise_alarm(UntrustedError("bad-root", "The root is not the one we knew.", ("entry: 7",)), 1)
    try:
        assert "Do not trust what this desk shows" in (await de.get("/")).text
        page = await de.get("/desk")
        assert "Call the organiser" in page.text
        assert "entry: 7" in page.text
        asked = await de.post("/desk/silence")
        assert "Forget 1 alarm?" in asked.text
        assert de.desk.view.alarmed
        await de.post("/desk/silence", sure="yes")
        assert not de.desk.view.alarmed
    finally:
        de.desk.replica.silence_alarms()
        await de.site.service.disconnect()


async def test_what_waits_is_listed_and_can_be_taken_back(de: Visitor) -> None:
    event = de.desk.actions.send_message("A message that is taken back")
    page = await de.get("/outbox")
    assert "A message that is taken back" in page.text
    assert "waiting" in page.text
    await de.post("/outbox/discard", id=event)
    assert de.desk.outbox.find(event) is None
    assert "A message that is taken back" not in (await de.get("/outbox")).text


async def test_what_was_delivered_cannot_be_taken_back(de: Visitor) -> None:
    event = de.desk.actions.send_message("A message that went out")
    await de.sync()
    page = await de.post("/outbox/discard", id=event)
    assert page.status == 400
    assert "cannot be taken back" in page.text
    assert de.desk.outbox.find(event) is not None


async def test_what_was_refused_says_why(de: Visitor) -> None:
    event = de.desk.actions.send_message("To nobody who may read it")
    de.desk.outbox.refused(event, "no-reader", "FR: no desk that may read this; address somebody else.")
    page = await de.get("/outbox")
    assert "address somebody else" in page.text
    assert "1 not accepted" in page.text
    await de.post("/outbox/discard", id=event)


async def test_logging_out_ends_the_session(countries: Countries) -> None:
    async with Visitor(countries.home("FR")) as fr:
        await fr.sync()
        await fr.post("/leave")
        assert (await fr.get("/")).status == 401


async def test_the_whole_log_is_verified_anew_on_demand(fr: Visitor) -> None:
    await fr.post("/desk/verify")
    while "Verifying every entry" in (page := await fr.get("/desk/verification")).text:
        await asyncio.sleep(0.02)
    assert f"All of it holds: {fr.desk.view.size} entries" in page.text


async def test_figures_that_do_not_open_here_are_missed_on_every_page(de: Visitor) -> None:
    ledger = de.desk.ledger
    ledger.unopened_at += [1, 2, 3]
    try:
        for address in ("/", "/results", "/newsletters"):
            assert "This desk cannot read 3 entries that figures count" in (await de.get(address)).text
    finally:
        ledger.unopened_at.clear()
    assert "cannot read" not in (await de.get("/results")).text


async def test_what_was_sealed_against_a_rule_is_shown_as_counting_nothing(
    de: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = de.desk.view
    assert "What counts as nothing" not in (await de.get("/desk")).text
    at = next(at for at, each in enumerate(view.acts) if each.act is not None)
    act = view.acts[at].act
    assert act is not None
    broken = replace(view.acts[at], act=replace(act, void="This operation is not about <cigars>."))
    monkeypatch.setattr(view, "acts", [*view.acts[:at], broken, *view.acts[at + 1 :]])
    genesis = replace(view.state.genesis, profile="sealed_stat")
    monkeypatch.setattr(view.state, "genesis", genesis)
    page = await de.get("/desk")
    assert "What counts as nothing" in page.text
    assert "This operation is not about <cigars>." in page.text
