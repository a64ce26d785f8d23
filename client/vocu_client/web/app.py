"""The pages as one ASGI application: all their routes, the static files, and what is said where a page fails."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from vocu.errors import RefusedError, VocuError
from vocu_client.web import templating
from vocu_client.web.guard import Guard
from vocu_client.web.importing import begun
from vocu_client.web.lasting import lasting
from vocu_client.web.live import Live
from vocu_client.web.pages import (
    account,
    admission,
    approvals,
    board,
    consultations,
    contacts,
    controls,
    devices,
    edition,
    entry,
    form_parts,
    founding,
    handover,
    hits,
    import_check,
    import_mapping,
    import_new,
    imports,
    invitations,
    issuing,
    login,
    mail,
    members,
    message_new,
    messages,
    national_report,
    national_results,
    newsletters,
    now,
    officers,
    operation,
    outbox,
    outcomes,
    questions,
    reference,
    report,
    report_files,
    result_files,
    results,
    revise,
    root_keys,
    seizure,
    seizures,
    start,
    this_desk,
    warnings,
)
from vocu_client.web.site import Site
from vocu_client.web.visit import failure, turned_away, visit_of

# fmt: off
PAGES: Final[Sequence[Sequence[BaseRoute]]] = tuple(page.ROUTES for page in (
    entry, now, login, account, officers, handover, approvals, consultations, outbox, this_desk, newsletters,
    national_results, result_files, results,
    form_parts, report, report_files, revise, imports, import_new, import_mapping, import_check, contacts, seizures,
    seizure, start, founding, operation, root_keys,
    invitations, admission, members, devices, board, hits, issuing, message_new, messages, warnings, questions,
    controls, outcomes, national_report, reference, edition, mail,
))
# fmt: on
BROKEN: Final = VocuError(
    "desk-fault", "The desk itself failed at this. Nothing was lost; try again, and tell those who look after it."
)


def build(site: Site) -> ASGIApp:
    """The application, behind its guard."""
    live = Live(site.service, site.ended)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        indexing = asyncio.create_task(site.service.keep_indexing())
        mailing = asyncio.create_task(site.service.keep_mailing())
        clearing = asyncio.create_task(lasting(partial(begun.keep_clean, site)))
        reading = asyncio.create_task(asyncio.to_thread(_read_ahead))
        async with live.running():
            yield
        indexing.cancel()
        mailing.cancel()
        clearing.cancel()
        await asyncio.gather(indexing, mailing, clearing, reading, return_exceptions=True)
        await site.service.close()

    app = Starlette(
        routes=[*(route for routes in PAGES for route in routes), *_static(), *live.routes()],
        exception_handlers={HTTPException: _no_such_page, Exception: _broken},
        lifespan=lifespan,
    )
    app.state.site = site
    return Guard(app, site.address)


def _read_ahead() -> None:
    """What the first page of each kind would otherwise wait for."""
    templating.compile_all()
    form_parts.read_lists()


def _static() -> list[BaseRoute]:
    return [Mount("/static", _Static(directory=templating.STATIC))]


class _Static(StaticFiles):
    """The address of a static file names its content, so a browser may keep it."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
        return response


async def _broken(request: Request, _error: Exception) -> Response:
    """A fault of the desk itself: said once, in words; the guard tells the console where it was."""
    return failure(visit_of(request), BROKEN)


async def _no_such_page(request: Request, _error: Exception) -> Response:
    visit = visit_of(request)
    if not visit.known:
        return turned_away(request)
    return failure(visit, RefusedError("no-such-page", "There is no such page at this desk."))
