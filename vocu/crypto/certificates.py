"""Which TLS key a desk saw: it signs the hash, so that the hub notices a stranger in between."""

import hashlib

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_der_x509_certificate

from vocu.errors import MalformedError


def spki_sha256(certificate_der: bytes) -> bytes:
    """SHA-256 of a certificate's SubjectPublicKeyInfo (RFC 5280 §4.1.2.7): 32 bytes that survive its renewal.

    Raises MalformedError `bad-certificate`.
    """
    try:
        key = load_der_x509_certificate(certificate_der).public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise MalformedError("bad-certificate", "This is not a DER certificate with a key of a known kind.") from None
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
