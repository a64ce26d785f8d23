"""The signed header of an event: who says what kind of thing, to whom, and what its parts hash to (protocol §4)."""

import hashlib
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct, field

from vocu.canonical import decode
from vocu.errors import MalformedError
from vocu.ids import DeviceID, Digest, EventID, Instant, NCPCode, OperationID, Salt
from vocu.log.entry import NARROWER, WHOLE_OPERATION

PartName = Literal["plain", "stat", "text", "nominal", "media", "wraps"]
SEALED: tuple[PartName, ...] = ("text", "nominal", "media")
"""The parts that are sealed whatever the event is."""
EVERYONE = "all"
MAX_HEADER = 64 * 1024
MAX_READERS = 55
"""Devices that a direct part may be sealed to."""
MAX_BLOBS = 260
"""Chunks that the files of one event may have: 10 files of 25 MiB, 26 chunks each."""
MIN_BLOB, MAX_BLOB = 1096, 1_049_672
"""Bytes of the smallest and of the largest sealed chunk."""
WRAP_SIZE = 1168

Count = Annotated[int, Meta(ge=0, lt=2**53)]


class Blob(NamedTuple):
    """A sealed chunk of a file, which travels beside the log: the hash and size of its bytes."""

    sha256: Digest
    size: Annotated[int, Meta(ge=MIN_BLOB, le=MAX_BLOB)]


class Head(Struct, frozen=True, forbid_unknown_fields=True):
    """The log as the sender had verified it: its size, and its root at that size."""

    n: Count
    root: Digest


class PartSlip(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the header says of one part: how it is sealed and to whom, the hash and size of its bytes as they travel."""

    p: PartName
    enc: Literal["clear", "epoch", "direct"]
    sha256: Digest
    size: Count
    epoch: Count | None = None
    devices: Annotated[tuple[DeviceID, ...], Meta(min_length=1, max_length=MAX_READERS)] | None = None

    def __post_init__(self) -> None:
        if (self.epoch is not None) != (self.enc == "epoch") or (self.devices is not None) != (self.enc == "direct"):
            raise ValueError("a part names an epoch or devices exactly as it is sealed")
        if self.devices is not None and list(self.devices) != sorted(set(self.devices)):
            raise ValueError("devices are listed once each, in order")

    @property
    def inside(self) -> bool:
        """Whether the part always travels inside its entry: what is counted is, wherever it is read."""
        return (self.enc == "clear" and self.p != "wraps") or (self.enc == "epoch" and self.p == "stat")

    @property
    def audience(self) -> dict[str, object]:
        """The audience as it enters the sealing context."""
        return {"epoch": self.epoch} if self.epoch is not None else {"to": list(self.devices or ())}


class Header(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """See docs/protocol.md §4; `to` is "all" or the sorted codes of the participants, the sender's own included.

    `blobs`: the sealed chunks of the files that the part `media` describes, in their order.
    """

    v: Literal["vocu/1"]
    op: OperationID
    id: EventID
    type: str
    sender: DeviceID = field(name="from")
    to: str | Annotated[tuple[NCPCode, ...], Meta(min_length=1, max_length=250)]
    roster: Digest
    ts: Instant
    salt: Salt
    head: Head
    dseq: Count
    prev: Digest
    ref: EventID | None = None
    parts: Annotated[tuple[PartSlip, ...], Meta(min_length=1, max_length=6)]
    blobs: Annotated[tuple[Blob, ...], Meta(min_length=1, max_length=MAX_BLOBS)] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.to, str):
            if self.to != EVERYONE:
                raise ValueError('"to" is "all" or a list of participants')
        elif list(self.to) != sorted(set(self.to)):
            raise ValueError("participants are listed once each, in order")
        names = [slip.p for slip in self.parts]
        if len(set(names)) != len(names):
            raise ValueError("each part stands once")
        if any(slip.p == "wraps" and (slip.enc != "clear" or slip is not self.parts[-1]) for slip in self.parts):
            raise ValueError("wraps are not sealed themselves, and come last")
        if (self.blobs is not None) != ("media" in names):
            raise ValueError("an event names blobs exactly if it has a part that describes files")
        if len({blob.sha256 for blob in self.blobs or ()}) != len(self.blobs or ()):
            raise ValueError("each blob is named once")

    @property
    def leaf_kind(self) -> int:
        return WHOLE_OPERATION if self.to == EVERYONE else NARROWER

    def slip(self, name: str) -> PartSlip | None:
        """What the header says of the part of this name, if the event has one."""
        return next((slip for slip in self.parts if slip.p == name), None)


_header: msgspec.json.Decoder[Header] = msgspec.json.Decoder(Header)


def read_header(data: bytes) -> Header:
    """The header of these canonical bytes. Raises MalformedError."""
    if len(data) > MAX_HEADER:
        raise MalformedError("header-too-large", f"A header has at most {MAX_HEADER} bytes, this one has {len(data)}.")
    return decode(data, _header)


def digest(header: bytes, signature: bytes) -> bytes:
    """What the log's leaf, the sender's chain and receipts name an event by."""
    return hashlib.sha256(header + signature).digest()
