"""What was imported, delivered, and taken back again."""

from tests.client.web.pages.importing import (
    checked,
    imported,
    row,
    table,
)
from tests.client.web.visitor import Visitor, in_order


async def test_an_import_is_delivered_then_undone_and_a_file_imported_twice_adds_nothing(
    de: Visitor, fr: Visitor
) -> None:
    data = table(*(row(number) for number in range(30, 34)))
    page = await imported(de, data)
    where = page.address
    assert "4 are queued" in page.text
    await de.sync()
    assert "All 4 reports are delivered." in (await de.get(where)).text
    assert in_order((await de.get("/imports")).text, "fund.csv", "4", "4 delivered")
    page = await checked(de, data)
    assert "There is nothing new to import in this file." in page.text
    assert "4 reports of this file were imported before" in page.text
    reports = de.desk.imports.find(int(where.rpartition("/")[2]))[1]
    await fr.sync()
    assert all(fr.desk.ledger.reports[report].withdrawn is None for report in reports)

    page = await de.get(f"{where}/undo")
    assert in_order(
        page.text, "Undo this import?", "All others will see", "4 reports are withdrawn: they stay in the log"
    )
    page = await de.post(f"{where}/undo", reason="duplicate")
    assert in_order(page.text, "4 reports are withdrawn.", "This import was undone")
    await de.sync()
    await fr.sync()
    assert {fr.desk.ledger.reports[report].withdrawn is None for report in reports} == {False}
    assert "undone already" in (await de.get(f"{where}/undo")).text
    assert in_order((await checked(de, data)).text, "4 new reports")


async def test_what_was_not_sent_yet_is_taken_back_by_an_undo(de: Visitor) -> None:
    page = await imported(de, table(row(41), row(42)))
    page = await de.get(f"{page.address}/undo")
    assert "2 reports were not sent yet and are taken back" in page.text
    page = await de.post(page.address, reason="error")
    assert "2 reports were taken back before they were sent." in page.text
    assert not de.desk.outbox.ids("queued") & set(de.desk.imports.find(de.desk.imports.list()[0].id)[1])


async def test_a_reason_that_is_none_undoes_nothing(de: Visitor) -> None:
    page = await imported(de, table(row(45)))
    page = await de.post(f"{page.address}/undo", reason="nonsense")
    assert page.status == 400
    assert de.desk.imports.list()[0].undone_at is None
