"""The key schedule of HPKE's base mode (RFC 9180 §5.1), written from the RFC alone, to check the library against."""

import hmac
from typing import NamedTuple


class Schedule(NamedTuple):
    """What both ends derive from the shared secret."""

    secret: bytes
    key: bytes
    base_nonce: bytes
    exporter_secret: bytes


def key_schedule(*, kem_id: int, kdf_id: int, aead_id: int, shared_secret: bytes, info: bytes) -> Schedule:
    """For the two-stage KDFs HKDF-SHA256 (1) and HKDF-SHA512 (3), no pre-shared key."""
    hash_name, hash_size = {1: ("sha256", 32), 3: ("sha512", 64)}[kdf_id]
    key_size = {1: 16, 2: 32, 3: 32}[aead_id]
    suite = b"HPKE" + b"".join(number.to_bytes(2, "big") for number in (kem_id, kdf_id, aead_id))

    def labeled_extract(salt: bytes, label: bytes, secret: bytes) -> bytes:
        return hmac.digest(salt or bytes(hash_size), b"HPKE-v1" + suite + label + secret, hash_name)

    def labeled_expand(secret: bytes, label: bytes, context: bytes, size: int) -> bytes:
        labeled = size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + context
        return hmac.digest(secret, labeled + b"\x01", hash_name)[:size]  # one block is enough: size <= hash size

    context = b"\0" + labeled_extract(b"", b"psk_id_hash", b"") + labeled_extract(b"", b"info_hash", info)
    secret = labeled_extract(shared_secret, b"secret", b"")
    return Schedule(
        secret,
        labeled_expand(secret, b"key", context, key_size),
        labeled_expand(secret, b"base_nonce", context, 12),
        labeled_expand(secret, b"exp", context, hash_size),
    )
