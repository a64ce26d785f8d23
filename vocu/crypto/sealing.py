"""Closing: what a sender does so that only the named devices can read (docs/protocol.md §4, Sealing).

A part is padded and sealed with a key of its own: derived from the epoch secret, or random and wrapped for each reader.
`vocu.crypto.opening` is the other half; the hub imports this one at most.
"""

import hashlib
from typing import Any, Final

from cryptography.cobblestone import Cobblestone256Encryptor
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from vocu.canonical import b64, encode
from vocu.crypto.keys import SealingKey

KEY_SIZE = 32
WRAP_SIZE = 1168  # X-Wing ciphertext 1,120 ‖ key 32 ‖ tag 16
PAD_MINIMUM = 1024
LENGTH_SIZE = 4
CHUNK = 1024 * 1024 - LENGTH_SIZE
"""Bytes of a file in each of its sealed chunks but the last: with their length before them they need no padding."""
OVERHEAD, SEGMENT, TAG_SIZE = 72, 16 * 1024, 16
"""What sealing adds to a padded text: salt 24, commitment 32 and the last tag 16, and a tag for each full segment."""

HPKE_SUITE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA512, AEAD.AES_256_GCM)


def class_key(epoch_secret: bytes, part: str) -> bytes:
    """What opens all parts of one kind in one epoch; kept until their retention date, when `epoch_secret` is gone."""
    return _expand(epoch_secret, b"vocu/1 class\0" + part.encode())


def part_key(class_key: bytes, event_id: str) -> bytes:
    """The key of an event's part: the class key, and the event's id as the header writes it."""
    return _expand(class_key, b"vocu/1 mk\0" + event_id.encode())


def epoch_commitment(epoch_secret: bytes) -> bytes:
    """What an epoch event publishes, so that no two devices can be given different secrets unnoticed."""
    return hashlib.sha256(b"vocu/1 epoch-commit\0" + epoch_secret).digest()


def stat_commitment(class_key: bytes) -> bytes:
    """The same for what opens the statistical parts of an epoch, which is handed on to those who join later."""
    return hashlib.sha256(b"vocu/1 stat-commit\0" + class_key).digest()


def part_context(*, op: str, event_id: str, type: str, sender: str, part: str, audience: dict[str, Any]) -> bytes:  # noqa: A002
    """Where a part belongs. Moved to another event, sender, kind or audience, the ciphertext does not open."""
    place = {"op": op, "id": event_id, "type": type, "from": sender, "p": part, "aud": audience}
    return b"vocu/1 part\0" + hashlib.sha256(encode(place)).digest()


def wrap_info(
    *, op: str, event_id: str, part: str, device: str, sealing_key: SealingKey, sender: str, roster: str
) -> bytes:
    """Where a wrap belongs: what it is for, whom it is for, and who says so under which roster."""
    place = {
        "op": op,
        "id": event_id,
        "p": part,
        "to": device,
        "kpk": b64(sealing_key.data),
        "from": sender,
        "roster": roster,
    }
    return b"vocu/1 wrap\0" + hashlib.sha256(encode(place)).digest()


def pad(plaintext: bytes) -> bytes:
    """u32 length ‖ plaintext ‖ zeros: at least 1 KiB, above it Padmé, which costs at most 12 %.

    Padmé (Nikitin et al., PURBs, 2019) leaves O(log log n) bits of the length to be seen.
    """
    framed = len(plaintext).to_bytes(LENGTH_SIZE, "big") + plaintext
    return framed.ljust(_padded_size(len(framed)), b"\0")


def _padded_size(size: int) -> int:
    if size <= PAD_MINIMUM:
        return PAD_MINIMUM
    exponent = size.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (size + mask) & ~mask


def chunk_context(*, op: str, event_id: str, file: int, chunk: int, last: bool) -> bytes:
    """Where a chunk of a file belongs, and whether the file ends with it: a chunk that is moved, or a file that is cut
    short or goes on behind its end, does not open (the STREAM construction; Hoang, Reyhanitabar, Rogaway, Vizár, 2015).

    Files and chunks are counted from 0. The key is random for each file.
    """
    place = {"op": op, "id": event_id, "file": file, "chunk": chunk, "last": last}
    return b"vocu/1 chunk\0" + hashlib.sha256(encode(place)).digest()


def sealed_size(size: int) -> int:
    """The bytes that `seal_part` makes of so many."""
    padded = _padded_size(LENGTH_SIZE + size)
    return padded + OVERHEAD + TAG_SIZE * (padded // SEGMENT)


def seal_part(key: bytes, context: bytes, plaintext: bytes) -> bytes:
    """Padded and sealed with Cobblestone-256 (C2SP chunked-encryption), which commits to the key.

    Longer than the padded text by 72 bytes, and by 16 more for each full 16 KiB: salt 24, commitment 32, tags 16.
    """
    return _seal(key, context, pad(plaintext))


def local_seal(key: bytes, context: bytes, plaintext: bytes) -> bytes:
    """Sealed for one's own disk: not padded, and `context` cannot be taken for a part's."""
    return _seal(key, local_context(context), plaintext)


def local_context(context: bytes) -> bytes:
    """The Cobblestone context of what is sealed for one's own disk."""
    return b"vocu/1 local\0" + context


def wrap(secret: bytes, to: SealingKey, info: bytes) -> bytes:
    """A secret of 32 bytes for one device: HPKE base mode (RFC 9180), X-Wing, HKDF-SHA512, AES-256-GCM; 1,168 bytes.

    Base mode does not say who wrapped it: the event that carries the wrap is signed.
    """
    if len(secret) != KEY_SIZE:
        raise ValueError(f"a wrapped secret has {KEY_SIZE} bytes, not {len(secret)}")
    return HPKE_SUITE.encrypt(secret, to.hpke, info=info)


def _expand(key: bytes, info: bytes) -> bytes:
    return HKDFExpand(SHA512(), KEY_SIZE, info).derive(key)


def _seal(key: bytes, context: bytes, plaintext: bytes) -> bytes:
    encryptor = Cobblestone256Encryptor(key, context)
    return encryptor.update(plaintext) + encryptor.finalize()
