"""Warnings in the browser: issued, answered, late; the chain with its seizure; names for those it is for."""

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.client.web.visitor import Visitor, in_order
from vocu_client.attachments import attach
from vocu_client.web import posed

MINUTE = 60_000


async def issue(visitor: Visitor, **more: Any) -> str:
    """The id of a warning issued through the form, once the hub has it."""
    form = (await visitor.get("/warnings/new")).form("/warnings/new")
    filled = form | {"addressees": ["DE", "FR"], "commodity": "tobacco.cigarettes", "action": "control"} | more
    page = await visitor.post("/warnings/new", filled)
    assert page.address == "/warnings", page.text
    await visitor.sync()
    return str(form["draft"])


async def test_an_empty_list_says_what_it_is_for(fr: Visitor) -> None:
    page = await fr.get("/warnings?show=ours")
    assert page.status == 200
    assert "No warning waits for your feedback" in page.text


async def test_a_warning_goes_to_feedback_and_seizure_as_one_chain(pl: Visitor, de: Visitor, fr: Visitor) -> None:
    warning = await issue(pl, _words="A red lorry <b>with</b> a false wall", containers="MSCU1234565")
    await de.sync()
    listed = await de.get("/warnings?show=ours")
    assert "Cigarettes: Control" in listed.text
    assert f"/warnings/{warning}/feedback" in listed.links
    assert f"/report?warning={warning}" in listed.links
    shown = await de.get(f"/warnings/{warning}")
    assert "A red lorry <b>with</b> a false wall" in shown.text
    assert "MSCU1234565" in shown.text
    form = (await de.get(f"/warnings/{warning}/feedback")).form(f"/warnings/{warning}/feedback")
    sent = await de.post(f"/warnings/{warning}/feedback", form | {"result": "nothing_found", "_words": "not on board"})
    assert sent.address == f"/warnings/{warning}"
    assert "Waiting to be sent" in sent.text
    await de.sync()
    await pl.sync()
    chain = await pl.get(f"/warnings/{warning}")
    assert in_order(chain.text, "What became of it", "Germany", "Nothing found", "not on board")
    assert "Open for" in chain.text
    assert f"/warnings/{warning}/feedback" not in (await de.get("/warnings?show=ours")).links


async def test_the_answered_seizure_stands_in_the_chain_and_in_the_form(pl: Visitor, de: Visitor) -> None:
    warning = await issue(pl)
    await de.sync()
    report = de.desk.actions.report_seizure(
        {
            "agency": "customs", "seizure_day": "2026-11-20", "place": "DEHAM", "location_type": "seaport",
            "direction": "import", "transport_mode": "maritime", "selection_reason": "warning_or_intelligence",
            "goods": [{"commodity": "tobacco.cigarettes", "unit": "stick", "quantity": "5000"}],
            "warning_answered": warning,
        }
    )  # fmt: skip
    await de.sync()
    form = (await de.get(f"/warnings/{warning}/feedback")).form(f"/warnings/{warning}/feedback")
    assert (form["result"], form["seizure_report"]) == ("seized", report)
    await de.post(f"/warnings/{warning}/feedback", form)
    await de.sync()
    page = await de.get(f"/warnings/{warning}")
    assert f"/seizures/{report}" in page.links
    assert "5,000 sticks" in page.text
    assert "Closed" in page.text


async def test_all_faults_stand_beside_their_fields_and_nothing_typed_is_lost(de: Visitor) -> None:
    form = (await de.get("/warnings/new")).form("/warnings/new")
    page = await de.post("/warnings/new", form | {"_words": "my words", "containers": "WRONG"})
    assert page.status == 422
    assert "Please correct this" in page.text
    again = page.form("/warnings/new")
    assert (again["_words"].strip(), again["containers"].strip()) == ("my words", "WRONG")
    assert again["draft"] == form["draft"]
    assert {"f-addressees", "f-commodity", "f-action", "f-containers-error"} <= page.ids


async def test_a_form_sent_twice_is_one_warning(de: Visitor) -> None:
    form = (await de.get("/warnings/new")).form("/warnings/new")
    filled = form | {"addressees": ["FR"], "commodity": "cash", "action": "observe"}
    before = len(de.desk.outbox.items())
    await de.post("/warnings/new", filled)
    await de.post("/warnings/new", filled)
    assert len(de.desk.outbox.items()) == before + 1


async def test_a_button_adds_a_row_without_sending_anything(de: Visitor) -> None:
    form = (await de.get("/warnings/new")).form("/warnings/new")
    before = len(de.desk.outbox.items())
    page = await de.post("/warnings/new", form | {"_rows": "add:persons", "_words": "kept"})
    assert page.status == 200
    assert "persons-0-name" in page.form("/warnings/new")
    assert page.form("/warnings/new")["_words"].strip() == "kept"
    assert len(de.desk.outbox.items()) == before


async def test_what_is_refused_is_said_on_the_form(de: Visitor) -> None:
    warning = await issue(de, addressees=["FR"])
    page = await de.get(f"/warnings/{warning}/feedback")
    form = page.form(f"/warnings/{warning}/feedback")
    refused = await de.post(f"/warnings/{warning}/feedback", form | {"result": "seized", "_words": "kept"})
    assert refused.status == 400
    assert "addressed to" in refused.text
    assert refused.form(f"/warnings/{warning}/feedback")["_words"].strip() == "kept"


async def test_a_late_warning_says_by_how_much(pl: Visitor, monkeypatch: Any) -> None:
    due = pl.site.now() + 10 * MINUTE
    local = (
        datetime.fromtimestamp(due / 1000, UTC)
        .astimezone(ZoneInfo(pl.desk.view.state.genesis.zone))
        .strftime("%Y-%m-%dT%H:%M")
    )
    warning = await issue(pl, answer_due_at=local)
    assert "Late by" not in (await pl.get(f"/warnings/{warning}")).text
    monkeypatch.setattr(pl.site, "now", lambda: due + 3 * 60 * MINUTE)
    assert "Late by 3 hours" in (await pl.get(f"/warnings/{warning}")).text


async def test_an_unknown_warning_is_said_to_be_unknown(de: Visitor) -> None:
    assert (await de.get(f"/warnings/{'A' * 22}")).status == 404


async def test_new_ones_stand_behind_a_link(pl: Visitor, de: Visitor) -> None:
    await de.sync()
    size = de.desk.view.size
    await issue(pl)
    await de.sync()
    part = await de.get(f"/warnings/changed?size={size}", **{"HX-Request": "true"})
    assert part.text == "1 new: show it"
    assert (await de.get("/warnings/changed?size=x")).text == ""


async def test_what_was_opened_is_read_and_its_author_hears_of_it(pl: Visitor, de: Visitor) -> None:
    warning = await issue(pl, addressees=["DE"], _words="please look")
    await de.sync()
    index = de.desk.reading.entry(warning).index
    assert not de.desk.marks.of("").has_read(index)
    await de.get(f"/warnings/{warning}")
    assert de.desk.marks.of("").has_read(index)
    assert de.desk.receipts.send_due(de.site.now() + 60 * MINUTE)
    await de.sync()
    await pl.sync()
    pl.desk.overviews.index_some(1000)
    page = await pl.get(f"/warnings/{warning}")
    assert in_order(page.text, "Who has received and opened it", "Germany")
    assert "not known yet" not in page.text


async def test_files_of_a_warning_are_for_its_addressees_as_downloads(pl: Visitor, de: Visitor, fr: Visitor) -> None:
    form = {"addressees": ["DE"], "commodity": "tobacco.cigarettes", "action": "control"}
    warning = pl.desk.actions.issue_warning(form, "See the list.", files=[attach("list.txt", b"one\ntwo\n")])
    await pl.sync()
    await de.sync()
    await fr.sync()
    address = f"/cases/{warning}/files/{warning}/0"
    page = await de.get(f"/warnings/{warning}")
    assert "list.txt" in page.text
    if address not in page.links:
        await de.desk.fetch_files(warning)
        page = await de.get(f"/warnings/{warning}")
    assert address in page.links
    answer = await de.get(address)
    assert answer.response.content == b"one\ntwo\n"
    assert answer.response.headers["Content-Disposition"].startswith("attachment")
    assert "list.txt" not in (await fr.get(f"/warnings/{warning}")).text
    assert (await fr.get(address)).status == 400
    assert (await de.get(f"/cases/{'A' * 22}/files/{warning}/0")).status == 400


async def test_names_are_asked_for_with_a_reason_where_several_officers_share_a_desk(
    pl: Visitor, de: Visitor, monkeypatch: Any
) -> None:
    form = {"addressees": ["DE"], "commodity": "tobacco.cigarettes", "action": "control"}
    files = [attach("list.txt", b"one\ntwo\n")]
    warning = pl.desk.actions.issue_warning(form, "See the list.", {"containers": ["MSCU1234565"]}, files=files)
    await pl.sync()
    await de.sync()
    await de.desk.fetch_files(warning)
    assert (await de.get(f"/cases/{warning}/files/{warning}/0")).status == 200
    monkeypatch.setattr(posed, "may_open", lambda *_: False)
    page = await de.get(f"/warnings/{warning}")
    assert "MSCU1234565" not in page.text
    assert page.form(f"/consultations/{warning}")["back"] == f"/warnings/{warning}"
    assert (await de.get(f"/cases/{warning}/files/{warning}/0")).status == 400


@pytest.mark.parametrize("address", ["/messages", "/warnings", "/questions"])
async def test_tabs_are_the_same_everywhere(de: Visitor, address: str) -> None:
    page = await de.get(address)
    (tabs,) = re.findall(r'<nav class="tabs" aria-label="[^"]+">(.*?)</nav>', page.html, re.DOTALL)
    assert re.findall(r'href="([^"]+)" aria-current="page"', tabs) == [address]
