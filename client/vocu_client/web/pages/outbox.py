"""What this desk wrote and how far it has come; what was not accepted, and why."""

from starlette.responses import Response

from vocu.errors import RefusedError, VocuError
from vocu.operation.bodies import Text
from vocu_client.store.outbox import Item
from vocu_client.web.visit import Visit, get, post

SHOWN = 50
QUIET_KINDS = frozenset({"epoch_rotated", "erasure_confirmed", "reading_confirmed"})
"""What the desk writes by itself."""


async def overview(visit: Visit) -> Response:
    items = visit.desk.outbox.items()
    shown = [item for item in reversed(items) if item.kind not in QUIET_KINDS]
    return visit.page(
        "outbox_part.html" if visit.is_fragment else "outbox.html",
        under_way=[item for item in shown if item.under_way],
        refused=[(item, item.refusal) for item in shown if item.state == "refused"],
        delivered=[item for item in shown if item.state == "delivered"][:SHOWN],
        words_of={item.id: _words(visit, item) for item in shown if item.state != "delivered"},
    )


async def discard(visit: Visit) -> Response:
    if not visit.desk.outbox.discard(str(visit.form.get("id", ""))):
        raise RefusedError("under-way", "This is being sent, or was delivered already; it cannot be taken back.")
    return visit.go("/outbox", visit.words._("Taken back. It will not be sent."))


def _words(visit: Visit, item: Item) -> str:
    """The beginning of what was written, to know it again."""
    try:
        text = getattr(visit.desk.outbox.draft(item).event, "text", None)
    except VocuError:
        return ""
    return (text.subject or text.body[:120]) if isinstance(text, Text) else ""


ROUTES = [get("/outbox", overview), post("/outbox/discard", discard)]
