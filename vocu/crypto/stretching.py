"""Keys out of passphrases: Argon2id (RFC 9106), as dear as a file says, within bounds: a hostile one must not make its
reader spend hours or all memory."""

import unicodedata
from typing import Annotated

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from msgspec import Meta, Struct

from vocu.errors import MalformedError

KEY_SIZE = 32
SALT_SIZE = 16


class Argon2Cost(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How dear a guess is: memory in KiB, passes over it, lanes in parallel. 1 GiB, 16 passes, 8 lanes at most."""

    memory_kib: Annotated[int, Meta(ge=64, le=1024 * 1024)]
    passes: Annotated[int, Meta(ge=1, le=16)]
    lanes: Annotated[int, Meta(ge=1, le=8)]


DEFAULT = Argon2Cost(memory_kib=256 * 1024, passes=3, lanes=4)
DEMO = Argon2Cost(memory_kib=19 * 1024, passes=2, lanes=1)


def stretch(passphrase: str, salt: bytes, cost: Argon2Cost) -> bytes:
    """A key of 32 bytes. Raises MalformedError `bad-passphrase` where the passphrase is not valid text."""
    return argon2id(salt, cost).derive(normal(passphrase))


def normal(passphrase: str) -> bytes:
    """The same words typed on another keyboard give the same bytes (RFC 8265 §4.2)."""
    try:
        return unicodedata.normalize("NFC", passphrase).encode()
    except UnicodeEncodeError:
        raise MalformedError("bad-passphrase", "This passphrase is not valid text; type it again.") from None


def argon2id(salt: bytes, cost: Argon2Cost) -> Argon2id:
    """Good for one derivation or one password."""
    return Argon2id(salt=salt, length=KEY_SIZE, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib)
