"""Canonical JSON: the one byte form of a value (RFC 8785, restricted as docs/protocol.md §2 says).

ASCII keys, sorted; no white space; integers below 2^53; no floats, no null; depth at most 8. Bytes that were
signed travel verbatim, and a receiver accepts them only where `encode(decode(b)) == b`. The types do most of the
work: a Struct names its fields, so an unknown key, a duplicate key, another order, a float or a null cannot survive
the round trip.
"""

import base64
import binascii
from typing import Any, TypeVar

import msgspec

from vocu.errors import MalformedError

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 8

T = TypeVar("T")

_encoder = msgspec.json.Encoder(order="sorted", decimal_format="string")


def encode(value: Any) -> bytes:
    """The canonical bytes of a Struct, or of plain dicts, lists, strings, integers and booleans."""
    return _encoder.encode(value)


def decode(data: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """The value of canonical bytes, of the decoder's type.

    Raises MalformedError where the bytes are not JSON, not of that type, or not canonical.
    """
    try:
        value = decoder.decode(data)
        canonical = _encoder.encode(value)
    except msgspec.ValidationError as error:
        raise MalformedError("bad-value", f"This value is not of the form the protocol prescribes: {error}.") from None
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, ValueError, OverflowError):
        raise MalformedError("not-json", "These bytes are not valid JSON.") from None
    if canonical != data:
        raise MalformedError("not-canonical", "This JSON is not in canonical form; sign and send canonical bytes.")
    return value


_anything: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


def decode_any(data: bytes) -> Any:
    """The untyped value of canonical bytes: dicts, lists, strings, integers, booleans."""
    value = decode(data, _anything)
    _require_plain(value, 1)
    return value


def _require_plain(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise MalformedError("not-canonical", f"Canonical JSON nests at most {MAX_DEPTH} deep.")
    match value:
        case bool() | str():
            return
        case int():
            if abs(value) > MAX_INTEGER:
                raise MalformedError("not-canonical", "Canonical JSON holds integers below 2^53 only.")
        case list():
            for item in value:
                _require_plain(item, depth + 1)
        case dict():
            for key, item in value.items():
                if not key.isascii():
                    raise MalformedError("not-canonical", "Canonical JSON has ASCII keys only.")
                _require_plain(item, depth + 1)
        case _:
            raise MalformedError("not-canonical", "Canonical JSON holds no floats and no null.")


def b64(data: bytes) -> str:
    """Unpadded base64url (RFC 4648 §5), the form of bytes inside JSON."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64(text: str, size: int | None = None) -> bytes:
    """The bytes of unpadded base64url. Raises MalformedError unless the text is the only spelling of its bytes."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise MalformedError("bad-base64", "This is not unpadded base64url.") from None
    if b64(data) != text:
        raise MalformedError("bad-base64", "This base64url text is not the canonical spelling of its bytes.")
    if size is not None and len(data) != size:
        raise MalformedError("bad-size", f"Expected {size} bytes, found {len(data)}.")
    return data
