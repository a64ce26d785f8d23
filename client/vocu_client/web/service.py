"""The desk behind the pages: not there yet, locked, or open and in touch with its hub."""

import asyncio
import time
from functools import partial
from typing import Literal

from msgspec import Struct

from vocu.errors import RefusedError, UntrustedError, VocuError
from vocu_client.app import Desk
from vocu_client.mailing import Mailer
from vocu_client.settings import Home
from vocu_client.web.lasting import lasting

LOOK_SECONDS = 1.0
"""How often the disk is looked at while another process of this desk is connected."""

OF_THE_NETWORK = frozenset({"proxy-password", "tls-intercepted", "bad-proxy"})
"""Why there is no line though the hub would serve this desk."""
INSPECTED_SECONDS = 60.0
"""After so long it is tried again whether the network still opens encrypted connections."""

MAIL_SECONDS = 20.0
"""How often it is looked whether anybody is to be told by mail."""

INDEX_MS = 20.0
INDEX_PAUSE_SECONDS = 0.02
"""Half of the time for indexing at most: requests and the line to the hub come first."""

State = Literal["absent", "locked", "waiting", "open"]
Line = Literal["connected", "connecting", "offline", "untrusted", "refused"]


class Status(Struct, frozen=True):
    """What the strip on top of every page says. `target`: how many entries the hub has; `reason`: why refused."""

    line: Line
    waiting: int
    refused: int
    size: int
    target: int
    reason: VocuError | None = None


class Service:
    """Opens the desk of one home when its passphrase is given, and keeps it connected until closed."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.desk: Desk | None = None
        self.changed = asyncio.Event()
        self._unlocking = asyncio.Lock()
        self._following = False
        self._target = 0
        self._stopped: VocuError | None = None
        self._connection: asyncio.Task[None] | None = None
        self.mail_failed: RefusedError | None = None
        """Why the mail server did not take the newest mail."""

    @property
    def state(self) -> State:
        """absent: no desk in this home; locked: its passphrase is needed; waiting: not admitted yet."""
        if self.desk is not None:
            return "open" if self.desk.view.size else "waiting"
        return "locked" if self.home.settings_file.exists() else "absent"

    async def unlock(self, passphrase: str) -> None:
        """Open the desk and connect it. Raises RefusedError (wrong-passphrase), MalformedError."""
        async with self._unlocking:
            if self.desk is None:
                # In a thread: the key derivation, and a log of months with what pages show of it, take their time.
                self.desk = await asyncio.to_thread(_open, self.home, passphrase)
                self.connect()

    def connect(self) -> None:
        """Stay connected from now on; again after whatever had ended the connection."""
        if self.desk is not None and (self._connection is None or self._connection.done()):
            self._stopped = None
            self._connection = asyncio.create_task(lasting(partial(self._stay_connected, self.desk)))

    async def disconnect(self) -> None:
        if self._connection is not None:
            self._connection.cancel()
            await asyncio.gather(self._connection, return_exceptions=True)
            self._connection = None

    async def close(self) -> None:
        await self.disconnect()
        if self.desk is not None:
            self.desk.close()
            self.desk = None

    def status(self) -> Status:
        desk = self.desk
        if desk is None:
            return Status("offline", 0, 0, 0, 0)
        counts = desk.outbox.counts()
        waiting = counts.get("queued", 0) + counts.get("sent", 0)
        size = desk.view.size
        return Status(
            self._line(desk),
            waiting,
            counts.get("refused", 0),
            size,
            max(self._target, size),
            self._stopped or desk.trouble,
        )

    def _line(self, desk: Desk) -> Line:
        if desk.view.alarmed:
            return "untrusted"
        if self._stopped is not None and self._stopped.code not in OF_THE_NETWORK:
            return "refused"
        if not desk.connected and not self._following:
            return "offline"
        return "connected" if desk.view.size >= self._target else "connecting"

    async def keep_indexing(self) -> None:
        """Between requests, open what came since for search, receipts and hits, and tell authors what officers here
        have opened; until cancelled."""
        await lasting(self._index)

    async def keep_mailing(self) -> None:
        """Tell the duty mailbox what is due; until cancelled."""
        await lasting(self._mail)

    async def _mail(self) -> None:
        mailer: Mailer | None = None
        while True:
            desk = self.desk
            if desk is not None and desk.view.size:
                if mailer is None or mailer.desk is not desk:
                    mailer = Mailer(desk)
                try:
                    await mailer.send_due(int(time.time() * 1000))
                    self.mail_failed = None
                except RefusedError as error:
                    self.mail_failed = error
            await asyncio.sleep(MAIL_SECONDS)

    async def _index(self) -> None:
        while True:
            desk, done = self.desk, True
            if desk is not None and desk.view.size:
                done = desk.overviews.index_some(INDEX_MS)
                if done:
                    desk.receipts.send_due(int(time.time() * 1000))
            await asyncio.sleep(LOOK_SECONDS if done else INDEX_PAUSE_SECONDS)

    async def _stay_connected(self, desk: Desk) -> None:
        while True:
            try:
                await desk.watch(self._progress)
            except RefusedError as error:
                if error.code == "already-running":
                    await self._follow_the_disk(desk)
                elif error.code == "not-admitted-yet":
                    await asyncio.sleep(LOOK_SECONDS)
                elif error.code == "tls-intercepted":
                    self._stop(error)
                    await asyncio.sleep(INSPECTED_SECONDS)
                    self._stopped = None
                else:
                    self._stop(error)
                    return
            except UntrustedError as error:
                self._stop(error)
                return

    async def _follow_the_disk(self, desk: Desk) -> None:
        """Another process of this desk is connected; what it brings is read from the disk."""
        self._following = True
        before = desk.view.size
        desk.view.catch_up_from_disk()
        if desk.view.size != before:
            self._progress(desk.view.size, desk.view.size)
        await asyncio.sleep(LOOK_SECONDS)
        self._following = False

    def _progress(self, size: int, target: int) -> None:
        self._target = max(size, target)
        self.changed.set()

    def _stop(self, error: VocuError) -> None:
        self._stopped = error
        self.changed.set()


def _open(home: Home, passphrase: str) -> Desk:
    desk = Desk.open(home, passphrase)
    desk.overviews.catch_up()
    return desk
