"""Secrets under a passphrase: Argon2id (RFC 9106) makes the key, Cobblestone-256 seals; and passwords. Desk only.

The file says how it was made, within bounds: a hostile one must not make its reader spend hours or all memory.
"""

from typing import Literal

import msgspec
from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from vocu.canonical import b64, decode, encode, unb64
from vocu.crypto.opening import local_open
from vocu.crypto.sealing import local_seal
from vocu.crypto.stretching import DEFAULT, DEMO, SALT_SIZE, Argon2Cost, argon2id, normal, stretch
from vocu.errors import MalformedError, RefusedError, UntrustedError

__all__ = ["DEFAULT", "DEMO", "SALT_SIZE", "Argon2Cost", "hash_password", "is_password", "lock", "unlock"]

_CONTEXT = b"passphrase"


class LockedSecret(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The document on disk."""

    suite: Literal["vocu/1 argon2id cobblestone256"]
    cost: Argon2Cost
    salt: str
    sealed: str


_decoder = msgspec.json.Decoder(LockedSecret)


def lock(secret: bytes, passphrase: str, *, salt: bytes, cost: Argon2Cost = DEFAULT) -> bytes:
    """A canonical JSON document that only the passphrase opens. `salt` is 16 random bytes, new for each document.

    Raises RefusedError `empty-passphrase`.
    """
    if len(salt) != SALT_SIZE:
        raise ValueError(f"a salt has {SALT_SIZE} bytes, not {len(salt)}")
    if not passphrase:
        raise RefusedError("empty-passphrase", "An empty passphrase protects nothing; choose one.")
    sealed = local_seal(stretch(passphrase, salt, cost), _CONTEXT, secret)
    return encode(LockedSecret(suite="vocu/1 argon2id cobblestone256", cost=cost, salt=b64(salt), sealed=b64(sealed)))


def unlock(document: bytes, passphrase: str) -> bytes:
    """The secret that `lock` locked.

    Raises RefusedError `wrong-passphrase`, also where the document was changed: the two cannot be told apart.
    Raises MalformedError where it is not such a document, or asks for more than the bounds allow.
    """
    try:
        locked = decode(document, _decoder)
    except MalformedError:
        raise MalformedError(
            "bad-key-file", "This is not a key file of vocu, or it is damaged; put it back from a copy."
        ) from None
    key = stretch(passphrase, unb64(locked.salt, SALT_SIZE), locked.cost)
    try:
        return local_open(key, _CONTEXT, unb64(locked.sealed))
    except UntrustedError:
        raise RefusedError("wrong-passphrase", "This passphrase does not open the file; try again.") from None


def hash_password(password: str, *, salt: bytes, cost: Argon2Cost = DEFAULT) -> str:
    """What recognises a password later, as a PHC string. `salt` is 16 random bytes, new for each password."""
    return argon2id(salt, cost).derive_phc_encoded(normal(password))


def is_password(password: str, hashed: str) -> bool:
    """Whether `hash_password` made this of that password."""
    try:
        Argon2id.verify_phc_encoded(normal(password), hashed)
    except (InvalidKey, MalformedError):
        return False
    return True
