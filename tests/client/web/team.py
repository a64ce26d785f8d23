"""The desk of a duty room: several officers, each with a browser of his own."""

import re
import shutil
from pathlib import Path
from typing import Any, Self

import httpx2

from tests.client.web.visitor import ADDRESS, Page, Visitor
from tests.system.rig import CHEAP
from vocu_client import Home
from vocu_client.team import ALONE, Role
from vocu_client.web.app import build

PASSWORD = "correct horse battery"
CODE = re.compile(r"\b(?:[A-Z0-9]{5}-){3}[A-Z0-9]{5}\b")


class Browser(Visitor):
    """One officer's browser at the desk that a Visitor opened; it keeps its own cookies."""

    def __init__(self, room: "DutyRoom") -> None:
        self.desk, self.site = room.desk, room.site
        self.client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=build(room.site)), base_url=ADDRESS, follow_redirects=True
        )

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    @property
    def session(self) -> str:
        return self.client.cookies.get(self.site.cookie("session"), default="")

    async def post(self, path: str, fields: dict[str, Any] | None = None, files: Any = None, **more: Any) -> Page:
        token = self.site.doorkeeper.csrf(self.session) if self.session else ""
        data = {"csrf": token} | (fields or {}) | more
        return Page(await self.client.post(path, data=data, files=files, headers={"Origin": ADDRESS}))

    async def log_in(self, officer: str, password: str = PASSWORD) -> Page:
        return await self.post("/login", officer=officer, password=password)


class DutyRoom(Visitor):
    """A desk in team mode, on a copy of a home; who made it has shown the launch link."""

    def __init__(self, home: Home, folder: Path) -> None:
        copy = folder / "duty"
        shutil.copytree(home.path, copy)
        super().__init__(Home(copy), team=True)
        self.desk.team._cost = CHEAP
        self._browsers: list[Browser] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for browser in self._browsers:
            await browser.client.aclose()
        await super().__aexit__()

    def browser(self) -> Browser:
        browser = Browser(self)
        self._browsers.append(browser)
        return browser

    async def officer(self, officer: str, role: Role) -> Browser:
        """The browser of a new officer, logged in. The first one must be an administrator."""
        team, browser = self.desk.team, self.browser()
        if not team.founded:
            assert role == "administrator"
            team.found(officer, officer.capitalize(), PASSWORD)
        else:
            team.redeem(officer, team.add(ALONE, officer, officer.capitalize(), role), PASSWORD)
        page = await browser.log_in(officer)
        assert page.status == 200, page.text
        return browser


def code_in(page: Page) -> str:
    """The one-time code that a page shows."""
    found = CODE.search(page.text)
    assert found, page.text
    return found[0]
