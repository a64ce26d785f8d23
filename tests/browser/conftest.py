"""The browser, one hub for the tests of a module, and the desks of three countries in an operation that runs now."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.rig import DeskPages, chromium_path, launch, run, sign_in
from tests.client.web.conftest import begin
from tests.system.rig import Hub
from vocu_client import Home

SignIn = Callable[..., Page]
expect.set_options(timeout=30_000)  # what takes no second here may take many on a machine that is busy


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if chromium_path() is None:
        if os.environ.get("CI"):
            pytest.fail("CI runs the browser tests; tests/install did not bring Chromium here.")
        pytest.skip("There is no Chromium here; `make programs` as root installs it.")
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


class Room(msgspec.Struct):
    """The hub and its operation: PL organises, DE and FR take part; desks are served when they are first asked for."""

    hub: Hub
    folder: Path
    desks: dict[str, DeskPages]

    def home(self, ncp: str) -> Home:
        return Home(self.folder / ncp)

    def desk(self, ncp: str) -> DeskPages:
        if ncp not in self.desks:
            self.desks[ncp] = DeskPages(self.home(ncp))
            self.desks[ncp].start()
        return self.desks[ncp]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    folder = tmp_path_factory.mktemp("operation")
    hub = Hub(folder / "hub")
    hub.start()
    run(begin(hub, folder))
    room = Room(hub, folder, {})
    yield room
    for desk in room.desks.values():
        desk.stop()
    hub.stop()


@pytest.fixture
def enter(browser: Browser, room: Room) -> Iterator[SignIn]:
    """Opens the desk of a country in a browser of its own. What the console complained of fails the test."""
    pages: list[Page] = []

    def open_desk(ncp: str, **options: object) -> Page:
        page = sign_in(browser, room.desk(ncp), **options)
        pages.append(page)
        return page

    yield open_desk
    complaints = [complaint for page in pages for complaint in page.complaints]  # type: ignore[attr-defined]
    for page in pages:
        page.context.close()
    assert complaints == []
