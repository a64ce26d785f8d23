"""Importing a table in a real browser: mapping corrected, rows looked at, reports at another desk, and taken back."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.accessibility import CONTRAST, EVERYTHING, faults
from tests.browser.conftest import Room, SignIn
from tests.browser.test_keyboard import choose, tab_to
from tests.client.web.pages.importing import day, row, table

COLUMNS = 30
NEEDED = {
    "agency": "customs",
    "location_type": "land_border",
    "direction": "import",
    "transport_mode": "road",
    "selection_reason": "risk_profile",
}


def choose_file(page: Page, data: bytes, name: str = "fund.csv") -> None:
    """Choose a file and wait for what its columns seem to mean."""
    page.goto("/imports/new")
    page.set_input_files("#file", {"name": name, "mimeType": "text/csv", "buffer": data})
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("h1")).to_have_text("What do the columns mean?")


def answer(page: Page, selector: str, value: str) -> None:
    """Choose a value, and wait until the page has taken it in."""
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.locator(selector).select_option(value)
    page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")


def answer_all(page: Page) -> None:
    """What no column says, and which sign is the decimal sign."""
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.get_by_label("the decimal sign is a comma").check()
    for name, value in NEEDED.items():
        answer(page, f"#f-fixed_{name}", value)


def wide_table() -> bytes:
    """As many columns as offices have."""
    header = "Datum;Ort;Ware;Menge;Einheit;" + ";".join(f"Spalte {number}" for number in range(COLUMNS - 5))
    values = ";".join(f"Wert {number}" for number in range(COLUMNS - 5))
    return table(f"{day()};Köln;Kokain;2;kg;{values}", header=header)


def count_at(page: Page) -> int:
    """How many reports this desk counts."""
    page.goto("/seizures")
    found = re.search(r"(\d+) reports?\.", page.locator("main").inner_text())
    return int(found[1]) if found else 0


def test_a_table_is_imported_seen_by_another_desk_and_taken_back(enter: SignIn) -> None:
    de, fr = enter("DE"), enter("FR")
    before = count_at(fr)
    choose_file(de, table(row(1), row(2, "Wunderkraut"), row(3, "Kokain", "2", "kg")))
    answer_all(de)
    expect(de.locator("#set-goods-0--commodity")).to_contain_text("1 value has no meaning yet")
    answer(de, "[name='map:goods[0].commodity:Wunderkraut']", "drugs.heroin")
    expect(de.locator("#set-goods-0--commodity")).not_to_contain_text("no meaning yet")
    answer(de, "#column-6", "free_text")
    de.get_by_role("button", name="Check: show the rows as reports").click()
    expect(de.locator("h1")).to_have_text("Check before you import")
    expect(de.locator("main")).to_contain_text("Heroin")
    expect(de.locator(".a-report").first).to_contain_text("Bemerkung: gefunden im Kofferraum")
    de.get_by_role("button", name="Import 3 reports").click()
    expect(de.locator("#progress")).to_contain_text("All 3 reports are delivered.")
    for _ in range(50):
        if count_at(fr) == before + 3:
            break
        fr.wait_for_timeout(200)
    assert count_at(fr) == before + 3

    de.get_by_role("link", name="Undo this import").click()
    expect(de.locator("main")).to_contain_text("3 reports are withdrawn: they stay in the log, and no longer count.")
    de.get_by_role("button", name="Take 3 reports back").click()
    expect(de.locator("#progress")).to_contain_text("This import was undone")
    expect(de.locator("#progress")).not_to_contain_text("waits to be sent")
    fr.goto("/seizures")
    for _ in range(50):
        if fr.locator("tr.withdrawn").count() >= 3:
            break
        fr.wait_for_timeout(200)
        fr.reload()
    assert fr.locator("tr.withdrawn").count() >= 3


def test_what_is_answered_while_the_line_is_slow_stays_answered(enter: SignIn) -> None:
    page = enter("DE")
    choose_file(page, table(f"{day()};Kokain;1.200;g", header="Datum;Ware;Menge;Einheit"))
    held: list[Route] = []
    page.route("**/imports/begun/*", lambda route: route.fallback() if held else held.append(route))
    page.get_by_label("the decimal sign is a comma").check()
    while not held:
        page.wait_for_timeout(50)
    page.locator("#f-fixed_place").fill("Frankfurt")
    with page.expect_response(lambda response: response.request.method == "POST"):
        held[0].continue_()
    page.wait_for_timeout(500)
    expect(page.locator("#f-fixed_place")).to_have_value("Frankfurt")


def test_a_file_of_many_pieces_shows_how_far_it_is(enter: SignIn, tmp_path: Path) -> None:
    page = enter("DE")
    data = table(*(f"{day()};Köln;Kokain;2;kg;K-AB {number};{'x' * 400}" for number in range(8000)))
    file = tmp_path / "gross.csv"
    file.write_bytes(data)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "/imports/files" in request.url else None)
    page.goto("/imports/new")
    page.set_input_files("#file", file)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("h1")).to_have_text("What do the columns mean?")
    expect(page.locator("main")).to_contain_text("8,000 rows")
    assert len(sent) == 1 + -(-len(data) // (1 << 20))


def test_without_scripts_the_same_works_with_plain_forms(enter: SignIn) -> None:
    page = enter("DE", java_script_enabled=False)
    choose_file(page, table(row(11)))
    page.get_by_label("the decimal sign is a comma").check()
    for name, value in NEEDED.items():
        page.locator(f"#f-fixed_{name}").select_option(value)
    page.get_by_role("button", name="Save and look again").click()
    expect(page.locator("#f-fixed_agency")).to_have_value("customs")
    page.get_by_role("button", name="Check: show the rows as reports").click()
    page.get_by_role("button", name="Import 1 report").click()
    expect(page.locator("h1")).to_have_text("fund.csv")


def test_the_mapping_is_answered_by_keyboard_alone(enter: SignIn) -> None:
    page = enter("DE")
    choose_file(page, table(row(21)))
    page.locator("h1").click()
    tab_to(page, "decimal-1")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#decimal-2")).to_be_checked()
    page.wait_for_timeout(600)
    expect(page.locator("#decimal-2")).to_be_focused()
    for field, words in (
        ("agency", "Cust"),
        ("location_type", "Land"),
        ("direction", "Imp"),
        ("selection_reason", "Risk"),
        ("transport_mode", "Road"),
    ):
        tab_to(page, f"f-fixed_{field}")
        with page.expect_response(lambda response: response.request.method == "POST"):
            choose(page, words)
        page.wait_for_timeout(200)
        expect(page.locator(f"#f-fixed_{field}")).to_be_focused()
    tab_to(page, tag="BUTTON", text="Check")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Check before you import")
    tab_to(page, tag="BUTTON", text="Import 1 report")


@pytest.mark.parametrize("width", [1280, 390])
def test_no_step_shuts_anybody_out_nor_is_wider_than_its_window(enter: SignIn, width: int) -> None:
    page = enter("FR", bypass_csp=True, viewport={"width": width, "height": 844})
    found: list[str] = []

    def look(step: str) -> None:
        page.emulate_media(color_scheme="light")
        found.extend(f"{step}: {fault}" for fault in faults(page, EVERYTHING))
        page.emulate_media(color_scheme="dark")
        found.extend(f"{step} in the dark: {fault}" for fault in faults(page, CONTRAST))
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{step}: too wide")

    page.goto("/imports")
    look("list")
    choose_file(page, wide_table())
    look("mapping")
    page.get_by_role("button", name="Check: show the rows as reports").click()
    expect(page.locator(".errors")).to_be_focused()
    look("what is asked")
    page.complaints[:] = [said for said in page.complaints if "422" not in said]  # type: ignore[attr-defined]
    page.goto("/imports/new")
    look("choose")
    choose_file(page, table(row(width), row(width + 1, "Wunderkraut")))
    answer_all(page)
    page.get_by_role("button", name="Check: show the rows as reports").click()
    expect(page.locator("h1")).to_have_text("Check before you import")
    look("check")
    page.get_by_role("checkbox", name=re.compile("Leave out")).check()
    page.get_by_role("button", name="Import 1 report").click()
    expect(page.locator("#progress")).to_contain_text("delivered")
    look("import")
    page.get_by_role("link", name="Undo this import").click()
    expect(page.locator("h1")).to_have_text("Undo this import?")
    look("undo")
    assert found == []


def test_an_import_goes_on_where_the_desk_was_killed_and_nothing_comes_twice(enter: SignIn, room: Room) -> None:
    page = enter("DE")
    choose_file(page, table(*(row(number) for number in range(41, 61))), "weiter.csv")
    answer_all(page)
    page.get_by_role("button", name="Check: show the rows as reports").click()
    expect(page.locator("h1")).to_have_text("Check before you import")
    page.goto("about:blank")
    room.desk("DE").kill()
    room.desk("DE").start()
    again = enter("DE")
    again.goto("/imports")
    again.get_by_role("link", name="weiter.csv").click()
    again.get_by_role("button", name="Check: show the rows as reports").click()
    again.get_by_role("button", name="Import 20 reports").click()
    expect(again.locator("#progress")).to_contain_text("All 20 reports are delivered.")
    choose_file(again, table(*(row(number) for number in range(41, 61))), "weiter.csv")
    answer_all(again)
    again.get_by_role("button", name="Check: show the rows as reports").click()
    expect(again.locator("main")).to_contain_text("There is nothing new to import in this file.")
