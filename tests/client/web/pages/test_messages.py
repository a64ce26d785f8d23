"""Messages in the browser: who reads what, answers, markings, drafts, no line, hostile words, files."""

import io
import re

import pytest
from PIL import Image

from tests.client.web.conftest import Countries
from tests.client.web.visitor import Visitor
from tests.system.rig import until, watching

HOSTILE = ("<script>alert(1)</script>", "invoice\u202egpj.exe", '=HYPERLINK("http://x","y")')


async def _send(visitor: Visitor, **fields: object) -> None:
    form = (await visitor.get("/messages/new")).form("/messages/new")
    page = await visitor.post("/messages/new", form | {"do": "send", "audience": "all"} | fields)
    assert page.status == 200, page.text
    assert page.address.startswith("/messages"), page.text
    await visitor.sync()


async def test_a_message_to_a_chosen_country_is_read_there_and_nowhere_else(
    de: Visitor, fr: Visitor, pl: Visitor
) -> None:
    await _send(de, audience="countries", to="FR", subject="Lorry", text="Between the two of us")
    await fr.sync()
    await pl.sync()
    inbox = await fr.get("/messages")
    assert "Lorry" in inbox.text
    assert "1 new" in inbox.text
    assert "Lorry" not in (await pl.get("/messages")).text
    (post,) = [link for link in inbox.links if link.startswith("/messages/") and "new" not in link]
    assert (await pl.get(post)).status == 404
    thread = await fr.get(post)
    assert "Between the two of us" in thread.text
    assert "France and Germany will be able to read this, and nobody else" in thread.text
    assert "1 new" not in (await fr.get("/messages")).text


async def test_national_words_are_read_by_the_own_country_alone(de: Visitor, pl: Visitor) -> None:
    await _send(de, audience="national", subject="Roster", text="Who takes the night shift?")
    await pl.sync()
    assert "Roster" not in (await pl.get("/messages")).text
    inbox = await de.get("/messages?scope=national")
    assert "Roster" in inbox.text
    assert "to our own desks only" in inbox.text
    entry = de.desk.view.acts[-1].act
    assert entry is not None
    assert entry.header.to == ("DE",)
    slip = entry.header.slip("text")
    assert slip is not None
    assert {de.desk.view.state.devices[device].ncp for device in slip.devices or ()} == {"DE"}


async def test_an_answer_goes_to_those_of_the_conversation_and_stands_under_what_it_answers(
    de: Visitor, fr: Visitor
) -> None:
    await _send(de, audience="countries", to="FR", subject="Container", text="Did you see it?")
    await fr.sync()
    (root,) = [
        t.root for t in fr.desk.overviews.threads.page(lambda _: True).threads if t.first.words.subject == "Container"
    ]
    thread = await fr.get(f"/messages/{root}")
    page = await fr.post("/messages/new", thread.form("/messages/new") | {"do": "send", "text": "Yes, at noon."})
    assert page.address.startswith("/messages/")
    assert "Waits to be sent" in page.text
    await fr.sync()
    await de.sync()
    answered = await de.get(f"/messages/{root}")
    assert answered.text.index("Did you see it?") < answered.text.index("Yes, at noon.")
    assert "2 messages" in answered.text


async def test_to_the_ocu_is_to_the_organiser(de: Visitor, pl: Visitor, fr: Visitor) -> None:
    await _send(de, audience="ocu", subject="Only you", text="A word to the OCU")
    await pl.sync()
    await fr.sync()
    assert "Only you" in (await pl.get("/messages?scope=ocu")).text
    assert "Only you" not in (await fr.get("/messages")).text


async def test_before_sending_the_page_says_who_will_be_able_to_read_it(de: Visitor) -> None:
    page = await de.get("/messages/new")
    assert "3 contact points will be able to read this." in page.text
    form = page.form("/messages/new") | {"audience": "countries", "to": ["FR", "PL"], "text": "x"}
    kept = await de.post("/messages/draft", form)
    assert "France, Germany and Poland will be able to read this, and nobody else" in kept.text
    await de.post("/messages/new", form | {"do": "discard", "sure": "yes"})


async def test_a_marking_above_the_ceiling_is_refused_and_the_form_stays_as_typed(de: Visitor) -> None:
    page = await de.get("/messages/new")
    assert 'value="TLP:RED"' not in page.html
    form = page.form("/messages/new") | {"do": "send", "text": "My words", "subject": "Mine", "handling": "TLP:RED"}
    page = await de.post("/messages/new", form)
    assert page.status == 400
    assert "up to TLP:AMBER" in page.text
    assert {"handling-error"} <= page.ids
    again = page.form("/messages/new")
    assert (again["text"].strip(), again["subject"]) == ("My words", "Mine")
    assert not de.desk.outbox.waiting(0, 1)
    await de.post("/messages/new", again | {"do": "discard", "sure": "yes"})


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "  "}, "an empty message is not sent"),
        ({"text": "x", "audience": "countries"}, "Choose at least one country"),
        ({"text": "x", "audience": "countries", "to": "XX"}, "does not take part"),
        ({"text": "x", "subject": "y" * 201}, "200 characters are the most"),
        ({"text": "x", "audience": "everybody"}, "Choose at least one country"),
    ],
)
async def test_what_is_wrong_stands_in_words_and_nothing_is_sent(
    de: Visitor, fields: dict[str, str], said: str
) -> None:
    form = (await de.get("/messages/new")).form("/messages/new")
    page = await de.post("/messages/new", form | {"do": "send"} | fields)
    assert page.status == 400
    assert said in page.text
    assert not de.desk.outbox.waiting(0, 1)
    await de.post("/messages/new", page.form("/messages/new") | {"do": "discard", "sure": "yes"})


async def test_what_was_typed_is_there_after_the_page_was_closed(de: Visitor) -> None:
    form = (await de.get("/messages/new")).form("/messages/new")
    form |= {"audience": "countries", "to": "FR", "subject": "Half", "text": "Half a sen"}
    assert "Kept as a draft" in (await de.post("/messages/draft", form)).text
    inbox = await de.get("/messages")
    (link,) = [link for link in inbox.links if "draft=" in link]
    form = (await de.get(link)).form("/messages/new")
    assert (form["audience"], form["to"], form["subject"], form["text"].strip()) == (
        "countries",
        "FR",
        "Half",
        "Half a sen",
    )
    page = await de.post("/messages/new", form | {"do": "send"})
    assert page.address == "/messages"
    assert "draft=" not in "".join(page.links)
    await de.sync()


async def test_a_colleagues_words_are_not_overwritten_unseen_by_what_the_page_saves_by_itself(de: Visitor) -> None:
    form = (await de.get("/messages/new")).form("/messages/new") | {"audience": "all", "text": "mine"}
    await de.post("/messages/draft", form)
    there = de.desk.drafts.get(form["draft"])
    de.desk.drafts.keep(there.id, there.kind, there.fields | {"text": ["his"]}, "colleague", 1, revision=there.revision)
    for typed in ("mine, longer", "mine, still longer"):
        late = await de.post("/messages/draft", form | {"text": typed})
        assert "Somebody else saved this draft" in late.text
        form |= dict(re.findall(r'name="(draft|revision)" value="([^"]*)"', late.html))
    assert de.desk.drafts.get(there.id).fields["text"] == ["his"]
    page = await de.post("/messages/new", form | {"do": "keep", "text": "mine"})
    assert page.status == 409
    assert "his" in page.text
    await de.post("/messages/new", page.form("/messages/new") | {"do": "keep", "text": "mine"})
    assert de.desk.drafts.get(there.id).fields["text"] == ["mine"]
    de.desk.drafts.delete(there.id)


async def test_what_was_typed_is_thrown_away_only_after_asking_on_a_page_of_its_own(de: Visitor) -> None:
    form = (await de.get("/messages/new")).form("/messages/new") | {"text": "Precious"}
    asked = await de.post("/messages/new", form | {"do": "discard"})
    assert "will be lost" in asked.text
    (kept,) = [draft for draft in de.desk.drafts.list() if draft.summary == "Precious"]
    page = await de.post("/messages/new", asked.form("/messages/new") | {"do": "discard"})
    assert page.address == "/messages"
    assert de.desk.drafts.find(kept.id) is None


async def test_what_the_page_saves_after_the_message_was_sent_is_no_draft_and_no_error(de: Visitor) -> None:
    form = (await de.get("/messages/new")).form("/messages/new") | {"audience": "national", "text": "On my way"}
    await de.post("/messages/new", form | {"do": "send"})
    late = await de.post("/messages/draft", form)
    assert late.status == 204
    assert de.desk.drafts.find(form["draft"]) is None


async def test_the_same_form_sent_twice_is_one_message(de: Visitor) -> None:
    form = (await de.get("/messages/new")).form("/messages/new") | {"do": "send", "text": "Once"}
    await de.post("/messages/new", form)
    page = await de.post("/messages/new", form)
    assert "it was not sent again" in page.text
    await de.sync()
    threads = de.desk.overviews.threads.page(lambda _: True).threads
    assert sum(thread.first.words is not None and thread.first.words.body == "Once" for thread in threads) == 1


async def test_without_a_line_a_message_is_kept_and_the_page_says_so(
    countries: Countries, de: Visitor, fr: Visitor
) -> None:
    countries.hub.stop()
    try:
        form = (await de.get("/messages/new")).form("/messages/new") | {"do": "send", "text": "From the dark"}
        page = await de.post("/messages/new", form)
        assert "sent when the line is back" in page.text
        assert "Waits to be sent" in page.text
        assert "From the dark" in page.text
    finally:
        countries.hub.start()
    await de.sync()
    await fr.sync()
    assert "Waits to be sent" not in (await de.get("/messages")).text
    assert "From the dark" in (await fr.get("/messages")).text


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_words_are_words(de: Visitor, fr: Visitor, hostile: str) -> None:
    await _send(de, audience="countries", to="FR", subject=hostile, text=f"About {hostile}")
    await fr.sync()
    newest = fr.desk.overviews.threads.page(lambda _: True).threads[0].root
    for address in ("/messages", f"/messages/{newest}", "/messages?q=about"):
        page = await fr.get(address)
        assert page.status == 200
        assert "<script>alert" not in page.html
        assert "\u202e" not in page.html
    assert hostile.replace("\u202e", "\ufffd") in (await fr.get(f"/messages/{newest}")).text


async def test_a_search_finds_words_by_their_beginning_and_says_how_far_it_looked(de: Visitor) -> None:
    await _send(de, text="The Łódź warehouse was empty")
    assert "texts were searched; the others are being opened" in (await de.get("/messages?q=lodz")).text
    while not de.desk.overviews.index_some(50):
        pass
    page = await de.get("/messages?q=lodz+ware")
    assert "The Łódź warehouse was empty" in page.text
    assert "being opened" not in page.text
    assert "No message has all of these words." in (await de.get("/messages?q=nothingofthekind")).text


async def test_the_author_learns_who_has_received_and_opened_it(de: Visitor, fr: Visitor) -> None:
    await _send(de, audience="countries", to="FR", subject="Read me", text="Have you seen this?")
    await fr.sync()
    root = fr.desk.overviews.threads.page(lambda _: True).threads[0].root
    assert "opened by 0" in (await de.get(f"/messages/{root}")).text
    await fr.get(f"/messages/{root}")
    assert fr.desk.receipts.send_due(fr.site.now())
    await fr.sync()
    await de.sync()
    while not de.desk.overviews.index_some(50):
        pass
    page = await de.get(f"/messages/{root}")
    assert "Received by 1 of 1, opened by 1" in page.text
    assert "As far as each desk says so itself." in page.text


async def test_pictures_are_shown_small_and_files_are_only_downloads(de: Visitor, fr: Visitor, pl: Visitor) -> None:
    photo = io.BytesIO()
    Image.new("RGB", (640, 480), "navy").save(photo, "JPEG")
    form = (await de.get("/messages/new")).form("/messages/new")
    form.pop("files", None)
    form |= {"do": "send", "audience": "countries", "to": "FR", "text": "With a photo"}
    files = [
        ("files", ("seal.jpg", photo.getvalue(), "image/jpeg")),
        ("files", ("page.html", b"<script>alert(1)</script>", "text/html")),
    ]
    page = await de.post("/messages/new", form, files=files)
    assert page.address == "/messages", page.text
    await de.sync()
    await fr.sync()
    root = fr.desk.overviews.threads.page(lambda _: True).threads[0].root
    async with watching(fr.desk):
        await until(lambda: all(file.whole for file in fr.desk.files.of(root).files))
    page = await fr.get(f"/messages/{root}")
    assert "Download seal.jpg" in page.text
    html = (await fr.get(f"/messages/{root}/files/1")).response
    assert html.content == b"<script>alert(1)</script>"
    assert html.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in html.headers["content-security-policy"]
    assert (await fr.get(f"/messages/{root}/files/0/small")).response.headers["content-type"] == "image/jpeg"
    assert (await fr.get(f"/messages/{root}/files/1/small")).status in (400, 404)
    await pl.sync()
    assert (await pl.get(f"/messages/{root}/files/1")).status == 404


async def test_new_messages_are_announced_without_moving_what_is_read(de: Visitor, fr: Visitor) -> None:
    size = fr.desk.view.size
    assert (await fr.get(f"/messages/newer?since={size}")).text == ""
    await _send(de, text="Fresh")
    await fr.sync()
    assert "1 new message: show it" in (await fr.get(f"/messages/newer?since={size}")).text
