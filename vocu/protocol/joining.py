"""What a desk that was invited posts to the hub, for the inviting side to fetch (docs/protocol.md §3, Joining)."""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from vocu.canonical import decode, unb64
from vocu.crypto.keys import SealingKey, VerifyKey
from vocu.crypto.signing import PayloadType, verify
from vocu.errors import RefusedError
from vocu.ids import Digest, EventID, NCPCode, OperationID, Salt, device_id
from vocu.operation.statements import DeviceCard, Envelope, Key

MAX_POSTED = 16 * 1024

Ticket = EventID
"""16 bytes as base64url, as `vocu.ids.ticket` makes them."""


class JoinRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A new desk's request: its keys, and where it is a country's first, the country's key and its own admission."""

    op: OperationID
    ncp: NCPCode
    salt: Salt
    device: DeviceCard
    country_key: Key | None = None
    statement: Envelope | None = None


class PostedRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A join request as it travels, signed by the new device. The hub knows the ticket, not the code of `mac`."""

    ticket: Ticket
    request: Annotated[str, Meta(max_length=MAX_POSTED)]
    sig: Annotated[str, Meta(max_length=100)]
    mac: Digest


_posted: msgspec.json.Decoder[PostedRequest] = msgspec.json.Decoder(PostedRequest)
_request: msgspec.json.Decoder[JoinRequest] = msgspec.json.Decoder(JoinRequest)


def read_posted(data: bytes) -> PostedRequest:
    """What these canonical bytes post. Raises MalformedError."""
    return decode(data, _posted)


def open_posted(posted: PostedRequest, op: str) -> tuple[JoinRequest, str]:
    """The request and the id of the device that signed it. Whether it is whom we invited, the safety number tells.

    Raises UntrustedError (bad-signature), RefusedError (wrong-operation), MalformedError.
    """
    data = unb64(posted.request)
    request = decode(data, _request)
    key, seal = VerifyKey.from_bytes(unb64(request.device.sign, 32)), SealingKey.from_bytes(unb64(request.device.seal))
    verify(key, PayloadType.JOIN, data, unb64(posted.sig))
    if request.op != op:
        raise RefusedError("wrong-operation", "This request is for another operation.")
    return request, device_id(key.data, seal.data)
