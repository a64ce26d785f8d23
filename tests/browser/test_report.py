"""Reporting a seizure in a real browser: by keyboard alone, kept as typed, photos in pieces, no barrier for anybody."""

import io
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Room, SignIn


def photo(path: Path, side: int = 1200) -> Path:
    picture = Image.effect_noise((side, side), 90).convert("RGB")
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=95)
    path.write_bytes(file.getvalue())
    return path


def fill(page: Page) -> None:
    page.get_by_label("Commodity", exact=True).select_option("tobacco.cigarettes")
    page.locator("#f-goods-0-quantity").fill("806000")
    page.locator("#f-place").fill("Terespol")
    page.locator("#f-agency").select_option("customs")
    page.locator("#f-location_type").select_option("land_border")
    page.locator("#f-direction").select_option("import")
    page.locator("#f-selection_reason").select_option("risk_profile")
    page.locator("#f-transport_mode").select_option("road")


def test_a_report_is_filled_in_and_sent_by_keyboard_alone(enter: SignIn) -> None:
    page = enter("DE")
    page.goto("/report")
    page.locator("#f-goods-0-commodity").focus()
    said = {
        "f-goods-0-commodity": "Cigar",
        "f-goods-0-quantity": "806.000",
        "f-agency": "Cust",
        "f-place": "Terespol",
        "f-location_type": "Land",
        "f-direction": "Imp",
        "f-selection_reason": "Risk",
        "f-transport_mode": "Road",
    }
    seen = []
    for _ in range(60):
        where = page.evaluate("document.activeElement.id")
        if where in said and where not in seen:
            seen.append(where)
            page.keyboard.type(said[where])
            if where == "f-goods-0-commodity":
                page.wait_for_selector("#f-goods-0-origin_kind")
        page.keyboard.press("Tab")
        if where == "f-transport_mode":
            break
    assert seen == list(said) or set(seen) == set(said)
    page.locator("#f-place").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Check before you send")
    expect(page.locator("main")).to_contain_text("806,000 sticks")
    page.get_by_role("button", name="Send report").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/seizures/"))


def test_what_is_typed_is_there_after_a_crash_of_the_page(enter: SignIn) -> None:
    page = enter("DE")
    page.goto("/report")
    page.locator("#f-place").fill("")
    page.locator("#f-place").press_sequentially("Half a pla")
    page.wait_for_selector("#kept:has-text('Saved')")
    page.wait_for_url(re.compile(r"/report/[\w-]{22}"))
    page.reload()
    expect(page.locator("#f-place")).to_have_value("Half a pla")


def test_rows_come_and_go_without_losing_what_stands_in_the_others(enter: SignIn) -> None:
    page = enter("DE")
    page.goto("/report")
    page.locator("#f-goods-0-quantity").fill("12")
    page.get_by_role("button", name="Add another kind of goods").click()
    page.wait_for_selector("#f-goods-1-commodity:focus")
    page.locator("#f-goods-1-commodity").select_option("cites.ivory")
    page.wait_for_selector("#f-goods-1-species")
    expect(page.locator("#f-goods-1-unit")).to_have_value("KGM")
    expect(page.locator("#f-goods-0-quantity")).to_have_value("12")
    page.locator("[data-row]", has=page.locator("#f-goods-0-commodity")).locator("[data-remove]").click()
    expect(page.locator("#f-goods-0-commodity")).to_have_count(0)
    expect(page.locator("#f-goods-1-commodity")).to_have_value("cites.ivory")


def test_a_photo_goes_up_in_pieces_and_is_shown(enter: SignIn, tmp_path: Path) -> None:
    page = enter("DE")
    page.goto("/report")
    fill(page)
    page.locator("#choose-files").set_input_files(photo(tmp_path / "truck.jpg", 2000))
    page.wait_for_selector("#files img")
    assert page.locator("#files img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    page.locator("button.main").click()
    expect(page.locator("main")).to_contain_text("truck.jpg")


def test_a_file_goes_on_after_the_line_broke_and_can_be_taken_off(enter: SignIn, tmp_path: Path) -> None:
    page = enter("DE")
    page.goto("/report")
    cut: list[str] = []

    def sometimes(route: Route) -> None:
        if len(cut) < 2:
            cut.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    page.route(re.compile(r"/report/[\w-]+/files/[\w-]{22}$"), sometimes)
    scan = tmp_path / "scan.bin"
    scan.write_bytes(bytes(range(256)) * 9000)
    page.locator("#choose-files").set_input_files(scan)
    page.wait_for_selector("#files li:has-text('scan.bin')")
    assert len(cut) == 2
    forgive(page, "ERR_FAILED")
    page.get_by_role("button", name="Remove scan.bin").click()
    expect(page.locator("#files li")).to_have_count(0)


def test_errors_are_reached_from_the_summary_even_in_folded_parts(enter: SignIn) -> None:
    page = enter("DE")
    page.goto("/report")
    fill(page)
    page.locator("details.more", has=page.locator("#f-persons_arrested")).locator("summary").click()
    page.locator("#f-persons_arrested").fill("many")
    page.locator("button.main").click()
    summary = page.locator(".errors")
    expect(summary).to_be_focused()
    forgive(page, "422")
    page.locator("details.more", has=page.locator("#f-persons_arrested")).evaluate("details => details.open = false")
    summary.get_by_role("link", name="Persons arrested").click()
    expect(page.locator("#f-persons_arrested")).to_be_focused()


def test_a_report_reaches_the_other_desks(enter: SignIn, room: Room) -> None:
    page, other = enter("DE"), enter("FR")
    page.goto("/report")
    fill(page)
    page.locator("#f-place").fill("Medyka")
    page.locator("button.main").click()
    page.get_by_role("button", name="Send report").click()
    page.wait_for_url(re.compile(r"/seizures/[\w-]{22}$"))
    expect(page.locator("#standing")).to_contain_text("Delivered")
    for _ in range(40):  # the list of seizures does not change under who reads it
        other.goto("/seizures")
        if "Medyka" in other.locator("main").inner_text():
            break
        other.wait_for_timeout(250)
    expect(other.locator("main")).to_contain_text("Medyka")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nobody_is_shut_out(enter: SignIn, scheme: str, width: int, tmp_path: Path) -> None:
    page = enter("PL", color_scheme=scheme, viewport={"width": width, "height": 900})
    page.goto("/report")
    for details in page.locator("details.more").all():
        details.evaluate("details => details.open = true")
    page.get_by_role("button", name="Add a person").click()
    page.wait_for_selector("#f-persons-0-name")
    look(page, f"report-{width}-{scheme}")
    fill(page)
    page.locator("#f-free_text").fill("Driver: Jan Kowalski")
    page.locator("#choose-files").set_input_files(photo(tmp_path / "truck.jpg", 300))
    page.wait_for_selector("#files img")
    page.locator("#f-persons_involved").fill("x")
    page.locator("button.main").click()
    page.wait_for_selector(".errors")
    forgive(page, "422")
    look(page, f"errors-{width}-{scheme}")
    page.locator("#f-persons_involved").fill("2")
    page.locator("button.main").click()
    expect(page.locator("h1")).to_have_text("Check before you send")
    look(page, f"check-{width}-{scheme}")


def look(page: Page, name: str) -> None:
    """No barrier, and nothing that makes a phone scroll sideways."""
    if PICTURES.is_dir():
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    forgive(page, "inline style")  # of axe and of the pictures


def forgive(page: Page, what: str) -> None:
    """Forget complaints of the console that are meant to be."""
    page.complaints[:] = [said for said in page.complaints if what not in said]  # type: ignore[attr-defined]


PICTURES = Path("out/pictures")


def test_the_inputs_of_a_row_stand_on_one_line_whatever_is_said_above_and_beneath(enter: SignIn) -> None:
    page = enter("DE")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/report")
    first_row = ("seizure_day", "agency", "place", "location_type")
    tops = {round(page.locator(f"#f-{name}").bounding_box()["y"]) for name in first_row}  # type: ignore[index]
    assert len(tops) == 1


def test_a_report_that_is_delivered_shows_whole_without_the_page_being_loaded_again(enter: SignIn) -> None:
    page = enter("DE")
    page.goto("/report")
    fill(page)
    page.get_by_role("button", name="Check before you send").last.click()
    page.route(re.compile("/status"), lambda route: route.abort())
    page.get_by_role("button", name="Send report").click()
    page.wait_for_url(re.compile(r"/seizures/[\w-]{22}$"))
    page.evaluate("window.untouched = true")
    page.unroute(re.compile("/status"))
    for said in ("ERR_FAILED", "htmx:sendError", "htmx:afterRequest"):  # where it asked meanwhile
        forgive(page, said)
    page.evaluate("document.body.dispatchEvent(new CustomEvent('status', {detail: {}}))")
    expect(page.locator("#standing")).to_contain_text("Delivered as entry")
    expect(page.get_by_role("link", name="Amend")).to_have_count(1)
    expect(page.locator("main")).to_have_count(1)
    assert page.evaluate("window.untouched") is True
