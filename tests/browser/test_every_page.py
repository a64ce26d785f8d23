"""Every page in a real browser: accessible in light and dark, no wider than a phone, no complaint in the console."""

import asyncio
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.accessibility import CONTRAST, EVERYTHING, faults
from tests.browser.rig import DeskPages, run, sign_in
from tests.client.web.addresses import addresses
from tests.client.web.scene import Scene, set_scene


@pytest.fixture(scope="module")
def scene(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    scene = run(asyncio.to_thread(set_scene, tmp_path_factory.mktemp("scene")))
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
        found += [f"{address}: {fault}" for fault in faults(page, EVERYTHING)]
        page.emulate_media(color_scheme="dark")
        found += [f"{address} in the dark: {fault}" for fault in faults(page, CONTRAST)]
    page.context.close()
    assert found == []


def test_no_page_is_wider_than_a_phone_and_none_complains(
    browser: Browser, scene: Scene, desk: DeskPages, ncp: str
) -> None:
    page = sign_in(browser, desk, viewport={"width": 390, "height": 844})
    found = []
    for address in looked_at(scene, ncp):
        answer = page.goto(address)
        assert answer is not None
        if answer.status != 200:
            found.append(f"{address}: {answer.status}")
        if wide := _too_wide(page):
            found.append(f"{address}: {wide}")
    found += [f"console: {complaint}" for complaint in page.complaints]  # type: ignore[attr-defined]
    page.context.close()
    assert found == []


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
