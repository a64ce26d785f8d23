"""Who sees what of an entry: decided once, when it is admitted (docs/protocol.md §6)."""

from typing import NamedTuple

import msgspec
from msgspec import Struct

from vocu.operation.act import Act
from vocu.operation.bodies import EpochKeys
from vocu.operation.events import EpochRotated
from vocu.operation.header import EVERYONE, WRAP_SIZE, Header
from vocu.operation.state import OperationState
from vocu.protocol.frames import Entry


class Form(NamedTuple):
    """How one reader sees an entry: bare, or with these of its parts; `wrap` is the place of his own epoch wrap."""

    full: bool
    parts: tuple[bool, ...] = ()
    wrap: int | None = None


BARE = Form(full=False)


class Audience(Struct, frozen=True, array_like=True):
    """`to` and each of `parts` are participants, or None for everybody; `wraps` are the devices of a new epoch."""

    to: tuple[str, ...] | None
    parts: tuple[tuple[str, ...] | None, ...]
    wraps: tuple[str, ...] = ()

    def sees_part(self, ncp: str, part: int) -> bool:
        if self.to is not None and ncp not in self.to:
            return False
        readers = self.parts[part]
        return readers is None or ncp in readers

    def form(self, ncp: str, device: str) -> Form:
        """How a participant's device sees the entry."""
        if self.to is not None and ncp not in self.to:
            return BARE
        wrap = self.wraps.index(device) if device in self.wraps else None
        return Form(full=True, parts=tuple(readers is None or ncp in readers for readers in self.parts), wrap=wrap)


def audience_of(act: Act, state: OperationState) -> Audience | None:
    """Who sees what of an event that was just admitted; None where everybody sees everything."""
    header = act.header
    if isinstance(act.event, EpochRotated):
        devices = tuple(device for device, _ in act.body(EpochKeys).wraps)
        return Audience(None, tuple(() if slip.p == "wraps" else None for slip in header.parts), devices)
    direct = {name for slip in header.parts for name in slip.devices or ()}
    if header.to == EVERYONE and not direct:
        return None
    to = None if isinstance(header.to, str) else header.to
    return Audience(to, tuple(_part_readers(header, state, direct)))


def _part_readers(header: Header, state: OperationState, direct: set[str]) -> list[tuple[str, ...] | None]:
    readers: list[tuple[str, ...] | None] = []
    for slip in header.parts:
        devices = direct if slip.p == "wraps" else slip.devices
        readers.append(None if devices is None else tuple(sorted({state.devices[name].ncp for name in devices})))
    return readers


def narrow(entry: Entry, form: Form) -> Entry:
    """The entry as its reader sees it."""
    if not form.full:
        return Entry(entry.index, entry.leaf_data)
    own = None if form.wrap is None else slice(form.wrap * WRAP_SIZE, (form.wrap + 1) * WRAP_SIZE)
    shown = zip(entry.parts, form.parts, strict=True)
    # Of an epoch only the wraps are not for everybody, and of these each reader's device has its own.
    parts = tuple(data if seen else data[own] if data and own else None for data, seen in shown)
    return Entry(entry.index, entry.leaf_data, entry.header, entry.signature, parts)


_audience: msgspec.msgpack.Decoder[Audience] = msgspec.msgpack.Decoder(Audience)
_entry: msgspec.msgpack.Decoder[Entry] = msgspec.msgpack.Decoder(Entry)
_encoder = msgspec.msgpack.Encoder()


def encode_audience(audience: Audience | None) -> bytes | None:
    return None if audience is None else _encoder.encode(audience)


def decode_audience(data: bytes) -> Audience:
    return _audience.decode(data)


def decode_entry(data: bytes) -> Entry:
    """The entry in full, as the hub encoded it."""
    return _entry.decode(data)
