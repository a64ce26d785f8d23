"""Cobblestone-256 (c2sp.org/chunked-encryption, SHA-512, AES-256-GCM), written from the specification alone.

The vectors published with the library are of SHA-256, its public functions of SHA-512; hence a reader of our own.
"""

import hmac

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK = 16 * 1024
SALT_SIZE, COMMITMENT_SIZE, TAG_SIZE = 24, 32, 16


def derive(key: bytes, context: bytes, salt: bytes) -> tuple[bytes, bytes, bytes]:
    """Chunk key, base nonce, commitment."""
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + context
    first = hmac.digest(key, info + b"\x01", "sha512")
    stream = first + hmac.digest(key, first + info + b"\x02", "sha512")
    return stream[:32], stream[32:44], stream[44:76]


def nonce_of(base: bytes, number: int) -> bytes:
    return (int.from_bytes(base, "big") ^ number).to_bytes(12, "big")


def read(key: bytes, context: bytes, sealed: bytes) -> bytes:
    """The plaintext. Fails where the commitment, a chunk or the end is wrong."""
    header = SALT_SIZE + COMMITMENT_SIZE
    chunk_key, base, commitment = derive(key, context, sealed[:SALT_SIZE])
    assert sealed[SALT_SIZE:header] == commitment, "the commitment is to another key or context"
    step = CHUNK + TAG_SIZE
    chunks = [sealed[start : start + step] for start in range(header, len(sealed), step)]
    assert len(chunks[-1]) < step, "the last chunk is shorter than the others"
    return b"".join(AESGCM(chunk_key).decrypt(nonce_of(base, n), chunk, b"") for n, chunk in enumerate(chunks))
