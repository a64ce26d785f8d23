"""The start page: what is going on in the operation, newest first, and the day at a glance."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from vocu.form.codes import codes, is_code
from vocu_client.overviews.feed import GROUPS
from vocu_client.web.digits import number_of
from vocu_client.web.preparing import waiting_to_be_sent
from vocu_client.web.visit import Visit, get, post

SHOWN = 50
FILTERS = ("group", "country", "commodity", "concerning")


async def now(visit: Visit) -> Response:
    visit.desk.overviews.catch_up()
    return visit.page(
        "now.html",
        **_feed(visit),
        **_today(visit),
        groups=tuple(GROUPS),
        countries=sorted(visit.desk.view.state.members, key=visit.words.country),
        commodities=[code for code in codes("commodity") if "." not in code.id],
        filtered=any(visit.query.get(name) for name in FILTERS),
    )


async def feed(visit: Visit) -> Response:
    """The list alone: older ones to go on with, or all of it anew."""
    return visit.page("now_feed_part.html", **_feed(visit))


async def new(visit: Visit) -> Response:
    """How many have come since the list was made."""
    since = number_of(visit.query.get("since")) or 0
    found = visit.desk.overviews.feed.page(since=since, limit=SHOWN + 1, **_filter(visit))
    return visit.page("now_new_part.html", count=min(len(found.items), SHOWN), more=len(found.items) > SHOWN)


async def figures(visit: Visit) -> Response:
    return visit.page("now_today_part.html", **_today(visit))


async def concerning(visit: Visit) -> Response:
    """What the desktop is told of: what concerns this country and came since; no contents."""
    since = number_of(visit.query.get("since"))
    size = visit.desk.view.size
    items = visit.desk.overviews.feed.page(since=since, concerning=True, limit=5).items if since is not None else ()
    return visit.page("now_notifications_part.html", items=items, size=size)


async def mark_read(visit: Visit) -> Response:
    seen = number_of(visit.form.get("size")) or 0
    visit.desk.marks.read_up_to(visit.officer.id, min(seen, visit.desk.view.size))
    return visit.go("/")


def _feed(visit: Visit) -> dict[str, Any]:
    size = visit.desk.view.size
    found = visit.desk.overviews.feed.page(before=number_of(visit.query.get("before")), limit=SHOWN, **_filter(visit))
    given = {name: visit.query[name] for name in FILTERS if visit.query.get(name)}
    older = "?" + urlencode(given | {"before": found.older}) if found.older is not None else ""
    return {
        "items": found.items,
        "older": older,
        "size": size,
        "given": given,
        "query": urlencode(given),
        "marks": visit.desk.marks.of(visit.officer.id),
        "first": visit.query.get("before") is None,
    }


def _filter(visit: Visit) -> dict[str, Any]:
    group, commodity = visit.query.get("group"), visit.query.get("commodity")
    return {
        "group": group if group in GROUPS else None,
        "country": visit.query.get("country") or None,
        "commodity": commodity if commodity and is_code("commodity", commodity) else None,
        "concerning": visit.query.get("concerning") == "yes",
    }


def _today(visit: Visit) -> dict[str, Any]:
    """The day's figures, and what this desk has to do; for the organiser that is the newsletter, too."""
    return {
        "today": visit.desk.overviews.today(visit.site.now()),
        "newsletter": waiting_to_be_sent(visit.desk) if visit.organises and visit.may("approve") else None,
    }


ROUTES = [
    get("/", now),
    get("/now/feed", feed),
    get("/now/new", new),
    get("/now/today", figures),
    get("/now/concerning", concerning),
    post("/now/read", mark_read, right="read"),
]
