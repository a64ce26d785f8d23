"""The address of every page, with something of the scene in it where its route has a name; none is forgotten."""

from collections.abc import Iterator

from starlette.routing import Route

from tests.client.web.scene import Scene
from vocu_client.web.app import PAGES

TEAM = ("/login", "/officers", "/account", "/handover", "/approvals", "/consultations")
ELSEWHERE = {
    "/enter": "lets a browser in, once",
    "/unlock": "only while the desk is locked",
    "/waiting": "only before the desk is admitted",
    "/start": "only where there is no desk yet",
    "/report/{draft}": "has to be typed first",
    "/imports/begun/{draft}": "takes a file",
    "/imports/{number:int}": "takes a file that was imported",
    "/imports/mappings/{name}": "has to be saved first",
    "/operation/invitations/{ticket}": "has to be invited first",
    "/operation/{where}/admit/{ticket}": "somebody has to ask first",
    "/operation/devices/{device}/revoke": "takes a second desk",
    "/operation/newsletter/send": "only once the day's figures are there",
}
"""Pages that tests of their own look at, and why they are not looked at here; what begins so is one of them."""
PARTS = ("/line", "/live", "/newer", "/changed", "/status", "/verification", "/waiting", "/files", "/newsletter/look")
"""Fragments and streams, which the pages hold that ask for them."""
DOWNLOADS = (
    ".csv", ".xlsx", ".json", ".{form}", ".pdf", ".docx", ".zip", "/small", "/{number:int}", "/file",
    "/operation/keys/{name}",
)  # fmt: skip
OF = {
    "/seizures/{id}": ("seizure", "restricted", "behalf", "withdrawn"),
    "/seizures/{report}/amend": ("own",),
    "/seizures/{report}/withdraw": ("own",),
    "/seizures/{report}/release": ("restricted",),
    "/seizures/{report}/confirm": ("behalf",),
    "/messages/{id}": ("message", "announcement", "bilateral"),
    "/warnings/{id}": ("warning", "open_warning"),
    "/warnings/{id}/feedback": ("open_warning",),
    "/questions/{id}": ("question", "open_question"),
    "/questions/{id}/answer": ("open_question",),
    "/questions/checks/{id}/answer": ("check",),
    "/national-report/{id}": ("national",),
}
"""Which events of the scene are looked at on the page of one."""
VALUES = {"{table}": ("T01", "T03", "T08"), "{ncp}": ("FR",), "{phase}": ("POST_OPERATIONAL",)}
BY = {
    "/seizures/{report}/release": "DE",
    "/seizures/{report}/confirm": "FR",
    "/warnings/{id}/feedback": "DE",
    "/questions/{id}/answer": "PL",
    "/questions/checks/{id}/answer": "PL",
}
"""What only one of the desks is asked."""


def addresses(scene: Scene, ncp: str) -> Iterator[str]:
    """Those of the pages that this country's officer finds, without a team."""
    for route in (route for routes in PAGES for route in routes):
        assert isinstance(route, Route)
        path = route.path
        if "GET" not in (route.methods or set()) or path.startswith((*TEAM, "/now/", "/form/")):
            continue
        if path.endswith((*PARTS, *DOWNLOADS)) or path.startswith(tuple(ELSEWHERE)):
            continue
        if BY.get(path, ncp) != ncp:
            continue
        if path.startswith("/operation") and ncp != "PL" and not path.startswith("/operation/devices"):
            continue
        yield from _filled_in(path, scene, ncp)


def _filled_in(path: str, scene: Scene, ncp: str) -> Iterator[str]:
    if path in OF:
        name = path[path.index("{") : path.index("}") + 1]
        own = {"PL": "behalf", "DE": "seizure", "FR": "french"}[ncp]
        kinds = [each for each in OF[path] if (each, ncp) != ("bilateral", "FR")]
        yield from (path.replace(name, scene.ids[own if each == "own" else each]) for each in kinds)
        return
    filled = [path]
    for name, given in (VALUES | {"{day}": (scene.yesterday,)}).items():
        filled = [each.replace(name, value) for each in filled for value in given] if name in path else filled
    assert "{" not in filled[0], f"{path}: say what of the scene is looked at there"
    yield from filled
