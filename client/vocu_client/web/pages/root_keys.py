"""The operation's root keys: copies of them on sticks, taking them off this machine, and bringing them back."""

import asyncio

from starlette.responses import Response

from vocu.errors import MalformedError, RefusedError, VocuError
from vocu_client.web.beginning import uploaded
from vocu_client.web.organising import for_organisers
from vocu_client.web.visit import Visit, get, post


@for_organisers
async def overview(visit: Visit) -> Response:
    return _page(visit)


@for_organisers
async def copy(visit: Visit) -> Response:
    """A root key file as it is here: locked with the passphrase."""
    for path in visit.desk.decisions.root_files:
        if path.name == visit.path["name"]:
            return visit.download(path.name, "application/octet-stream", path.read_bytes())
    raise RefusedError("no-root-key", "That root key is not at this desk.")


@for_organisers
async def bring(visit: Visit) -> Response:
    file = await uploaded(visit, "file")
    try:
        if not file:
            raise MalformedError("empty-file", "Choose the file of a root key; its name is root-1.vocu or so.")
        name = await asyncio.to_thread(visit.desk.decisions.bring_root_key, file)
    except VocuError as error:
        return _page(visit, error)
    return visit.go("/operation/keys", visit.words._("{name} is at this desk now.", name=name))


@for_organisers
async def ask_to_take_away(visit: Visit) -> Response:
    return visit.page("root_keys_away.html")


@for_organisers
async def take_away(visit: Visit) -> Response:
    if visit.form.get("copied") != "yes" or visit.form.get("sure") != "yes":
        raise RefusedError("not-confirmed", "Nothing was deleted. Copy the files first, and say that you have.")
    visit.desk.decisions.take_root_keys_away()
    return visit.go("/operation/keys", visit.words._("No root key is at this desk any more."))


def _page(visit: Visit, error: VocuError | None = None) -> Response:
    roots = visit.desk.view.state.roots
    here = [path.name for path in visit.desk.decisions.root_files]
    enough = len(here) >= roots.threshold
    values = {"here": here, "roots": len(roots.keys), "threshold": roots.threshold, "enough": enough}
    return visit.page("root_keys.html", 400 if error else 200, error=error, folder=visit.desk.home.path, **values)


ROUTES = [
    get("/operation/keys", overview, right="administer"),
    post("/operation/keys", bring, right="administer"),
    get("/operation/keys/away", ask_to_take_away, right="administer"),
    post("/operation/keys/away", take_away, right="administer"),
    get("/operation/keys/{name}", copy, right="administer"),
]
