"""The one place where an operation's log grows.

Whatever waits is taken together: examined, numbered, written and committed once, and signed for. Only then does anybody
hear of it. What is not committed has not happened: nobody was told, and memory is read from the disk again.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, TypeVar

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from vocu.errors import RefusedError, VocuError
from vocu.operation.admission import SignedEvent
from vocu.operation.header import digest
from vocu.operation.state import Device
from vocu.protocol.frames import PAGE, Receipt
from vocu_server import metrics
from vocu_server.audit import DECISIONS
from vocu_server.clock import Clock
from vocu_server.fanout.feed import MAX_PAGE_BYTES, Feed
from vocu_server.sequencer.replica import Batch, Replica
from vocu_server.sequencer.wraps import with_wraps
from vocu_server.store import directory, log
from vocu_server.store.attachments.attachments import Attachments
from vocu_server.store.log import StoredEntry
from vocu_server.store.sql import Database, NotOwnedError
from vocu_server.wire import serialise

T = TypeVar("T")

NO_LONGER_ADMITTED = 4403

events = structlog.get_logger()


class Sender(Protocol):
    """Whoever submits events, and hears what became of them."""

    def receive_receipts(self, receipts: Sequence[Receipt], size: int, checkpoint: str) -> None: ...
    def receive_refusal(self, digest: bytes, error: VocuError) -> None: ...
    def receive_failure(self, events: int) -> None:
        """The disk failed: nothing is known of this many events; send them again later."""


class Submission(NamedTuple):
    event: SignedEvent
    sender: Sender


class Sequencer:
    """Puts the events of one operation in order. `lost` is told where another process may do so now."""

    def __init__(
        self,
        replica: Replica,
        database: Database,
        attachments: Attachments,
        clock: Clock,
        feed_bytes: int,
        lost: Callable[[str], None],
    ) -> None:
        self.op = replica.op
        self._replica = replica
        self._database = database
        self._attachments = attachments
        self._clock = clock
        self._lost = lost
        self._waiting: deque[Submission] = deque()
        self._news = asyncio.Event()
        self._turn = asyncio.Lock()
        self._sound = True
        self._given_up = False
        self._notarised_at = 0.0
        self._greeting = (-1, "")
        self.feed = Feed(self._read_page, self._sign, serialise, feed_bytes)
        self.feed.begin(replica.tree.size, self._sign(replica.tree.size))

    # --- for logins ---

    def active_device(self, name: str) -> Device:
        """Raises RefusedError where this device is not, or no longer, admitted."""
        device = self._replica.state.devices.get(name)
        if device is None or not device.active or device.seal is None:
            raise RefusedError("not-admitted", "This device is not, or no longer, admitted to the operation.")
        return device

    def checkpoint(self) -> str:
        """The newest checkpoint with both of the hub's signatures, for a hello."""
        size, note = self._greeting
        if size != self.feed.size:
            size, note = self._greeting = self.feed.size, self._replica.sign(self.feed.size, post_quantum=True)
        return note

    # --- for senders ---

    def submit(self, event: SignedEvent, sender: Sender) -> None:
        self._waiting.append(Submission(event, sender))
        self._news.set()

    @property
    def waiting(self) -> int:
        """Events that nobody has looked at yet."""
        return len(self._waiting)

    async def inspect(self, look: Callable[[Replica], T]) -> T:
        """What `look` sees between two batches; it changes nothing."""
        return await self._database.write(lambda _: look(self._replica))

    async def run(self) -> None:
        """Admit what is submitted, until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), PAGE))]
                async with self._turn:
                    await self._take(taken)

    async def resume(self) -> None:
        """Go on after the connection was lost that held the operation's lock, if no other process has."""
        async with self._turn:
            if not self._given_up and not self._database.holds(self.op):
                await self._start_over()

    async def append_own(self, compose: Callable[[Replica], SignedEvent | None], sender: Sender) -> bool:
        """Compose an event from exactly what the log holds, and admit it before anything else comes in.

        Returns whether there was one to admit.
        """
        async with self._turn:
            event = await self.inspect(compose)
            if event is not None:
                await self._take([Submission(event, sender)])
            return event is not None

    async def _take(self, submissions: list[Submission]) -> None:
        if any(None in each.event.parts for each in submissions):
            submissions = [whole for each in submissions if (whole := await self._completed(each)) is not None]
        if not submissions:
            return
        before = self._replica.state.roster_hash
        try:
            with metrics.commit_seconds.time():
                batch = await self._database.write(lambda connection: self._admit(connection, submissions), self.op)
        except (SQLAlchemyError, OSError) as error:  # nobody may be told that these events are safe
            events.error("commit-failed", op=self.op, events=len(submissions), error=type(error).__name__)
            await self._start_over()
            for sender, count in _counted(submissions).items():
                sender.receive_failure(count)
        except Exception as error:
            events.exception("admission-failed", op=self.op, events=len(submissions))
            await self._start_over()
            await self._take_one_by_one(submissions, error)
        else:
            roster_changed = before != self._replica.state.roster_hash
            self._publish(batch, roster_changed=roster_changed)
            self._answer(submissions, batch)
            metrics.batch_events.observe(len(submissions))
            await self._clean_up(batch, roster_changed=roster_changed)

    async def _completed(self, submission: Submission) -> Submission | None:
        """With an epoch's wraps inside. None where they cannot be read now: the sender tries again."""
        try:
            event = await with_wraps(submission.event, self._replica.state, self._attachments)
        except RefusedError:
            submission.sender.receive_failure(1)
            return None
        return submission._replace(event=event)

    async def _take_one_by_one(self, submissions: list[Submission], error: Exception) -> None:
        """One event that the hub cannot digest must not keep the others out."""
        if len(submissions) > 1:
            for each in submissions:
                await self._take([each])
            return
        event, sender = submissions[0]
        refusal = RefusedError(
            "hub-error", f"The hub failed on this event ({type(error).__name__}); tell its operator."
        )
        sender.receive_refusal(digest(event.header, event.signature), refusal)

    def _admit(self, connection: Connection, submissions: list[Submission]) -> Batch:
        if not self._sound:
            self._rebuild(connection)
        now = time.monotonic()
        notarise = now - self._notarised_at >= 1
        if notarise:
            self._notarised_at = now
        signed = [each.event for each in submissions]
        return self._replica.admit(connection, signed, self._clock(), post_quantum=notarise)

    def _rebuild(self, connection: Connection) -> str:
        note = self._replica.rebuild(connection)
        self._sound = True
        return note

    def _publish(self, batch: Batch, *, roster_changed: bool) -> None:
        if not batch.entries:
            return
        if roster_changed:
            devices = self._replica.state.devices
            gone = [reader for reader in self.feed.readers if not devices[reader.device].active]
            self.feed.dismiss(gone, NO_LONGER_ADMITTED, "This device is no longer admitted to the operation.")
        if batch.erases:
            self.feed.forget()
        self.feed.publish(batch.entries, batch.checkpoint)
        self._note(batch)

    def _note(self, batch: Batch) -> None:
        metrics.admitted.inc(len(batch.entries))
        metrics.last_commit.set_to_current_time()
        for stored, act in zip(batch.entries, batch.acts, strict=True):
            if act.header.type in DECISIONS:
                kind, sender = act.header.type, act.header.sender
                events.info("decided", op=self.op, kind=kind, device=sender, entry=stored.position)

    async def _clean_up(self, batch: Batch, *, roster_changed: bool) -> None:
        """What follows from the batch, and is done at the next start where it fails now."""
        try:
            if roster_changed:
                known = set(self._replica.state.devices)
                await self._database.write(
                    lambda connection: directory.drop_join_requests(connection, self.op, known), self.op
                )
            if batch.erases:
                self._attachments.erase_soon()
                await self._database.truncate()
        except (SQLAlchemyError, OSError) as error:
            events.error("clean-up-failed", op=self.op, error=type(error).__name__)

    def _answer(self, submissions: list[Submission], batch: Batch) -> None:
        receipts: dict[Sender, list[Receipt]] = {}
        for submission, outcome, receipt in zip(submissions, batch.outcomes, batch.receipts, strict=True):
            if receipt is not None:
                receipts.setdefault(submission.sender, []).append(receipt)
            elif isinstance(outcome, VocuError):
                event = submission.event
                submission.sender.receive_refusal(digest(event.header, event.signature), outcome)
        for sender, given in receipts.items():
            sender.receive_receipts(given, batch.size, batch.checkpoint)

    async def _start_over(self) -> None:
        """Forget what did not get onto the disk, now if it can be read, else before the next batch.

        The lock may have been lost with the connection, and another process may have written since: without the lock,
        this one has nothing more to say of the operation.
        """
        self._sound = False
        try:
            if not self._database.holds(self.op) and not await self._database.try_lock(self.op):
                raise NotOwnedError
            note = await self._database.read(self._rebuild)  # nobody else writes to it now
        except (SQLAlchemyError, VocuError) as error:
            events.error("rebuild-failed", op=self.op, error=type(error).__name__)
            if not self._database.holds(self.op):
                self._given_up = True
                self._lost(self.op)
        else:
            self.feed.begin(self._replica.tree.size, note)

    # --- for readers ---

    async def _read_page(self, start: int, stop: int) -> list[StoredEntry]:
        return await self._database.read(lambda c: log.page(c, self.op, start, stop, MAX_PAGE_BYTES))

    def _sign(self, size: int) -> str:
        return self._replica.sign(size, post_quantum=False)


def _counted(submissions: list[Submission]) -> dict[Sender, int]:
    counts: dict[Sender, int] = {}
    for submission in submissions:
        counts[submission.sender] = counts.get(submission.sender, 0) + 1
    return counts
