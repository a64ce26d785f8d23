"""Opening a hub's backup, with the offline key: what happens beside a hub, never in one that serves.

This is no way around the blind hub: a backup holds what the hub held, the seals of an operation as they were, and this
key opens nothing but what `vocu.crypto.backups` wrapped for it.
"""

from dataclasses import dataclass, field
from typing import Literal, Self

import msgspec
from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey

from vocu.canonical import b64, decode, encode, unb64
from vocu.crypto.backups import BackupKey, read_first_line, stream_context, wrap_info
from vocu.crypto.keys import SealingKey
from vocu.crypto.sealing import HPKE_SUITE
from vocu.crypto.stretching import DEFAULT, SALT_SIZE, Argon2Cost, stretch
from vocu.errors import MalformedError, RefusedError, UntrustedError

SEED_SIZE = 96
"""ML-KEM-768 seed 64 ‖ X25519 private key 32."""
_LOCK = b"vocu/1 backup key\0"


class _PrivateKeyFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: Literal["vocu-backup-private-key/1"]
    cost: Argon2Cost
    salt: str
    sealed: str


@dataclass(frozen=True, eq=False)
class RestoringKey:
    """The private half of an offline key."""

    seed: bytes = field(repr=False)
    _hpke: MLKEM768X25519PrivateKey = field(repr=False)
    public: BackupKey

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """The key of a secret of 96 random bytes."""
        if len(seed) != SEED_SIZE:
            raise ValueError(f"the seed of a backup key has {SEED_SIZE} bytes, not {len(seed)}")
        mlkem = MLKEM768PrivateKey.from_seed_bytes(seed[:64])
        x25519 = X25519PrivateKey.from_private_bytes(seed[64:])
        data = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
        return cls(seed, MLKEM768X25519PrivateKey(mlkem, x25519), BackupKey(SealingKey.from_bytes(data)))

    @classmethod
    def from_file(cls, document: bytes, passphrase: str) -> Self:
        """Raises MalformedError `bad-key-file`, RefusedError `wrong-passphrase` (also where the file was changed)."""
        try:
            locked = decode(document.strip(), _private)
            salt, sealed = unb64(locked.salt, SALT_SIZE), unb64(locked.sealed)
        except MalformedError:
            raise MalformedError(
                "bad-key-file", "This is not the private half of a backup key, or it is damaged; take your other copy."
            ) from None
        decryptor = Cobblestone256Decryptor(stretch(passphrase, salt, locked.cost), _LOCK)
        try:
            seed = decryptor.update(sealed) + decryptor.finalize()
            return cls.from_seed(seed)
        except (InvalidTag, ValueError):
            raise RefusedError("wrong-passphrase", "This passphrase does not open the file; try again.") from None

    def to_file(self, passphrase: str, *, salt: bytes, cost: Argon2Cost = DEFAULT) -> bytes:
        """A document that only the passphrase opens. `salt`: 16 random bytes.

        Raises RefusedError `empty-passphrase`.
        """
        if not passphrase:
            raise RefusedError("empty-passphrase", "An empty passphrase protects nothing; choose one.")
        encryptor = Cobblestone256Encryptor(stretch(passphrase, salt, cost), _LOCK)
        sealed = encryptor.update(self.seed) + encryptor.finalize()
        document = _PrivateKeyFile(format="vocu-backup-private-key/1", cost=cost, salt=b64(salt), sealed=b64(sealed))
        return encode(document) + b"\n"

    def open(self, first_line: bytes) -> "OpenedBackup":
        """The stream behind this first line. Raises MalformedError `not-a-backup`, RefusedError `wrong-backup-key`,
        UntrustedError `damaged-backup`."""
        line = read_first_line(first_line)
        if line.key != self.public.id:
            raise RefusedError(
                "wrong-backup-key",
                f"This backup was sealed to the key {line.key}, not to {self.public.id}; take the fitting private key.",
            )
        try:
            secret = HPKE_SUITE.decrypt(unb64(line.wrap), self._hpke, info=wrap_info(line.key, line.made))
            return OpenedBackup(Cobblestone256Decryptor(secret, stream_context(first_line)), line.made)
        except (InvalidTag, MalformedError, ValueError):
            raise _damaged() from None


class OpenedBackup:
    """The clear stream of a backup. What `update` returned is genuine; that it is all of it, `finish` says."""

    def __init__(self, stream: Cobblestone256Decryptor, made: int) -> None:
        self._stream = stream
        self.made = made

    def update(self, data: bytes) -> bytes:
        """Raises UntrustedError `damaged-backup`."""
        try:
            return self._stream.update(data)
        except InvalidTag:
            raise _damaged() from None

    def finish(self) -> bytes:
        """Raises UntrustedError `damaged-backup` where the stream was cut short."""
        try:
            return self._stream.finalize()
        except InvalidTag:
            raise _damaged() from None


def _damaged() -> UntrustedError:
    return UntrustedError(
        "damaged-backup", "This backup was changed or cut short, and nothing of it was used; take another copy."
    )


_private = msgspec.json.Decoder(_PrivateKeyFile)
