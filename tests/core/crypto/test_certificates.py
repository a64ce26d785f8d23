import datetime
import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from vocu.crypto.certificates import spki_sha256
from vocu.errors import MalformedError

HUB = Ed25519PrivateKey.from_private_bytes(bytes(32))
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)


def certificate(key: Ed25519PrivateKey, serial: int) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hub.example")])
    start = datetime.datetime(2026, 1, serial, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), serial, start, start + datetime.timedelta(days=90))
    return builder.sign(key, None).public_bytes(Encoding.DER)


def test_the_hash_is_that_of_the_public_key_info() -> None:
    prefix = bytes.fromhex("302a300506032b6570032100")  # RFC 8410 §4, Ed25519
    expected = hashlib.sha256(prefix + HUB.public_key().public_bytes_raw()).digest()
    assert spki_sha256(certificate(HUB, 1)) == expected


def test_it_survives_a_renewal_and_shows_a_stranger() -> None:
    assert spki_sha256(certificate(HUB, 1)) == spki_sha256(certificate(HUB, 2))
    assert spki_sha256(certificate(HUB, 1)) != spki_sha256(certificate(STRANGER, 1))


@pytest.mark.parametrize("data", [b"", b"\x30\x00", b"certificate", certificate(HUB, 1)[:-1]], ids=range(4))
def test_bytes_that_are_no_certificate_are_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError) as refusal:
        spki_sha256(data)
    assert refusal.value.code == "bad-certificate"
