"""The start page: what is going on in the operation."""

from starlette.responses import Response

from vocu_client.web.visit import Visit, get


async def now(visit: Visit) -> Response:
    return visit.page("now.html")


ROUTES = [get("/", now)]
