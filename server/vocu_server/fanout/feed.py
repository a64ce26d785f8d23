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

MAX_PAGE_BYTES = 256 * 1024
"""Of one frame of entries, so that a slow socket's buffer stays small."""
SHARED_SPANS = 8
TOO_SLOW, FAILING = 4408, 4503

log = structlog.get_logger()


class Socket(Protocol):
    """What a reader listens on. Frames are serialised already."""

    def take(self, framed: bytes) -> bool:
        """Send it at once, or say that there is no room. Raises OSError where the reader is gone."""

    async def drained(self) -> None:
        """Until there is room."""

    def close(self, code: int, reason: str) -> None: ...


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
    """Consecutive entries and their frames: one for each combination of forms that some reader sees.

    `enframe` makes of encoded entries, up to the position `stop`, what goes onto a socket.
    """

    def __init__(self, entries: Sequence[Encoded], enframe: Callable[[list[bytes], int], bytes]) -> None:
        self._entries = entries
        self._enframe = enframe
        self.stop = entries[-1].position + 1
        self._narrowed = {n: Narrowed(each, each.audience) for n, each in enumerate(entries) if each.audience}
        self._frames: dict[tuple[Form, ...], bytes] = {}

    def frame(self, ncp: str, device: str) -> bytes:
        forms = tuple(each.audience.form(ncp, device) for each in self._narrowed.values()) if self._narrowed else ()
        known = self._frames.get(forms)
        if known is None:
            bodies = [each.body for each in self._entries]
            for (n, narrowed), form in zip(self._narrowed.items(), forms, strict=True):
                bodies[n] = narrowed.encoded(form)
            known = self._frames[forms] = self._enframe(bodies, self.stop)
        return known


class Reader:
    """One desk's socket: the position it was served up to, and the replies to what it sent."""

    def __init__(
        self,
        ncp: str,
        device: str,
        position: int,
        socket: Socket,
    ) -> None:
        self.ncp = ncp
        self.device = device
        self.position = position
        self.socket = socket
        self.replies: deque[bytes] = deque()
        self.gone = False
        self.task: asyncio.Task[None] | None = None
        self.sent_at: float = 0.0
        """When the socket last took something, while there is more to send."""


class Feed:
    """The readers of one operation's log, and its newest entries.

    `read_page(start, stop)` yields entries from the database, at least one; `sign(size)` the checkpoint of that size;
    `serialise` makes of a frame what goes onto a socket.
    """

    def __init__(
        self,
        read_page: Callable[[int, int], Awaitable[Sequence[Encoded]]],
        sign: Callable[[int], str],
        serialise: Callable[[bytes], bytes],
        max_bytes: int,
    ) -> None:
        self._read_page = read_page
        self._sign = sign
        self._serialise = serialise
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

    @property
    def behind(self) -> int:
        """Readers whose sockets have not taken yet what there is for them."""
        return sum(reader.task is not None for reader in self.readers)

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
        """Send what the reader's socket takes at once, and have a task send the rest."""
        if reader.task is not None or reader.gone:
            return
        try:
            if self._push(reader):
                return
        except OSError:  # the channel notices, too, and says goodbye
            reader.gone = True
            return
        reader.sent_at = asyncio.get_running_loop().time()
        reader.task = asyncio.create_task(self._serve(reader))
        reader.task.add_done_callback(lambda _: self._served(reader))

    def _wake_all(self) -> None:
        for reader in tuple(self.readers):
            self.wake(reader)

    def dismiss(self, readers: Iterable[Reader], code: int, reason: str) -> None:
        """Let go of these readers; not one byte more is sent to them."""
        for reader in tuple(readers):
            self.leave(reader)
            reader.socket.close(code, reason)

    def dismiss_slow(self, seconds: float) -> None:
        """Let go of those whose socket has taken nothing for so long, though there was something to take."""
        limit = asyncio.get_running_loop().time() - seconds
        slow = [reader for reader in self.readers if reader.task is not None and reader.sent_at < limit]
        self.dismiss(slow, TOO_SLOW, "This socket took nothing for too long; connect again.")

    def _push(self, reader: Reader) -> bool:
        """Whether the reader's socket took at once all that there is for it."""
        take = reader.socket.take
        while reader.replies:
            if not take(reader.replies[0]):
                return False
            reader.replies.popleft()
        while reader.position < self.size:
            span = self._newest.get(reader.position) or self._span(reader.position)
            if span is None or not take(span.frame(reader.ncp, reader.device)):
                return False
            reader.position = span.stop
        return True

    async def _serve(self, reader: Reader) -> None:
        """Send what there is at the pace of the reader, from the database where memory does not reach back."""
        while not self._push(reader):
            await reader.socket.drained()
            if not reader.replies and self._span(reader.position) is None:
                stop = min(reader.position + PAGE, self.size)
                span = Span(await self._read_page(reader.position, stop), self._enframe)
                while not reader.socket.take(span.frame(reader.ncp, reader.device)):
                    await reader.socket.drained()
                reader.position = span.stop
            reader.sent_at = asyncio.get_running_loop().time()

    def _served(self, reader: Reader) -> None:
        task, reader.task = reader.task, None
        error = None if task is None or task.cancelled() else task.exception()
        if isinstance(error, OSError):
            reader.gone = True
        elif error is not None:
            log.error("feed-failed", device=reader.device, error=type(error).__name__)
            self.dismiss([reader], FAILING, "The hub could not read its log; connect again.")
        elif reader.replies or reader.position < self.size:
            self.wake(reader)

    def _enframe(self, bodies: list[bytes], stop: int) -> bytes:
        checkpoint = self._checkpoint if stop == self.size else self._sign(stop)
        return self._serialise(encode_entries(bodies, checkpoint, self.size))

    def _span(self, start: int) -> Span | None:
        """Entries from there on out of memory; None where it does not reach back so far."""
        kept_from = self.size - len(self._ring)
        if start < kept_from:
            return None
        entries: list[Encoded] = []
        taken = 0
        for n in range(start - kept_from, len(self._ring)):
            taken += len(self._ring[n].body)
            if len(entries) == PAGE or (entries and taken > MAX_PAGE_BYTES):
                return Span(entries, self._enframe)
            entries.append(self._ring[n])
        span = Span(entries, self._enframe)
        if len(self._newest) < SHARED_SPANS:
            # Up to the newest entry: what everybody who keeps up needs, so all share it until the next is published.
            self._newest[start] = span
        return span
