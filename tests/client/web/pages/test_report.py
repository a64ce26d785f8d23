"""Reporting a seizure on a real desk, as a browser without scripts and one with htmx do."""

import pytest

from tests.client.web.conftest import TODAY
from tests.client.web.pages.reporting import (
    FILLED,
    GOODS,
    begun,
    draft_of,
    jpeg,
    report_form,
    sent,
    token,
    without_buttons,
)
from tests.client.web.visitor import ADDRESS, Page, Visitor
from vocu.form.report import SeizureNominal, SeizureReport
from vocu.operation.events import SeizureReported
from vocu_client.store.drafts import Drafts

# --- the form ---------------------------------------------------------------------------------------------------


async def test_the_form_begins_with_today_and_one_line_of_goods(de: Visitor) -> None:
    _, fields = report_form(await de.get("/report"))
    assert fields["seizure_day"] == TODAY.isoformat()
    assert [name for name in fields if name.endswith("-commodity")] == ["goods-0-commodity"]


async def test_nothing_is_asked_of_a_participant_that_only_the_organiser_answers(de: Visitor, pl: Visitor) -> None:
    assert "on_behalf_of" not in report_form(await de.get("/report"))[1]
    assert "on_behalf_of" in report_form(await pl.get("/report"))[1]


async def test_before_sending_it_says_who_will_read_what(de: Visitor) -> None:
    page = await de.get("/report")
    assert "These facts: all 3 contact points, and the hub, will read them." in page.text
    assert "Names, photos and files: Germany and the OCU (Poland)." in page.text


async def test_a_report_is_filled_in_checked_and_queued(de: Visitor) -> None:
    report = await sent(de)
    event = draft_of(de, report).event
    assert isinstance(event, SeizureReported)
    assert isinstance(event.stat, SeizureReport)
    assert event.stat.place == "TERESPOL"
    assert str(event.stat.goods[0].quantity) == "806000"
    assert event.nominal is None
    assert de.desk.drafts.find(report) is None


async def test_the_next_report_begins_as_the_last_one_was(de: Visitor) -> None:
    await sent(de, place="MEDYKA", agency="border_guard")
    _, fields = report_form(await de.get("/report"))
    assert (fields["place"], fields["agency"], fields["transport_mode"]) == ("Medyka", "border_guard", "road")
    assert fields["goods-0-quantity"] == ""


async def test_sending_twice_sends_once(de: Visitor) -> None:
    action, filled = await begun(de, **FILLED)
    await de.post(action, filled | {"_do": "check"})
    await de.post(f"{action}/send")
    await de.post(f"{action}/send")
    ids = [item.id for item in de.desk.outbox.items()]
    assert ids.count(action.removeprefix("/report/")) == 1


async def test_who_goes_back_to_what_was_sent_comes_to_the_report(de: Visitor) -> None:
    report = await sent(de)
    for address in (f"/report/{report}", f"/report/{report}/check"):
        page = await de.get(address)
        assert (page.status, page.address) == (200, f"/seizures/{report}")
    page = await de.get(f"/report/{Drafts.new_id()}/check")
    assert (page.status, page.address) == (200, "/report")


async def test_all_errors_stand_on_top_and_by_their_fields_and_nothing_typed_is_lost(de: Visitor) -> None:
    action, filled = await begun(de, **FILLED | {"goods-0-quantity": "1.234 or so", "place": "", "transport_mode": ""})
    page = await de.post(action, filled | {"_do": "check"})
    assert page.status == 422
    for name in ("goods-0-quantity", "place", "transport_mode"):
        assert f"#f-{name}" in page.links
        assert {f"f-{name}", f"f-{name}-error"} <= page.ids
    assert report_form(page)[1]["goods-0-quantity"] == "1.234 or so"
    assert (await de.get(f"{action}/check")).address == f"{action}/check"
    assert "Please correct this" in (await de.get(f"{action}/check")).text


async def test_several_goods_lines_without_scripts(de: Visitor) -> None:
    action, filled = await begun(de, **FILLED)
    page = await de.post(action, filled | {"_rows": "add:goods"})
    second = {"goods-1-commodity": "drugs.cocaine", "goods-1-quantity": "12,5", "goods-1-unit": "KGM"}
    _, fields = report_form(page)
    assert fields["goods-0-quantity"] == "806.000"
    checked = await de.post(action, without_buttons(fields) | second | {"_do": "check"})
    assert "12.5 kg" in checked.text
    removed = await de.post(action, without_buttons(fields) | second | {"_rows": "remove:goods-0"})
    assert "goods-0-commodity" not in report_form(removed)[1]
    assert report_form(removed)[1]["goods-1-quantity"] == "12,5"


async def test_the_commodity_brings_its_fields_and_units(de: Visitor) -> None:
    answer = await de.client.post(
        "/form/seizure/goods?row=goods-0",
        data={"goods-0-commodity": "cites.ivory"},
        headers={"Origin": ADDRESS, "X-Vocu": await token(de), "HX-Request": "true"},
    )
    part = Page(answer)
    assert {"f-goods-0-species", "f-goods-0-appendix", "f-goods-0-specimen_kind"} <= part.ids
    assert "f-goods-0-origin_kind" not in part.ids
    assert '<option value="KGM" selected>' in part.html


async def test_rows_are_added_as_parts_and_unknown_ones_refused(de: Visitor) -> None:
    headers = {"Origin": ADDRESS, "X-Vocu": await token(de), "HX-Request": "true"}
    added = await de.client.post("/form/seizure/row", data=GOODS | {"_rows": "add:goods"}, headers=headers)
    assert "f-goods-1-commodity" in Page(added).ids
    refused = await de.client.post("/form/seizure/row", data={"_rows": "add:place"}, headers=headers)
    assert refused.status_code == 404


async def test_places_and_codes_are_suggested(de: Visitor) -> None:
    assert "Rotterdam (NLRTM)" in (await de.get("/form/places?place=rotter")).html
    assert "2402.20" in (await de.get("/form/hs?goods-0-hs_found=2402")).html


# --- drafts -----------------------------------------------------------------------------------------------------


async def test_what_is_typed_is_kept_as_typed(de: Visitor) -> None:
    action, filled = await begun(de, **FILLED | {"place": "Łódź, i think", "goods-0-quantity": "1.2.3"})
    headers = {"Origin": ADDRESS, "X-Vocu": await token(de), "HX-Request": "true"}
    kept = await de.client.post(f"{action}/keep", data=filled, headers=headers)
    assert "Saved" in kept.text
    assert kept.headers["HX-Replace-Url"] == action
    _, fields = report_form(await de.get(action))
    assert (fields["place"], fields["goods-0-quantity"]) == ("Łódź, i think", "1.2.3")
    listed = await de.get("/report")
    assert action in listed.links


async def test_a_draft_is_thrown_away_only_when_asked_twice(de: Visitor) -> None:
    action, filled = await begun(de, **FILLED)
    await de.post(action, filled | {"_do": "save"})
    asked = await de.get(f"{action}/discard")
    assert "will be lost" in asked.text
    assert de.desk.drafts.find(action.removeprefix("/report/")) is not None
    await de.post(f"{action}/discard")
    assert de.desk.drafts.find(action.removeprefix("/report/")) is None


async def test_a_colleague_does_not_overwrite_what_was_saved_meanwhile(de: Visitor) -> None:
    action, filled = await begun(de, **FILLED)
    draft_id = action.removeprefix("/report/")
    await de.post(action, filled | {"_do": "save"})
    kept = de.desk.drafts.get(draft_id)
    de.desk.drafts.keep(draft_id, kept.kind, kept.fields, "colleague", 1, revision=kept.revision)
    page = await de.post(action, filled | {"_do": "save", "place": "Brest"})
    assert page.status == 409
    assert report_form(page)[1]["place"] == "Brest"
    assert de.desk.drafts.get(draft_id).fields["place"] == ["Terespol"]
    await de.post(action, filled | {"_do": "save", "place": "Brest", "_over": "yes"})
    assert de.desk.drafts.get(draft_id).fields["place"] == ["Brest"]


async def test_what_a_page_saves_by_itself_never_goes_over_something_newer(de: Visitor) -> None:
    action, filled = await begun(de, **FILLED)
    await de.post(action, filled | {"_do": "save"})
    headers = {"Origin": ADDRESS, "X-Vocu": await token(de), "HX-Request": "true"}
    late = await de.client.post(f"{action}/keep", data=filled | {"place": "Late"}, headers=headers)
    assert "yours is not saved" in late.text
    assert de.desk.drafts.get(action.removeprefix("/report/")).fields["place"] == ["Terespol"]


async def test_taking_a_photo_off_without_scripts_keeps_what_was_typed(de: Visitor) -> None:
    action, filled = await begun(de, **FILLED)
    await de.post(action, filled | {"_do": "save"}, files={"files": ("photo.jpg", jpeg(), "image/jpeg")})
    file = de.desk.drafts.files.of(action.removeprefix("/report/"))[0]
    page = await de.post(action, filled | {"do": f"remove.{file.id}", "place": "Medyka"})
    assert report_form(page)[1]["place"] == "Medyka"
    assert de.desk.drafts.files.of(action.removeprefix("/report/")) == []


async def test_a_warning_is_answered_with_a_report_that_begins_with_what_it_said(pl: Visitor, de: Visitor) -> None:
    said = {"addressees": ["DE"], "commodity": "drugs.cocaine", "action": "control", "transport_mode": "maritime"}
    warning = pl.desk.actions.issue_warning(said, text="Look at the reefer")
    await pl.sync()
    await de.sync()
    _, fields = report_form(await de.get(f"/report?warning={warning}"))
    assert fields["warning_answered"] == warning
    assert (fields["goods-0-commodity"], fields["transport_mode"]) == ("drugs.cocaine", "maritime")


async def test_a_quantity_that_is_not_known_yet_is_marked_as_pending(de: Visitor) -> None:
    pending = {"goods-0-quantity": "", "goods-0-quantity_basis": "pending", "place": "Dorohusk"}
    event = draft_of(de, await sent(de, **pending)).event
    assert event.stat.goods[0].quantity is None
    assert event.stat.goods[0].quantity_basis == "pending"


# --- who reads it -----------------------------------------------------------------------------------------------


async def test_the_names_go_to_the_readers_that_were_chosen(de: Visitor) -> None:
    report = await sent(de, free_text="Driver: Jan Kowalski", _readers=["", "OCU", "FR"])
    draft = draft_of(de, report)
    assert set(draft.readers["nominal"]) == {"PL", "FR"}
    assert "stat" not in draft.readers
    assert isinstance(draft.event.nominal, SeizureNominal)


async def test_no_reader_chosen_is_nobody_else(de: Visitor) -> None:
    action, filled = await begun(de, **FILLED | {"free_text": "for us alone", "_readers": ""})
    checked = await de.post(action, filled | {"_do": "check"})
    assert "Names, photos and files: Germany alone." in checked.text
    await de.post(f"{action}/send")
    assert draft_of(de, action.removeprefix("/report/")).readers["nominal"] == ()


async def test_a_restricted_report_is_sealed_as_a_whole(de: Visitor) -> None:
    action, filled = await begun(de, **FILLED | {"_restricted": "yes", "goods-0-goods_status": "controlled_delivery"})
    checked = await de.post(action, filled | {"_do": "check"})
    assert "All of this report is restricted: Germany and the OCU (Poland) will read it." in checked.text
    await de.post(f"{action}/send")
    assert "stat" in draft_of(de, action.removeprefix("/report/")).readers


async def test_a_controlled_delivery_is_not_let_out_in_the_open(de: Visitor) -> None:
    action, filled = await begun(de, **FILLED | {"goods-0-goods_status": "controlled_delivery"})
    page = await de.post(action, filled | {"_do": "check"})
    assert page.status == 422
    assert "f-goods-0-goods_status-error" in page.ids


async def test_a_likely_double_is_asked_about_before_it_is_sent(de: Visitor) -> None:
    first = await sent(de, place="KUKURYKI")
    action, filled = await begun(de, **FILLED | {"place": "Kukuryki"})
    checked = await de.post(action, filled | {"_do": "check"})
    assert "Was this reported already?" in checked.text
    assert f"/seizures/{first}" in checked.links


async def test_the_organiser_reports_on_behalf_of_a_country(pl: Visitor) -> None:
    behalf = {"on_behalf_of": "FR", "received_by": "telephone", "received_from": "Duty officer, Lyon"}
    report = await sent(pl, **behalf, received_day=TODAY.isoformat())
    event = draft_of(pl, report).event
    assert (event.stat.on_behalf_of, event.stat.received_by) == ("FR", "telephone")
    assert event.nominal.received_from == "Duty officer, Lyon"


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "\u202egpj.exe", '=HYPERLINK("http://x")'])
async def test_hostile_text_is_text(de: Visitor, hostile: str) -> None:
    action, filled = await begun(de, **FILLED | {"free_text": hostile, "place": hostile, "agency": hostile})
    page = await de.post(action, filled | {"_do": "check"})
    assert page.status == 422
    assert "<script>alert" not in page.html
    assert report_form(page)[1]["free_text"].strip() == hostile
