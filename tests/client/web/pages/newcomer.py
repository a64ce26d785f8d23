"""A browser at a home in which there is no desk yet, and key files that open fast."""

from functools import partial
from typing import Any, Self

import httpx2
import pytest

from tests.client.web.visitor import ADDRESS, Visitor
from tests.system.rig import CHEAP
from vocu_client import Home, founding
from vocu_client.web.app import build
from vocu_client.web.service import Service
from vocu_client.web.site import Site


class Newcomer(Visitor):
    """As a Visitor, but the pages make and open the desk."""

    def __init__(self, home: Home, *, team: bool = False) -> None:
        self.service = Service(home)
        self.site = Site(self.service, ADDRESS, team=team)
        self.client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=build(self.site)), base_url=ADDRESS, follow_redirects=True
        )
        session = self.site.doorkeeper.enter(self.site.doorkeeper.token)
        assert session
        self.client.cookies.set(self.site.cookie("session"), session)
        self._csrf = self.site.doorkeeper.csrf(session)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()
        await self.service.close()


def cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a passphrase costs is tested elsewhere."""
    for name in ("join", "create_operation"):
        made: Any = partial(getattr(founding, name), cost=CHEAP)
        monkeypatch.setattr(founding, name, made)
