"""A table to import, and what an officer answers about it, as a browser without scripts sends it."""

import asyncio
import re
from datetime import timedelta
from typing import Any

from tests.client.web.conftest import TODAY
from tests.client.web.visitor import Page, Visitor

HEADER = "Datum;Ort;Ware;Menge;Einheit;Kennzeichen;Bemerkung"
FIXED = {
    "fixed_agency": "customs",
    "fixed_location_type": "land_border",
    "fixed_direction": "import",
    "fixed_transport_mode": "road",
    "fixed_selection_reason": "risk_profile",
}


def day(ago: int = 0) -> str:
    return (TODAY - timedelta(days=ago)).strftime("%d.%m.%Y")


def table(*rows: str, header: str = HEADER) -> bytes:
    """A CSV as a German office keeps it."""
    return "\n".join((header, *rows)).encode()


def row(number: int = 1, ware: str = "Zigaretten", menge: str = "1.200", einheit: str = "Stück", tag: str = "") -> str:
    return f"{tag or day()};Köln;{ware};{menge};{einheit};K-AB {number};gefunden im Kofferraum"


async def begun(visitor: Visitor, data: bytes, name: str = "fund.csv", **fields: Any) -> Page:
    """The page on which one ends up with this file."""
    page = await visitor.post("/imports/new", fields, files={"file": (name, data, "application/octet-stream")})
    return await settled(visitor, page)


async def settled(visitor: Visitor, page: Page) -> Page:
    """The page that comes once the desk has done what takes a while."""
    while "working" in page.ids:
        await asyncio.sleep(0.1)
        page = await visitor.get(page.address)
    return page


def mapping_form(page: Page) -> tuple[str, dict[str, Any]]:
    """Where the mapping is sent, and what the page filled in."""
    action, fields = next(
        (action, fields) for action, fields in page.forms if re.fullmatch(r"/imports/begun/[\w-]{22}", action)
    )
    return action, {name: value for name, value in fields.items() if name not in ("_do", "csrf")}


async def answered(visitor: Visitor, page: Page, do: str = "look", **answers: Any) -> Page:
    """The mapping with these answers put into what the page had."""
    action, filled = mapping_form(page)
    return await settled(visitor, await visitor.post(action, filled | {"_do": do} | answers))


async def checked(visitor: Visitor, data: bytes, **answers: Any) -> Page:
    """The check of this file, once all was answered."""
    page = await answered(visitor, await begun(visitor, data), "check", **FIXED, **{"file-decimal": ","} | answers)
    assert page.address.endswith("/check"), page.text
    return page


def run_form(page: Page) -> tuple[str, dict[str, Any]]:
    """Where the import is begun, and what the page of the check filled in."""
    action, fields = next((action, fields) for action, fields in page.forms if action.endswith("/run"))
    return action, {name: value for name, value in fields.items() if name != "csrf"}


async def imported(visitor: Visitor, data: bytes) -> Page:
    """The page of an import that was just done."""
    page = await settled(visitor, await visitor.post(*run_form(await checked(visitor, data))))
    assert re.fullmatch(r"/imports/\d+", page.address), page.text
    return page


def tail(page: Page) -> str:
    """The id of the import that has begun."""
    found = re.search(r"/imports/begun/([\w-]{22})", page.address)
    assert found, page.address
    return found[1]
