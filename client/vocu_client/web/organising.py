"""What the organiser's pages share: whom they answer, how a decision is made, and what became of it."""

import asyncio
from collections.abc import Callable
from functools import wraps
from typing import Literal
from weakref import WeakKeyDictionary

from starlette.responses import Response

from vocu.errors import RefusedError, VocuError
from vocu_client.decisions import Decisions
from vocu_client.web.site import Site
from vocu_client.web.visit import Handler, Visit

DELIVERY_SECONDS = 8.0
STEP_SECONDS = 0.05

_sent: WeakKeyDictionary[Site, set[str]] = WeakKeyDictionary()
"""The forms with a decision that were sent, by when their pages were shown."""


def for_organisers(handler: Handler) -> Handler:
    """The page, for the organiser and the co-organisers; for others one clear refusal."""

    @wraps(handler)
    async def guarded(visit: Visit) -> Response:
        if not visit.organises:
            raise RefusedError(
                "not-your-role", "This page is the organiser's. Write to the OCU if you need something from it."
            )
        return await handler(visit)

    return guarded


async def decide(visit: Visit, keys: Literal["roots", "country"], act: Callable[[Decisions], str]) -> str:
    """Decide with the key files of this desk, opened in a thread because that takes a second each. The event's id."""
    decisions = visit.desk.decisions
    await asyncio.to_thread(decisions.open_keys, keys)
    try:
        return act(decisions)
    finally:
        decisions.close_keys()


async def decided(
    visit: Visit, keys: Literal["roots", "country"], act: Callable[[Decisions], str], address: str, done: str
) -> Response:
    """Decide, and on to another page; the second of two clicks on a form goes there, too, and decides nothing."""
    form = f"{visit.request.url.path} {visit.form.get('once')}"
    sent = _sent.setdefault(visit.site, set())
    if "once" in visit.form and form in sent:
        return visit.go(address)
    sent.add(form)
    try:
        return await told(visit, await decide(visit, keys, act), address, done)
    except VocuError:
        sent.discard(form)
        raise


async def is_delivered(visit: Visit, event_id: str) -> bool:
    """Whether this event is in the log, waiting a moment for it while there is a line.

    Raises RefusedError where the hub refused it.
    """
    desk = visit.desk
    for _ in range(int(DELIVERY_SECONDS / STEP_SECONDS)):
        item = desk.outbox.find(event_id)
        if item is not None and item.state == "refused":
            raise item.refusal
        if item is not None and item.state == "delivered" and event_id in desk.view.state.register:
            return True
        if not desk.connected:
            return False
        await asyncio.sleep(STEP_SECONDS)
    return False


async def told(visit: Visit, event_id: str, address: str, done: str) -> Response:
    """On to another page, saying that it is done, or that it waits for the line."""
    if await is_delivered(visit, event_id):
        return visit.go(address, done)
    return visit.go(address, visit.words._("Queued. It will be sent when the line is back."))


def require_sure(visit: Visit) -> None:
    """What cannot be undone was asked on a page of its own, which says so. Raises RefusedError."""
    if visit.form.get("sure") != "yes":
        raise RefusedError("not-confirmed", "Nothing was done: this has to be confirmed on a page of its own.")


def text(visit: Visit, name: str) -> str:
    """A field of the form that was sent, without the blanks around it; line ends as they are kept."""
    return str(visit.form.get(name, "")).replace("\r\n", "\n").strip()
