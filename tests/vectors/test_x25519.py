"""X25519, half of a sealing key: Wycheproof's exchanges, and the points that would give a shared secret of zeros."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from tests.vectors.wycheproof import cases, unhex
from vocu.crypto.keys import MLKEM768_KEY_SIZE, SealingKey
from vocu.crypto.opening import OpeningKey
from vocu.errors import MalformedError

VECTOR_FILES = ["wycheproof/x25519_test.json"]

FILE = "wycheproof/x25519_test.json"


def test_every_exchange_gives_its_secret_and_none_gives_zeros() -> None:
    agreed = refused = 0
    for _, case in cases(FILE):
        public, private, shared = unhex(case, "public", "private", "shared")
        ours, theirs = X25519PrivateKey.from_private_bytes(private), X25519PublicKey.from_public_bytes(public)
        if "ZeroSharedSecret" in case["flags"]:
            with pytest.raises(ValueError, match="shared key"):
                ours.exchange(theirs)
            refused += 1
        else:
            assert ours.exchange(theirs) == shared, case["tcId"]
            agreed += 1
    assert agreed >= 487
    assert refused >= 31


def test_a_sealing_key_with_a_point_of_low_order_is_refused() -> None:
    mlkem = OpeningKey.from_seed(bytes(32)).public.data[:MLKEM768_KEY_SIZE]
    refused = 0
    for _, case in cases(FILE):
        data = mlkem + bytes.fromhex(case["public"])
        if "ZeroSharedSecret" in case["flags"]:
            with pytest.raises(MalformedError) as refusal:
                SealingKey.from_bytes(data)
            assert refusal.value.code == "weak-key"
            refused += 1
        else:
            assert SealingKey.from_bytes(data).data == data
    assert refused >= 31
