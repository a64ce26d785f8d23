"""This desk: who it is, whether what it shows can be trusted, and what to do where it cannot."""

import asyncio
import shutil
from typing import NamedTuple
from weakref import WeakKeyDictionary

from msgspec import Struct
from starlette.responses import Response

from vocu.canonical import b64
from vocu.errors import VocuError
from vocu_client.app import Desk
from vocu_client.store.preferences import Preference
from vocu_client.verifying import Verified, verify_log
from vocu_client.web.kinds import KIND_NAMES
from vocu_client.web.pages.login import log_out
from vocu_client.web.site import Site
from vocu_client.web.visit import Visit, get, post

FEW_BYTES = 1024**3


class Checking:
    """One verification of the whole log, from nothing, in a thread of its own."""

    def __init__(self) -> None:
        self.running: asyncio.Task[None] | None = None
        self.done, self.total = 0, 1
        self.found: Verified | None = None
        self.failed: VocuError | None = None
        self.at = 0

    def start(self, desk: Desk, now: int) -> None:
        """Begin, unless it is under way."""
        if self.running is None:
            self.found, self.failed, self.at = None, None, now
            self.running = asyncio.create_task(self._run(desk))

    async def _run(self, desk: Desk) -> None:
        try:
            self.found = await asyncio.to_thread(verify_log, desk, self._told, None)
        except VocuError as error:
            self.failed = error
        finally:
            self.running = None

    def _told(self, done: int, total: int) -> None:
        self.done, self.total = done, total


_checkings: WeakKeyDictionary[Site, Checking] = WeakKeyDictionary()


def checking(visit: Visit) -> Checking:
    return _checkings.setdefault(visit.site, Checking())


class Space(Struct, frozen=True):
    """Bytes on disk: free, and taken by this desk."""

    free: int
    taken: int

    @property
    def scarce(self) -> bool:
        return self.free < FEW_BYTES


class Void(NamedTuple):
    """An entry that counts as nothing: when it came (UTC milliseconds), from whom, of what kind, why (in English)."""

    at: int
    ncp: str
    kind: str
    why: str


async def overview(visit: Visit) -> Response:
    desk, state = visit.desk, visit.desk.view.state
    return visit.page(
        "this_desk.html",
        state=state,
        settings=desk.settings,
        way=desk.way.told(desk.settings.hub),
        member=state.members[desk.settings.ncp],
        device=state.devices.get(desk.settings.device),
        root=grouped(b64(desk.view.operation.log.root())),
        alarms=desk.replica.alarms(),
        space=await asyncio.to_thread(_space, desk),
        checking=checking(visit),
        void=_void(desk),
        preference=desk.preferences.of(visit.officer.id),
    )


async def verify(visit: Visit) -> Response:
    checking(visit).start(visit.desk, visit.site.now())
    return visit.go("/desk#verification")


async def progress(visit: Visit) -> Response:
    return visit.page("this_desk_checking_part.html", checking=checking(visit))


async def silence(visit: Visit) -> Response:
    """Forget the alarms; asked once, on a page of its own."""
    if visit.form.get("sure") != "yes":
        return visit.page("this_desk_silence.html", alarms=visit.desk.replica.alarms())
    visit.desk.replica.silence_alarms()
    visit.site.service.connect()
    return visit.go("/desk", visit.words._("Silenced. If the cause is still there, the alarm comes back."))


async def reconnect(visit: Visit) -> Response:
    visit.site.service.connect()
    return visit.go("/desk", visit.words._("Connecting again."))


async def notifications(visit: Visit) -> Response:
    before = visit.desk.preferences.of(visit.officer.id)
    wanted = visit.form.get("notifications") == "yes"
    visit.desk.preferences.keep(
        visit.officer.id, Preference(language=before.language, theme=before.theme, notifications=wanted)
    )
    told = visit.words._("This browser will tell you what concerns your country, while a page of the desk is open.")
    return visit.go("/desk", told if wanted else visit.words._("No notifications."))


def _void(desk: Desk) -> list[Void]:
    """What was sealed against a rule, the newest first; nothing where the statistical part is clear."""
    view = desk.view
    return [
        Void(each.at, view.state.devices[each.act.header.sender].ncp, KIND_NAMES[each.act.header.type], each.act.void)
        for each in reversed(view.acts if view.state.seals_stat else ())
        if each.act is not None and each.act.void is not None
    ]


def grouped(text: str) -> str:
    """In groups of four, as one reads it out by telephone."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def _space(desk: Desk) -> Space:
    taken = sum(file.stat().st_size for file in desk.home.path.rglob("*") if file.is_file())
    return Space(shutil.disk_usage(desk.home.path).free, taken)


ROUTES = [
    get("/desk", overview),
    post("/desk/verify", verify, right="read"),
    get("/desk/verification", progress),
    post("/desk/silence", silence, right="administer"),
    post("/desk/reconnect", reconnect, right="read"),
    post("/desk/notifications", notifications, right="read"),
    post("/leave", log_out, right="read", needs="nothing"),
]
