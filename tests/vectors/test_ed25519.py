"""Ed25519 as the keys of the roster use it: Wycheproof's signatures, and the keys of CCTV that must not get in."""

import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.shared import shared_file
from tests.vectors.wycheproof import cases, unhex
from vocu.crypto.keys import VerifyKey
from vocu.errors import MalformedError, UntrustedError

VECTOR_FILES = ["wycheproof/ed25519_test.json", "cctv/ed25519vectors.json"]

REFUSED = {"low_order_A", "non_canonical_A"}


def signature_verifies(key: VerifyKey, message: bytes, signature: bytes) -> bool:
    try:
        key.verify(message, signature)
    except UntrustedError:
        return False
    return True


def test_every_wycheproof_signature_gets_its_verdict() -> None:
    verdicts = []
    for group, case in cases("wycheproof/ed25519_test.json"):
        key = VerifyKey.from_bytes(bytes.fromhex(group["publicKey"]["pk"]))
        message, signature = unhex(case, "msg", "sig")
        verdicts.append(signature_verifies(key, message, signature) == (case["result"] == "valid"))
    assert len(verdicts) >= 151
    assert all(verdicts)


@pytest.fixture(scope="module")
def cctv() -> list[dict]:
    return json.loads(shared_file("vectors/cctv/ed25519vectors.json").read_text())


def test_every_low_order_or_non_canonical_key_is_refused(cctv: list[dict]) -> None:
    weak = {case["key"] for case in cctv if REFUSED & set(case["flags"] or ())}
    assert len(weak) == 14
    for key in sorted(weak):
        with pytest.raises(MalformedError) as refusal:
            VerifyKey.from_bytes(bytes.fromhex(key))
        assert refusal.value.code == "weak-key", key


def test_the_library_alone_would_accept_signatures_of_such_keys(cctv: list[dict]) -> None:
    accepted = 0
    for case in cctv:
        if REFUSED & set(case["flags"] or ()):
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(case["key"]))
            try:
                key.verify(bytes.fromhex(case["sig"]), case["msg"].encode())
            except InvalidSignature:
                continue
            accepted += 1
    assert accepted > 0  # once this fails, the library refuses by itself


def test_keys_with_only_a_low_order_component_are_accepted(cctv: list[dict]) -> None:
    """Only the holder of the secret can make such a key, and it signs for nobody else: no protection is lost."""
    others = {case["key"] for case in cctv if not REFUSED & set(case["flags"] or ())}
    assert len(others) == 8
    for key in others:
        assert VerifyKey.from_bytes(bytes.fromhex(key)).data.hex() == key
