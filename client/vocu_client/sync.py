"""The desk's one loop with the hub: log down, outbox up (docs/protocol.md §7)."""

import asyncio
import time
from collections.abc import Callable

from vocu.canonical import unb64
from vocu.errors import MalformedError, RefusedError, UntrustedError
from vocu.ids import erasure_receipt_id
from vocu.operation.bodies import Erased
from vocu.operation.composing import Draft
from vocu.operation.events import (
    DeviceAdmitted,
    EntryErased,
    EpochFault,
    EpochsGranted,
    ErasureConfirmed,
    ParticipantAdmitted,
    ParticipantChanged,
)
from vocu.protocol.frames import INLINE_PART, Entries, Fresh, FromHub, Receipts, Refusal
from vocu.protocol.session import open_hello
from vocu_client.fetching import Fetcher
from vocu_client.files import Files
from vocu_client.granting import due_grants
from vocu_client.sending import Sender
from vocu_client.store.outbox import Outbox
from vocu_client.transport import Channel, HubHTTP, OfflineError, Way, exhibiting, sleep_with_jitter
from vocu_client.uploading import Uploaded
from vocu_client.view import View

FRESHEN_SECONDS = 240.0
FRESH_FOR_SECONDS = 600.0
"""How long after the hub proved its newest state this desk may seal."""
LOOK_SECONDS = 0.2
"""How often the outbox is looked at for what other commands wrote into it."""

GRANT_AFTER = (ParticipantAdmitted, ParticipantChanged, DeviceAdmitted, EpochFault, EpochsGranted)
"""After these somebody may read who could not read what was sealed before, or this desk has come to what he lacks."""

Progress = Callable[[int, int], None]
"""Told how many entries are here, and how many the hub has."""


class Sync:
    """Keeps one desk and its hub at the same log. Any error of the line is healed by connecting again."""

    def __init__(
        self,
        view: View,
        outbox: Outbox,
        files: Files,
        progress: Progress | None = None,
        uploaded: Uploaded | None = None,
        way: Way | None = None,
    ) -> None:
        self._view = view
        self._way = way or Way()
        self._outbox = outbox
        self._files = files
        self._progress = progress
        self._uploaded = uploaded
        self.connected = False
        self.trouble: OfflineError | None = None
        """Why there is no line, where it is more than that the hub does not answer."""

    async def run(self, enough: Callable[["Session"], bool] = lambda _: False) -> None:
        """Stay connected until `enough` says so, reconnecting with growing pauses.

        Raises UntrustedError after an alarm, and RefusedError where the hub does not serve this desk (any more).
        """
        attempt = 0
        while True:
            try:
                await self.once(enough)
                return
            except OfflineError:
                attempt = 0 if self.connected else attempt + 1
                self.connected = False
                await sleep_with_jitter(attempt)

    async def once(self, enough: Callable[["Session"], bool]) -> None:
        """One connection, until `enough`. Raises OfflineError when the line is gone, and as `run` does."""
        try:
            with self._view.alarming():
                await self._connection(enough)
        except OfflineError as error:
            self.trouble = error if error.code != "offline" else None
            raise

    async def _connection(self, enough: Callable[["Session"], bool]) -> None:
        settings, view = self._view.settings, self._view
        hub_key = view.operation.hub_key
        try:
            channel = await Channel.connect(settings.hub, settings.op, view.keys.author, hub_key, self._way)
        except RefusedError as error:
            if error.code == "not-admitted" and view.size == 0 and settings.safety_number:
                raise RefusedError(
                    "not-admitted-yet",
                    "The organiser has not admitted this desk yet. Read this safety number to him by telephone: "
                    f"{settings.safety_number}",
                ) from None
            raise
        try:
            signed_for = view.operation.log.check_fresh(channel.hello.checkpoint).size
            welcome = await channel.authenticate(view.size)
            self.connected, self.trouble = True, None
            async with HubHTTP(channel.address, welcome.token, self._way) as http:
                size = max(signed_for, welcome.size)
                session = Session(view, self._outbox, self._files, channel, http, size)
                await session.converse(enough, self._progress, self._uploaded)
        finally:
            await channel.close()


class Session:
    """One connection to the hub, from welcome to goodbye."""

    def __init__(self, view: View, outbox: Outbox, files: Files, channel: Channel, http: HubHTTP, size: int) -> None:
        self._view, self._outbox, self._files, self._channel, self._http = view, outbox, files, channel, http
        self._progress: Progress | None = None
        self._started = self._fresh_at = time.monotonic()
        self._hub_time = channel.hello.time
        self._nonce: bytes | None = None
        self._target = size
        self._sender = Sender(view, outbox, files.store, channel, http, self._hub_now)
        self._fetching: asyncio.Task[None] | None = None
        self._may_send = False
        self._fetch_due = True
        self._erase_due = True
        self._grant_due = True

    @property
    def caught_up(self) -> bool:
        """Whether everything is here that the hub had when we came, and that it has signed for since: nothing is
        sealed on an older view."""
        return self._view.size >= self._target

    @property
    def idle(self) -> bool:
        """Caught up, and nothing waits in the outbox."""
        return self.caught_up and self._may_send and self._sender.idle

    @property
    def mute(self) -> bool:
        """Caught up, and sending nothing because of an open alarm."""
        return self.caught_up and self._view.alarmed

    async def converse(
        self,
        enough: Callable[["Session"], bool],
        progress: Progress | None = None,
        uploaded: Uploaded | None = None,
    ) -> None:
        """Receive and send until `enough`."""
        self._progress, self._sender.uploaded = progress, uploaded
        receiving = asyncio.ensure_future(self._channel.receive())
        try:
            while True:
                if self.caught_up:
                    await self._after_catching_up()
                if enough(self):
                    return
                await asyncio.wait({receiving}, timeout=LOOK_SECONDS)
                if receiving.done():
                    self._handle(receiving.result())
                    receiving = asyncio.ensure_future(self._channel.receive())
        finally:
            receiving.cancel()
            if self._fetching is not None:
                self._fetching.cancel()
                await asyncio.gather(self._fetching, return_exceptions=True)
            await self._sender.stop()

    async def _after_catching_up(self) -> None:
        if not self._may_send:
            self._sender.start()
            self._may_send = True
            self._files.sweep()
            self._fetching = asyncio.create_task(Fetcher(self._view.settings.op, self._files, self._http).run())
        if self._erase_due:
            self._erase()
            self._erase_due = False
        if self._grant_due:
            self._outbox.queue(list(due_grants(self._view, self._hub_now())), self._hub_now())
            self._grant_due = False
        if self._fetch_due:
            await self._fetch_large_parts()
            self._fetch_due = False
        age = time.monotonic() - self._fresh_at
        if age > FRESHEN_SECONDS and self._nonce is None:
            self._nonce = await self._channel.freshen()
        if age < FRESH_FOR_SECONDS and not self._view.alarmed:
            await self._sender.pump()

    def _handle(self, frame: FromHub) -> None:
        match frame:
            case Entries():
                self._take_entries(frame)
            case Receipts() | Refusal() | Fresh():
                with exhibiting(frame):
                    self._take_answer(frame)
            case _:
                with exhibiting(frame):
                    raise MalformedError("bad-frame", "The hub said something that has no place here.")

    def _take_entries(self, frame: Entries) -> None:
        accepted = self._view.accept(frame.entries, frame.checkpoint)
        self._sender.take_entries(accepted, frame.checkpoint)
        if any(entry.act and isinstance(entry.act.event, EntryErased) for entry in accepted):
            self._erase_due = True
        if any(entry.act and isinstance(entry.act.event, GRANT_AFTER) for entry in accepted):
            self._grant_due = True
        if any(slip.size > INLINE_PART for entry in accepted if entry.act for slip in entry.act.header.parts):
            self._fetch_due = True
        if self._progress is not None:
            self._progress(self._view.size, max(frame.size, self._view.size))

    def _take_answer(self, frame: Receipts | Refusal | Fresh) -> None:
        match frame:
            case Receipts():
                self._sender.take_receipts(frame)
            case Refusal():
                self._sender.take_refusal(frame)
            case Fresh():
                if self._nonce is None:
                    raise UntrustedError("stale-hello", "The hub answered a question that we did not ask.")
                settings = self._view.settings
                hello = open_hello(
                    frame, self._view.operation.hub_key, op=settings.op, device=settings.device, nonce=self._nonce
                )
                signed_for = self._view.operation.log.check_fresh(hello.checkpoint).size
                self._target = max(self._target, signed_for)
                self._nonce, self._hub_time = None, hello.time
                self._fresh_at = self._started = time.monotonic()

    def _erase(self) -> None:
        """Delete what was erased, and say so: each desk once, whatever was interrupted before."""
        view = self._view
        for event_id, erasure in view.erasures():
            receipt = erasure_receipt_id(event_id, view.settings.device)
            if view.state.register.sent_by(view.settings.device, receipt) is None:
                view.forget(erasure)
                if "media" in erasure.parts:
                    self._files.forget(erasure.index)
                confirmed, now = ErasureConfirmed(plain=Erased(index=erasure.index)), self._hub_now()
                self._outbox.queue([Draft(id=receipt, event=confirmed, ts=now, ref=event_id)], now)

    async def _fetch_large_parts(self) -> None:
        for index, place, slip in self._view.large_parts_missing():
            try:
                data = await self._http.get_part(self._view.settings.op, unb64(slip.sha256))
            except (RefusedError, MalformedError):
                continue  # Erased, withheld or damaged: reading says "not here", and the next session asks again.
            self._view.keep_part(index, place, data)

    def _hub_now(self) -> int:
        return self._hub_time + int((time.monotonic() - self._started) * 1000)
