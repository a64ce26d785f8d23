"""One seizure in the browser."""

import asyncio
import io
from typing import Any

import pytest
from PIL import Image

from tests.client.web.conftest import TODAY, Countries
from tests.client.web.visitor import Visitor
from tests.core.form.forms import shortest_report
from tests.system.rig import PASSPHRASE
from vocu_client import Desk
from vocu_client.attachments import attach


def seizure(**fields: Any) -> dict[str, Any]:
    return shortest_report(seizure_day=TODAY.isoformat(), place="DEHAM", **fields)


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (800, 600), "#a55").save(made, "JPEG")
    return made.getvalue()


@pytest.fixture(scope="module")
def reported(countries: Countries) -> dict[str, str]:
    """Reports of Germany: one with names and a photo for Poland, amended since; one restricted; one withdrawn; and one
    that Poland entered for it."""
    return asyncio.run(_report(countries))


async def _report(countries: Countries) -> dict[str, str]:
    ids: dict[str, str] = {}
    async with Desk.open(countries.home("DE"), PASSPHRASE) as germany:
        await germany.sync()
        actions = germany.actions
        files = [attach("case.jpg", picture()), attach("=list.pdf", b"%PDF-1.4")]
        ids["open"] = actions.report_seizure(
            seizure(free_text="<script>alert(1)</script> Vladislav"), readers=("PL",), files=files
        )
        ids["files"] = actions.report_seizure(seizure(), readers=("PL",), files=files[:1])
        ids["restricted"] = actions.report_seizure(seizure(), restricted=True, readers=("PL",))
        ids["withdrawn"] = actions.report_seizure(seizure(joint_with=["FR"], seizures=3))
        assert await germany.sync()
        form = germany.reading.seizure_form(ids["open"])
        actions.amend_seizure(ids["open"], form | {"place": "DEBRV", "free_text": "Miroslav"}, readers=("PL",))
        actions.withdraw_seizure(ids["withdrawn"], "duplicate")
        assert await germany.sync()
    async with Desk.open(countries.home("PL"), PASSPHRASE) as poland:
        await poland.sync()
        ids["behalf"] = poland.actions.report_seizure(
            seizure(on_behalf_of="DE", received_by="telephone", received_day=TODAY.isoformat())
        )
        assert await poland.sync()
    return ids


async def test_a_report_is_told_with_labels(reported: dict[str, str], fr: Visitor) -> None:
    page = await fr.get(f"/seizures/{reported['open']}")
    assert page.status == 200
    assert "Cocaine (12.5 lb)" in page.text
    assert "Bremerhaven (DEBRV)" in page.text
    assert "Delivered as entry" in page.text
    assert '<svg class="map"' in page.html


async def test_its_names_and_photos_are_for_its_readers_alone(
    reported: dict[str, str], fr: Visitor, pl: Visitor
) -> None:
    address = f"/seizures/{reported['open']}"
    shown, hidden = await pl.get(address), await fr.get(address)
    assert "Miroslav" in shown.text
    assert "Miroslav" not in hidden.html
    assert "Vladislav" not in hidden.html
    assert "not among its readers" in hidden.text
    assert "Sealed to Germany and Poland" in hidden.text
    assert "sealed to others" in hidden.text


async def test_every_revision_shows_what_it_changed(reported: dict[str, str], pl: Visitor) -> None:
    page = await pl.get(f"/seizures/{reported['open']}")
    history = page.text[page.text.index("What became of it") :]
    assert "Hamburg (DEHAM) Bremerhaven (DEBRV)" in history
    assert "<script>alert(1)</script> Vladislav Miroslav" in history
    assert "<script>alert" not in page.html


async def test_what_was_looked_at_is_read(reported: dict[str, str], de: Visitor) -> None:
    entries = [accepted.index for accepted in de.desk.reading.revisions(reported["open"])]
    assert de.desk.marks.of("").unread(entries) == entries
    await de.get(f"/seizures/{reported['open']}")
    assert de.desk.marks.of("").unread(entries) == []


async def test_a_photo_opens_on_the_addressed_desk_only(reported: dict[str, str], fr: Visitor, pl: Visitor) -> None:
    report = reported["open"]
    await pl.desk.fetch_files(report)
    page = await pl.get(f"/seizures/{report}")
    files = f"/seizures/{report}/files/{report}"
    assert f"{files}/0" in page.links
    small = (await pl.get(f"{files}/0/small")).response
    assert small.headers["content-type"] == "image/jpeg"
    assert max(Image.open(io.BytesIO(small.content)).size) == 320
    whole = (await pl.get(f"{files}/0")).response
    assert whole.headers["content-disposition"].startswith("attachment")
    assert Image.open(io.BytesIO(whole.content)).size == (800, 600)
    assert (await pl.get(f"{files}/1")).response.content == b"%PDF-1.4"
    assert (await pl.get(f"{files}/1/small")).status == 400
    assert (await pl.get(f"{files}/2")).status == 400
    for each in (f"{files}/0", f"{files}/0/small"):
        assert (await fr.get(each)).status == 400


async def test_files_that_are_for_others_are_only_said_to_be_there(
    reported: dict[str, str], fr: Visitor, pl: Visitor
) -> None:
    page = await fr.get(f"/seizures/{reported['files']}")
    assert "There are files, sealed to others." in page.text
    assert not [action for action, _ in page.forms if action.startswith("/consultations/")]
    assert "case.jpg" in (await pl.get(f"/seizures/{reported['files']}")).text


async def test_a_file_is_not_read_through_another_report(reported: dict[str, str], pl: Visitor) -> None:
    page = await pl.get(f"/seizures/{reported['behalf']}/files/{reported['open']}/0")
    assert page.status == 400
    assert page.response.headers["content-type"].startswith("text/html")


async def test_a_restricted_report_shows_only_that_it_is_there(
    reported: dict[str, str], fr: Visitor, pl: Visitor
) -> None:
    address = f"/seizures/{reported['restricted']}"
    hidden, shown = await fr.get(address), await pl.get(address)
    assert "Restricted report" in hidden.text
    assert "DEHAM" not in hidden.html
    assert "Hamburg (DEHAM)" in shown.text


async def test_the_owner_may_amend_withdraw_and_release_and_nobody_else(
    reported: dict[str, str], de: Visitor, fr: Visitor
) -> None:
    address = f"/seizures/{reported['restricted']}"
    steps = {f"{address}/{step}" for step in ("amend", "withdraw", "release")}
    assert steps <= set((await de.get(address)).links)
    assert not steps & set((await fr.get(address)).links)


async def test_the_country_confirms_what_was_entered_on_its_behalf(
    reported: dict[str, str], de: Visitor, pl: Visitor
) -> None:
    address = f"/seizures/{reported['behalf']}"
    page = await de.get(address)
    assert "Entered by Poland on behalf of Germany" in page.text
    assert f"{address}/confirm" in page.links
    assert f"{address}/confirm" not in (await pl.get(address)).links
    assert f"{address}/amend" in (await pl.get(address)).links


async def test_a_withdrawn_report_says_why_and_offers_nothing(reported: dict[str, str], de: Visitor) -> None:
    address = f"/seizures/{reported['withdrawn']}"
    page = await de.get(address)
    assert "was withdrawn and no longer counts" in page.text
    assert "Duplicate" in page.text
    assert "Joint with France" in page.text
    assert not [link for link in page.links if link.startswith(f"{address}/")]


async def test_a_report_that_waits_is_shown_as_it_was_written(de: Visitor) -> None:
    report = de.desk.actions.report_seizure(seizure(free_text="Waiting words"))
    page = await de.get(f"/seizures/{report}")
    assert "Queued" in page.text
    assert "Waiting words" in page.text
    de.desk.outbox.discard(report)
    assert (await de.get(f"/seizures/{report}")).status == 404


async def test_what_is_under_way_about_a_report_stands_on_its_page(de: Visitor, reported: dict[str, str]) -> None:
    form = de.desk.reading.seizure_form(reported["open"])
    event = de.desk.actions.amend_seizure(reported["open"], form | {"place": "FRA"})
    try:
        page = await de.get(f"/seizures/{reported['open']}/status", **{"HX-Request": "true"})
        assert "Seizure amended" in page.text
        assert "Queued" in page.text
    finally:
        de.desk.outbox.discard(event)


async def test_the_page_says_when_its_report_was_changed_meanwhile(de: Visitor, reported: dict[str, str]) -> None:
    address = f"/seizures/{reported['open']}/status"
    assert "changed meanwhile" in (await de.get(f"{address}?seen=1", **{"HX-Request": "true"})).text
    newest = de.desk.reading.revisions(reported["open"])[-1].index
    assert "changed meanwhile" not in (await de.get(f"{address}?seen={newest}", **{"HX-Request": "true"})).text


async def test_an_unknown_report_is_not_found(de: Visitor) -> None:
    assert (await de.get("/seizures/AAAAAAAAAAAAAAAAAAAAAA")).status == 404


async def test_a_report_that_waits_shows_its_photos_and_readers_and_becomes_the_whole_page(de: Visitor) -> None:
    files = [attach("case.jpg", picture())]
    report = de.desk.actions.report_seizure(seizure(free_text="Vladislav"), readers=("PL",), files=files)
    page = await de.get(f"/seizures/{report}")
    assert "Sealed to Germany and Poland." in page.text
    assert "case.jpg" in page.text
    assert (await de.client.get(f"/seizures/{report}/files/{report}/0/small")).status_code == 200
    status = f"/seizures/{report}/status?waiting=1"
    assert "HX-Reselect" not in (await de.client.get(status)).headers
    await de.sync()
    whole = await de.client.get(status)
    assert (whole.headers["HX-Retarget"], whole.headers["HX-Reselect"]) == ("main", "main")
    assert "HX-Refresh" not in whole.headers  # a page that is loaded again breaks off what is being done
    assert "Delivered as entry" in whole.text
    assert "HX-Reselect" not in (await de.client.get(f"/seizures/{report}/status")).headers
