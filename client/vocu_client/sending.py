"""The way of the outbox up to the hub: seal at send time, keep the bytes, send, and believe only a verified receipt.

Many events are in flight at once, each signed as the successor of the one before. When one is refused, nothing more is
sent until all answers are in; then what was behind it is signed again, with the same ids.
"""

import secrets
import time
from collections.abc import Callable

from msgspec import Struct

from vocu.canonical import b64
from vocu.compilation.issuing import day_due, newsletter
from vocu.compilation.ledger import Ledger
from vocu.errors import MalformedError, RefusedError, UntrustedError
from vocu.ids import newsletter_id
from vocu.operation.admission import SignedEvent
from vocu.operation.bodies import Fault
from vocu.operation.composing import Composer, Draft, LogView
from vocu.operation.events import EpochFault, NewsletterCompiled, kind_of
from vocu.operation.header import Header, digest, read_header
from vocu.operation.state import Chained
from vocu.operation.verified import Accepted
from vocu.protocol.frames import INLINE_PART, Append, Receipts, Refusal
from vocu_client.store.chunks import ChunkStore
from vocu_client.store.outbox import Item, Outbox
from vocu_client.transport import Channel, HubHTTP
from vocu_client.uploading import Uploaded, Uploader
from vocu_client.view import View

WINDOW = 64
"""Events in flight at most."""
SIGN_AGAIN = frozenset(
    {"stale-prev", "stale-epoch", "stale-roster", "wrong-readers", "inactive-device", "part-missing", "bad-issue"}
)
"""Refusals that mean only that the log went on meanwhile."""


class _Flying(Struct):
    id: str
    header: Header


class Sender:
    """One session's sending. What it holds in memory may be lost at any moment; what counts is in the outbox.

    `hub_now` is the hub's clock, as of its hello and the time since: epochs are as old as the hub says.
    """

    def __init__(
        self,
        view: View,
        outbox: Outbox,
        chunks: ChunkStore,
        channel: Channel,
        http: HubHTTP,
        hub_now: Callable[[], int],
    ) -> None:
        self._view, self._outbox, self._chunks, self._channel, self._http = view, outbox, chunks, channel, http
        self._uploader = Uploader(view.settings.op, outbox, chunks, http)
        self.uploaded: Uploaded | None = None
        self._hub_now = hub_now
        self._flying: dict[bytes, _Flying] = {}
        self._tail: dict[str | tuple[str, ...], Chained] = {}
        self._last_seq = 0
        self._draining = False
        self._overtaken = False
        self._setbacks = 0
        self._not_before = 0.0
        self._complained = False
        self._gave_up = False
        self._proven: set[str] = set()
        self._proven_to = -1

    def start(self) -> None:
        """Once the log is caught up with: what was sent before and is in the log by now is delivered."""
        register, device = self._view.state.register, self._view.settings.device
        sent = {item.id: register.sent_by(device, item.id) for item in self._outbox.items("sent")}
        self._outbox.delivered({event_id: index for event_id, index in sent.items() if index is not None})

    async def stop(self) -> None:
        """Let go of what goes on beside the channel."""
        await self._uploader.stop()

    @property
    def idle(self) -> bool:
        """Whether everything that was written is in the log, or refused, and no newsletter is left to compile here."""
        return not self._flying and not self._outbox.waiting(0, 1) and self._newsletter_day() is None

    async def pump(self) -> None:
        """Send as much as may be in flight now."""
        if not self._flying and self._tail:
            if self._view.size <= self._proven_to:
                return
            self._draining, self._tail, self._last_seq = False, {}, 0
            self._pause_if_overtaken()
        # By half windows at least: one event at a time costs as many writes to both disks as many together.
        if self._draining or len(self._flying) > WINDOW // 2 or time.monotonic() < self._not_before:
            return
        ready: list[tuple[str, SignedEvent]] = []
        fresh: list[tuple[str, SignedEvent, bytes]] = []
        day, ledger = self._newsletter_day(), self._view.ledger
        if day is not None and ledger is not None and self._view.epoch_at_fault is None:
            if not self._flying:  # Nothing may come between what it counts and its own place.
                fresh.append(self._newsletter(day, ledger))
                self._outbox.keep_signed(fresh)
                await self._launch(*fresh[0][:2])
            return
        if not self._flying and self._view.epoch_at_fault is not None and not self._complained:
            fresh.append(self._complaint(self._view.epoch_at_fault))
            ready.append(fresh[-1][:2])
        waiting = self._outbox.waiting(self._last_seq, WINDOW - len(self._flying))
        held = self._held(waiting) if waiting else frozenset()
        for item in waiting:
            if item.id in held:
                continue
            signed = item.signed
            if signed is None:
                try:
                    draft = self._outbox.draft(item)
                except MalformedError as error:  # it must not keep back what was written after it
                    self._outbox.refused(item.id, error.code, error.message)
                    continue
                if draft.ref in held:
                    held |= {item.id}
                    continue
                if self._needs_epoch(draft) and not self._view.state.epoch_is_current(self._hub_now()):
                    if not self._flying and not ready:
                        fresh.append(self._rotation())
                        ready.append(fresh[-1][:2])
                    break
                if self._needs_epoch(draft) and self._view.epoch_at_fault is not None:
                    break  # It waits for an epoch that opens here; nobody may wait in vain for what we cannot read.
                try:
                    signed = self._composer().compose(draft, self._epoch_secret())
                except (RefusedError, MalformedError) as error:
                    self._outbox.refused(item.id, error.code, error.message)
                    continue
                fresh.append((item.id, signed, digest(signed.header, signed.signature)))
            header = read_header(signed.header)
            self._tail[header.to] = Chained(header.dseq, digest(signed.header, signed.signature))
            self._last_seq = item.seq
            ready.append((item.id, signed))
        await self._let_go(ready, fresh, {item.id for item in waiting})

    async def _let_go(
        self, ready: list[tuple[str, SignedEvent]], fresh: list[tuple[str, SignedEvent, bytes]], waited: set[str]
    ) -> None:
        """Send what is ready, but for what was taken back while it was being signed: what follows is signed again."""
        taken_back = self._outbox.keep_signed(fresh) & waited
        for event_id, signed in ready:
            if event_id not in taken_back:
                await self._launch(event_id, signed)

    def _held(self, waiting: list[Item]) -> frozenset[str]:
        """The events whose files are on their way up: what was written after them, and is not about them, goes on."""
        pending = self._uploader.pending()
        self._uploader.go_on([item.id for item in waiting if item.id in pending], self.uploaded)
        return pending

    def _pause_if_overtaken(self) -> None:
        """Longer each time: a hub that says "too late" again and again hears less and less of us."""
        if self._overtaken:
            self._overtaken, self._setbacks = False, self._setbacks + 1
            self._not_before = time.monotonic() + min(10.0, 0.05 * 2**self._setbacks)

    def _newsletter_day(self) -> str | None:
        """The day whose newsletter is due, and this desk's to compile: where the hub cannot."""
        view = self._view
        if self._gave_up or not view.compiles or view.alarmed:
            return None
        return day_due(view.state, max(self._hub_now(), view.state.at))

    def _newsletter(self, day: str, ledger: Ledger) -> tuple[str, SignedEvent, bytes]:
        """The newsletter that is due, or before it the epoch that it is sealed to. It is in no outbox: whoever starts
        again and finds it missing in the log compiles it for the place where it then comes to stand."""
        view, at = self._view, max(self._hub_now(), self._view.state.at)
        if not view.state.epoch_is_current(self._hub_now()):
            return self._rotation()
        event = newsletter(ledger, view.state, day, view.operation.log.root(), at)
        draft = Draft(id=newsletter_id(view.state.op, day), event=event, ts=at)
        return self._alone(draft.id, self._composer().compose(draft, self._epoch_secret()))

    def _rotation(self) -> tuple[str, SignedEvent, bytes]:
        event_id = b64(secrets.token_bytes(16))
        return self._alone(event_id, self._composer().compose_epoch(event_id, self._hub_now(), secrets.token_bytes(32)))

    def _complaint(self, epoch: int) -> tuple[str, SignedEvent, bytes]:
        """Said once a session: a hub that kept every wrap from us would otherwise have us rotate without end."""
        self._complained = True
        fault = EpochFault(plain=Fault(epoch=epoch))
        draft = Draft(id=b64(secrets.token_bytes(16)), event=fault, ts=self._hub_now())
        return self._alone(draft.id, self._composer().compose(draft))

    def _alone(self, event_id: str, signed: SignedEvent) -> tuple[str, SignedEvent, bytes]:
        """Nothing else is sent until this event is in the log."""
        name = digest(signed.header, signed.signature)
        self._tail[read_header(signed.header).to] = Chained(read_header(signed.header).dseq, name)
        self._draining = True
        return event_id, signed, name

    def _composer(self) -> Composer:
        view = self._view
        seen = LogView(view.state, view.operation.log.root(), self._tail)
        return Composer(view.keys.author, seen, secrets.token_bytes)

    def _epoch_secret(self) -> bytes | None:
        epoch = self._view.state.epoch
        return self._view.keyring.epochs.get(epoch.index) if epoch is not None else None

    async def _launch(self, event_id: str, signed: SignedEvent) -> None:
        header = read_header(signed.header)
        inline: list[bytes | None] = []
        for slip, data in zip(header.parts, signed.parts, strict=True):
            large = data is not None and len(data) > INLINE_PART and not slip.inside
            if large and data is not None:
                await self._http.put_part(header.op, data)
            inline.append(None if large else data)
        self._flying[digest(signed.header, signed.signature)] = _Flying(event_id, header)
        await self._channel.send(Append(signed.header, signed.signature, tuple(inline)))

    def take_receipts(self, frame: Receipts) -> list[str]:
        """Mark as delivered what the hub proved. Returns the ids. Raises UntrustedError for a false receipt."""
        proven: dict[str, int] = {}
        log = self._view.operation.log
        for receipt in frame.receipts:
            leaf = log.check_receipt(receipt.index, frame.size, receipt.leaf_data, receipt.proof, frame.checkpoint)
            flying = self._flying.get(receipt.digest)
            if flying is None:
                continue
            if leaf.kind != flying.header.leaf_kind or self._view.signed_as(leaf.digest) != flying.id:
                raise UntrustedError(
                    "false-receipt",
                    "The hub's receipt is for something else than what this desk sent. Raise the alarm.",
                )
            del self._flying[receipt.digest]
            proven[flying.id] = receipt.index
            self._setbacks = 0
            self._proven_to = max(self._proven_to, receipt.index)
        self._outbox.delivered(proven)
        self._proven |= proven.keys()
        return list(proven)

    def take_refusal(self, frame: Refusal) -> None:
        """Park what a rule refused; sign again what the log only overtook."""
        flying = self._flying.pop(frame.digest, None)
        if flying is None:
            return
        self._draining = True
        if frame.code == "split-view":
            raise UntrustedError(frame.code, frame.message, frame.details)
        if frame.code in SIGN_AGAIN:
            self._overtaken = True
            self._outbox.requeue([flying.id])
            if frame.code == "part-missing":
                self._chunks.upload_again(flying.id)
        elif flying.header.type == kind_of(NewsletterCompiled):
            self._overtaken = True  # Where another desk of the organiser was first, its newsletter will soon be here.
            self._gave_up = frame.code != "id-in-use"
        else:
            self._outbox.refused(flying.id, frame.code, "\n".join((frame.message, *frame.details)))

    def take_entries(self, accepted: list[Accepted], checkpoint: str) -> None:
        """Own events that the log shows are delivered, whether or not their receipt ever came.

        Raises UntrustedError where the log shows something else than a receipt, of an earlier session even, promised.
        """
        own = self._view.settings.device
        seen: dict[str, int] = {}
        for entry in accepted:
            if entry.act is not None and entry.act.header.sender == own:
                if entry.act.header.id not in self._proven:
                    seen[entry.act.header.id] = entry.index
                self._flying.pop(entry.act.digest, None)
                self._proven_to = max(self._proven_to, entry.index)
        if accepted:
            for event_id, index in self._outbox.positions(accepted[0].index, accepted[-1].index).items():
                if seen.get(event_id) != index:
                    raise UntrustedError(
                        "broken-receipt",
                        f"The hub gave a receipt for entry {index}, and shows something else there.",
                        (f"event: {event_id}", f"entry: {index}", checkpoint),
                    )
        if seen:
            self._outbox.delivered(seen)

    def _needs_epoch(self, draft: Draft) -> bool:
        sealed = self._view.state.sealed_parts
        return any(getattr(draft.event, name, None) is not None and name not in draft.readers for name in sealed)
