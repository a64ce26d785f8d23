"""What one shift leaves to the next, and who has taken what."""

import pytest

from tests.client.web.team import DutyRoom
from tests.client.web.visitor import Visitor


@pytest.fixture
async def question(pl: Visitor) -> str:
    """A question to Germany that waits for an answer; its duty room connects after it was asked."""
    form = {"kind": "question", "addressees": ["DE"], "subject": "consignment", "answer_due_at": "2026-01-19T16:00:00Z"}
    asked = pl.desk.actions.ask(form, "Do you know this consignment?")
    await pl.sync()
    return asked


async def test_the_handover_tells_the_next_shift_what_the_last_one_left(room: DutyRoom) -> None:
    anna = await room.officer("anna", "administrator")
    bob = await room.officer("bob", "poster")
    room.desk.drafts.keep("A" * 22, "seizure", {"place": ["X"]}, "anna", 1_700_000_000_000, summary="Cigarettes, <X>")
    before = await bob.get("/handover")
    assert "No shift has ended yet" in before.text
    assert "Cigarettes, <X>" in before.text
    page = await anna.post("/handover/end", text="Ask <TERESPOL> again\nat six.")
    assert page.address == "/login"
    after = await bob.get("/handover")
    assert "Anna ended the last shift" in after.text
    assert "Ask <TERESPOL> again at six." in after.text
    assert "Nothing has come since." in after.text
    assert (await anna.get("/handover")).address.startswith("/login")


async def test_a_note_is_left_and_taken_down(room: DutyRoom) -> None:
    anna = await room.officer("anna", "administrator")
    assert (await anna.post("/handover/note", text=" ")).status == 400
    page = await anna.post("/handover/note", text="Call Warsaw.")
    number = page.form("/handover/note/take-down")["note"]
    assert "Call Warsaw." not in (await anna.post("/handover/note/take-down", note=number)).text


async def test_a_question_is_taken_taken_over_and_released(question: str, room: DutyRoom) -> None:
    anna = await room.officer("anna", "administrator")
    bob = await room.officer("bob", "poster")
    rita = await room.officer("rita", "reader")
    page = await anna.get("/handover")
    assert "Nobody has taken this" in page.text
    assert f"/questions/{question}" in page.links
    page = await anna.post(f"/take/{question}", back="/handover")
    assert page.address == "/handover"
    assert "Yours" in page.text
    assert "Taken by Anna" in (await bob.get("/handover")).text
    refused = await bob.post(f"/take/{question}")
    assert refused.status == 400
    assert (await bob.post(f"/release-take/{question}")).status == 400
    assert (await rita.post(f"/take/{question}", instead_of="anna")).status == 403
    assert "Yours" in (await bob.post(f"/take/{question}", instead_of="anna")).text
    assert "Nobody has taken this" in (await bob.post(f"/release-take/{question}")).text
    assert (await anna.post("/take/" + "x" * 22)).status == 404


async def test_one_officer_alone_hands_over_to_nobody(de: Visitor) -> None:
    assert "nobody to hand over to" in (await de.get("/handover")).text
    assert (await de.post("/handover/end", text="x")).status == 400
    assert (await de.post("/take/" + "x" * 22)).status == 400
