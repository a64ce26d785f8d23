"""The seizure form by keyboard alone: Tab, Enter, Space, arrows and typing; no mouse, and no focus that is given."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn

FAR = 150
"""So often Tab may have to be pressed."""


def here(page: Page) -> dict[str, str]:
    """What has the focus, as a person would tell."""
    return page.evaluate(
        """() => { const at = document.activeElement;
            return {id: at.id, tag: at.tagName, text: at.innerText || ""}; }"""
    )  # type: ignore[no-any-return]


def tab_to(page: Page, field: str = "", *, tag: str = "", text: str = "") -> None:
    """Press Tab until this has the focus."""
    for _ in range(FAR):
        page.keyboard.press("Tab")
        at = here(page)
        if (not field or at["id"] == field) and (not tag or at["tag"] == tag) and text in at["text"]:
            return
    raise AssertionError(f"Tab does not lead to {field or text}")


def choose(page: Page, words: str) -> None:
    """In the choice that has the focus, the one that begins so."""
    page.keyboard.type(words)
    said = page.evaluate("document.activeElement.selectedOptions[0].text")
    assert said.startswith(words)


def test_a_seizure_is_reported_by_keyboard_alone_and_errors_lead_to_their_fields(enter: SignIn) -> None:
    page = enter("DE")
    tab_to(page, text="Skip to the content")
    tab_to(page, tag="A", text="Report a seizure")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Report a seizure")

    tab_to(page, "f-goods-0-commodity")
    choose(page, "Cigarettes")
    page.wait_for_selector("#f-goods-0-origin_kind")
    tab_to(page, "f-goods-0-quantity")
    page.keyboard.type("a lot")
    tab_to(page, "f-agency")
    page.keyboard.press("ArrowDown")
    tab_to(page, "f-place")
    page.keyboard.type("Hamburg")
    tab_to(page, "f-location_type")
    choose(page, "Sea")
    tab_to(page, "f-direction")
    choose(page, "Imp")
    tab_to(page, "f-transport_mode")
    choose(page, "Mar")
    _open_folded(page, "persons_involved")
    tab_to(page, "f-persons_involved")
    page.keyboard.type("two or three")
    tab_to(page, "f-free_text", tag="TEXTAREA")
    page.keyboard.type("Cartons behind the cover load.")
    tab_to(page, tag="BUTTON", text="Check before you send")
    page.keyboard.press("Enter")

    _repair(page)
    page.keyboard.press("Enter")  # in a line of text: as the main button
    expect(page.locator("h1")).to_have_text("Check before you send")
    expect(page.locator("main")).to_contain_text("806,000 sticks")
    expect(page.locator("main")).to_contain_text("Cartons behind the cover load.")
    tab_to(page, tag="BUTTON", text="Send report")
    page.keyboard.press("Space")
    page.wait_for_url(re.compile(r"/seizures/[\w-]{22}$"))
    expect(page.locator("#standing")).to_contain_text("Delivered")
    page.complaints[:] = [said for said in page.complaints if "422" not in said]  # type: ignore[attr-defined]


def _open_folded(page: Page, field: str) -> None:
    """Go on to the folded part in which a field stands, and open it with the space bar."""
    folded = page.locator("details.more", has=page.locator(f"#f-{field}"))
    expect(folded).not_to_have_attribute("open", "")
    for _ in range(FAR):
        page.keyboard.press("Tab")
        if folded.evaluate("details => details.firstElementChild === document.activeElement"):
            page.keyboard.press("Space")
            expect(page.locator(f"#f-{field}")).to_be_visible()
            return
    raise AssertionError("Tab does not lead to the folded part")


def _repair(page: Page) -> None:
    """The summary has the focus, and names three fields; each of its links leads to one, which is put right."""
    summary = page.locator(".errors")
    right = {"f-goods-0-quantity": "806.000", "f-selection_reason": "Risk", "f-persons_involved": "3"}
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(len(right))
    for number, (field, words) in enumerate(right.items()):
        if number:
            _back_to(page, field)
        else:
            tab_to(page, tag="A")
        assert page.evaluate("document.activeElement.hash") == f"#{field}"
        page.keyboard.press("Enter")
        expect(page.locator(f"#{field}")).to_be_focused()
        expect(page.locator(f"#{field}")).to_have_attribute("aria-invalid", "true")
        if field == "f-selection_reason":
            choose(page, words)
        else:
            page.keyboard.press("ControlOrMeta+a")
            page.keyboard.type(words)


def _back_to(page: Page, field: str) -> None:
    """Backwards from a field to the link of the summary that leads to another."""
    for _ in range(FAR):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.hash") == f"#{field}":
            return
    raise AssertionError("Shift+Tab does not lead back to the summary")
