"""The desks of one's own country: adding one, revoking one that was lost. The organiser may revoke anybody's."""

from starlette.responses import Response

from vocu.errors import RefusedError
from vocu.operation.state import Device
from vocu_client.web.organising import decided, require_sure
from vocu_client.web.pages.admission import waiting_here
from vocu_client.web.templating import plain
from vocu_client.web.visit import Visit, get, post


async def overview(visit: Visit) -> Response:
    desk = visit.desk
    own = desk.view.state.members[desk.settings.ncp]
    may_decide = desk.decisions.has_country_key
    return visit.page(
        "devices.html",
        desks=sorted(own.devices.values(), key=lambda device: device.admitted),
        may_decide=may_decide,
        invitations=[each for each in desk.decisions.invitations() if each[1].role is None],
        waiting=await waiting_here(visit, "devices") if may_decide else None,
    )


async def ask_to_revoke(visit: Visit) -> Response:
    device = _device(visit)
    return visit.page(
        "revoke.html", device=device, back=_back(visit, device), own=device.ncp == visit.desk.settings.ncp
    )


async def revoke(visit: Visit) -> Response:
    device = _device(visit)
    require_sure(visit)
    own = device.ncp == visit.desk.settings.ncp and visit.desk.decisions.has_country_key
    done, back = visit.words._("The desk {name} is shut out.", name=plain(device.name)), _back(visit, device)
    return await decided(visit, "country" if own else "roots", lambda each: each.revoke(device.id), back, done)


def _device(visit: Visit) -> Device:
    """The desk in the address, if this country or the organiser may shut it out."""
    device = visit.desk.view.state.devices.get(visit.path["device"])
    if device is None or not device.active or device.seal is None:
        raise RefusedError("unknown-device", "There is no such desk in this operation, or it was revoked already.")
    if device.ncp != visit.desk.settings.ncp and not visit.organises:
        raise RefusedError("not-your-country", "A desk of another country is revoked by that country or the organiser.")
    return device


def _back(visit: Visit, device: Device) -> str:
    own = device.ncp == visit.desk.settings.ncp
    return "/operation/devices" if own else f"/operation/members/{device.ncp}"


ROUTES = [
    get("/operation/devices", overview),
    get("/operation/devices/{device}/revoke", ask_to_revoke, right="administer"),
    post("/operation/devices/{device}/revoke", revoke, right="administer"),
]
