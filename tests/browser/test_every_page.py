"""Every page in a real browser: accessible in light and dark, no wider than a phone, no complaint in the console."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.rig import DeskPages, sign_in
from tests.client.web.addresses import addresses
from tests.client.web.scene import Scene, set_scene

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"runOnly": {"type": "tag", "values": WCAG}}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
"""All that changes from light to dark."""


@pytest.fixture(scope="module")
def scene(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with ThreadPoolExecutor(1) as thread:  # Playwright's loop occupies this one
        scene = thread.submit(set_scene, tmp_path_factory.mktemp("scene")).result()
    yield scene
    scene.stop()


@pytest.fixture(scope="module", params=["PL", "DE"])
def ncp(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def desk(scene: Scene, ncp: str) -> Iterator[DeskPages]:
    desk = DeskPages(scene.home(ncp))
    desk.start()
    yield desk
    desk.stop()


def looked_at(scene: Scene, ncp: str) -> list[str]:
    """All pages at the organiser's desk; at a participant's those that are another page there."""
    every = list(addresses(scene, ncp))
    if ncp == "PL":
        return every
    elsewhere = set(addresses(scene, "PL"))
    return ["/", *(address for address in every if address not in elsewhere)]


def test_axe_finds_nothing_on_any_page_in_light_and_dark(
    browser: Browser, scene: Scene, desk: DeskPages, ncp: str
) -> None:
    page = sign_in(browser, desk, color_scheme="light", bypass_csp=True, viewport={"width": 1280, "height": 900})
    found = []
    for address in looked_at(scene, ncp):
        page.emulate_media(color_scheme="light")
        page.goto(address)
        found += [f"{address}: {fault}" for fault in _faults(page, EVERYTHING)]
        page.emulate_media(color_scheme="dark")
        found += [f"{address} in the dark: {fault}" for fault in _faults(page, CONTRAST)]
    page.context.close()
    assert found == []


def _faults(page: Page, rules: dict[str, object]) -> list[str]:
    violations = Axe().run(page, options=rules).response["violations"]
    return [
        f"{violation['id']}: {[' '.join(node['target']) for node in violation['nodes']][:3]} ({violation['help']})"
        for violation in violations
    ]


def test_no_page_is_wider_than_a_phone_and_none_complains(
    browser: Browser, scene: Scene, desk: DeskPages, ncp: str
) -> None:
    page = sign_in(browser, desk, viewport={"width": 390, "height": 844})
    faults = []
    for address in looked_at(scene, ncp):
        answer = page.goto(address)
        assert answer is not None
        if answer.status != 200:
            faults.append(f"{address}: {answer.status}")
        if wide := _too_wide(page):
            faults.append(f"{address}: {wide}")
    faults += [f"console: {complaint}" for complaint in page.complaints]  # type: ignore[attr-defined]
    page.context.close()
    assert faults == []


def _too_wide(page: Page) -> list[str]:
    """What sticks out to the right of the window, but for what scrolls by itself."""
    return page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= width) return [];
            return [...document.querySelectorAll("main *")]
                .filter(node => node.getBoundingClientRect().right > width && !node.closest(".scroll"))
                .slice(0, 3).map(node => node.outerHTML.slice(0, 120));
        }"""
    )  # type: ignore[no-any-return]
