"""Four eyes: what names somebody is sent by two officers, on every way there is."""

import pytest

from tests.client.web.conftest import TODAY
from tests.client.web.pages.reporting import FILLED, begun, draft_of, sent
from tests.client.web.team import Browser, DutyRoom
from vocu.errors import RefusedError

NAMES = {"vessel_name": "Vladislav Example"}


async def asked(officer: Browser) -> str:
    """The address of a draft that names somebody, and that this officer wants to send."""
    action, filled = await begun(officer, **FILLED | NAMES)
    await officer.post(action, filled | {"_do": "check"})
    page = await officer.post(f"{action}/send")
    assert page.address == f"{action}/check", page.text
    assert not officer.desk.outbox.items()
    return action


async def switched_on(room: DutyRoom) -> tuple[Browser, Browser]:
    """The administrator, and an officer who posts, where four eyes are asked for."""
    anna = await room.officer("anna", "administrator")
    await anna.post("/officers/four-eyes", four_eyes="on")
    return anna, await room.officer("bob", "poster")


async def test_a_second_officer_approves_and_the_report_goes_out_under_its_author_s_name(room: DutyRoom) -> None:
    anna, bob = await switched_on(room)
    action = await asked(bob)
    assert "Yours, with a colleague" in (await bob.get("/approvals")).text
    page = await anna.get("/approvals")
    assert "Bob asks for it" in page.text
    assert f"{action}/check" in page.links
    seen = (await anna.get(f"{action}/check")).form(f"{action}/send")
    await anna.post(f"{action}/send", seen)
    event = draft_of(room, action.removeprefix("/report/")).event
    assert event.nominal.officer == "bob"


async def test_nobody_approves_his_own_report(room: DutyRoom) -> None:
    anna, bob = await switched_on(room)
    action = await asked(anna)
    await anna.post(f"{action}/send")
    await anna.post(f"{action}/send", _asked_by="bob", read="2")
    _, filled = await begun(anna, **FILLED | NAMES)
    await anna.post(action, filled | {"_asked_by": "bob", "_over": "yes", "_do": "check"})
    await anna.post(f"{action}/send")
    await bob.post(f"{action}/send")
    assert not room.desk.outbox.items()


async def test_what_was_changed_after_it_was_read_is_read_again(room: DutyRoom) -> None:
    anna, bob = await switched_on(room)
    action = await asked(bob)
    seen = (await anna.get(f"{action}/check")).form(f"{action}/send")
    _, filled = await begun(bob, **FILLED | {"vessel_name": "Somebody Else"})
    draft = room.desk.drafts.get(action.removeprefix("/report/"))
    await bob.post(action, filled | {"_revision": str(draft.revision), "_do": "check"})
    await bob.post(f"{action}/send")
    page = await anna.post(f"{action}/send", seen)
    assert "read it again" in page.text
    assert not room.desk.outbox.items()


async def test_an_approver_hands_a_report_back_with_a_note(room: DutyRoom) -> None:
    anna, bob = await switched_on(room)
    action = await asked(bob)
    assert (await bob.post(f"{action}/hand-back", note="mine")).status == 403
    await anna.post(f"{action}/hand-back", note="Which <quay>?")
    page = await bob.get("/approvals")
    assert "Which <quay>?" in page.text
    assert action in page.links
    assert "No colleague waits" in (await anna.get("/approvals")).text


async def test_what_names_nobody_needs_no_second_officer(room: DutyRoom) -> None:
    _, bob = await switched_on(room)
    report = await sent(bob)
    assert draft_of(room, report).event.nominal.officer == "bob"


async def test_no_way_around_the_pages_leads_past_the_second_officer(room: DutyRoom) -> None:
    await switched_on(room)
    form = {
        "seizure_day": TODAY.isoformat(), "agency": "customs", "place": "TERESPOL", "location_type": "land_border",
        "direction": "import", "transport_mode": "road", "selection_reason": "risk_profile",
        "goods": [{"commodity": "tobacco.cigarettes", "unit": "stick", "quantity": "1000"}],
    }  # fmt: skip
    named = form | NAMES
    actions = room.desk.actions
    for acting in (actions, actions.of("bob"), actions.of("bob", approved_by="bob")):
        with pytest.raises(RefusedError) as refused:
            acting.report_seizure(named)
        assert refused.value.code == "needs-approval"
    assert not room.desk.outbox.items()
    assert actions.of("bob", approved_by="anna").report_seizure(named)
    assert actions.report_seizure(form)


async def test_a_file_that_came_after_it_was_read_is_looked_at_first(room: DutyRoom) -> None:
    anna, bob = await switched_on(room)
    action = await asked(bob)
    seen = (await anna.get(f"{action}/check")).form(f"{action}/send")
    await bob.post(f"{action}/files", name="list.csv", size="3")
    (file,) = room.desk.drafts.files.of(action.removeprefix("/report/"))
    await bob.post(f"{action}/files/{file.id}", {"offset": "0"}, files={"piece": ("piece", b"a,b")})
    page = await anna.post(f"{action}/send", seen)
    assert "read it again" in page.text
    assert not room.desk.outbox.items()
    await anna.post(f"{action}/send", (await anna.get(f"{action}/check")).form(f"{action}/send"))
    assert room.desk.outbox.items()


async def test_an_amendment_that_cannot_be_sent_shows_nobody_its_names(room: DutyRoom) -> None:
    anna, bob = await room.officer("anna", "administrator"), await room.officer("bob", "poster")
    report = await sent(anna, **NAMES)
    await anna.post(f"/consultations/{report}", reason="Ours")
    draft = await anna.get(f"/seizures/{report}/amend")
    assert "Vladislav" in draft.html
    room.desk.actions.withdraw_seizure(report, "error")
    room.desk.outbox.discard(report)
    page = await bob.post(f"{draft.address}/send")
    assert "Vladislav" not in page.html
