"""Names of things, as strings whose form is checked wherever they are read (docs/protocol.md §2)."""

import hashlib
from typing import Annotated

from msgspec import Meta

from vocu.canonical import b64

OperationID = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}\Z")]
EventID = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{22}\Z")]
DeviceID = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{22}\Z")]
KeyID = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{22}\Z")]
Digest = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}\Z")]
Salt = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{22}\Z")]
NCPCode = Annotated[str, Meta(pattern=r"^[A-Z0-9][A-Z0-9-]{1,15}\Z")]
"""A participant's code: ISO 3166-1 alpha-2 by default, or any code that the operation agreed on."""
Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")]
END_OF_TIME = 2**47
Instant = Annotated[int, Meta(ge=0, lt=END_OF_TIME)]
"""UTC milliseconds since 1970, before the year 6429: no signed time may be one that a calendar cannot show."""


def operation_id(genesis: bytes) -> str:
    return b64(hashlib.sha256(genesis).digest())


def device_id(signing_key: bytes, sealing_key: bytes) -> str:
    return b64(hashlib.sha256(b"vocu/1 device\0" + signing_key + sealing_key).digest()[:16])


def key_id(public_key: bytes) -> str:
    return b64(hashlib.sha256(public_key).digest()[:16])


def newsletter_id(op: str, day: str) -> str:
    """The id of the compiled newsletter of that day: one per operation and day, so an issue is never compiled twice."""
    return b64(hashlib.sha256(f"vocu/1 newsletter\0{op}\0{day}".encode()).digest()[:16])


def erasure_receipt_id(erasure: str, device: str) -> str:
    """The id of a device's confirmation of an erasure: one each, however often it starts over."""
    return b64(hashlib.sha256(f"vocu/1 erased\0{erasure}\0{device}".encode()).digest()[:16])


def grant_id(op: str, device: str, by: str, epoch: int) -> str:
    """The id of a grant of all epochs up to this one to a device: one by each other, however often it starts over."""
    return b64(hashlib.sha256(f"vocu/1 grant\0{op}\0{device}\0{by}\0{epoch}".encode()).digest()[:16])


def ticket(code: bytes) -> str:
    """What the hub may know of an invitation's one-time code."""
    return b64(hashlib.sha256(b"vocu/1 ticket\0" + code).digest()[:16])
