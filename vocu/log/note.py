"""Signed notes (C2SP signed-note): a text, an empty line, and lines that each carry one signature over it."""

import base64
import binascii
import re
from hashlib import sha256

import msgspec

from vocu.errors import MalformedError

# The specification demands room for 16 signatures, post-quantum ones of nearly 5 kB among them.
MAX_SIGNATURES = 16
MAX_SIZE = 128 * 1024

_DASH = "\u2014 "
_CONTROL_CHARACTER = re.compile(r"[\x00-\x09\x0b-\x1f]")


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """One signature line: the key's name, its 4-byte id, and the algorithm's own bytes."""

    name: str
    key_id: bytes
    value: bytes


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A note as it was received: nobody has verified its signatures yet. The text ends in a newline."""

    text: str
    signatures: tuple[Signature, ...]


def key_id(name: str, algorithm: int, public_key: bytes) -> bytes:
    """The first 4 bytes of SHA256(name ‖ newline ‖ algorithm byte ‖ public key)."""
    return sha256(name.encode() + b"\n" + bytes((algorithm,)) + public_key).digest()[:4]


def format_note(note: Note) -> str:
    """The note in the form in which it travels."""
    lines = (f"{_DASH}{each.name} {_base64(each.key_id + each.value)}\n" for each in note.signatures)
    return f"{note.text}\n{''.join(lines)}"


def parse_note(data: str | bytes) -> Note:
    """The text and the signatures of a note. Raises MalformedError (bad-note) where the form is not exactly kept."""
    if len(data) > MAX_SIZE:
        raise _bad_note(f"it is longer than {MAX_SIZE} bytes")
    try:
        note = data if isinstance(data, str) else data.decode()
        note.encode()
    except UnicodeError:
        raise _bad_note("it is not UTF-8") from None
    if _CONTROL_CHARACTER.search(note):
        raise _bad_note("it holds control characters")
    text, separator, rest = note.rpartition("\n\n")
    if not separator or not text or not rest.endswith("\n"):
        raise _bad_note("it is not a text, an empty line and signature lines")
    lines = rest[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise _bad_note(f"it has more than {MAX_SIGNATURES} signatures")
    return Note(text=text + "\n", signatures=tuple(map(_parse_signature, lines)))


def _parse_signature(line: str) -> Signature:
    name, separator, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not separator or "+" in name or name.split() != [name]:
        raise _bad_note("a signature line is not a dash, a key name and a signature")
    value = decode_base64(encoded)
    if len(value) <= 4:
        raise _bad_note("a signature is too short")
    return Signature(name=name, key_id=value[:4], value=value[4:])


def decode_base64(text: str) -> bytes:
    """The bytes of standard, padded base64 (RFC 4648 §4); MalformedError (bad-note) for any but the one spelling."""
    try:
        value = binascii.a2b_base64(text)
    except ValueError:
        raise _bad_note("it holds something that is not base64") from None
    if _base64(value) != text:
        raise _bad_note("it holds base64 in an unusual spelling")
    return value


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _bad_note(reason: str) -> MalformedError:
    return MalformedError("bad-note", f"This is not a signed note, because {reason}; ask the hub for it again.")
