"""Requests that no browser of an officer would send: each gets one clear answer, and none brings the desk down."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, Final
from urllib.parse import quote

import httpx2
import pytest
from starlette.routing import Route

from tests.client.web.team import DutyRoom
from tests.client.web.visitor import ADDRESS, Visitor
from vocu_client.web.app import PAGES, build
from vocu_client.web.visit import MAX_BODY

VALUES: Final = (
    "\x00",
    "9" * 5000,
    "²",
    "٣" * 30,
    "../../../etc/passwd",
    "-1",
    "a\r\nSet-Cookie: a=b",
    "x" * 9000,
    "€🙂",
)
BYTES: Final = ("%ed%a0%80", "%ff%fe", "%00", "%2e%2e%2f%2e%2e%2f", "%0d%0aX-Evil:%201")
NAMES: Final = (
    "q", "text", "page", "at", "since", "size", "seen", "before", "known", "thread", "warning", "draft", "discard",
    "day", "only", "officer", "case", "back", "token", "from", "to", "country", "place", "sort", "status", "family",
    "name", "rows", "commodity", "mode", "row", "order", "fresh",
)  # fmt: skip
FIELDS: Final = (
    "offset", "size", "name", "revision", "_revision", "draft", "_do", "do", "note", "number", "text", "to", "ref",
    "id", "reason", "back", "kind", "value", "language", "theme", "_amends", "goods-0-quantity", "goods-9999999-unit",
    "persons.x",
    "file", "mapping", "leave_out", "file-decimal",
    "totals-0-quantity", "totals-x-unit", "seizures", "controls", "_words",
    "instead_of", "notifications", "day", "audience", "handling", "once", "sure", "password", "arrange", "_arrange",
)  # fmt: skip
STAYS_OUT: Final = ("/leave", "/desk/reconnect", "/desk/silence")


@pytest.fixture
async def hostile(de: Visitor) -> Visitor:
    """An officer's browser whose requests may fail without ending the test."""
    de.client._transport = httpx2.ASGITransport(app=build(de.site), raise_app_exceptions=False)
    return de


def routes(method: str) -> Iterator[Route]:
    for route in (route for group in PAGES for route in group):
        assert isinstance(route, Route)
        if method in (route.methods or set()):
            yield route


def addresses(route: Route) -> Iterator[str]:
    """The route with each hostile value for what it names."""
    names = {name: str(convertor) for name, convertor in route.param_convertors.items()}
    if not names:
        yield route.path
        return
    for value in (*(quote(each, safe="") for each in VALUES), *BYTES):
        path = route.path
        for name in names:
            path = path.replace(f"{{{name}:int}}", "9" * 5000 if len(value) > 99 else "9" * 30)
            path = path.replace(f"{{{name}}}", value)
        yield path


def is_clear(response: httpx2.Response) -> bool:
    """Answered in words, without a fault of the desk, and nothing of the request among the headers."""
    return (
        response.status_code < 500
        and "traceback" not in response.text.lower()
        and "sqlite" not in response.text.lower()
        and "x-evil" not in response.headers
        and not any("\n" in value or "\r" in value for value in response.headers.values())
        and "a=b" not in response.headers.get("set-cookie", "")
    )


async def test_no_address_brings_a_page_down(hostile: Visitor) -> None:
    faults = []
    for route in routes("GET"):
        for address in addresses(route):
            for headers in ({}, {"HX-Request": "true"}):
                response = await hostile.client.get(address, headers=headers, follow_redirects=False)
                if not is_clear(response):
                    faults.append(f"{route.path} {address[:60]!r}: {response.status_code}")
    assert faults == []


async def test_no_query_brings_a_page_down(hostile: Visitor) -> None:
    faults = []
    for route in routes("GET"):
        address = route.path.replace(":int", "").replace("{number}", "0")
        for value in (*(quote(each) for each in VALUES if len(each) < 6000), *BYTES):
            for names in (NAMES[:10], NAMES[10:20], NAMES[20:]):
                query = "&".join(f"{name}={value}" for name in names)
                response = await hostile.client.get(f"{address}?{query}", follow_redirects=False)
                if not is_clear(response):
                    faults.append(f"{route.path} {value[:30]!r}: {response.status_code}")
    assert faults == []


async def test_no_form_brings_a_page_down(hostile: Visitor) -> None:
    faults = []
    for route in routes("POST"):
        if route.path in STAYS_OUT or route.path.startswith("/start"):
            continue
        for address in {route.path, *addresses(route)}:
            for value in VALUES[:4] if "{" not in route.path else VALUES:
                data = {"csrf": hostile._csrf} | dict.fromkeys(FIELDS, value)
                headers = {"Origin": ADDRESS, "HX-Request": "true"}
                response = await hostile.client.post(address, data=data, headers=headers, follow_redirects=False)
                if not is_clear(response):
                    faults.append(f"{route.path} {address[:40]!r} {value[:20]!r}: {response.status_code}")
    assert faults == []


async def test_a_form_in_another_encoding_is_refused(hostile: Visitor) -> None:
    """Some of them make half characters, which nothing can store; others take minutes to read."""
    for charset in ("raw_unicode_escape", "utf-7", "punycode", "utf-16", "idna"):
        body = '--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n\\ud800\r\n--b\r\n'
        body += f'Content-Disposition: form-data; name="csrf"\r\n\r\n{hostile._csrf}\r\n--b--\r\n'
        headers = {"Origin": ADDRESS, "Content-Type": f"multipart/form-data; boundary=b; charset={charset}"}
        response = await hostile.client.post(
            "/messages/new", content=body.encode(), headers=headers | {"X-Vocu": hostile._csrf}
        )
        assert response.status_code == 400, charset
        assert "could not be read" in response.text, charset


async def test_too_many_fields_are_refused(hostile: Visitor) -> None:
    before = hostile.desk.drafts.list()
    fields: dict[str, Any] = {f"f{number}": "" for number in range(5001)}
    page = await hostile.post("/messages/new", fields)
    assert page.status == 400
    assert "could not be read" in page.text
    assert hostile.desk.drafts.list() == before


async def test_an_endless_form_is_cut_off_where_a_desk_takes_no_more(hostile: Visitor) -> None:
    """Whatever it says of its length: it is refused before it is whole, and none of it is kept."""
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.bin"\r\n\r\n'
        while sent < MAX_BODY * 2:
            sent += 1 << 20
            yield bytes(1 << 20)

    headers = {"Origin": ADDRESS, "X-Vocu": hostile._csrf, "Content-Type": "multipart/form-data; boundary=b"}
    response = await hostile.client.post("/report/nothing", content=endless(), headers=headers)
    assert response.status_code == 413
    assert "smaller parts" in response.text
    assert hostile.desk.drafts.files.of("nothing") == []
    response = await hostile.client.post("/report/nothing", content=b"", headers=headers | {"Content-Length": "9" * 12})
    assert response.status_code == 413


async def test_who_has_not_logged_in_sends_little(room: DutyRoom) -> None:
    await room.officer("anna", "administrator")
    stranger = room.browser()
    page = await stranger.post("/login", officer="anna", password="x" * 70_000)
    assert page.status == 413
    assert (await stranger.post("/login", officer="anna", password="x" * 1000)).status == 400
