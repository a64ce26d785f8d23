"""Frames in requests that wait, where no WebSocket passes (docs/protocol.md §7)."""

from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import Meta, Struct

from vocu.errors import MalformedError

MAX_ASKED: Final = 512 * 1024
"""Bytes of a desk's request."""
FRAMES_AT_ONCE: Final = 500

T = TypeVar("T")
Count = Annotated[int, Meta(ge=0, lt=2**53)]


class Asked(Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """Desk: frames, the number of the first of them (from 0), and how many of the hub's frames it has.

    With frames they are taken, and nothing is brought; without, the answer waits for something to bring, and has one
    frame or up to `most` bytes of them: on a line that breaks often, less gets through at once. `shared`, with the
    first frame alone: this address may lead each request to another process of the hub, as that of a load balancer
    does; the desk is to be sent to the process's own.
    """

    first: Count
    have: Count
    frames: Annotated[tuple[bytes, ...], Meta(max_length=FRAMES_AT_ONCE)] = ()
    most: Count = MAX_ASKED
    shared: bool = False


class Brought(Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """Hub: how many of the desk's frames it has taken, the number of the first frame here, frames.

    `closed`: with which code and why the session ends, where these are its last frames; `session`: how to name a
    session that has begun.
    """

    taken: Count
    first: Count
    frames: tuple[memoryview, ...] = ()
    closed: tuple[int, str] | None = None
    session: str | None = None


_encoder = msgspec.msgpack.Encoder()
_asked: msgspec.msgpack.Decoder[Asked] = msgspec.msgpack.Decoder(Asked)
_brought: msgspec.msgpack.Decoder[Brought] = msgspec.msgpack.Decoder(Brought)


def encode(said: Asked | Brought) -> bytes:
    return _encoder.encode(said)


def read_asked(data: bytes) -> Asked:
    """What a desk asked. Raises MalformedError."""
    return _read(data, _asked)


def read_brought(data: bytes) -> Brought:
    """What the hub answered. Raises MalformedError."""
    return _read(data, _brought)


def _read(data: bytes, decoder: msgspec.msgpack.Decoder[T]) -> T:
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, ValueError):
        raise MalformedError(
            "bad-frame", "This is not long-polling as vocu/1 has it; see docs/protocol.md §7."
        ) from None
