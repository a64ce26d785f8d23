"""A desk for crowds: it takes the hub at its word for what others signed, but for nothing that the hub itself says.

It proves each root and each receipt, keeps what it posted until it has the receipt, and resends it where it comes back.
"""

import asyncio
import hashlib
import random
from collections import Counter, deque
from collections.abc import Iterator

from bench.operation import Member, Operation
from vocu.log.checkpoint import Checkpoint, open_checkpoint, origin
from vocu.log.merkle import leaf_hash, verify_inclusion
from vocu.operation.admission import SignedEvent
from vocu.operation.header import digest
from vocu.protocol.frames import Append, Entries, Receipts, Refusal
from vocu_client.transport import Channel, OfflineError

IN_FLIGHT = 8


class Frontier:
    """The root of a log (RFC 6962) out of the roots of its full subtrees, from the largest to the smallest."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []

    def append(self, node: bytes) -> None:
        height = 0
        while self._peaks and self._peaks[-1][0] == height:
            node = hashlib.sha256(b"\x01" + self._peaks.pop()[1] + node).digest()
            height += 1
        self._peaks.append((height, node))
        self.size += 1

    def root(self) -> bytes:
        root = self._peaks[-1][1]
        for _, peak in reversed(self._peaks[:-1]):
            root = hashlib.sha256(b"\x01" + peak + root).digest()
        return root


class LightDesk:
    """`posts` yields what is to be posted, each the successor of the one before."""

    def __init__(self, url: str, operation: Operation, member: Member, posts: Iterator[SignedEvent]) -> None:
        self.log = Frontier()
        self.seen: Counter[bytes] = Counter()
        """How often each of this desk's own events stands in the log."""
        self.delivered = 0
        self.connections = 0
        self._url, self._operation, self._author = url, operation, member.keys.author
        self._posts = posts
        self._waiting: deque[SignedEvent] = deque()
        self._own: set[bytes] = set()

    async def run(self) -> None:
        """Stay connected, until cancelled."""
        while True:
            try:
                await self._connection()
            except OfflineError:
                await asyncio.sleep(random.uniform(0.1, 0.8))

    async def _connection(self) -> None:
        operation = self._operation
        channel = await Channel.connect(self._url, operation.settings.op, self._author, operation.hub_key)
        try:
            await channel.authenticate(self.log.size)
            self.connections += 1
            for signed in self._waiting:
                await self._append(channel, signed)
            while True:
                await self._post(channel)
                frame = await channel.receive()
                match frame:
                    case Entries():
                        self._take(frame)
                    case Receipts():
                        self._receive(frame)
                    case Refusal(code="stale-prev"):  # what came before it got lost with a batch
                        return
                    case _:
                        raise AssertionError(frame)
        finally:
            await channel.close()

    async def _post(self, channel: Channel) -> None:
        while len(self._waiting) < IN_FLIGHT and (signed := next(self._posts, None)) is not None:
            self._own.add(digest(signed.header, signed.signature))
            self._waiting.append(signed)
            await self._append(channel, signed)

    async def _append(self, channel: Channel, signed: SignedEvent) -> None:
        await channel.send(Append(signed.header, signed.signature, signed.parts))

    def _take(self, frame: Entries) -> None:
        for entry in frame.entries:
            assert entry.index == self.log.size
            self.log.append(leaf_hash(entry.leaf_data))
            if entry.leaf_data[-32:] in self._own:
                self.seen[entry.leaf_data[-32:]] += 1
        checkpoint = self._signed(frame.checkpoint)
        assert (checkpoint.size, checkpoint.root) == (self.log.size, self.log.root()), "another history"

    def _receive(self, frame: Receipts) -> None:
        checkpoint = self._signed(frame.checkpoint)
        for receipt in frame.receipts:
            verify_inclusion(receipt.index, frame.size, leaf_hash(receipt.leaf_data), receipt.proof, checkpoint.root)
            first = self._waiting.popleft()
            assert receipt.digest == digest(first.header, first.signature) == receipt.leaf_data[-32:]
            self.delivered += 1

    def _signed(self, note: str) -> Checkpoint:
        return open_checkpoint(note, self._operation.hub_key, origin(self._operation.settings.op))
