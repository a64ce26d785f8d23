"""ML-KEM-768, the other half of a sealing key: Wycheproof's decapsulations, and the keys that must not get in."""

import pytest
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey

from tests.vectors.wycheproof import cases, unhex
from vocu.crypto.keys import MLKEM768_KEY_SIZE, SealingKey
from vocu.crypto.opening import OpeningKey
from vocu.errors import MalformedError

VECTOR_FILES = ["wycheproof/mlkem_768_test.json", "wycheproof/mlkem_768_encaps_test.json"]


def test_every_ciphertext_gives_its_secret_or_is_refused() -> None:
    opened = refused = 0
    for _, case in cases("wycheproof/mlkem_768_test.json"):
        seed, public, ciphertext, secret = unhex(case, "seed", "ek", "c", "K")
        if case["result"] == "valid":
            key = MLKEM768PrivateKey.from_seed_bytes(seed)
            assert key.decapsulate(ciphertext) == secret, case["tcId"]
            assert public in (b"", key.public_key().public_bytes_raw()), case["tcId"]
            opened += 1
        else:
            with pytest.raises(ValueError):
                MLKEM768PrivateKey.from_seed_bytes(seed).decapsulate(ciphertext)
            refused += 1
    assert opened >= 153
    assert refused >= 40


def test_every_malformed_public_key_is_refused_as_a_sealing_key() -> None:
    """The library draws its own randomness, so that the ciphertexts of this file cannot be compared."""
    x25519 = OpeningKey.from_seed(bytes(32)).public.data[MLKEM768_KEY_SIZE:]
    accepted = refused = 0
    for _, case in cases("wycheproof/mlkem_768_encaps_test.json"):
        data = bytes.fromhex(case["ek"]) + x25519
        if case["result"] == "valid":
            assert SealingKey.from_bytes(data).data == data, case["tcId"]
            accepted += 1
        else:
            with pytest.raises(MalformedError) as refusal:
                SealingKey.from_bytes(data)
            expected = "weak-key" if len(case["ek"]) == 2 * MLKEM768_KEY_SIZE else "bad-size"
            assert refusal.value.code == expected, case["tcId"]
            refused += 1
    assert accepted >= 133
    assert refused >= 132
