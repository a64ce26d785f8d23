"""Sealing a hub's backup so that only a key which is kept off the machine opens it (docs/backup.md).

Each backup has a random key of its own, wrapped for the offline key in its first line: who destroys the file has
destroyed that key. `vocu.crypto.restoring` is the other half.
"""

import hashlib
from typing import Annotated, Final, Literal

import msgspec
from cryptography.cobblestone import Cobblestone256Encryptor
from msgspec import Meta, Struct

from vocu.canonical import b64, decode, encode, unb64
from vocu.crypto.keys import SealingKey
from vocu.crypto.sealing import HPKE_SUITE, KEY_SIZE
from vocu.errors import MalformedError

FORMAT: Final = "vocu-backup/1"
MAX_FIRST_LINE = 4096
_KEY_FORMAT: Final = "vocu-backup-key/1"


class _PublicKeyFile(Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal["vocu-backup-key/1"]
    key: str


class FirstLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in clear before a backup's sealed bytes: when it was made (ms since 1970), for which offline key, and
    the backup's own key, wrapped for that one."""

    format: Literal["vocu-backup/1"]
    made: Annotated[int, Meta(ge=0, lt=2**53)]
    key: str
    wrap: str


class BackupKey(Struct, frozen=True):
    """The public half of an offline key, on the hub: X-Wing, as devices have. It seals, and opens nothing."""

    sealing: SealingKey

    @classmethod
    def from_file(cls, document: bytes) -> "BackupKey":
        """Raises MalformedError `bad-key-file`, or `weak-key`."""
        try:
            data = unb64(decode(document.strip(), _public).key)
        except MalformedError:
            raise MalformedError(
                "bad-key-file", "This is not the public half of a backup key; `vocu-hub backup-key` makes one."
            ) from None
        return cls(SealingKey.from_bytes(data))

    def to_file(self) -> bytes:
        return encode(_PublicKeyFile(_KEY_FORMAT, b64(self.sealing.data))) + b"\n"

    @property
    def id(self) -> str:
        """What people compare, and what a backup names: b64 of the first 15 bytes of SHA-256, 20 characters."""
        return b64(hashlib.sha256(self.sealing.data).digest()[:15])


class BackupSeal:
    """A stream that is sealed as it comes: `first_line`, then what `update` returns, at last what `finish` returns.

    Without the last piece it does not open: a backup that was cut short is noticed.
    """

    def __init__(self, to: BackupKey, secret: bytes, made: int) -> None:
        """`secret`: 32 random bytes, new for each backup."""
        if len(secret) != KEY_SIZE:
            raise ValueError(f"the key of a backup has {KEY_SIZE} bytes, not {len(secret)}")
        wrap = HPKE_SUITE.encrypt(secret, to.sealing.hpke, info=wrap_info(to.id, made))
        line = FirstLine(format=FORMAT, made=made, key=to.id, wrap=b64(wrap))
        self.first_line = encode(line) + b"\n"
        self._stream = Cobblestone256Encryptor(secret, stream_context(self.first_line))

    def update(self, data: bytes) -> bytes:
        return self._stream.update(data)

    def finish(self) -> bytes:
        return self._stream.finalize()


def read_first_line(line: bytes) -> FirstLine:
    """Raises MalformedError `not-a-backup`."""
    try:
        return decode(line.removesuffix(b"\n"), _first_line)
    except MalformedError:
        raise MalformedError("not-a-backup", "This is not a backup of a hub; choose the right file.") from None


def wrap_info(key: str, made: int) -> bytes:
    """What the wrap is for. It begins otherwise than any wrap of an operation: neither opens as the other."""
    return b"vocu/1 backup-wrap\0" + hashlib.sha256(encode({"key": key, "made": made})).digest()


def stream_context(first_line: bytes) -> bytes:
    """The Cobblestone context of a backup: bound to everything that its first line says."""
    return b"vocu/1 backup\0" + hashlib.sha256(first_line).digest()


_public = msgspec.json.Decoder(_PublicKeyFile)
_first_line = msgspec.json.Decoder(FirstLine)
