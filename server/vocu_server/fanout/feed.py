"""How the log reaches its readers: each has a position and is served from there at his own pace.

The newest entries are kept in memory, encoded; who keeps up gets the same bytes as everybody at the same position.
Who fell behind reads pages from the database, as one who was offline does. A slow reader costs no memory.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Protocol

import structlog

from vocu.protocol.frames import PAGE, encode_entries, encode_entry
from vocu_server.fanout.audience import Audience, Form, decode_audience, decode_entry, narrow
from vocu_server.fanout.eager import run_eagerly

MAX_PAGE_BYTES = 1024 * 1024
"""Of one frame of entries, so that a slow socket's buffer stays small."""
TOO_SLOW, FAILING = 4408, 4503

log = structlog.get_logger()


class Encoded(Protocol):
    """An entry as the store keeps it."""

    @property
    def position(self) -> int: ...
    @property
    def audience(self) -> bytes | None: ...
    @property
    def body(self) -> bytes: ...


class Narrowed:
    """An entry that not everybody sees in full, encoded once for each form in which somebody does."""

    def __init__(self, entry: Encoded, audience: bytes) -> None:
        self.audience: Audience = decode_audience(audience)
        self._body = entry.body
        self._forms: dict[Form, bytes] = {}

    def encoded(self, form: Form) -> bytes:
        known = self._forms.get(form)
        if known is None:
            known = self._forms[form] = encode_entry(narrow(decode_entry(self._body), form))
        return known


class Span:
    """Consecutive entries and their frames: one for each combination of forms that some reader sees."""

    def __init__(self, entries: Sequence[Encoded]) -> None:
        self._entries = entries
        self._narrowed = {n: Narrowed(each, each.audience) for n, each in enumerate(entries) if each.audience}
        self._frames: dict[tuple[Form, ...], bytes] = {}

    @property
    def stop(self) -> int:
        return self._entries[-1].position + 1

    def frame(self, ncp: str, device: str, checkpoint: str, size: int) -> bytes:
        forms = tuple(each.audience.form(ncp, device) for each in self._narrowed.values()) if self._narrowed else ()
        known = self._frames.get(forms)
        if known is None:
            bodies = [each.body for each in self._entries]
            for (n, narrowed), form in zip(self._narrowed.items(), forms, strict=True):
                bodies[n] = narrowed.encoded(form)
            known = self._frames[forms] = encode_entries(bodies, checkpoint, size)
        return known


class Reader:
    """One desk's socket: the position it was served up to, and the replies to what it sent."""

    def __init__(
        self,
        ncp: str,
        device: str,
        position: int,
        send: Callable[[bytes], Awaitable[None]],
        close: Callable[[int, str], None],
    ) -> None:
        self.ncp = ncp
        self.device = device
        self.position = position
        self.send = send
        self.close = close
        self.replies: deque[bytes] = deque()
        self.gone = False
        self.task: asyncio.Task[None] | None = None
        self.sent_at: float = 0.0
        """When the socket last took something, while there is more to send."""


class Feed:
    """The readers of one operation's log, and its newest entries.

    `read_page(start, stop)` yields entries from the database, at least one; `sign(size)` the checkpoint of that size.
    """

    def __init__(
        self,
        read_page: Callable[[int, int], Awaitable[Sequence[Encoded]]],
        sign: Callable[[int], str],
        max_bytes: int,
    ) -> None:
        self._read_page = read_page
        self._sign = sign
        self._max_bytes = max_bytes
        self._ring: deque[Encoded] = deque()
        self._ring_bytes = 0
        self._newest: dict[int, Span] = {}
        self._checkpoint = ""
        self.size = 0
        self.readers: set[Reader] = set()

    @property
    def ring_bytes(self) -> int:
        return self._ring_bytes

    def begin(self, size: int, checkpoint: str) -> None:
        """Take over the log as it is on disk; readers fetch from there what they lack."""
        self.forget()
        self.size, self._checkpoint = size, checkpoint
        self._wake_all()

    def publish(self, entries: Sequence[Encoded], checkpoint: str) -> None:
        """Serve entries that are on disk now to everybody who keeps up."""
        for entry in entries:
            self._ring.append(entry)
            self._ring_bytes += len(entry.body)
        while self._ring_bytes > self._max_bytes:
            self._ring_bytes -= len(self._ring.popleft().body)
        self._newest.clear()
        self.size, self._checkpoint = entries[-1].position + 1, checkpoint
        self._wake_all()

    def forget(self) -> None:
        """Keep nothing in memory: the database holds less now, because something was erased."""
        self._ring.clear()
        self._newest.clear()
        self._ring_bytes = 0

    def join(self, reader: Reader) -> None:
        self.readers.add(reader)
        self.wake(reader)

    def leave(self, reader: Reader) -> None:
        reader.gone = True
        self.readers.discard(reader)
        if reader.task is not None:
            reader.task.cancel()

    def reply(self, reader: Reader, frame: bytes) -> None:
        """Send this before any further entries."""
        reader.replies.append(frame)
        self.wake(reader)

    def wake(self, reader: Reader) -> None:
        if reader.task is None and not reader.gone:
            try:
                task = run_eagerly(self._serve(reader))
            except Exception as error:  # one reader's trouble is not the others'
                self._give_up(reader, error)
                return
            if task is not None:
                reader.task = task
                reader.sent_at = asyncio.get_running_loop().time()
                task.add_done_callback(lambda _: self._served(reader))

    def _wake_all(self) -> None:
        for reader in tuple(self.readers):
            self.wake(reader)

    def dismiss(self, readers: Iterable[Reader], code: int, reason: str) -> None:
        """Let go of these readers; not one byte more is sent to them."""
        for reader in tuple(readers):
            self.leave(reader)
            reader.close(code, reason)

    def dismiss_slow(self, seconds: float) -> None:
        """Let go of those whose socket has taken nothing for so long, though there was something to take."""
        limit = asyncio.get_running_loop().time() - seconds
        slow = [reader for reader in self.readers if reader.task is not None and reader.sent_at < limit]
        self.dismiss(slow, TOO_SLOW, "This socket took nothing for too long; connect again.")

    async def _serve(self, reader: Reader) -> None:
        """Send what there is, until there is no more."""
        try:
            while not reader.gone:
                if reader.replies:
                    await reader.send(reader.replies.popleft())
                elif reader.position < self.size:
                    frame, stop = await self._next(reader)
                    await reader.send(frame)
                    reader.position = stop
                else:
                    return
                if reader.task is not None:
                    reader.sent_at = asyncio.get_running_loop().time()
        except OSError:  # the socket is gone; the channel notices and says goodbye
            reader.gone = True

    def _served(self, reader: Reader) -> None:
        task, reader.task = reader.task, None
        if task is not None and not task.cancelled() and (error := task.exception()) is not None:
            self._give_up(reader, error)
        elif reader.replies or reader.position < self.size:
            self.wake(reader)

    def _give_up(self, reader: Reader, error: BaseException) -> None:
        log.error("feed-failed", device=reader.device, error=type(error).__name__)
        self.dismiss([reader], FAILING, "The hub could not read its log; connect again.")

    async def _next(self, reader: Reader) -> tuple[bytes, int]:
        span = self._newest.get(reader.position)
        if span is None:
            span = await self._span(reader.position)
        checkpoint = self._checkpoint if span.stop == self.size else self._sign(span.stop)
        return span.frame(reader.ncp, reader.device, checkpoint, self.size), span.stop

    async def _span(self, start: int) -> Span:
        kept_from = self.size - len(self._ring)
        if start < kept_from:
            return Span(await self._read_page(start, min(start + PAGE, self.size)))
        entries: list[Encoded] = []
        taken = 0
        for n in range(start - kept_from, len(self._ring)):
            taken += len(self._ring[n].body)
            if len(entries) == PAGE or (entries and taken > MAX_PAGE_BYTES):
                return Span(entries)
            entries.append(self._ring[n])
        # Up to the newest entry: what everybody who keeps up needs, so all share it until the next is published.
        return self._newest.setdefault(start, Span(entries))
