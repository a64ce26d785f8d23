"""An officer's browser without a window: it follows links and sends forms to the pages of a real desk."""

from html.parser import HTMLParser
from typing import Any, Self

import httpx2

from tests.system.rig import PASSPHRASE
from vocu_client import Desk, Home
from vocu_client.web.app import build
from vocu_client.web.service import Service
from vocu_client.web.site import Site

ADDRESS = "http://127.0.0.1:8470"


class Page:
    """An answer: its status, its HTML, what a person sees of it, and the fields of its forms."""

    def __init__(self, response: httpx2.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.html = response.text if "text" in response.headers.get("content-type", "") else ""
        parser = _Parser()
        parser.feed(self.html)
        self.text = " ".join(" ".join(parser.words).split())
        self.forms = parser.forms
        self.links = parser.links
        self.ids = parser.ids

    @property
    def address(self) -> str:
        """The path and query where one ended up."""
        url = self.response.request.url
        return url.path + (f"?{url.query.decode()}" if url.query else "")

    def form(self, action: str) -> dict[str, Any]:
        """The fields of the form that is sent to this address, as the page filled them in."""
        return next(fields for where, fields in self.forms if where == action)


def in_order(text: str, *words: str) -> bool:
    """Whether the text has these words, one behind the other."""
    for word in words:
        if word not in text:
            return False
        text = text.partition(word)[2]
    return True


class Visitor:
    """Signed in at the desk of one home. It opens and closes the desk; no line to the hub but through `sync`."""

    def __init__(self, home: Home, *, team: bool = False, language: str = "en") -> None:
        self.desk = Desk.open(home, PASSPHRASE)
        service = Service(home)
        service.desk = self.desk
        self.site = Site(service, ADDRESS, team=team)
        self.client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=build(self.site)),
            base_url=ADDRESS,
            follow_redirects=True,
            headers={"Accept-Language": language},
        )
        session = self.site.doorkeeper.enter(self.site.doorkeeper.token)
        assert session
        self.client.cookies.set(self.site.cookie("session"), session)
        self._csrf = self.site.doorkeeper.csrf(session)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()
        self.desk.close()

    async def get(self, path: str, **headers: str) -> Page:
        return Page(await self.client.get(path, headers=headers))

    async def post(self, path: str, fields: dict[str, Any] | None = None, files: Any = None, **more: Any) -> Page:
        """Send a form, with the CSRF token as its page would carry it; redirects are followed."""
        data = {"csrf": self._csrf} | (fields or {}) | more
        return Page(await self.client.post(path, data=data, files=files, headers={"Origin": ADDRESS}))

    async def sync(self) -> None:
        """Bring the desk and its hub to the same log."""
        assert await self.desk.sync()


class _Parser(HTMLParser):
    """What is seen, what is linked, what would be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.forms: list[tuple[str, dict[str, Any]]] = []
        self._fields: dict[str, Any] | None = None
        self._select: str | None = None
        self._area: str | None = None
        self._hidden = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value if value is not None else "" for name, value in attributes}
        if "id" in given:
            self.ids.add(given["id"])
        if tag in ("style", "script", "title", "template"):
            self._hidden += 1
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "form":
            self._fields = {}
            self.forms.append((given.get("action", ""), self._fields))
        if self._fields is None or ("name" not in given and tag != "option"):
            return
        if tag == "input" and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            self._put(given["name"], given.get("value", "on"))
        elif tag == "textarea":
            self._area = given["name"]
            self._put(self._area, "")
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select is not None and ("selected" in given or self._select not in self._fields):
            self._fields[self._select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script", "title", "template"):
            self._hidden -= 1
        if tag == "form":
            self._fields = None
        if tag == "select":
            self._select = None
        if tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None and self._fields is not None:
            self._fields[self._area] += data
        if not self._hidden:
            self.words.append(data)

    def _put(self, name: str, value: str) -> None:
        assert self._fields is not None
        before = self._fields.get(name)
        if before is None:
            self._fields[name] = value
        else:
            self._fields[name] = [*(before if isinstance(before, list) else [before]), value]
