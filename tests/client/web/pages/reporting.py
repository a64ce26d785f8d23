"""Filling in and sending the form of a report, as a browser without scripts does."""

import io
import re
from typing import Any

from PIL import Image

from tests.client.web.conftest import TODAY
from tests.client.web.visitor import Page, Visitor

GOODS = {"goods-0-commodity": "tobacco.cigarettes", "goods-0-quantity": "806.000", "goods-0-unit": "stick"}
WHERE = {"seizure_day": TODAY.isoformat(), "agency": "customs", "place": "Terespol", "location_type": "land_border"}
HOW = {"direction": "import", "transport_mode": "road", "selection_reason": "risk_profile"}
FILLED = GOODS | WHERE | HOW


def report_form(page: Page) -> tuple[str, dict[str, Any]]:
    """Where the report's form is sent, and what stands in it."""
    return next((action, fields) for action, fields in page.forms if re.fullmatch(r"/report/[\w-]{22}", action))


async def begun(visitor: Visitor, **fields: Any) -> tuple[str, dict[str, Any]]:
    """The address of a new draft, and the fields of its form with these filled in."""
    action, blank = report_form(await visitor.get("/report"))
    for button in ("_do", "_rows"):
        blank.pop(button, None)
    return action, blank | fields


async def sent(visitor: Visitor, **fields: Any) -> str:
    """The id of a report that was filled in, checked and sent."""
    action, filled = await begun(visitor, **FILLED | fields)
    checked = await visitor.post(action, filled | {"_do": "check"})
    assert checked.status == 200, checked.text
    assert checked.address == f"{action}/check"
    await visitor.post(f"{action}/send")
    return action.removeprefix("/report/")


def draft_of(visitor: Visitor, event_id: str) -> Any:
    item = visitor.desk.outbox.find(event_id)
    assert item is not None
    return visitor.desk.outbox.draft(item)


def jpeg(width: int = 64, height: int = 48) -> bytes:
    picture = Image.new("RGB", (width, height), "red")
    exif = Image.Exif()
    exif[0x0112] = 6  # it lies on its side
    exif[0x010F] = "SECRET CAMERA"
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=exif)
    return file.getvalue()


async def token(visitor: Visitor) -> str:
    found = re.search(r'<meta name="csrf" content="([^"]+)"', (await visitor.get("/report")).html)
    assert found
    return found[1]


def without_buttons(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a form, as they are sent where none of its buttons is pressed."""
    return {name: value for name, value in fields.items() if name not in ("_do", "_rows", "csrf")}
