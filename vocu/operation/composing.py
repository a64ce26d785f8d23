"""How an event is sealed and signed for the log as one knows it (docs/protocol.md §4)."""

import hashlib
from collections.abc import Callable, Mapping

from msgspec import Raw, Struct

from vocu.canonical import b64, encode
from vocu.crypto.keys import SigningKey
from vocu.crypto.sealing import (
    class_key,
    epoch_commitment,
    part_context,
    part_key,
    seal_part,
    stat_commitment,
    wrap,
    wrap_info,
)
from vocu.crypto.signing import PayloadType, sign
from vocu.errors import RefusedError
from vocu.operation.admission import ClearPart, SignedEvent
from vocu.operation.bodies import EpochKeys
from vocu.operation.events import EpochRotated, Event, kind_of
from vocu.operation.header import EVERYONE, MAX_READERS, SEALED, Head, Header, PartName, PartSlip
from vocu.operation.media import Media
from vocu.operation.state import Chained, Device, OperationState

Random = Callable[[int], bytes]
"""A source of so many unpredictable bytes; the core has none of its own."""
PARTS: tuple[PartName, ...] = ("plain", "stat", *SEALED)


class Author(Struct, frozen=True):
    """Who signs: a device of the roster and its key."""

    device: str
    key: SigningKey


class Draft(Struct, frozen=True, kw_only=True):
    """An event before it is sealed.

    `readers` names, for a sealed part, the participants it is sealed to directly, the sender's own being added; a part
    that is not named is sealed to the whole operation. Naming `stat` makes a seizure report restricted.
    """

    id: str
    event: Event
    ts: int
    to: str | tuple[str, ...] = EVERYONE
    ref: str | None = None
    readers: dict[str, tuple[str, ...]] = {}


class LogView(Struct, frozen=True):
    """The log as the sender has verified it: the operation's state, and the root at that size.

    `tail`: what this device has sent since to each audience and holds no entry of yet; the next event follows that.
    """

    state: OperationState
    root: bytes
    tail: Mapping[str | tuple[str, ...], Chained] = {}


class _Part(Struct, frozen=True):
    slip: PartSlip
    data: bytes
    wraps: bytes = b""


class Composer:
    """Seals and signs events of one author for the log as he has verified it."""

    def __init__(self, author: Author, view: LogView, random: Random) -> None:
        self._author = author
        self._state = view.state
        self._root = view.root
        self._tail = view.tail
        self._random = random

    def compose(self, draft: Draft, epoch_secret: bytes | None = None) -> SignedEvent:
        """The event, sealed and signed. `epoch_secret` is that of the state's newest epoch.

        Raises RefusedError (too-many-readers, no-epoch) where it cannot be sealed as the draft says.
        """
        parts = []
        for name in PARTS:
            body = getattr(draft.event, name, None)
            if body is not None:
                parts.append(self._part(name, body, draft, epoch_secret))
        wraps = b"".join(part.wraps for part in parts)
        if wraps:
            parts.append(_Part(_slip("wraps", wraps), wraps))
        return self._sign(draft, parts)

    def compose_epoch(self, event_id: str, ts: int, secret: bytes) -> SignedEvent:
        """A new epoch of this secret, for exactly the devices that may read sealed text now."""
        state = self._state
        readers = state.readers()
        wraps = [self._wrap(secret, event_id, "epoch", reader) for reader in readers]
        keys = EpochKeys(
            n=state.epoch.n + 1 if state.epoch else 1,
            roster=state.roster_hash,
            commit=b64(epoch_commitment(secret)),
            wraps=tuple((reader.id, _sha256(wrapped)) for reader, wrapped in zip(readers, wraps, strict=True)),
            stat=b64(stat_commitment(class_key(secret, "stat"))) if state.seals_stat else None,
        )
        draft = Draft(id=event_id, event=EpochRotated(plain=keys), ts=ts)
        return self._sign(draft, [self._clear("plain", keys), _Part(_slip("wraps", b"".join(wraps)), b"".join(wraps))])

    def _sign(self, draft: Draft, parts: list[_Part]) -> SignedEvent:
        state = self._state
        last = self._tail.get(draft.to) or state.last_in_chain(self._author.device, draft.to)
        media = getattr(draft.event, "media", None)
        header = encode(
            Header(
                v="vocu/1",
                op=state.op,
                id=draft.id,
                type=kind_of(draft.event),
                sender=self._author.device,
                to=draft.to,
                roster=state.roster_hash,
                ts=draft.ts,
                salt=b64(self._random(16)),
                head=Head(state.size, b64(self._root)),
                dseq=last.dseq + 1,
                prev=b64(last.digest),
                ref=draft.ref,
                parts=tuple(part.slip for part in parts),
                blobs=media.blobs() if isinstance(media, Media) else None,
            )
        )
        signature = sign(self._author.key, PayloadType.EVENT, header)
        return SignedEvent(header, signature, tuple(part.data for part in parts))

    def _part(self, name: PartName, body: Struct, draft: Draft, epoch_secret: bytes | None) -> _Part:
        readers = draft.readers.get(name)
        if readers is not None:
            return self._direct(name, body, draft, readers)
        return (
            self._to_epoch(name, body, draft, epoch_secret)
            if name in self._state.sealed_parts
            else self._clear(name, body)
        )

    def _clear(self, name: PartName, body: Struct) -> _Part:
        data = encode(ClearPart(Raw(encode(body)), b64(self._random(16))))
        return _Part(_slip(name, data), data)

    def _to_epoch(self, name: PartName, body: Struct, draft: Draft, secret: bytes | None) -> _Part:
        epoch = self._state.epoch
        if secret is None or epoch is None:
            raise RefusedError("no-epoch", "There is no epoch yet to seal to; connect to the hub first.")
        key = part_key(class_key(secret, name), draft.id)
        data = seal_part(key, self._context(name, draft, {"epoch": epoch.index}), encode(body))
        return _Part(PartSlip(p=name, enc="epoch", epoch=epoch.index, sha256=_sha256(data), size=len(data)), data)

    def _direct(self, name: PartName, body: Struct, draft: Draft, readers: tuple[str, ...]) -> _Part:
        own = self._state.devices[self._author.device].ncp
        devices = self._state.readers(frozenset(readers) | {own})
        unreached = set(readers) - {device.ncp for device in devices}
        if unreached:
            raise RefusedError(
                "no-reader", f"{', '.join(sorted(unreached))}: no desk that may read this; address somebody else."
            )
        if len(devices) > MAX_READERS:
            raise RefusedError(
                "too-many-readers",
                f"A part is sealed to {MAX_READERS} desks at most; address the whole operation instead.",
            )
        key = self._random(32)
        names = tuple(device.id for device in devices)
        data = seal_part(key, self._context(name, draft, {"to": list(names)}), encode(body))
        wraps = b"".join(self._wrap(key, draft.id, name, device) for device in devices)
        slip = PartSlip(p=name, enc="direct", devices=names, sha256=_sha256(data), size=len(data))
        return _Part(slip, data, wraps)

    def _context(self, name: str, draft: Draft, audience: dict[str, object]) -> bytes:
        return part_context(
            op=self._state.op,
            event_id=draft.id,
            type=kind_of(draft.event),
            sender=self._author.device,
            part=name,
            audience=audience,
        )

    def _wrap(self, secret: bytes, event_id: str, part: str, reader: Device) -> bytes:
        if reader.seal is None:
            raise RefusedError("inactive-device", f"The device {reader.id} has no key to seal to.")
        info = wrap_info(
            op=self._state.op,
            event_id=event_id,
            part=part,
            device=reader.id,
            sealing_key=reader.seal,
            sender=self._author.device,
            roster=self._state.roster_hash,
        )
        return wrap(secret, reader.seal, info)


def _sha256(data: bytes) -> str:
    return b64(hashlib.sha256(data).digest())


def _slip(name: PartName, data: bytes) -> PartSlip:
    return PartSlip(p=name, enc="clear", sha256=_sha256(data), size=len(data))
