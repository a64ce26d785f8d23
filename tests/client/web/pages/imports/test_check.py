"""The check before an import, and the import that it lets go: by whom, and who approved it."""

import pytest

from tests.client.web.conftest import Countries
from tests.client.web.pages.importing import (
    answered,
    checked,
    imported,
    row,
    run_form,
    table,
    tail,
)
from tests.client.web.team import DutyRoom
from tests.client.web.visitor import Visitor, in_order


async def test_the_check_tells_reports_totals_and_faults_and_sends_nothing(de: Visitor) -> None:
    before = de.desk.outbox.counts()
    rows = (
        row(11),
        row(12, menge=""),
        row(13, "Wunderkraut"),
        row(14, "Wunderkraut"),
        row(15, "Kokain", "1.000,5", "kg"),
    )
    page = await checked(de, table(*rows))
    assert in_order(page.text, "3 new reports", "2 refused")
    assert in_order(page.text, "4, 5 Ware Commodity", '"Wunderkraut" is not listed', "Correct the cell in the file.")
    assert in_order(page.text, "Cocaine 1 1,000.5 kg", "Cigarettes 2 1,200 pieces 1 pending")
    assert in_order(page.text, "Line 2", "Place Koln", "Number plates K-AB 11")
    assert de.desk.outbox.counts() == before
    faults = await de.client.get(f"/imports/begun/{tail(page)}/faults.csv")
    assert faults.text.count("Wunderkraut") == 2
    assert "attachment" in faults.headers["content-disposition"]


async def test_rows_with_faults_stay_out_only_where_the_officer_says_so(de: Visitor) -> None:
    page = await checked(de, table(row(21), row(22, "Wunderkraut")))
    before = de.desk.imports.list()
    action, filled = run_form(page)
    page = await de.post(action, filled)
    assert "Rows have faults." in page.text
    assert de.desk.imports.list() == before
    page = await de.post(action, run_form(page)[1], leave_out="yes")
    assert "1 is queued" in page.text
    assert de.desk.imports.list()[0].count == 1


async def test_the_check_that_was_changed_since_is_read_again(de: Visitor) -> None:
    page = await checked(de, table(row(121)))
    action, filled = run_form(page)
    await answered(de, await de.get(action.removesuffix("/run")), fixed_agency="police")
    page = await de.post(action, filled)
    assert "It was changed since you read it; read it again." in page.text
    assert "Agency Police" in page.text


async def test_what_was_queued_when_the_desk_was_killed_does_not_come_twice(
    de: Visitor, countries: Countries, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await checked(de, table(row(81), row(82)))
    draft = tail(page)
    monkeypatch.setattr(de.desk.drafts, "delete", lambda _draft: None)
    action, filled = run_form(page)
    await de.post(action, filled)
    count = len(de.desk.outbox.ids())
    async with Visitor(countries.home("DE")) as restarted:
        assert "Not finished" in (await restarted.get("/imports")).text
        page = await restarted.get(f"/imports/begun/{draft}/check")
        assert in_order(page.text, "2 reports of this file were imported before", "nothing new to import")
        assert len(restarted.desk.outbox.ids()) == count
        await restarted.post(f"/imports/begun/{draft}/discard")


async def test_in_a_duty_room_who_reads_imports_nothing_and_the_officer_is_recorded(room: DutyRoom) -> None:
    await room.officer("anna", "administrator")
    poster, reader = await room.officer("bert", "poster"), await room.officer("carl", "reader")
    assert (await reader.get("/imports")).status == 403
    assert "Import a file" not in (await reader.get("/")).text
    page = await imported(poster, table(row(101)))
    assert "Officer Bert" in page.text
    assert room.desk.imports.list()[0].source.officer == "bert"


async def test_where_four_eyes_are_asked_for_a_second_officer_approves_an_import(room: DutyRoom) -> None:
    anna = await room.officer("anna", "administrator")
    poster, second = await room.officer("bert", "poster"), await room.officer("dora", "approver")
    await anna.post("/officers/four-eyes", four_eyes="yes")
    assert room.desk.team.four_eyes
    before = len(room.desk.outbox.ids())
    page = await checked(poster, table(row(111)))
    action, filled = run_form(page)
    page = await poster.post(action, filled)
    assert in_order(page.text, "A colleague who may approve is asked", "you need not do anything")
    assert not [action for action, _ in page.forms if action.endswith("/run")]
    page = await poster.post(action, filled)
    assert len(room.desk.outbox.ids()) == before
    assert "Import of fund.csv" in (await second.get("/approvals")).text
    page = await second.get(action.removesuffix("/run") + "/check")
    assert in_order(page.text, "Bert asks for your approval", "Approve and import 1 report")
    await second.post(action, run_form(page)[1])
    assert len(room.desk.outbox.ids()) == before + 1
    assert room.desk.imports.list()[0].source.officer == "bert"
