"""Outcomes: what courts and authorities made of the cases, by country and period; a period's last return counts."""

from typing import Any

from starlette.responses import Response

from vocu.canonical import decode_any, encode
from vocu.form.returns import OutcomeReturn
from vocu.operation import events
from vocu_client.overviews.days import local_day
from vocu_client.web.posed import may_write, told, under_way
from vocu_client.web.posing import Asking, Sent
from vocu_client.web.visit import Visit, get, post


async def overview(visit: Visit) -> Response:
    """This country's own returns first, then all others."""
    own = visit.desk.settings.ncp
    newest = sorted(visit.desk.ledger.outcomes.items(), key=lambda item: (item[0][3], item[0][0]), reverse=True)
    return visit.page(
        "outcomes.html",
        own=[(form, told(visit, "outcome_return", form)) for (ncp, *_), form in newest if ncp == own],
        others=[(ncp, form, told(visit, "outcome_return", form)) for (ncp, *_), form in newest if ncp != own],
        waiting=under_way(visit, "outcome_returned"),
        may_return=may_write(visit, events.OutcomeReturned),
    )


async def enter(visit: Visit) -> Response:
    """The form of a new period, or of one that is corrected."""
    return _asking(visit).show("outcomes_return.html", _values(visit))


async def file(visit: Visit) -> Response:
    def act(sent: Sent) -> object:
        return visit.actions.return_outcome(sent.values, event_id=sent.id)

    notice = visit.words._("Your return is queued, and goes out when there is a line.")
    return await _asking(visit).take("outcomes_return.html", act, "/outcomes", notice)


def _asking(visit: Visit) -> Asking:
    return Asking(visit, "outcome_return", events.OutcomeReturned)


def _values(visit: Visit) -> dict[str, Any]:
    own, genesis = visit.desk.settings.ncp, visit.desk.view.state.genesis
    key = (own, visit.query.get("country", ""), visit.query.get("from", ""), visit.query.get("to", ""))
    known: OutcomeReturn | None = visit.desk.ledger.outcomes.get(key)
    if known is not None:
        values: dict[str, Any] = decode_any(encode(known))
        return values
    today = local_day(genesis, visit.site.now())
    return {"country": own, "period_from": genesis.starts_day, "period_to": min(today, genesis.retention_day)}


ROUTES = [
    get("/outcomes", overview),
    get("/outcomes/return", enter, right="post"),
    post("/outcomes/return", file),
]
