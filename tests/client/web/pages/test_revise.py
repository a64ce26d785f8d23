"""What becomes of a report that is out."""

import re

from tests.client.web.conftest import TODAY
from tests.client.web.pages.reporting import jpeg, report_form, sent, without_buttons
from tests.client.web.team import DutyRoom
from tests.client.web.visitor import Visitor
from tests.core.form.forms import shortest_report
from vocu.operation.events import SeizureAmended
from vocu_client.attachments import attach


async def test_an_amendment_begins_with_the_report_as_it_stands(de: Visitor) -> None:
    report = await sent(de, place="BOBROWNIKI", free_text="Driver: Jan", _readers=["", "OCU", "FR"])
    await de.sync()
    page = await de.get(f"/seizures/{report}/amend")
    action, fields = report_form(page)
    assert fields["place"] == "Bobrowniki"
    assert fields["free_text"].strip() == "Driver: Jan"
    assert set(fields["_readers"]) == {"", "OCU", "FR"}
    await de.post(action, without_buttons(fields) | {"goods-0-quantity": "900000", "_do": "check"})
    await de.post(f"{action}/send")
    await de.sync()
    stat = de.desk.ledger.reports[report].stat
    assert stat is not None
    assert str(stat.goods[0].quantity) == "900000"
    assert isinstance(de.desk.reading.revisions(report)[-1].act.event, SeizureAmended)
    assert de.desk.reading.seizure_form(report)["free_text"] == "Driver: Jan"


async def test_an_amendment_asks_why_and_the_next_one_asks_anew(de: Visitor) -> None:
    assert "amendment_reason" not in report_form(await de.get("/report"))[1]
    report = await sent(de, place="TERESPOL")
    await de.sync()
    for quantity, reason in (("900000", "weighed"), ("910000", "")):
        action, fields = report_form(await de.get(f"/seizures/{report}/amend"))
        assert fields["amendment_reason"] == ""
        changed = {"goods-0-quantity": quantity, "amendment_reason": reason, "_do": "check"}
        check = await de.post(action, without_buttons(fields) | changed)
        assert ("Weighed or counted since" in check.text) is bool(reason)
        await de.post(f"{action}/send")
        await de.sync()
    revisions = de.desk.ledger.reports[report].revisions
    assert [each.stat and each.stat.amendment_reason for each in revisions] == [None, "weighed", None]
    page = await de.get(f"/seizures/{report}")
    assert page.text.count("Why: Weighed or counted since") == 1
    assert "The amendment" not in page.text


async def test_a_colleague_says_why_before_he_sees_the_names_in_a_draft(room: DutyRoom) -> None:
    anna, bob = await room.officer("anna", "administrator"), await room.officer("bob", "poster")
    report = await sent(anna, free_text="Driver: Jan", place="HREBENNE")
    asked = await anna.get(f"/seizures/{report}/amend")
    assert asked.address == f"/seizures/{report}"
    assert "Say here why" in asked.text
    await anna.post(f"/consultations/{report}", reason="It is our own case", back=f"/seizures/{report}")
    draft = await anna.get(f"/seizures/{report}/amend")
    assert "Driver: Jan" in draft.html
    for address in (draft.address, f"{draft.address}/check", f"/seizures/{report}/amend"):
        turned = await bob.get(address)
        assert turned.address == f"/seizures/{report}"
        assert "Driver: Jan" not in turned.html


async def test_withdrawing_asks_once_and_wants_a_reason(de: Visitor) -> None:
    report = await sent(de, place="KOROSZCZYN")
    await de.sync()
    asked = await de.get(f"/seizures/{report}/withdraw")
    assert "It will no longer count. 3 contact points will see that you withdrew it" in asked.text
    assert (await de.post(f"/seizures/{report}/withdraw")).status == 422
    await de.post(f"/seizures/{report}/withdraw", reason="duplicate")
    await de.sync()
    assert de.desk.ledger.reports[report].withdrawn is not None


async def test_what_the_rules_refuse_is_said_on_the_page_and_the_draft_stays(de: Visitor) -> None:
    report = await sent(de, place="SLAWATYCZE")
    await de.sync()
    action, _ = report_form(await de.get(f"/seizures/{report}/amend"))
    await de.post(f"/seizures/{report}/withdraw", reason="error")
    await de.sync()
    refused = await de.post(f"{action}/send")
    assert refused.status == 400
    assert "Check before you send" in refused.text
    assert "report the seizure anew" in refused.text
    assert de.desk.drafts.find(action.removeprefix("/report/")) is not None


async def test_a_restricted_report_is_released_with_its_consequence_named(de: Visitor) -> None:
    report = await sent(de, place="BREST", _restricted="yes")
    await de.sync()
    asked = await de.get(f"/seizures/{report}/release")
    assert "3 contact points, and the hub, will be able to read the facts below" in asked.text
    await de.post(f"/seizures/{report}/release")
    await de.sync()
    assert not de.desk.ledger.reports[report].restricted


async def test_a_country_confirms_what_was_entered_on_its_behalf(pl: Visitor, fr: Visitor) -> None:
    report = await sent(pl, on_behalf_of="FR", received_by="telephone", place="CALAIS")
    await pl.sync()
    await fr.sync()
    asked = await fr.get(f"/seizures/{report}/confirm")
    stale = await fr.post(f"/seizures/{report}/confirm", revision="A" * 22)
    assert "amended since" in stale.text
    await fr.post(f"/seizures/{report}/confirm", asked.form(f"/seizures/{report}/confirm"))
    await fr.sync()
    assert not fr.desk.ledger.reports[report].unconfirmed


async def test_an_amendment_says_that_photos_and_files_stay_and_shows_at_once_when_it_is_delivered(de: Visitor) -> None:
    report = de.desk.actions.report_seizure(
        shortest_report(seizure_day=TODAY.isoformat(), place="HREBENNE"), files=[attach("case.jpg", jpeg())]
    )
    await de.sync()
    first = de.desk.reading.revisions(report)[-1].index
    form = await de.get(f"/seizures/{report}/amend")
    action, fields = report_form(form)
    checked = await de.post(action, without_buttons(fields) | {"place": "MEDYKA", "_do": "check"})
    for page in (form, checked):
        assert "The photos and files stay with the report." in page.text
    page = await de.post(f"{action}/send")
    assert "What you sent is on its way" in page.text
    (status,) = re.findall(r'hx-get="(/seizures/[^"]+/status[^"]*)"', page.html)
    status = status.replace("&amp;", "&")
    assert "HX-Retarget" not in (await de.client.get(status)).headers
    await de.sync()
    delivered = await de.client.get(status)
    assert delivered.headers["HX-Reselect"] == "main"
    newest = de.desk.reading.revisions(report)[-1].index
    assert newest > first
    assert f"Delivered as entry {newest}" in delivered.text
    assert f"Delivered as entry {first}" not in delivered.text
    assert "Medyka" in delivered.text


async def test_a_report_without_photos_says_nothing_of_files_that_stay(de: Visitor) -> None:
    report = await sent(de, place="MUROWANE")
    await de.sync()
    assert "stay with the report" not in (await de.get(f"/seizures/{report}/amend")).text
