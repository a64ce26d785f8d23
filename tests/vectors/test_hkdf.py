"""HKDF-Expand with SHA-512, from which all part keys come: Wycheproof. Extract is one HMAC, done here by hand."""

import hmac

import pytest
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from tests.vectors.wycheproof import cases, unhex

VECTOR_FILES = ["wycheproof/hkdf_sha512_test.json"]


def test_every_key_is_derived_or_refused() -> None:
    derived = refused = 0
    for _, case in cases("wycheproof/hkdf_sha512_test.json"):
        secret, salt, info, expected = unhex(case, "ikm", "salt", "info", "okm")
        extracted = hmac.digest(salt or bytes(64), secret, "sha512")
        if case["result"] == "valid":
            assert HKDFExpand(SHA512(), case["size"], info).derive(extracted) == expected, case["tcId"]
            derived += 1
        else:
            with pytest.raises(ValueError):
                HKDFExpand(SHA512(), case["size"], info).derive(extracted)
            refused += 1
    assert derived >= 80
    assert refused >= 3
