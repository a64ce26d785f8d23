"""One desk, assembled: the importable client that the command line and national systems use.

async with Desk.open(Home(path), passphrase) as desk:
    report = desk.actions.report_seizure(form)
    await desk.sync()
    for line in desk.reading.lines():
        ...
"""

import asyncio
import fcntl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from types import TracebackType
from typing import Self

from vocu.compilation.ledger import Ledger
from vocu.errors import RefusedError
from vocu_client.actions import Actions
from vocu_client.decisions import Applicant, Decisions
from vocu_client.fetching import Fetcher
from vocu_client.files import Files
from vocu_client.keyring import DeskKeys
from vocu_client.overviews import Overviews
from vocu_client.reading import Reading
from vocu_client.receipts import Receipts
from vocu_client.settings import Home
from vocu_client.store.chunks import ChunkStore, Upload
from vocu_client.store.consultations import Consultations
from vocu_client.store.drafts import Drafts
from vocu_client.store.handover import Handover
from vocu_client.store.imports import Imports
from vocu_client.store.invitations import Invitations
from vocu_client.store.mailbox import Mailbox
from vocu_client.store.marks import Marks
from vocu_client.store.openings import Openings
from vocu_client.store.outbox import Outbox
from vocu_client.store.preferences import Preferences
from vocu_client.store.replica import Replica
from vocu_client.store.sql import open_database
from vocu_client.sync import Progress, Session, Sync
from vocu_client.team import Team
from vocu_client.transport import HubHTTP, OfflineError, Way, visit
from vocu_client.view import View

SYNC_SECONDS = 10.0
"""How long a command waits for the hub before it says "queued"."""


class Desk:
    """An open desk. It reads and queues without a line; `sync` and `watch` bring it and the hub to the same log."""

    def __init__(self, home: Home, passphrase: str) -> None:
        self.home = home
        self.settings = home.read_settings()
        self.keys = DeskKeys.load(home.keys_file, passphrase)
        self.way = Way(self.settings.proxy, home.way_file)
        home.require_database()
        self._engine = open_database(home.database_file)
        self.replica = Replica(self._engine, self.keys.master)
        self.outbox = Outbox(self._engine, self.keys.master)
        self.drafts = Drafts(self._engine, self.keys.master)
        self.team = Team(self._engine, self.keys.master)
        self.marks = Marks(self._engine)
        self.handover = Handover(self._engine, self.keys.master)
        self.consultations = Consultations(self._engine, self.keys.master)
        self.mailbox = Mailbox(self._engine, self.keys.master)
        self.imports = Imports(self._engine, self.keys.master)
        self.preferences = Preferences(self._engine)
        self.view = View(self.settings, self.keys, self.replica)
        chunks = ChunkStore(home.media_folder, self._engine)
        self.files = Files(self.view, self.outbox, chunks)
        self.actions = Actions(self.view, self.outbox, chunks, lambda: self.team.four_eyes)
        self.reading = Reading(self.view)
        self.overviews = Overviews(self.view, self.reading, self.outbox, self.replica)
        self.receipts = Receipts(self.view, self.outbox, Openings(self._engine))
        invitations = Invitations(self._engine, self.keys.master)
        self.decisions = Decisions(home, self.view, self.actions, invitations, passphrase)
        self._sync: Sync | None = None
        self._newest_sync: Sync | None = None

    @classmethod
    def open(cls, home: Home, passphrase: str) -> Self:
        """Raises RefusedError (no-desk, wrong-passphrase) or MalformedError."""
        return cls(home, passphrase)

    @property
    def connected(self) -> bool:
        """Whether `watch` has a line to the hub now."""
        return self._sync is not None and self._sync.connected

    @property
    def trouble(self) -> OfflineError | None:
        """Why there was no line lately, where it is more than that the hub does not answer: a proxy, a certificate."""
        return self._newest_sync.trouble if self._newest_sync is not None else None

    @property
    def ledger(self) -> Ledger:
        """The counted facts, at the newest entry that this desk has."""
        if self.view.ledger is None:
            raise RefusedError("nothing-yet", "This desk has not seen its operation yet; connect it to the hub once.")
        return self.view.ledger

    async def sync(
        self,
        seconds: float = SYNC_SECONDS,
        progress: Progress | None = None,
        progress_of_files: Progress | None = None,
        *,
        persist: bool = True,
    ) -> bool:
        """Bring outbox and log up to date. Whether that succeeded; what did not go waits.

        It gives up after so many seconds in which no entry came and no chunk of a file went, or without `persist` as
        soon as the line is gone. `progress_of_files`: bytes that the hub took, and how many there are, of one event.
        Raises UntrustedError after an alarm, RefusedError where the hub does not serve this desk (any more).
        """
        with self._sole_sender() as alone:
            if alone:
                self.view.catch_up_from_disk()
                try:
                    async with asyncio.timeout(seconds) as patience:

                        def moved(size: int, target: int) -> None:
                            patience.reschedule(asyncio.get_running_loop().time() + seconds)
                            if progress is not None:
                                progress(size, target)

                        def uploaded(_event: str, upload: Upload) -> None:
                            patience.reschedule(asyncio.get_running_loop().time() + seconds)
                            if progress_of_files is not None:
                                progress_of_files(upload.done, upload.total)

                        sync = Sync(self.view, self.outbox, self.files, moved, uploaded, self.way)
                        self._newest_sync = sync
                        await (sync.run if persist else sync.once)(lambda session: session.idle or session.mute)
                except (TimeoutError, OfflineError):
                    return False
                return not self.outbox.waiting(0, 1)
        return await self._wait_for_other_sender(seconds)

    async def watch(
        self, progress: Progress | None = None, enough: Callable[[Session], bool] = lambda _: False
    ) -> None:
        """Stay connected and send what any command of this desk writes, until cancelled or `enough`."""
        with self._sole_sender() as alone:
            if not alone:
                raise RefusedError("already-running", "Another process of this desk is connected; let it do the work.")
            self.view.catch_up_from_disk()
            self._sync = self._newest_sync = Sync(self.view, self.outbox, self.files, progress, way=self.way)
            try:
                await self._sync.run(enough)
            finally:
                self._sync = None

    def uploads(self) -> dict[str, Upload]:
        """By event in the outbox that has files: how many bytes of them the hub took, and how many there are."""
        return self.files.store.uploads()

    async def fetch_files(self, event_id: str, progress: Progress | None = None) -> None:
        """Fetch the files of an event now, beside whatever else this desk does; see `files.of` for what is here then.

        `progress`: chunks that are here, of how many that were not. Raises OfflineError.
        """
        missing = len(self.files.due(event_id))
        if not missing:
            return
        async with self._visit() as http:
            fetcher = Fetcher(self.settings.op, self.files, http)
            while await fetcher.fetch(fetcher.wanted(event_id)):
                if progress is not None:
                    progress(missing - len(self.files.due(event_id)), missing)

    async def applicants(self) -> list[Applicant]:
        """Those who answered an invitation of this desk and wait to be admitted. Raises OfflineError."""
        async with self._visit() as http:
            return await self.decisions.applicants(http)

    def close(self) -> None:
        self._engine.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    @asynccontextmanager
    async def _visit(self) -> AsyncIterator[HubHTTP]:
        """A line to the hub of its own, beside the sender's; what is not to be trusted about it raises an alarm."""
        settings, hub_key = self.settings, self.view.operation.hub_key
        async with AsyncExitStack() as connection:
            with self.view.alarming():
                visiting = visit(settings.hub, settings.op, self.keys.author, hub_key, self.view.size, self.way)
                http = await connection.enter_async_context(visiting)
            yield http

    @contextmanager
    def _sole_sender(self) -> Iterator[bool]:
        """Only one process per desk sends; a process that dies lets go of the lock."""
        with self.home.lock_file.open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    async def _wait_for_other_sender(self, seconds: float) -> bool:
        for _ in range(int(seconds / 0.1)):
            if not self.outbox.waiting(0, 1):
                self.view.catch_up_from_disk()
                return True
            await asyncio.sleep(0.1)
        return False


__all__ = ["Desk", "OfflineError"]
