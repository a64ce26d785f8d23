"""Changes to bytes that keep their form, so that what reads them gets past the first line.

MessagePack and JSON are taken apart, changed somewhere in the middle, and put together again; so is what lies inside
them as bytes or base64url: a header in a frame, a statement in an envelope. Workbooks are unpacked and packed again.
"""

import io
import zipfile
import zlib
from collections.abc import Callable
from random import Random
from typing import Any

import msgspec

from vocu.canonical import b64, encode, unb64
from vocu.errors import VocuError

Mutator = Callable[[bytes, Random], bytes]

ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**53 - 1, 2**53, 2**63 - 1, -(2**63), 2**64 - 1, 1.5, float("inf"), "", "all", "HUB",
    "A" * 22, "A" * 43, "A" * 21 + "B", "PL", "DE", "XX", "9999-12-31", "0000-00-00", "2024-02-30", "-0", "1e9",
    "\0", "\x7f", "\ud7ff", "\u202e", "é", "\U0010ffff", "=1+1", "../../hub.seed", "%2e%2e", "[]", "{}", [], {}, b"",
    b"\0" * 16, b"\xff" * 32, "0" * 300, [[]] * 3, {"": ""},
)  # fmt: skip
"""What a reader may not have thought of."""


def mutate_bytes(data: bytes, random: Random) -> bytes:
    """A few bytes changed, doubled, cut out or put in."""
    changed = bytearray(data)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(changed) + 1)
        length = min(random.choice((1, 1, 2, 4, 16, 64)), len(changed) - at)
        match random.randrange(5):
            case 0 if at < len(changed):
                changed[at] ^= 1 << random.randrange(8)
            case 1:
                changed[at:at] = random.randbytes(random.choice((1, 2, 4, 8)))
            case 2:
                del changed[at : at + length]
            case 3:
                changed[at:at] = changed[at : at + length] * random.choice((1, 2, 50))
            case _:
                changed[at : at + length] = random.choice((b"\0", b"\xff", b"\x7f\xff\xff\xff", b"\n", b'"')) * length
    return bytes(changed)


def mutate_json(data: bytes, random: Random) -> bytes:
    """Canonical JSON of another value; sometimes another spelling, or no JSON at all."""
    return _reformed(data, random, msgspec.json.decode, encode)


def mutate_msgpack(data: bytes, random: Random) -> bytes:
    return _reformed(data, random, msgspec.msgpack.decode, msgspec.msgpack.encode)


def mutate_lines(data: bytes, random: Random) -> bytes:
    """One line of JSON changed, moved, doubled or left out."""
    lines = data.splitlines(keepends=True)
    if not lines:
        return mutate_bytes(data, random)
    at = random.randrange(len(lines))
    match random.randrange(8):
        case 0:
            del lines[at]
        case 1:
            lines.insert(random.randrange(len(lines)), lines[at])
        case 2:
            return mutate_bytes(data, random)
        case _:
            lines[at] = mutate_json(lines[at].rstrip(b"\n"), random) + b"\n"
    return b"".join(lines)


def mutate_archive(data: bytes, random: Random) -> bytes:
    """A ZIP archive of which one member was changed; sometimes the archive itself."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        name = random.choice([name for name, content in members.items() if content])
    except (zipfile.BadZipFile, zlib.error, IndexError, OSError, RuntimeError, ValueError, EOFError):
        return mutate_bytes(data, random)
    if not random.randrange(8):
        return mutate_bytes(data, random)
    members[name] = mutate_markup(members[name], random)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def mutate_markup(data: bytes, random: Random) -> bytes:
    """A number, a tag or an attribute changed for another one of the same text, or a few bytes."""
    pieces = data.split(b"<")
    match random.randrange(3):
        case 0 if len(pieces) > 2:
            pieces[random.randrange(1, len(pieces))] = random.choice(pieces[1:])
            return b"<".join(pieces)
        case 1:
            pieces = data.split(b'"')
            odd = random.choice((b"0", b"-1", b"99999999", b"4294967296", b"A1", b"XFD1048576", b"1e308", b"", b"s"))
            pieces[random.randrange(len(pieces))] = odd
            return b'"'.join(pieces)
        case _:
            return mutate_bytes(data, random)


def _reformed(data: bytes, random: Random, read: Callable[[bytes], Any], write: Callable[[Any], bytes]) -> bytes:
    if not random.randrange(10):
        return mutate_bytes(data, random)
    try:
        value = read(data)
        for _ in range(random.choice((1, 1, 1, 2, 3))):
            value = _changed(value, random, value)
        return write(value)
    except (VocuError, msgspec.MsgspecError, RecursionError, ValueError, TypeError, OverflowError):
        return mutate_bytes(data, random)


def _changed(value: Any, random: Random, whole: Any) -> Any:
    """The value with something in it changed: the deeper it reaches, the likelier it is further in."""
    if isinstance(value, dict | list) and value and random.randrange(16):
        copy = value.copy()
        key = random.choice(list(copy)) if isinstance(copy, dict) else random.randrange(len(copy))
        copy[key] = _changed(copy[key], random, whole)
        return copy
    if isinstance(value, bytes) and value and random.randrange(4):
        return mutate_json(value, random) if value[:1] in b"{[" else mutate_bytes(value, random)
    if isinstance(value, str) and len(value) > 80 and random.randrange(4):
        try:
            return b64(mutate_json(unb64(value), random))
        except VocuError:
            return value.replace(random.choice(value), random.choice('"\\A0 \n'), 1)
    return _other(value, random, whole)


def _other(value: Any, random: Random, whole: Any) -> Any:
    match random.randrange(6):
        case 0 | 1:
            return random.choice(ODD)
        case 2:
            return random.choice(list(_all(whole)))
        case 3 if isinstance(value, list):
            return value + value[-1:] * random.choice((1, 7, 300)) if random.randrange(2) else value[1:]
        case 3 if isinstance(value, dict):
            return value | {random.choice(("x", "é", *value)): random.choice(ODD)}
        case 4 if isinstance(value, dict) and value:
            left_out = random.choice(list(value))
            return {key: each for key, each in value.items() if key != left_out}
        case 4 if isinstance(value, int):
            return value + random.choice((-1, 1, 2**31, -(2**31)))
        case 5 if isinstance(value, str):
            at = random.randrange(len(value) + 1)
            return value[:at] + random.choice(("", " ", "A", "\0", "🛃", '"', "\\", value)) + value[at + 1 :]
        case _:
            return [value] if random.randrange(2) else random.choice(ODD)


def _all(value: Any, depth: int = 6) -> Any:
    yield value
    if depth and isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _all(each, depth - 1)
