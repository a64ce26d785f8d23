"""The forms of warnings, questions, cross-checks and returns: what is typed is kept until it is sent, files with it."""

from typing import Any

import pytest

from tests.client.web.pages.reporting import jpeg
from tests.client.web.team import DutyRoom
from tests.client.web.visitor import Page, Visitor
from vocu.operation.events import QuestionAsked
from vocu_client.store.drafts import FormDraft

WARNING, QUESTION, CHECK = "/warnings/new", "/questions/new", "/questions/checks/new"
RETURN, OUTCOME = "/controls/return", "/outcomes/return"
FILLED = {"addressees": ["DE"], "commodity": "tobacco.cigarettes", "action": "control", "_words": "A red lorry"}


def draft_of(visitor: Visitor, form: dict[str, Any]) -> FormDraft | None:
    return visitor.desk.drafts.find(form["draft"])


async def form_at(visitor: Visitor, address: str, **filled: Any) -> dict[str, Any]:
    """The fields of the form at this address, with these filled in."""
    page = await visitor.get(address)
    return page.form(address.partition("?")[0]) | filled


async def typed_at(visitor: Visitor, address: str, **filled: Any) -> dict[str, Any]:
    """What was typed there and kept by itself."""
    form = await form_at(visitor, address, **filled)
    kept = await visitor.post(address, form | {"do": "autosave"})
    assert "Kept as a draft" in kept.text, kept.text
    return form


async def throw_all_away(visitor: Visitor) -> None:
    for draft in visitor.desk.drafts.list():
        visitor.desk.drafts.delete(draft.id)


async def with_photo(visitor: Visitor, form: dict[str, Any], do: str = "keep") -> Page:
    return await visitor.post(WARNING, form | {"do": do}, files={"files": ("lorry.jpg", jpeg(), "image/jpeg")})


@pytest.mark.parametrize(
    ("address", "typed"),
    [
        (WARNING, FILLED | {"persons-0-name": "Jan", "containers": "WRONG", "addressees": "DE"}),
        (QUESTION, {"subject": "consignment", "_words": "Whose lorry?\nSay soon."}),
        (CHECK, {"body": "europol", "plates": "AB 123", "_readers": ["OCU", "FR"]}),
        (RETURN, {"checks-0-kind": "vehicles", "checks-0-checked": "a dozen", "_words": "All well"}),
        (OUTCOME, {"convictions": "seven"}),
    ],
)
async def test_what_was_typed_stands_there_again_as_it_was_typed(
    de: Visitor, address: str, typed: dict[str, Any]
) -> None:
    await throw_all_away(de)
    form = await typed_at(de, address, **typed)
    page = await de.get(address)
    assert "You began this before" in page.text
    going_on = f"{address}?draft={form['draft']}"
    assert going_on in page.links
    again = (await de.get(going_on)).form(address)
    assert {name: _stripped(again[name]) for name in typed} == typed
    assert again["draft"] == form["draft"]


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


async def test_an_answer_is_kept_for_what_it_answers_alone(pl: Visitor, de: Visitor) -> None:
    await throw_all_away(de)
    first, second = (
        pl.desk.actions.issue_warning({"addressees": ["DE"], "commodity": "cash", "action": "control"})
        for _ in range(2)
    )
    asked = pl.desk.actions.ask({"kind": "question", "addressees": ["DE"], "subject": "legal"}, "Whose?")
    check = pl.desk.actions.ask_cross_check(
        {"body": "europol", "subject": "persons", "result": "pending", "asked_day": "2026-01-01"}, {"free_text": "Jan"}
    )
    await pl.sync()
    await de.sync()
    feedback = f"/warnings/{first}/feedback"
    form = await typed_at(de, feedback, _words="not on board")
    assert form["draft"] in (await de.get(feedback)).html
    other = f"/warnings/{second}/feedback"
    assert form["draft"] not in (await de.get(other)).html
    assert (await de.get(f"{other}?draft={form['draft']}")).status == 400
    for address in (f"/questions/{asked}/answer", f"/questions/checks/{check}/answer"):
        form = await typed_at(de, address)
        assert form["draft"] in (await de.get(address)).html


async def test_the_address_leads_back_to_what_is_being_typed(de: Visitor) -> None:
    form = await form_at(de, QUESTION, _words="Whose?")
    kept = await de.post(QUESTION, form | {"do": "autosave"})
    assert kept.response.headers["HX-Replace-Url"] == f"{QUESTION}?draft={form['draft']}"


async def test_what_was_sent_is_no_draft_any_more_and_is_sent_once(de: Visitor) -> None:
    form = await typed_at(de, WARNING, **FILLED)
    before = len(de.desk.outbox.items())
    assert (await de.post(WARNING, form)).address == "/warnings"
    assert draft_of(de, form) is None
    again = await de.post(WARNING, form | {"_words": "changed"})
    assert "This was sent before; it was not sent again." in again.text
    assert len(de.desk.outbox.items()) == before + 1
    assert (await de.get(f"{WARNING}?draft={form['draft']}")).status == 400


async def test_what_is_sent_while_it_is_being_kept_goes_out_as_it_was_sent(de: Visitor) -> None:
    form = await typed_at(de, QUESTION, subject="legal", _words="Whose")
    assert form["revision"] == "0"
    assert (await de.post(QUESTION, form | {"_words": "Whose lorry?"})).address == "/questions"
    item = de.desk.outbox.find(form["draft"])
    assert item is not None
    event = de.desk.outbox.draft(item).event
    assert isinstance(event, QuestionAsked)
    assert event.text is not None
    assert event.text.body == "Whose lorry?"


async def test_a_form_with_faults_is_kept_and_so_is_one_that_is_refused(pl: Visitor, de: Visitor) -> None:
    form = await form_at(de, QUESTION, subject="legal", _words=" ")
    assert (await de.post(QUESTION, form)).status == 422
    assert draft_of(de, form) is not None
    warning = pl.desk.actions.issue_warning({"addressees": ["FR"], "commodity": "cash", "action": "control"})
    await pl.sync()
    await de.sync()
    address = f"/warnings/{warning}/feedback"
    form = await form_at(de, address, result="nothing_found", _words="kept")
    assert (await de.post(address, form)).status == 400
    kept = draft_of(de, form)
    assert kept is not None
    assert kept.summary == "kept"


async def test_a_draft_is_thrown_away_only_when_asked_twice(de: Visitor) -> None:
    form = await form_at(de, QUESTION, _words="Precious <b>words</b>")
    asked = await de.post(QUESTION, form | {"do": "discard"})
    assert "Precious <b>words</b>" in asked.text
    assert "will be lost" in asked.text
    assert draft_of(de, form) is not None
    gone = await de.post(QUESTION, asked.form(QUESTION) | {"do": "discard"})
    assert gone.address == "/questions"
    assert draft_of(de, form) is None


async def test_what_somebody_threw_away_meanwhile_is_still_there_to_be_sent(de: Visitor) -> None:
    form = await typed_at(de, QUESTION, subject="legal", _words="Whose?")
    de.desk.drafts.delete(form["draft"])
    page = await de.post(QUESTION, form)
    assert page.status == 400
    again = page.form(QUESTION)
    assert again["_words"].strip() == "Whose?"
    assert (await de.post(QUESTION, again)).address == "/questions"


async def test_a_colleagues_words_are_not_overwritten_unseen(de: Visitor) -> None:
    form = await typed_at(de, QUESTION, subject="legal", _words="mine")
    there = draft_of(de, form)
    assert there is not None
    fields = there.fields | {"_words": ["his"]}
    de.desk.drafts.keep(there.id, there.kind, fields, "colleague", 1, revision=there.revision)
    late = await de.post(QUESTION, form | {"do": "autosave", "_words": "mine, longer"})
    assert "Somebody else saved this draft" in late.text
    page = await de.post(QUESTION, form | {"revision": str(there.revision), "_words": "mine, longer"})
    assert page.status == 409
    shown = page.form(QUESTION)
    assert shown["_words"].strip() == "mine, longer"
    late = await de.post(QUESTION, shown | {"do": "autosave", "_words": "mine, still longer"})
    assert "Somebody else saved this draft" in late.text
    kept = draft_of(de, form)
    assert kept is not None
    assert kept.fields["_words"] == ["his"]
    over = await de.post(QUESTION, shown | {"_over": "yes"})
    assert over.address == f"{QUESTION}?draft={there.id}"
    assert over.form(QUESTION)["_words"].strip() == "mine, longer"


async def test_the_draft_of_another_form_is_left_alone(de: Visitor) -> None:
    message = await form_at(de, "/messages/new", text="A message")
    await de.post("/messages/draft", message)
    form = await form_at(de, QUESTION, draft=message["draft"], subject="legal", _words="A question")
    page = await de.post(QUESTION, form)
    assert page.status == 400
    assert page.form(QUESTION)["draft"] != message["draft"]
    assert de.desk.drafts.get(message["draft"]).kind == "message"


async def test_a_photo_goes_with_the_form_is_shown_small_and_may_be_taken_off(de: Visitor) -> None:
    form = await form_at(de, WARNING, **FILLED)
    page = await with_photo(de, form)
    (file,) = de.desk.drafts.files.of(form["draft"])
    picture = f"/report/{form['draft']}/files/{file.id}/small"
    assert picture in page.html
    assert (await de.get(picture)).response.headers["content-type"] == "image/jpeg"
    page = await de.post(WARNING, page.form(WARNING) | {"do": f"remove.{file.id}"})
    assert page.form(WARNING)["_words"].strip() == "A red lorry"
    assert "lorry.jpg" not in page.text
    assert de.desk.drafts.files.of(form["draft"]) == []


async def test_the_file_of_another_draft_is_not_taken_off(de: Visitor) -> None:
    form = await form_at(de, WARNING, **FILLED)
    await with_photo(de, form)
    (file,) = de.desk.drafts.files.of(form["draft"])
    other = await form_at(de, QUESTION, _words="Whose?")
    assert (await de.post(QUESTION, other | {"do": f"remove.{file.id}"})).status == 400
    assert de.desk.drafts.files.of(form["draft"]) == [file]


async def test_a_damaged_photo_is_said_on_the_form_and_nothing_is_sent(de: Visitor) -> None:
    form = await form_at(de, QUESTION, subject="legal", _words="Whose?")
    files = {"files": ("lorry.jpg", b"nonsense", "image/jpeg")}
    page = await de.post(QUESTION, form, files=files)
    assert page.status == 400
    assert page.form(QUESTION)["_words"].strip() == "Whose?"
    assert de.desk.outbox.find(form["draft"]) is None


async def test_photos_of_a_warning_are_seen_by_those_it_is_for(pl: Visitor, de: Visitor, fr: Visitor) -> None:
    form = await form_at(pl, WARNING, **FILLED)
    assert (await with_photo(pl, form, "send")).address == "/warnings"
    for visitor in (pl, de, fr):
        await visitor.sync()
    warning = form["draft"]
    await de.desk.fetch_files(warning)
    page = await de.get(f"/warnings/{warning}")
    address = f"/cases/{warning}/files/{warning}/0"
    assert address in page.links
    assert f'src="{address}/small"' in page.html
    picture = (await de.get(f"{address}/small")).response
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
    assert (await de.get(address)).response.headers["Content-Disposition"].startswith("attachment")
    assert (await fr.get(f"{address}/small")).status == 400


@pytest.mark.parametrize("kind", ["feedback", "answer"])
async def test_files_of_an_answer_go_to_who_asked(pl: Visitor, de: Visitor, kind: str) -> None:
    if kind == "feedback":
        case = pl.desk.actions.issue_warning({"addressees": ["DE"], "commodity": "cash", "action": "control"})
        page, filled = f"/warnings/{case}", {"result": "nothing_found"}
    else:
        case = pl.desk.actions.ask({"kind": "question", "addressees": ["DE"], "subject": "legal"}, "Whose?")
        page, filled = f"/questions/{case}", {"_words": "Ours."}
    await pl.sync()
    await de.sync()
    address = f"{page}/{kind}"
    form = await form_at(de, address, **filled)
    files = {"files": ("list.txt", b"one\ntwo\n", "text/plain")}
    assert (await de.post(address, form, files=files)).address == page
    await de.sync()
    await pl.sync()
    await pl.desk.fetch_files(form["draft"])
    download = f"/cases/{case}/files/{form['draft']}/0"
    assert download in (await pl.get(page)).links
    assert (await pl.get(download)).response.content == b"one\ntwo\n"
    assert (await pl.get(f"{download}/small")).status == 400


async def test_the_next_shift_finds_the_drafts_of_the_last_one(room: DutyRoom) -> None:
    anna = await room.officer("anna", "administrator")
    bob = await room.officer("bob", "poster")
    form = await typed_at(anna, QUESTION, subject="legal", _words="Whose <lorry>?")
    page = await bob.get("/handover")
    going_on = f"{QUESTION}?draft={form['draft']}"
    assert going_on in page.links
    assert "Question: Whose <lorry>?" in page.text
    assert "Anna began this before" in (await bob.get(QUESTION)).text
    assert (await bob.get(going_on)).form(QUESTION)["_words"].strip() == "Whose <lorry>?"
