"""A warning in a real browser: what is typed is kept, survives a reload, and is sent once, with its photo."""

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.browser.test_report import photo


def test_what_is_typed_survives_a_reload_and_is_sent_with_its_photo(enter: SignIn, tmp_path: Path) -> None:
    page = enter("DE")
    page.goto("/warnings/new")
    page.locator("#f-commodity").select_option("cash")
    page.get_by_label("Poland").check()
    page.locator("#words").press_sequentially("A red lorry with a false wall.", delay=30)
    expect(page.locator("#kept")).to_contain_text("Kept as a draft")
    page.locator("#choose-files").set_input_files(photo(tmp_path / "lorry.jpg", 300))
    expect(page.locator("#files img")).to_have_count(1)
    page.wait_for_url("**/warnings/new?draft=*")
    expect(page.locator("#revision")).not_to_have_value("0")
    page.wait_for_timeout(1500)
    page.reload()
    expect(page.locator("#words")).to_have_value("A red lorry with a false wall.")
    expect(page.locator("#f-commodity")).to_have_value("cash")
    expect(page.locator("#files img")).to_have_count(1)
    page.goto("/warnings/new")
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("link", name="Go on with it").click()
    page.locator("#f-action").select_option("control")
    page.locator("#words").press_sequentially(" Look.", delay=10)
    page.get_by_role("button", name="Issue the warning").last.click()
    page.wait_for_url("**/warnings")
    expect(page.locator("main")).to_contain_text("Your warning is queued")
    page.goto("/warnings/new")
    expect(page.get_by_role("link", name="Go on with it")).to_have_count(0)


def test_a_photo_is_taken_off_without_losing_a_word(enter: SignIn, tmp_path: Path) -> None:
    page = enter("DE")
    page.goto("/questions/new")
    page.locator("#words").fill("Whose lorry is it?")
    page.locator("#choose-files").set_input_files(photo(tmp_path / "lorry.jpg", 300))
    page.get_by_role("button", name="Remove lorry.jpg").click()
    expect(page.locator("#files img")).to_have_count(0)
    expect(page.locator("#words")).to_have_value("Whose lorry is it?")
