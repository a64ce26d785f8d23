"""The national report: begun with what the own posts add up to, checked in words, filed; the last one counts."""

import pytest

from tests.client.web.conftest import TODAY
from tests.client.web.visitor import Page, Visitor, in_order
from tests.core.form.forms import shortest_report

HOME, FORM = "/national-report", "/national-report/new"


async def report(visitor: Visitor, quantity: str = "806000", **fields: object) -> None:
    goods = [{"commodity": "tobacco.cigarettes", "quantity": quantity, "unit": "stick"}]
    visitor.desk.actions.report_seizure(shortest_report(seizure_day=TODAY.isoformat(), goods=goods, **fields))
    await visitor.sync()


async def filed(visitor: Visitor, **changed: str) -> Page:
    """A report filed on the pages, as its form begins, with these fields changed."""
    fields = (await visitor.get(FORM)).form(FORM) | changed
    check = await visitor.post(FORM, fields | {"do": "send"})
    return await visitor.post(FORM, check.form(FORM) | {"do": "checked"})


async def test_the_form_begins_with_the_sums_and_says_them_beside_the_fields(de: Visitor) -> None:
    await report(de)
    await report(de, "1000")
    page = await de.get(FORM)
    fields = page.form(FORM)
    assert (fields["seizures"], fields["totals-0-quantity"], fields["totals-0-seizures"]) == ("2", "807000", "2")
    assert "Your posts of Cigarettes add up to 807,000 sticks." in page.text
    assert "Your posts: 2." in page.text
    assert "2 seizures, which the report will begin with." in (await de.get(HOME)).text


async def test_differences_are_said_in_words_before_anything_is_sent(de: Visitor) -> None:
    fields = (await de.get(FORM)).form(FORM) | {"totals-0-quantity": "807,500", "_words": "Counted again."}
    check = await de.post(FORM, fields | {"do": "send"})
    assert "Your report differs from what your posts add up to." in check.text
    assert "you confirm 807,500 sticks · 2 seizures; your posts say 807,000 sticks · 2 seizures." in check.text
    assert not de.desk.outbox.waiting(0, 1)
    sent = await de.post(FORM, check.form(FORM) | {"do": "checked"})
    assert sent.address == HOME
    assert "is queued" in sent.text
    await de.sync()
    known = de.desk.ledger.national_reports["DE"].form
    assert str(known.totals[0].quantity) == "807500"
    assert in_order((await de.get(HOME)).text, "Your country filed its report", "+500")


async def test_what_changed_since_it_was_checked_is_checked_again(de: Visitor) -> None:
    fields = (await de.get(FORM)).form(FORM)
    check = (await de.post(FORM, fields | {"do": "send"})).form(FORM)
    await de.post(FORM, fields | {"revision": check["revision"], "do": "keep", "seizures": "9"})
    again = await de.post(FORM, check | {"do": "checked"})
    assert again.status == 200
    assert "You confirm 7 seizures more than your posts say." in again.text
    assert not de.desk.outbox.waiting(0, 1)
    assert (await de.post(FORM, again.form(FORM) | {"do": "checked"})).address == HOME
    await de.sync()


async def test_the_last_report_counts_and_all_are_kept(de: Visitor) -> None:
    await filed(de, seizures="3")
    await de.sync()
    page = await de.get(HOME)
    assert in_order(page.text, "What was filed", "counts", "replaced")
    older = [link for link in page.links if link.startswith(f"{HOME}/") and link != FORM and "?" not in link][-1]
    assert "replaced" in (await de.get(older)).text
    assert (await de.get(f"{FORM}?from=posts")).form(FORM)["seizures"] == "2"
    assert (await de.get(FORM)).form(FORM)["seizures"] == "3"


async def test_a_faulty_report_is_not_checked_and_what_was_typed_stays(de: Visitor) -> None:
    fields = (await de.get(FORM)).form(FORM) | {"seizures": "many", "do": "send"}
    page = await de.post(FORM, fields)
    assert page.status == 422
    assert page.form(FORM)["seizures"] == "many"


async def test_all_countries_stand_side_by_side(de: Visitor, fr: Visitor, pl: Visitor) -> None:
    await report(fr, place="LE HAVRE")
    await pl.sync()
    page = await pl.get("/results/national")
    assert in_order(page.text, "France", "not confirmed yet", "Its posts add up to 1 seizure.", "Germany", "confirmed")
    assert "No national report yet from: France." in page.text


async def test_the_account_is_sealed_to_the_organiser(de: Visitor, fr: Visitor, pl: Visitor) -> None:
    await filed(de, _words="One load was counted twice.")
    for visitor in (de, fr, pl):
        await visitor.sync()
    event = next(link for link in (await pl.get("/results/national")).links if link.startswith(f"{HOME}/"))
    assert "One load was counted twice." in (await pl.get(event)).text
    assert "The words are sealed to others." in (await fr.get(event)).text


async def test_the_organiser_sees_who_owes_a_report_and_writes_to_them_once_the_phase_is_over(
    pl: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await pl.get("/operation/board")
    assert in_order(page.text, "Germany", "filed", "France", "not yet") or in_order(page.text, "France", "not yet")
    assert "Remind" not in page.text
    assert "Everybody has filed" in (await pl.post("/operation/board/remind")).text
    monkeypatch.setattr(pl.desk.view.state, "phase", "POST_OPERATIONAL")
    assert "Remind 1 participant of its national report" in (await pl.get("/operation/board")).text
    message = await pl.post("/operation/board/remind")
    assert message.address.startswith("/messages/new")
    assert "We do not have your national report yet." in message.text
    assert message.form("/messages/new")["to"] == "FR"


async def test_who_owes_a_report_is_told_where_controls_are_filed(
    de: Visitor, fr: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "is due by" not in (await fr.get("/controls")).text
    for visitor in (de, fr):
        monkeypatch.setattr(visitor.desk.view.state, "phase", "POST_OPERATIONAL")
    assert "Your country's national report is due by" in (await fr.get("/controls")).text
    assert "is due by" not in (await de.get("/controls")).text


async def test_changing_the_goods_of_a_total_brings_its_usual_units(de: Visitor) -> None:
    fields = {"totals-0-commodity": "drugs.cocaine", "totals-0-unit": ""}
    part = await de.post("/form/national_report/goods?row=totals-0", fields)
    assert part.status == 200
    assert "Kilogram" in part.text or "kg" in part.html
