"""Canonical JSON: the one byte form of a value (RFC 8785, restricted as docs/protocol.md §1 says).

ASCII keys, sorted; no white space; integers between -2^53 and 2^53; no floats, no null; at most 8 lists and objects
inside each other. Bytes that were signed travel verbatim, and a receiver accepts them only where
`encode(decode(b)) == b`. The types do most of the work: a Struct names its fields, so an unknown key, a duplicate key,
another order or another spelling cannot survive the round trip.
"""

import base64
import binascii
from collections.abc import Iterator
from typing import Annotated, Any, TypeVar

import msgspec

from vocu.errors import MalformedError

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 8

T = TypeVar("T")

_encoder = msgspec.json.Encoder(order="sorted", decimal_format="string")
_anything: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


def _plain_type() -> Any:
    """The type of everything that the rules allow, so that msgspec checks depth, integers, floats and null in C."""
    scalar = Annotated[int, msgspec.Meta(ge=-MAX_INTEGER, le=MAX_INTEGER)] | str | bool
    nested: Any = scalar
    for _ in range(MAX_DEPTH):
        nested = scalar | list[nested] | dict[str, nested]
    return nested


_plain: msgspec.json.Decoder[Any] = msgspec.json.Decoder(_plain_type())


def encode(value: Any) -> bytes:
    """The canonical bytes of a Struct, or of plain dicts, lists, strings, integers and booleans.

    Raises MalformedError where a text is not Unicode (a lone surrogate) or the value contains itself.
    """
    try:
        return _encoder.encode(value)
    except (UnicodeEncodeError, RecursionError):
        raise MalformedError(
            "bad-value", "This holds broken characters or nests without end; enter it again."
        ) from None


def decode(data: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """The value of canonical bytes, of the decoder's type.

    Raises MalformedError where the bytes are not JSON, not of that type, or not canonical.
    """
    try:
        value = decoder.decode(data)
        canonical = _encoder.encode(value)
    except msgspec.ValidationError as error:
        raise MalformedError("bad-value", f"This value is not of the form the protocol prescribes: {error}.") from None
    except (msgspec.MsgspecError, RecursionError, ValueError):
        raise MalformedError(
            "not-json", "These bytes are not valid JSON; send UTF-8 text as RFC 8259 has it."
        ) from None
    if canonical != data:
        raise MalformedError("not-canonical", "This JSON is not in canonical form; sign and send canonical bytes.")
    _require_rules(data)
    return value


def decode_any(data: bytes) -> Any:
    """The untyped value of canonical bytes: dicts, lists, strings, integers, booleans. Raises MalformedError."""
    return decode(data, _anything)


def _require_rules(data: bytes) -> None:
    """Refuse what a type may leave open, with `Any`, unbounded integers or free keys, but canonical JSON does not."""
    try:
        plain = _plain.decode(data)
    except msgspec.ValidationError as error:
        raise MalformedError("not-canonical", f"Canonical JSON does not allow this value: {error}.") from None
    except (msgspec.MsgspecError, RecursionError, ValueError):  # inside a `Raw`, which was taken as it stood
        raise MalformedError(
            "not-json", "These bytes are not valid JSON; send UTF-8 text as RFC 8259 has it."
        ) from None
    if not data.isascii() and not all(key.isascii() for key in _keys(plain)):
        raise MalformedError("not-canonical", "Canonical JSON has ASCII keys only; rename them.")


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        value = value.values()
    elif not isinstance(value, list):
        return
    for item in value:
        yield from _keys(item)


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
