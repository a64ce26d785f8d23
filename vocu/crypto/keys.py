"""The keys of an operation (docs/protocol.md §2). Every private key is made from a seed that the caller gives.

A public key that exists was checked: `from_bytes` refuses those that would let a stranger sign, or keep others from
sealing. Keys compare and hash by their bytes; private keys never show their seed.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import (
    MLDSA44PrivateKey,
    MLDSA44PublicKey,
    MLDSA65PrivateKey,
    MLDSA65PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PublicKey

from vocu.errors import MalformedError, UntrustedError

ED25519_KEY_SIZE = 32
ED25519_SIGNATURE_SIZE = 64
MLDSA44_KEY_SIZE = 1312
MLDSA65_KEY_SIZE = 1952
MLDSA65_SIGNATURE_SIZE = 3309
ROOT_KEY_SIZE = ED25519_KEY_SIZE + MLDSA65_KEY_SIZE
ROOT_SIGNATURE_SIZE = ED25519_SIGNATURE_SIZE + MLDSA65_SIGNATURE_SIZE
HUB_KEY_SIZE = ED25519_KEY_SIZE + MLDSA44_KEY_SIZE
MLKEM768_KEY_SIZE = 1184
SEALING_KEY_SIZE = MLKEM768_KEY_SIZE + 32

SEED_SIZE = 32
COMPOSITE_SEED_SIZE = 64


@dataclass(frozen=True, slots=True)
class VerifyKey:
    """An Ed25519 public key (RFC 8032): of a country, a device or the compiler."""

    data: bytes
    _key: Ed25519PublicKey = field(repr=False, compare=False)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The key of 32 bytes. Raises MalformedError `bad-size`, or `weak-key` where anyone could sign for it."""
        _require_size("A signing key", data, ED25519_KEY_SIZE)
        _refuse_weak_ed25519(data)
        return cls(data, Ed25519PublicKey.from_public_bytes(data))

    def verify(self, message: bytes, signature: bytes) -> None:
        """Raises UntrustedError `bad-signature` unless this key signed exactly these bytes."""
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            raise _bad_signature() from None


@dataclass(frozen=True, eq=False)
class SigningKey:
    """An Ed25519 private key."""

    seed: bytes = field(repr=False)
    _key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """The key of a secret of 32 bytes."""
        _require_size("A signing seed", seed, SEED_SIZE)
        return cls(seed, Ed25519PrivateKey.from_private_bytes(seed))

    @cached_property
    def public(self) -> VerifyKey:
        return VerifyKey.from_bytes(self._key.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of an Ed25519 signature; the same ones for the same message."""
        return self._key.sign(message)


@dataclass(frozen=True, slots=True)
class RootVerifyKey:
    """A root's public key: Ed25519 ‖ ML-DSA-65 (FIPS 204), 1,984 bytes."""

    data: bytes
    _ed25519: VerifyKey = field(repr=False, compare=False)
    _mldsa65: MLDSA65PublicKey = field(repr=False, compare=False)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises MalformedError `bad-size` or `weak-key`."""
        _require_size("A root key", data, ROOT_KEY_SIZE)
        ed25519, mldsa65 = data[:ED25519_KEY_SIZE], data[ED25519_KEY_SIZE:]
        return cls(data, VerifyKey.from_bytes(ed25519), MLDSA65PublicKey.from_public_bytes(mldsa65))

    def verify(self, message: bytes, signature: bytes) -> None:
        """Raises UntrustedError `bad-signature` unless both halves verify."""
        self._ed25519.verify(message, signature[:ED25519_SIGNATURE_SIZE])
        try:
            self._mldsa65.verify(signature[ED25519_SIGNATURE_SIZE:], message)
        except InvalidSignature:
            raise _bad_signature() from None


@dataclass(frozen=True, eq=False)
class RootSigningKey:
    """A root's private key: an Ed25519 and an ML-DSA-65 key, which always sign together."""

    seed: bytes = field(repr=False)
    _ed25519: SigningKey = field(repr=False)
    _mldsa65: MLDSA65PrivateKey = field(repr=False)

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """The key of a secret of 64 bytes: Ed25519 seed ‖ ML-DSA-65 seed."""
        _require_size("A root seed", seed, COMPOSITE_SEED_SIZE)
        ed25519, mldsa65 = seed[:SEED_SIZE], seed[SEED_SIZE:]
        return cls(seed, SigningKey.from_seed(ed25519), MLDSA65PrivateKey.from_seed_bytes(mldsa65))

    @cached_property
    def public(self) -> RootVerifyKey:
        return RootVerifyKey.from_bytes(self._ed25519.public.data + self._mldsa65.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """Ed25519 ‖ ML-DSA-65, 3,373 bytes; the second half differs each time (hedged signing)."""
        return self._ed25519.sign(message) + self._mldsa65.sign(message)


@dataclass(frozen=True, slots=True)
class HubVerifyKey:
    """The hub's public key: Ed25519 ‖ ML-DSA-44, 1,344 bytes. Hellos bear the first signature, checkpoints both."""

    data: bytes
    ed25519: VerifyKey = field(repr=False, compare=False)
    _mldsa44: MLDSA44PublicKey = field(repr=False, compare=False)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises MalformedError `bad-size` or `weak-key`."""
        _require_size("A hub key", data, HUB_KEY_SIZE)
        ed25519, mldsa44 = data[:ED25519_KEY_SIZE], data[ED25519_KEY_SIZE:]
        return cls(data, VerifyKey.from_bytes(ed25519), MLDSA44PublicKey.from_public_bytes(mldsa44))

    @property
    def mldsa44_data(self) -> bytes:
        """The 1,312 bytes of the ML-DSA-44 half."""
        return self.data[ED25519_KEY_SIZE:]

    def verify_ed25519(self, message: bytes, signature: bytes) -> None:
        """Raises UntrustedError `bad-signature`."""
        self.ed25519.verify(message, signature)

    def verify_mldsa44(self, message: bytes, signature: bytes) -> None:
        """Raises UntrustedError `bad-signature`."""
        try:
            self._mldsa44.verify(signature, message)
        except InvalidSignature:
            raise _bad_signature() from None


@dataclass(frozen=True, eq=False)
class HubSigningKey:
    """The hub's private key: an Ed25519 and an ML-DSA-44 key."""

    seed: bytes = field(repr=False)
    _ed25519: SigningKey = field(repr=False)
    _mldsa44: MLDSA44PrivateKey = field(repr=False)

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """The key of a secret of 64 bytes: Ed25519 seed ‖ ML-DSA-44 seed."""
        _require_size("A hub seed", seed, COMPOSITE_SEED_SIZE)
        ed25519, mldsa44 = seed[:SEED_SIZE], seed[SEED_SIZE:]
        return cls(seed, SigningKey.from_seed(ed25519), MLDSA44PrivateKey.from_seed_bytes(mldsa44))

    @cached_property
    def public(self) -> HubVerifyKey:
        return HubVerifyKey.from_bytes(self._ed25519.public.data + self._mldsa44.public_key().public_bytes_raw())

    def sign_ed25519(self, message: bytes) -> bytes:
        """64 bytes."""
        return self._ed25519.sign(message)

    def sign_mldsa44(self, message: bytes) -> bytes:
        """2,420 bytes, different each time (hedged signing)."""
        return self._mldsa44.sign(message)


@dataclass(frozen=True, slots=True)
class SealingKey:
    """An X-Wing public key: ML-KEM-768 ‖ X25519, 1,216 bytes. What is wrapped for it, only its device opens."""

    data: bytes
    hpke: MLKEM768X25519PublicKey = field(repr=False, compare=False)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises MalformedError `bad-size`, or `weak-key` where sealing to it would fail or give the secret away.

        One such key in a roster would keep everybody from rotating the epoch, so it must not get in.
        """
        _require_size("A sealing key", data, SEALING_KEY_SIZE)
        x25519 = X25519PublicKey.from_public_bytes(data[MLKEM768_KEY_SIZE:])
        try:
            mlkem = MLKEM768PublicKey.from_public_bytes(data[:MLKEM768_KEY_SIZE])  # checks the modulus, FIPS 203 §7.2
            _ANY_X25519.exchange(x25519)  # an all-zero result means a point of low order, RFC 7748 §6.1
        except ValueError:
            raise _weak_key() from None
        return cls(data, MLKEM768X25519PublicKey(mlkem, x25519))


_ANY_X25519 = X25519PrivateKey.from_private_bytes(bytes(32))

_P = 2**255 - 19
_ORDER_8_Y = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_LOW_ORDER_Y = frozenset({0, 1, _P - 1, _ORDER_8_Y, _P - _ORDER_8_Y})


def _refuse_weak_ed25519(data: bytes) -> None:
    """The library accepts points of order 1 to 8, for which one signature can fit many messages, and y ≥ p."""
    y = int.from_bytes(data, "little") & (2**255 - 1)
    if y >= _P or y in _LOW_ORDER_Y:
        raise _weak_key()


def _require_size(what: str, data: bytes, size: int) -> None:
    if len(data) != size:
        raise MalformedError("bad-size", f"{what} has {size} bytes, not {len(data)}.")


def _weak_key() -> MalformedError:
    return MalformedError("weak-key", "This public key gives no protection; ask its owner to make a new one.")


def _bad_signature() -> UntrustedError:
    return UntrustedError("bad-signature", "This signature does not verify. Do not use what it is meant to prove.")
