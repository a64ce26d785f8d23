"""ML-DSA as roots (65) and the hub's checkpoints (44) use it: Wycheproof through our composite keys."""

from collections.abc import Callable

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey, MLDSA65PublicKey

from tests.vectors.wycheproof import cases, unhex
from vocu.crypto.keys import HubVerifyKey, RootVerifyKey, SigningKey
from vocu.errors import MalformedError, UntrustedError

VECTOR_FILES = ["wycheproof/mldsa_44_verify_test.json", "wycheproof/mldsa_65_verify_test.json"]

ED25519 = SigningKey.from_seed(bytes(32))

Verify = Callable[[bytes, bytes, bytes], None]


def verify_as_hub(public: bytes, message: bytes, signature: bytes) -> None:
    HubVerifyKey.from_bytes(ED25519.public.data + public).verify_mldsa44(message, signature)


def verify_as_root(public: bytes, message: bytes, signature: bytes) -> None:
    key = RootVerifyKey.from_bytes(ED25519.public.data + public)
    key.verify(message, ED25519.sign(message) + signature)


@pytest.mark.parametrize(
    ("file", "library", "verify", "number"),
    [
        ("wycheproof/mldsa_44_verify_test.json", MLDSA44PublicKey, verify_as_hub, 180),
        ("wycheproof/mldsa_65_verify_test.json", MLDSA65PublicKey, verify_as_root, 210),
    ],
    ids=["mldsa44-hub", "mldsa65-root"],
)
def test_every_wycheproof_signature_gets_its_verdict(
    file: str, library: type[MLDSA44PublicKey | MLDSA65PublicKey], verify: Verify, number: int
) -> None:
    wrong, counted = [], 0
    for group, case in cases(file):
        public, message, signature, context = unhex(group | case, "publicKey", "msg", "sig", "ctx")
        try:
            if "ctx" in case:  # we never use a context: these cases are the library's
                library.from_public_bytes(public).verify(signature, message, context)
            else:
                verify(public, message, signature)
            valid = True
        except (UntrustedError, MalformedError, InvalidSignature, ValueError):
            valid = False
        counted += 1
        if valid != (case["result"] == "valid"):
            wrong.append((case["tcId"], case["comment"]))
    assert counted >= number
    assert wrong == []
