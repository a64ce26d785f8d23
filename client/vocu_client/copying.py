"""What a hub that has lost its log's end gets from this desk: all bytes that are here, as they came."""

from collections.abc import Iterator

from vocu.errors import RefusedError
from vocu.operation.header import PartSlip, read_header
from vocu.protocol.copies import FORMAT, FirstLine, copy_pieces
from vocu.protocol.frames import INLINE_PART, Entry
from vocu_client.app import Desk


def copy_for_hub(desk: Desk, since: int) -> tuple[int, Iterator[bytes]]:
    """How many entries this desk holds, and the copy of them: from entry `since` on in full, before that leaves alone.

    Raises RefusedError where there are none.
    """
    checkpoint, size = desk.replica.newest()
    if checkpoint is None:
        raise RefusedError("nothing-yet", "This desk has not seen its operation yet; connect it to the hub once.")
    settings = desk.settings
    first = FirstLine(format=FORMAT, op=settings.op, device=settings.device, entries=size, checkpoint=checkpoint)
    entries = (_entry(entry, since) for entry in desk.replica.entries(0, size))
    return size, copy_pieces(first, entries, _parts(desk, since, size))


def _entry(entry: Entry, since: int) -> Entry:
    if entry.index < since or entry.header is None:
        return Entry(entry.index, entry.leaf_data)
    parts = tuple(None if _is_large(slip) else data for slip, data in _slips_and_parts(entry))
    return Entry(entry.index, entry.leaf_data, entry.header, entry.signature, parts)


def _parts(desk: Desk, since: int, size: int) -> Iterator[bytes]:
    """Large parts, and chunks of files: what the hub keeps beside the log, and this desk has."""
    for entry in desk.replica.entries(max(since, 1), size):
        if entry.header is None:
            continue
        yield from (data for slip, data in _slips_and_parts(entry) if data is not None and _is_large(slip))
        for blob in read_header(entry.header).blobs or ():
            chunk = desk.files.store.read(blob.sha256)
            if chunk is not None:
                yield chunk


def _slips_and_parts(entry: Entry) -> Iterator[tuple[PartSlip, bytes | None]]:
    slips = read_header(entry.header).parts if entry.index and entry.header else ()
    return zip(slips, entry.parts, strict=True)


def _is_large(slip: PartSlip) -> bool:
    """Own wraps are what is here of an epoch's, however many there are."""
    return slip.size > INLINE_PART and not slip.inside and slip.p != "wraps"
