"""Every country's confirmed totals beside what its posts add up to, and who has yet to confirm."""

from msgspec import Struct
from starlette.responses import Response

from vocu.compilation.ledger import Reply
from vocu_client.overviews.own_posts import OwnPosts, posts_of_each
from vocu_client.web.confirming import Compared, compared
from vocu_client.web.pages.national_report import due_day
from vocu_client.web.templating import who
from vocu_client.web.visit import Visit, get


class Country(Struct, frozen=True):
    """One country: its report with the comparison, or only what it posted."""

    ncp: str
    name: str
    posted: OwnPosts
    reply: Reply | None
    id: str
    rows: list[Compared]


async def overview(visit: Visit) -> Response:
    """The countries that confirmed or posted anything, by name."""
    ledger = visit.desk.ledger
    posted = posts_of_each(ledger)
    countries = [_country(visit, ncp, posted[ncp]) for ncp in sorted({*posted, *ledger.national_reports})]
    return visit.page(
        "results_national.html",
        countries=sorted(countries, key=lambda each: each.name.casefold()),
        missing=sorted(each.name for each in countries if each.reply is None),
        due_day=due_day(ledger.genesis),
    )


def _country(visit: Visit, ncp: str, posted: OwnPosts) -> Country:
    reply = visit.desk.ledger.national_reports.get(ncp)
    rows = compared(reply.form, posted, visit.words) if reply is not None else []
    accepted = visit.desk.view.acts[reply.received.index] if reply is not None else None
    event_id = accepted.act.header.id if accepted is not None and accepted.act is not None else ""
    return Country(ncp, who(visit, ncp), posted, reply, event_id, rows)


ROUTES = [get("/results/national", overview)]
