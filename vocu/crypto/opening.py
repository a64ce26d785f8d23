"""Opening: what only a desk does. The hub never imports this module, not even through others (the blind hub)."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from cryptography.cobblestone import Cobblestone256Decryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey

from vocu.crypto.keys import SealingKey
from vocu.crypto.sealing import HPKE_SUITE, KEY_SIZE, LENGTH_SIZE, local_context, pad
from vocu.errors import MalformedError, SealedError, UntrustedError

SEED_SIZE = 32
_MLKEM768_SEED_SIZE = 64


@dataclass(frozen=True, eq=False)
class OpeningKey:
    """An X-Wing private key (draft-connolly-cfrg-xwing-kem), kept as its seed."""

    seed: bytes = field(repr=False)
    _mlkem: MLKEM768PrivateKey = field(repr=False)
    _x25519: X25519PrivateKey = field(repr=False)

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """The key of a secret of 32 bytes, which SHAKE-256 expands to an ML-KEM-768 seed and an X25519 key."""
        if len(seed) != SEED_SIZE:
            raise MalformedError("bad-size", f"An opening seed has {SEED_SIZE} bytes, not {len(seed)}.")
        expanded = hashlib.shake_256(seed).digest(_MLKEM768_SEED_SIZE + 32)
        return cls(
            seed,
            MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM768_SEED_SIZE]),
            X25519PrivateKey.from_private_bytes(expanded[_MLKEM768_SEED_SIZE:]),
        )

    @cached_property
    def public(self) -> SealingKey:
        return SealingKey.from_bytes(
            self._mlkem.public_key().public_bytes_raw() + self._x25519.public_key().public_bytes_raw()
        )

    @cached_property
    def hpke(self) -> MLKEM768X25519PrivateKey:
        return MLKEM768X25519PrivateKey(self._mlkem, self._x25519)


def unwrap(wrapped: bytes, key: OpeningKey, info: bytes) -> bytes:
    """The secret of 32 bytes that `vocu.crypto.sealing.wrap` wrapped for this key under this info.

    Raises SealedError `cannot-open`.
    """
    try:
        secret = HPKE_SUITE.decrypt(wrapped, key.hpke, info=info)
    except (InvalidTag, ValueError):
        raise _cannot_open() from None
    if len(secret) != KEY_SIZE:
        raise _cannot_open()
    return secret


def open_part(key: bytes, context: bytes, sealed: bytes) -> bytes:
    """The plaintext of a sealed part.

    Raises UntrustedError `tampered-part` where it was sealed with another key or for another place, was changed, or
    is not padded in the one prescribed way.
    """
    try:
        padded = _open(key, context, sealed)
    except InvalidTag:
        raise _tampered_part() from None
    plaintext = padded[LENGTH_SIZE : LENGTH_SIZE + int.from_bytes(padded[:LENGTH_SIZE], "big")]
    if pad(plaintext) != padded:
        raise _tampered_part()
    return plaintext


def local_open(key: bytes, context: bytes, sealed: bytes) -> bytes:
    """What `local_seal` sealed. Raises UntrustedError `tampered-file` where key, context or bytes are not the same."""
    try:
        return _open(key, local_context(context), sealed)
    except InvalidTag:
        raise UntrustedError(
            "tampered-file", "This sealed file was changed or belongs elsewhere. Restore it from a backup."
        ) from None


def _open(key: bytes, context: bytes, sealed: bytes) -> bytes:
    decryptor = Cobblestone256Decryptor(key, context)
    return decryptor.update(sealed) + decryptor.finalize()


def _cannot_open() -> SealedError:
    return SealedError("cannot-open", "This secret was not wrapped for the key held here.")


def _tampered_part() -> UntrustedError:
    return UntrustedError("tampered-part", "This part was changed or moved after it was sealed. Do not rely on it.")
