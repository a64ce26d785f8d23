"""The same container, seal, vehicle, bill or party in different reports, as far as the OCU may open them."""

from typing import Final

from msgspec import Struct
from starlette.responses import Response

from vocu.compilation.ledger import Report
from vocu.errors import RefusedError
from vocu.rendering.wording import N_
from vocu_client.overviews.hits import Hit
from vocu_client.web.consulting import may_open
from vocu_client.web.organising import for_organisers, text
from vocu_client.web.pages.board import begin_message
from vocu_client.web.visit import Visit, get, post

NAMES: Final = {
    "container": N_("Container"),
    "seal": N_("Seal"),
    "vin": N_("Vehicle (VIN)"),
    "bill": N_("Bill of lading or airway bill"),
    "parcel": N_("Parcel"),
    "company": N_("Company"),
    "person": N_("Person"),
}
SHOWN: Final = 100
REPORTS: Final = 10
"""Of one hit: what half of all reports have in common is no trace that anybody follows report by report."""


class Shown(Struct, frozen=True):
    """A hit with its reports, and the countries of these that one can write to. `allowed`: what they have in common is
    told, because this officer said why he opens one of those listed; it stands in each of them."""

    hit: Hit
    name: str
    reports: tuple[Report, ...]
    countries: tuple[str, ...]
    allowed: bool

    @property
    def newest(self) -> tuple[Report, ...]:
        """So many of the reports as are listed."""
        return self.reports[-REPORTS:]


@for_organisers
async def overview(visit: Visit) -> Response:
    hits = visit.desk.overviews.hits
    found = hits.found()
    across = visit.query.get("only") == "countries"
    listed = [hit for hit in found if len(_countries(visit, hit)) > 1] if across else found
    shown = [_shown(visit, hit) for hit in listed[:SHOWN]]
    return visit.page("hits.html", hits=shown, many=len(listed), across=across, progress=hits.progress)


@for_organisers
async def write(visit: Visit) -> Response:
    """A message to the countries of a hit, as a draft. The mark is in it: each of them has it in its own report."""
    kind, value = text(visit, "kind"), text(visit, "value")
    hit = next((hit for hit in visit.desk.overviews.hits.found() if hit.mark == (kind, value)), None)
    if hit is None:
        raise RefusedError("unknown-id", "These reports no longer have that in common; look at the list again.")
    shown, own, words = _shown(visit, hit), visit.desk.settings.ncp, visit.words
    if not shown.allowed:
        raise RefusedError("no-reason", "Say on the page of one of these reports why you need to see this; then write.")
    to = tuple(ncp for ncp in shown.countries if ncp != own)
    if not to:
        raise RefusedError("no-reader", "Both reports are your own; there is nobody else to write to.")
    body = words._(
        "Reports of yours have something in common. {what}: {value}. Please compare what you have; the OCU can put you "
        "in touch.",
        what=shown.name,
        value=hit.written,
    )
    return begin_message(visit, to, words._("Your reports have something in common"), body)


def _shown(visit: Visit, hit: Hit) -> Shown:
    reports, countries = tuple(visit.desk.ledger.reports[report] for report in hit.reports), _countries(visit, hit)
    allowed = any(may_open(visit, report.id) for report in reports[-REPORTS:])
    return Shown(hit, visit.words._(NAMES[hit.mark.kind]), reports, countries, allowed)


def _countries(visit: Visit, hit: Hit) -> tuple[str, ...]:
    ledger, state = visit.desk.ledger, visit.desk.view.state
    owners = dict.fromkeys(ledger.reports[report].owner for report in hit.reports)
    return tuple(ncp for ncp in owners if ncp in state.members and state.members[ncp].reads_sealed)


ROUTES = [
    get("/operation/hits", overview),
    post("/operation/hits/write", write),
]
