"""Compiles the newsletter at the operation's hour, and appends it as the operation's compiler (docs/protocol.md §9)."""

import asyncio
import secrets
from collections.abc import Sequence

import structlog

from vocu.compilation.issuing import day_due, newsletter
from vocu.crypto.keys import SigningKey
from vocu.errors import VocuError
from vocu.ids import device_id, newsletter_id
from vocu.operation.admission import SignedEvent
from vocu.operation.composing import Author, Composer, Draft, LogView
from vocu.protocol.frames import Receipt
from vocu_server.clock import Clock
from vocu_server.sequencer.operations import Operations
from vocu_server.sequencer.replica import Replica
from vocu_server.sequencer.sequencer import Sequencer

SECONDS_AFTER_FAILURE = 60

log = structlog.get_logger()


class Publisher:
    """The hub's compiler. An issue that was missed while the hub was down is made up for."""

    def __init__(self, operations: Operations, compiler: SigningKey, clock: Clock) -> None:
        self._operations = operations
        self._author = Author(device_id(compiler.public.data, b""), compiler)
        self._clock = clock
        self._not_before: dict[str, float] = {}

    async def publish_due(self) -> None:
        """Compile every issue that is due now; to be called every second."""
        now = asyncio.get_running_loop().time()
        for sequencer in self._operations:
            if self._not_before.get(sequencer.op, 0) <= now:
                try:
                    await self._publish(sequencer)
                except VocuError as error:
                    log.warning("newsletter-failed", op=sequencer.op, code=error.code)
                    self._not_before[sequencer.op] = now + SECONDS_AFTER_FAILURE

    async def _publish(self, sequencer: Sequencer) -> None:
        outcome = OwnEvent()
        while await sequencer.append_own(self._compose_due, outcome):
            log.info("newsletter-compiled", op=sequencer.op, index=outcome.index)

    def _compose_due(self, replica: Replica) -> SignedEvent | None:
        """The newsletter that is due, signed; None where none is, or where a desk is the compiler."""
        if replica.state.seals_stat:
            return None
        state, root = replica.state, replica.tree.root()
        at = max(self._clock(), state.at)
        day = day_due(state, at)
        if day is None:
            return None
        event = newsletter(replica.ledger, state, day, root, at)
        draft = Draft(id=newsletter_id(state.op, day), event=event, ts=at)
        return Composer(self._author, LogView(state, root), secrets.token_bytes).compose(draft)


class OwnEvent:
    """What became of an event of the hub's own."""

    def __init__(self) -> None:
        self.index = -1

    def receive_receipts(self, receipts: Sequence[Receipt], _size: int, _checkpoint: str) -> None:
        self.index = receipts[0].index

    def receive_refusal(self, _digest: bytes, error: VocuError) -> None:
        raise error

    def receive_failure(self, _events: int) -> None:
        raise VocuError("disk-failed", "The hub could not store its newsletter; free some space.")
