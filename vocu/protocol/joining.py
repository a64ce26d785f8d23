"""What a desk that was invited posts to the hub, for the inviting side to fetch (docs/protocol.md §3, Joining)."""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from vocu.canonical import decode, unb64
from vocu.crypto.keys import SealingKey, VerifyKey
from vocu.crypto.signing import PayloadType, verify
from vocu.errors import MalformedError, RefusedError
from vocu.ids import Digest, EventID, NCPCode, OperationID, Salt, device_id
from vocu.operation.statements import AdmitDevice, DeviceCard, Envelope, Key, open_country

MAX_POSTING = 16 * 1024

Ticket = EventID
"""16 bytes as base64url, as `vocu.ids.ticket` makes them."""


class JoinRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A new desk and, where it is its country's first, the country's key and its statement `admit_device`."""

    op: OperationID
    ncp: NCPCode
    device: DeviceCard
    salt: Salt
    country_key: Key | None = None
    statement: Envelope | None = None


class JoinPosting(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A join request as it travels: the canonical request, its device's signature, and the invitation's MAC."""

    ticket: Ticket
    request: Annotated[str, Meta(max_length=MAX_POSTING)]
    sig: Annotated[str, Meta(max_length=100)]
    mac: Digest


class WaitingRequests(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The hub's answer to an admitted device that asks who waits."""

    requests: tuple[JoinPosting, ...]


_posting: msgspec.json.Decoder[JoinPosting] = msgspec.json.Decoder(JoinPosting)
_request: msgspec.json.Decoder[JoinRequest] = msgspec.json.Decoder(JoinRequest)


def read_posting(data: bytes) -> JoinPosting:
    """The posting of these canonical bytes. Raises MalformedError."""
    return decode(data, _posting)


def open_posting(posting: JoinPosting, op: str) -> JoinRequest:
    """The request, signed by the device that it names. Whose device that is, the safety number tells.

    Raises UntrustedError (bad-signature), RefusedError (wrong-operation), MalformedError.
    """
    data = unb64(posting.request)
    request = decode(data, _request)
    verify(VerifyKey.from_bytes(unb64(request.device.sign, 32)), PayloadType.JOIN, data, unb64(posting.sig))
    if request.op != op:
        raise RefusedError("wrong-operation", "This request is for another operation.")
    if request.country_key is not None and request.statement is not None:
        statement = open_country(request.statement, VerifyKey.from_bytes(unb64(request.country_key, 32)), op)
        if not isinstance(statement, AdmitDevice) or statement.device != request.device:
            raise MalformedError("bad-statement", "The country's statement in this request admits another device.")
    elif request.country_key is not None or request.statement is not None:
        raise MalformedError("bad-statement", "A country's key and its statement come together.")
    return request


def requested_device(request: JoinRequest) -> str:
    """The id of the device that wants to join. Raises MalformedError where a key is weak."""
    sign, seal = VerifyKey.from_bytes(unb64(request.device.sign, 32)), SealingKey.from_bytes(unb64(request.device.seal))
    return device_id(sign.data, seal.data)
