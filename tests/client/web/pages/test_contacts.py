"""Who is reached how, in the browser."""

import pytest

from tests.client.web.conftest import Countries
from tests.client.web.visitor import Page, Visitor
from vocu.operation.bodies import Contact

HOSTILE = "<script>alert(1)</script>", "gpj\u202eexe.", '=HYPERLINK("http://x","y")'


async def _filled(de: Visitor, **fields: str) -> dict[str, object]:
    page = await de.get("/contacts/own")
    return page.form("/contacts/own") | {"do": "publish"} | fields


async def test_what_a_country_publishes_is_read_by_all_with_links_to_call_and_write(de: Visitor, fr: Visitor) -> None:
    fields = {
        "name.0": "Erika Muster", "function.0": "Duty officer", "telephone.0": "+49 40 1234-567",
        "email.0": "duty@zoll.example", "languages.0": "de, en", "duty_hours.0": "24/7",
    }  # fmt: skip
    page = await de.post("/contacts/own", await _filled(de, **fields))
    assert page.address == "/contacts"
    assert "on their way" in page.text
    await de.sync()
    await fr.sync()
    page = await fr.get("/contacts")
    assert "Erika Muster" in page.text
    assert {"tel:+49401234567", "mailto:duty@zoll.example"} <= set(page.links)
    assert "German, English" in page.text
    assert "On duty now" in page.text
    assert "published nobody so far: France and Poland" in page.text


async def test_people_are_found_by_country_name_and_language_whatever_the_accents(fr: Visitor) -> None:
    fr.desk.actions.publish_contacts([Contact(name="Zoé Lefèvre", telephone="1"), Contact(name="Jean", telephone="2")])
    await fr.sync()
    page = await fr.get("/contacts?q=lefevre")
    assert "Zoé Lefèvre" in page.text
    assert "Jean" not in page.text
    page = await fr.get("/contacts?q=FRANCE")
    assert "Jean" in page.text
    assert "Nobody is found" in (await fr.get("/contacts?q=nemo")).text


async def test_persons_are_added_and_removed_without_a_script_and_nothing_is_published_meanwhile(de: Visitor) -> None:
    before = de.desk.reading.contacts()
    form = await _filled(de)
    page = await de.post("/contacts/own", form | {"name.0": "Anna", "do": "add"})
    form = page.form("/contacts/own")
    page = await de.post("/contacts/own", form | {"name.1": "Bert", "telephone.1": "3", "do": "remove.0"})
    form = page.form("/contacts/own")
    assert (form["name.0"], "name.1" in form) == ("Bert", False)
    assert de.desk.reading.contacts() == before
    assert not de.desk.outbox.waiting(0, 1)
    page = await de.get("/contacts/own")
    assert page.form("/contacts/own")["name.0"] == "Bert"
    assert "has not published them yet" in page.text
    page = await de.post("/contacts/own", page.form("/contacts/own") | {"do": "discard", "sure": "yes"})
    assert "Bert" not in page.html


async def test_all_that_is_wrong_stands_next_to_its_field_and_the_form_stays_as_typed(de: Visitor) -> None:
    fields = {"name.0": "", "function.0": "Chief", "telephone.0": "", "email.0": "", "languages.0": "German"}
    page = await de.post("/contacts/own", await _filled(de, **fields))
    assert page.status == 400
    assert {"name.0-error", "telephone.0-error", "languages.0-error"} <= page.ids
    assert page.form("/contacts/own")["function.0"] == "Chief"
    await de.post("/contacts/own", page.form("/contacts/own") | {"do": "discard", "sure": "yes"})


async def test_two_officers_do_not_overwrite_each_other_unseen(de: Visitor) -> None:
    first = await de.post("/contacts/own/draft", await _filled(de) | {"name.0": "First"})
    assert "Kept as a draft" in first.text
    mine = await _filled(de)
    await de.post("/contacts/own/draft", mine | {"name.0": "Theirs"})
    page = await de.post("/contacts/own", mine | {"name.0": "Mine", "telephone.0": "4"})
    assert "The other version has these persons: Theirs" in page.text
    assert page.form("/contacts/own")["name.0"] == "Mine"
    await de.post("/contacts/own", page.form("/contacts/own") | {"do": "discard", "sure": "yes"})


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_texts_are_texts(de: Visitor, hostile: str) -> None:
    contact = Contact(name=hostile, function=hostile, telephone=hostile, email=hostile, duty_hours=hostile)
    de.desk.actions.publish_contacts([contact])
    await de.sync()
    page: Page = await de.get("/contacts")
    assert "<script>alert" not in page.html
    assert "\u202e" not in page.html
    assert not any(link.startswith(("tel:", "mailto:")) for link in page.links)


async def test_the_directory_is_read_without_a_line(countries: Countries, de: Visitor) -> None:
    countries.hub.stop()
    try:
        assert (await de.get("/contacts")).status == 200
    finally:
        countries.hub.start()


@pytest.mark.parametrize(
    ("number", "faulty"),
    [("22 123 45 67", True), ("0048 22 123", False), ("+48 22 123 45 67", False), ("+ext 3", True), ("(+48) 22", True)],
)
async def test_a_telephone_number_begins_with_its_country(de: Visitor, number: str, faulty: bool) -> None:
    page = await de.post("/contacts/own", await _filled(de, **{"name.0": "", "telephone.0": number}))
    assert ("telephone.0-error" in page.ids) == faulty
    await de.post("/contacts/own", page.form("/contacts/own") | {"do": "discard", "sure": "yes"})
