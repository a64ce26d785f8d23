"""HPKE: RFC 9180 with X25519, and X-Wing (0x647A) of draft-ietf-hpke-pq.

The published ciphertexts have an `aad`, which the library's public functions do not take. So each is first opened with
the published key and nonce, then sealed again without `aad`, and the library must open that from `enc` and the private
key: a wrong secret, schedule or nonce cannot pass.
"""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from tests.shared import shared_file
from tests.vectors.hpke_reader import key_schedule
from vocu.crypto.opening import OpeningKey

VECTOR_FILES = ["hpke/rfc9180-base-x25519.json", "hpke/hpke-pq-test-vectors.json"]

X25519_KEM, XWING_KEM = 0x0020, 0x647A
KDFS = {1: KDF.HKDF_SHA256, 3: KDF.HKDF_SHA512, 17: KDF.SHAKE256}
AEADS = {1: AEAD.AES_128_GCM, 2: AEAD.AES_256_GCM, 3: AEAD.CHACHA20_POLY1305}
CIPHERS = {1: AESGCM, 2: AESGCM, 3: ChaCha20Poly1305}


def vectors(name: str, kem_id: int) -> list[dict]:
    found = json.loads(shared_file(f"vectors/{name}").read_text())
    return [vector for vector in found if vector["kem_id"] == kem_id and vector["mode"] == 0]


def resealed(vector: dict) -> tuple[bytes, bytes]:
    """The plaintext of the first published encryption, and the same sealed without its `aad`."""
    cipher = CIPHERS[vector["aead_id"]](bytes.fromhex(vector["key"]))
    nonce = bytes.fromhex(vector["base_nonce"])
    first = vector["encryptions"][0]
    plaintext = bytes.fromhex(first["pt"])
    assert cipher.decrypt(nonce, bytes.fromhex(first["ct"]), bytes.fromhex(first["aad"])) == plaintext
    return plaintext, cipher.encrypt(nonce, plaintext, b"")


def test_the_library_opens_every_rfc_9180_case_and_our_reader_agrees() -> None:
    found = vectors("hpke/rfc9180-base-x25519.json", X25519_KEM)
    assert len(found) >= 6
    for vector in found:
        info = bytes.fromhex(vector["info"])
        schedule = key_schedule(
            kem_id=X25519_KEM,
            kdf_id=vector["kdf_id"],
            aead_id=vector["aead_id"],
            shared_secret=bytes.fromhex(vector["shared_secret"]),
            info=info,
        )
        for name, value in schedule._asdict().items():
            assert value.hex() == vector[name]

        plaintext, sealed = resealed(vector)
        suite = Suite(KEM.X25519, KDFS[vector["kdf_id"]], AEADS[vector["aead_id"]])
        key = X25519PrivateKey.from_private_bytes(bytes.fromhex(vector["skRm"]))
        assert suite.decrypt(bytes.fromhex(vector["enc"]) + sealed, key, info=info) == plaintext


def test_the_suite_of_the_wraps_is_among_the_rfc_9180_cases() -> None:
    found = vectors("hpke/rfc9180-base-x25519.json", X25519_KEM)
    assert any((vector["kdf_id"], vector["aead_id"]) == (3, 2) for vector in found)  # HKDF-SHA512, AES-256-GCM


@pytest.mark.parametrize("kdf_id", [1, 17], ids=["hkdf-sha256", "shake256"])
def test_an_opening_key_opens_the_published_x_wing_case(kdf_id: int) -> None:
    [vector] = [v for v in vectors("hpke/hpke-pq-test-vectors.json", XWING_KEM) if v["kdf_id"] == kdf_id]
    key = OpeningKey.from_seed(bytes.fromhex(vector["skRm"]))
    assert key.public.data.hex() == vector["pkRm"]

    plaintext, sealed = resealed(vector)
    suite = Suite(KEM.MLKEM768_X25519, KDFS[kdf_id], AEADS[vector["aead_id"]])
    info = bytes.fromhex(vector["info"])
    assert suite.decrypt(bytes.fromhex(vector["enc"]) + sealed, key.hpke, info=info) == plaintext
