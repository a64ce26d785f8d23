"""The wraps of an epoch stay in its entry, however they came: what was uploaded is fetched before the event is
examined, so that no transaction waits for a disk or a network."""

from vocu.canonical import unb64
from vocu.errors import RefusedError, VocuError
from vocu.operation.admission import SignedEvent, identify
from vocu.operation.events import EpochRotated, kind_of
from vocu.operation.header import WRAP_SIZE, Header, PartSlip
from vocu.operation.state import OperationState
from vocu.protocol.frames import INLINE_PART
from vocu_server.store.attachments.attachments import Attachments


def is_large(slip: PartSlip) -> bool:
    """Whether a part travels beside its event, and is uploaded before."""
    return slip.size > INLINE_PART and not slip.inside


async def with_wraps(event: SignedEvent, state: OperationState, attachments: Attachments) -> SignedEvent:
    """The event with an epoch's wraps inside, if it announces one and they are here; each is checked later.

    Raises RefusedError (hub-error) where the hub cannot reach its files now.
    """
    header = _rotation(event, state)
    if header is None:
        return event
    parts = list(event.parts)
    for number, (slip, data) in enumerate(zip(header.parts, event.parts, strict=False)):
        if data is None and is_large(slip) and slip.size <= WRAP_SIZE * len(state.devices):
            try:
                parts[number] = await attachments.read(state.op, unb64(slip.sha256).hex())
            except RefusedError as error:
                if error.code != "unknown-part":
                    raise
    return SignedEvent(event.header, event.signature, tuple(parts))


def _rotation(event: SignedEvent, state: OperationState) -> Header | None:
    """Its header where the event demonstrably announces an epoch whose wraps lie elsewhere."""
    if None not in event.parts:
        return None
    try:
        header = identify(event, state).header
    except VocuError:  # who examines it will say so
        return None
    return header if header.type == kind_of(EpochRotated) else None
