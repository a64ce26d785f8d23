"""Questions in the browser: asked of the OCU or others, answered, of common interest; cross-checks: hit or no hit."""

import re
from typing import Any

from tests.client.web.visitor import Visitor, in_order
from vocu_client.team import Officer

NEW, CHECK = "/questions/new", "/questions/checks/new"


async def ask(visitor: Visitor, **more: Any) -> str:
    """The id of a question asked through the form, once the hub has it."""
    form = (await visitor.get(NEW)).form(NEW)
    page = await visitor.post(NEW, form | {"subject": "consignment", "_words": "Whose lorry is it?"} | more)
    assert page.address == "/questions", page.text
    await visitor.sync()
    return str(form["draft"])


async def test_empty_lists_say_what_they_are_for(fr: Visitor) -> None:
    for show, said in (
        ("common", "of common interest yet"),
        ("checks", "Nobody has asked for a cross-check yet"),
        ("ours", "No question waits for your answer"),
        ("all", "Nobody has asked anything yet"),
    ):
        assert said in (await fr.get(f"/questions?show={show}")).text


async def test_a_question_goes_to_the_organiser_unless_somebody_else_is_chosen(de: Visitor) -> None:
    form = (await de.get(NEW)).form(NEW)
    assert form["addressees"] == "PL"


async def test_nobody_asks_himself_and_the_text_that_names_somebody_is_no_second_box(de: Visitor) -> None:
    for address in (NEW, "/warnings/new"):
        page = await de.get(address)
        asked = set(re.findall(r'name="addressees" value="(\w+)"', page.html))
        assert asked == {"PL", "FR"}
        folded = page.html.index("More particulars that name anybody")
        assert page.html.index('name="_words"') < folded < page.html.index('name="free_text"')


async def test_a_question_is_asked_seen_and_answered(pl: Visitor, de: Visitor, fr: Visitor) -> None:
    question = await ask(de)
    await pl.sync()
    await fr.sync()
    listed = await pl.get("/questions?show=ours")
    assert in_order(listed.text, "Germany asks Poland", "Open for", "Whose lorry is it?")
    sealed = await fr.get(f"/questions/{question}")
    assert "The words are sealed to others." in sealed.text
    assert "Whose lorry" not in sealed.text
    address = f"/questions/{question}/answer"
    form = (await pl.get(address)).form(address)
    sent = await pl.post(address, form | {"_words": "Ours."})
    assert sent.address == f"/questions/{question}"
    await pl.sync()
    await de.sync()
    answered = await de.get(f"/questions/{question}")
    assert in_order(answered.text, "Closed", "first answer after", "Answers", "Poland", "Answered", "Ours.")
    await fr.sync()
    assert "Ours." not in (await fr.get(f"/questions/{question}")).text


async def test_an_answer_of_common_interest_is_shown_to_all(pl: Visitor, de: Visitor, fr: Visitor) -> None:
    question = await ask(de)
    await pl.sync()
    address = f"/questions/{question}/answer"
    form = (await pl.get(address)).form(address)
    await pl.post(address, form | {"_words": "The form for seals is new.", "of_common_interest": "yes"})
    await pl.sync()
    await fr.sync()
    page = await fr.get("/questions?show=common")
    assert in_order(page.text, "Asked by Germany", "answered by Poland", "The form for seals is new.")


async def test_a_question_without_words_is_none(de: Visitor) -> None:
    form = (await de.get(NEW)).form(NEW)
    page = await de.post(NEW, form | {"subject": "person", "_words": "  "})
    assert page.status == 422
    assert "words-error" in page.ids
    assert page.form(NEW)["subject"] == "person"


async def test_hostile_words_are_shown_as_text(pl: Visitor, de: Visitor) -> None:
    hostile = "<script>alert(1)</script> \u202egnp.exe =HYPERLINK(1)"
    question = await ask(de, _words=hostile)
    await pl.sync()
    for address in ("/questions", f"/questions/{question}"):
        page = await pl.get(address)
        assert "<script>alert" not in page.html
        assert "\u202e" not in page.html
        assert "<script>alert(1)</script> \ufffdgnp.exe =HYPERLINK(1)" in page.text


async def test_a_cross_check_is_asked_and_answered(pl: Visitor, de: Visitor, fr: Visitor) -> None:
    form = (await de.get(CHECK)).form(CHECK)
    assert form["result"] == "pending"
    asked = form | {"body": "europol", "subject": "vehicles", "plates": "AB 123", "_readers": "OCU"}
    assert (await de.post(CHECK, asked)).address == "/questions?show=checks"
    await de.sync()
    await pl.sync()
    await fr.sync()
    check = f"/questions/{form['draft']}"
    assert "AB 123" in (await pl.get(check)).text
    assert "AB 123" not in (await fr.get(check)).text
    address = f"/questions/checks/{form['draft']}/answer"
    answer = (await pl.get(address)).form(address)
    assert (answer["body"], answer["subject"]) == ("europol", "vehicles")
    await pl.post(address, answer | {"result": "hit", "hits": "2"})
    await pl.sync()
    await fr.sync()
    assert in_order((await fr.get(check)).text, "Closed", "Answers", "Hit", "2 hits", "Poland")


async def test_a_cross_check_of_nothing_is_faulty_and_what_was_typed_is_kept(de: Visitor) -> None:
    form = (await de.get(CHECK)).form(CHECK)
    page = await de.post(CHECK, form | {"body": "europol", "subject": "vehicles", "_readers": "FR"})
    assert page.status == 422
    assert "Fill in what is to be looked up" in page.text
    again = page.form(CHECK)
    assert (again["subject"], again["_readers"]) == ("vehicles", "FR")


async def test_a_reader_may_look_and_not_write(de: Visitor, monkeypatch: Any) -> None:
    reader = Officer(role="reader")
    monkeypatch.setattr(de.site, "session_of", lambda _: ("x", reader))
    assert (await de.get("/questions")).status == 200
    for address in (NEW, CHECK, "/warnings/new", "/controls/return", "/outcomes/return"):
        assert (await de.get(address)).status == 403
