"""The frames of the channel: MessagePack arrays, their kind first (docs/protocol.md §7)."""

from typing import Annotated, Final, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from vocu.errors import MalformedError
from vocu.ids import DeviceID, OperationID
from vocu.operation.admission import SignedEvent

VERSION: Final = "vocu/1"
MAX_FRAME = 256 * 1024
"""Bytes of a frame from a desk."""
INLINE_PART = 64 * 1024
"""Bytes up to which a part travels inside a frame; larger ones go by HTTP."""
PAGE = 500
"""Entries in one frame at most."""

MAX_ADDRESS = 500

Nonce = Annotated[bytes, Meta(min_length=16, max_length=16)]
Payload = Annotated[bytes, Meta(max_length=16_384)]
Address = Annotated[str, Meta(max_length=MAX_ADDRESS)]


class Frame(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag_field="t"):
    """One message on the channel."""


class Hello(Frame, frozen=True, tag="hello"):
    """Desk: which operation it is about, and as which device it will prove itself."""

    version: Literal["vocu/1"]
    op: OperationID
    device: DeviceID
    nonce: Nonce


class Challenge(Frame, frozen=True, tag="challenge"):
    """Hub: its signed answer to our nonce, a `session.HubHello`."""

    payload: Payload
    sig: bytes


class Auth(Frame, frozen=True, tag="auth"):
    """Desk: its signed answer to the hub's nonce, a `session.DeskAuth`."""

    payload: Payload
    sig: bytes


class Welcome(Frame, frozen=True, tag="welcome"):
    """Hub: a bearer token for HTTP, and the size of the log."""

    token: str
    size: int


class Entry(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One entry of the log: in full, or bare (without header, signature, parts) to those it is not addressed to."""

    index: int
    leaf_data: bytes
    header: bytes | None = None
    signature: bytes | None = None
    parts: tuple[bytes | None, ...] = ()


class Entries(Frame, frozen=True, tag="entries"):
    """Hub: the next entries in order, the checkpoint that covers exactly these, and the size of the hub's log."""

    entries: tuple[Entry, ...]
    checkpoint: str
    size: int


class Append(Frame, frozen=True, tag="append"):
    """Desk: an event to admit; a part that is None was uploaded before."""

    header: bytes
    signature: bytes
    parts: Annotated[tuple[bytes | None, ...], Meta(max_length=6)]

    @property
    def signed(self) -> SignedEvent:
        return SignedEvent(self.header, self.signature, self.parts)


class Receipt(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Where an event stands: `digest` as it was sent, `leaf_data` as it was admitted first, proof to the checkpoint."""

    digest: bytes
    index: int
    leaf_data: bytes
    proof: tuple[bytes, ...]


class Receipts(Frame, frozen=True, tag="receipts"):
    """Hub: these events are durable."""

    receipts: tuple[Receipt, ...]
    size: int
    checkpoint: str


class Refusal(Frame, frozen=True, tag="refusal"):
    """Hub: this event is not in the log, and why."""

    digest: bytes
    code: str
    message: str
    details: tuple[str, ...] = ()


class Freshen(Frame, frozen=True, tag="freshen"):
    """Desk: prove that you are still where you say."""

    nonce: Nonce


class Fresh(Frame, frozen=True, tag="fresh"):
    """Hub: a `session.HubHello` over that nonce."""

    payload: Payload
    sig: bytes


class Failure(Frame, frozen=True, tag="error"):
    """Hub: why the socket closes now."""

    code: str
    message: str


class Redirect(Frame, frozen=True, tag="redirect"):
    """Hub, instead of a challenge: another process of this hub serves the operation; greet it at this address.

    A hint, never an authority: whoever answers there proves himself with the hub's key, as everywhere.
    """

    url: Address


FromDesk = Hello | Auth | Append | Freshen
FromHub = Challenge | Welcome | Entries | Receipts | Refusal | Fresh | Failure | Redirect

F = TypeVar("F")

_encoder = msgspec.msgpack.Encoder()
_from_desk: msgspec.msgpack.Decoder[FromDesk] = msgspec.msgpack.Decoder(FromDesk)
_from_hub: msgspec.msgpack.Decoder[FromHub] = msgspec.msgpack.Decoder(FromHub)


def encode(frame: Frame) -> bytes:
    return _encoder.encode(frame)


def read_from_desk(data: bytes) -> FromDesk:
    """The frame that a desk sent. Raises MalformedError."""
    return _read(data, _from_desk)


def read_from_hub(data: bytes) -> FromHub:
    """The frame that a hub sent. Raises MalformedError."""
    return _read(data, _from_hub)


def _read(data: bytes, decoder: msgspec.msgpack.Decoder[F]) -> F:
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, ValueError):
        raise MalformedError("bad-frame", "This is not a frame of vocu/1; see docs/protocol.md §7.") from None


_ARRAY_16 = b"\xdc"


def encode_entries(encoded: list[bytes], checkpoint: str, size: int) -> bytes:
    """The frame `Entries` of entries that are encoded already: an entry is encoded once, whoever receives it."""
    head = b"\x94" + _encoder.encode("entries") + _ARRAY_16 + len(encoded).to_bytes(2, "big")
    return b"".join((head, *encoded, _encoder.encode(checkpoint), _encoder.encode(size)))


def encode_entry(entry: Entry) -> bytes:
    return _encoder.encode(entry)
