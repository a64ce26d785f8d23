"""In a team, nothing that names persons, vehicles or cargo is seen, in any page or file, before its reader said why."""

import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.client.web.addresses import addresses
from tests.client.web.scene import Scene
from tests.client.web.team import Browser, DutyRoom

NAMED = ("MSCU1234565", "MSCU 1234565", "WX 12345", "WX12345", "window.hacked = 1</script><b>bold")
"""A container, a plate and the free text of the nominal parts of the scene, in the spellings that pages use."""
FILES = (
    "/seizures.csv", "/seizures.xlsx", "/seizures/newer", "/seizures?text=MSCU1234565", "/seizures?q=MSCU1234565",
    "/messages?q=MSCU1234565", "/messages?q=Novak", "/now/new", "/approvals", "/handover", "/outbox", "/line",
    "/results.xlsx", "/consultations.csv", "/account", "/officers",
)  # fmt: skip


@pytest.fixture(params=["PL", "DE", "FR"])
async def duty(scene: Scene, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[DutyRoom]:
    async with DutyRoom(scene.home(request.param), tmp_path) as room:
        while not room.desk.overviews.index_some(1000):
            pass
        yield room


async def seen(browser: Browser, address: str) -> str:
    """All text of an answer, that of a workbook too."""
    response = await browser.client.get(address)
    if response.content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(response.content)) as book:
            return "".join(book.read(name).decode(errors="replace") for name in book.namelist())
    return response.text


async def test_no_page_names_anybody_before_a_reason_was_given(scene: Scene, duty: DutyRoom) -> None:
    anna = await duty.officer("anna", "administrator")
    faults, pages = [], [*addresses(scene, duty.desk.settings.ncp), *FILES]
    for address in pages:
        text = await seen(anna, address)
        faults += [f"{address}: {named}" for named in NAMED if named in text and named not in address]
    assert faults == []
    assert len(pages) > 25
    assert duty.desk.consultations.all() == []


async def test_a_photo_is_not_shown_before_a_reason_was_given(scene: Scene, duty: DutyRoom) -> None:
    anna, ncp = await duty.officer("anna", "administrator"), duty.desk.settings.ncp
    report = scene.ids["seizure"]
    for size in ("", "/small"):
        answer = await anna.client.get(f"/seizures/{report}/files/{report}/0{size}")
        assert answer.status_code == 400, ncp
        assert "image" not in answer.headers["content-type"]
        other = await anna.client.get(f"/messages/{report}/files/0{size}")
        assert other.status_code in (400, 404)
        case = await anna.client.get(f"/cases/{scene.ids['warning']}/files/{report}/0{size}")
        assert case.status_code in (400, 404)
    assert "cartons.jpg" not in (await anna.get(f"/seizures/{report}/files")).html


async def test_what_reports_have_in_common_is_told_after_a_reason_for_one_of_them(scene: Scene, duty: DutyRoom) -> None:
    if duty.desk.settings.ncp != "PL":
        return
    anna = await duty.officer("anna", "administrator")
    form = {"kind": "container", "value": "MSCU1234565"}
    page = await anna.post("/operation/hits/write", form)
    assert page.status == 400
    assert duty.desk.drafts.list() == []
    await anna.post(f"/consultations/{scene.ids['french']}", reason="Analysis")
    page = await anna.get("/operation/hits")
    assert "MSCU1234565" in page.text
    page = await anna.post("/operation/hits/write", page.form("/operation/hits/write"))
    assert "MSCU1234565" in page.html
