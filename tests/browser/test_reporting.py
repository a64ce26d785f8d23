"""A report with a photo reaches the other desks while they look; who it is not for learns no more than that it is."""

import io
from collections.abc import Callable, Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Room
from tests.browser.officer import (
    CAMERA,
    UPRIGHT,
    all_delivered,
    camera_photo,
    check_and_send,
    fill_report,
    seen_at,
    watch_for,
)
from tests.browser.rig import sign_in

SECRET, ABOUT = "The lorry is ours; let it pass at Swiecko.", "Controlled delivery"


class Desks:
    """The open browsers of the three countries, and what passed between them."""

    def __init__(self, pages: dict[str, Page]) -> None:
        self.de, self.fr, self.pl = pages["DE"], pages["FR"], pages["PL"]
        self.report = ""


@pytest.fixture(scope="module")
def desks(browser: Browser, room: Room) -> Iterator[Desks]:
    pages = {ncp: sign_in(browser, room.desk(ncp)) for ncp in ("DE", "FR", "PL")}
    yield Desks(pages)
    complaints = [complaint for page in pages.values() for complaint in page.complaints]  # type: ignore[attr-defined]
    for page in pages.values():
        page.context.close()
    assert complaints == []


def test_a_report_with_a_photo_appears_at_the_other_desks_by_itself(
    desks: Desks, record_property: Callable[[str, object], None]
) -> None:
    photo = camera_photo()
    assert Image.open(io.BytesIO(photo)).getexif().get_ifd(0x8825), "a photo that says where it was taken"
    for other in (desks.fr, desks.pl):
        other.goto("/")
        watch_for(other, "#feed", "Terespol")
    page = desks.de
    page.goto("/report")
    fill_report(page, "Terespol")
    page.get_by_role("checkbox", name="France").check()
    page.get_by_role("checkbox", name="OCU").uncheck()
    page.locator("#choose-files").set_input_files({"name": "lorry.jpg", "mimeType": "image/jpeg", "buffer": photo})
    page.wait_for_selector("#files img")
    expect(page.locator("#who-names")).to_contain_text("Germany and France")
    desks.report = check_and_send(page)
    watch_for(page, "#standing", "Delivered")
    delivered = seen_at(page)
    for ncp, other in (("FR", desks.fr), ("PL", desks.pl)):
        after = seen_at(other) - delivered  # what is watched for does not outlive a page, so nothing was loaded anew
        print(f"{ncp} shows the report {after} ms after its author's page said that it is delivered")
        record_property(f"shown at {ncp}, ms", after)
        expect(other.locator("#feed")).to_contain_text("806,000 sticks")


def test_the_photo_opens_at_the_addressed_desk_upright_and_without_what_the_camera_wrote(desks: Desks) -> None:
    page = desks.fr
    page.goto(f"/seizures/{desks.report}")
    small = page.locator(".pictures img")
    small.scroll_into_view_if_needed()
    width, height = small.evaluate(
        "image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])", timeout=30_000
    )
    assert 0 < width < height
    with page.expect_download() as download:
        page.get_by_role("link", name="lorry.jpg").click()
    data = download.value.path().read_bytes()
    picture = Image.open(io.BytesIO(data))
    assert (picture.format, picture.size) == ("JPEG", UPRIGHT)
    assert not picture.getexif()
    assert CAMERA.encode() not in data
    assert b"Exif" not in data
    above, below = picture.getpixel((300, 100)), picture.getpixel((300, 700))
    assert isinstance(above, tuple)
    assert isinstance(below, tuple)
    assert above[0] > 150 > above[2]
    assert below[2] > 150 > below[0]


def test_the_photo_is_sealed_to_others(desks: Desks) -> None:
    desks.fr.goto(f"/seizures/{desks.report}")
    file = desks.fr.get_by_role("link", name="lorry.jpg").get_attribute("href")
    page = desks.pl
    page.goto(f"/seizures/{desks.report}")
    expect(page.get_by_text("There are files, sealed to others.")).to_be_visible()
    expect(page.locator(".pictures")).to_have_count(0)
    assert "lorry.jpg" not in page.content()
    for address in (f"{file}", f"{file}/small"):
        assert desks.fr.request.get(address).status == 200
        answer = page.request.get(address)
        assert answer.status >= 400
        assert b"JFIF" not in answer.body()


def test_an_amended_report_shows_what_changed(desks: Desks) -> None:
    other, page = desks.fr, desks.de
    other.goto(f"/seizures/{desks.report}")
    page.goto(f"/seizures/{desks.report}")
    page.get_by_role("link", name="Amend", exact=True).click()
    page.locator("#f-goods-0-quantity").fill("805000")
    assert check_and_send(page, "Send the amended report") == desks.report
    other.get_by_role("link", name="This report was changed meanwhile").click()
    changes = other.locator("table.changes")
    expect(changes.locator("del")).to_contain_text(["806,000"])
    expect(changes.locator("ins")).to_contain_text(["805,000"])
    expect(other.locator(".steps > li")).to_have_count(2)
    expect(other.get_by_role("link", name="lorry.jpg")).to_be_visible()


def test_a_withdrawn_report_stays_and_counts_no_more(desks: Desks) -> None:
    other, page = desks.fr, desks.de
    all_delivered(page)
    page.goto(f"/seizures/{desks.report}")
    page.get_by_role("link", name="Withdraw", exact=True).click()
    page.get_by_role("button", name="Withdraw it").click()
    expect(page.locator(".error")).to_have_text("Choose one.")
    page.complaints.clear()  # type: ignore[attr-defined]  # of the 4xx that this was
    page.get_by_label("Why").select_option(index=1)
    page.get_by_role("button", name="Withdraw it").click()
    other.get_by_role("link", name="This report was changed meanwhile").click()
    expect(other.get_by_text("This report was withdrawn and no longer counts.")).to_be_visible()
    expect(other.locator(".steps > li")).to_have_count(3)
    other.goto("/seizures")
    expect(other.locator("tr.withdrawn")).to_contain_text("Terespol")
    expect(other.locator("main")).not_to_contain_text("Totals")


def test_a_message_between_two_is_nowhere_at_a_third(desks: Desks) -> None:
    page, to, third = desks.de, desks.pl, desks.fr
    third.goto("/")
    third.evaluate(
        """() => { window.heard = []; const stream = new EventSource("/live");
            for (const name of ["hello", "entries", "status"])
                stream.addEventListener(name, event => window.heard.push(event.data)); }"""
    )
    to.goto("/")
    page.goto("/messages/new")
    page.get_by_label("Chosen countries").check()
    page.get_by_role("checkbox", name="Poland").check()
    page.get_by_label("Subject").fill(ABOUT)
    page.get_by_label("Your words").fill(SECRET)
    expect(page.locator("#readers")).to_contain_text("Poland")
    expect(page.locator("#readers")).not_to_contain_text("France")
    page.get_by_role("button", name="Send the message").click()
    expect(to.locator("#feed")).to_contain_text(SECRET)
    size = to.evaluate("document.body.dataset.seen")
    third.wait_for_function("size => Number(document.body.dataset.seen) >= Number(size)", arg=size)
    heard = third.evaluate("window.heard")
    assert len(heard) >= 2
    for text in (*heard, third.content()):
        _require_silence(text)
    for address in ("/messages", "/messages?q=lorry", "/now/feed", "/seizures", "/desk"):
        third.goto(address)
        _require_silence(third.content())
    to.goto("/messages")
    address = to.get_by_role("link", name=ABOUT).get_attribute("href")
    assert ABOUT in to.request.get(f"{address}").text()
    answer = third.request.get(f"{address}")
    _require_silence(answer.text())


def _require_silence(text: str) -> None:
    assert SECRET not in text
    assert ABOUT not in text
