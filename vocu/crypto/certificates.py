"""Certificates of TLS. Which key a desk saw: it signs the hash, so that the hub notices a stranger in between."""

import hashlib

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import (
    DNSName,
    ExtensionNotFound,
    IPAddress,
    SubjectAlternativeName,
    load_der_x509_certificate,
    load_pem_x509_certificate,
)
from msgspec import Struct

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


class Certificate(Struct, frozen=True):
    """What a person asks of a certificate: whom it names, and from when to when it is good (ms since 1970, UTC)."""

    names: tuple[str, ...]
    begins: int
    ends: int


def read_certificate(pem: bytes) -> Certificate:
    """The first certificate in a PEM file. Raises MalformedError `bad-certificate`."""
    try:
        found = load_pem_x509_certificate(pem)
        alternatives = found.extensions.get_extension_for_class(SubjectAlternativeName).value
    except ExtensionNotFound:
        alternatives = SubjectAlternativeName([])
    except ValueError:
        raise MalformedError("bad-certificate", "This is not a certificate in PEM; name the right file.") from None
    names = [*alternatives.get_values_for_type(DNSName), *map(str, alternatives.get_values_for_type(IPAddress))]
    begins, ends = (int(at.timestamp() * 1000) for at in (found.not_valid_before_utc, found.not_valid_after_utc))
    return Certificate(tuple(names), begins, ends)


def issuer(certificate_der: bytes) -> str:
    """Who says that he has issued a certificate (RFC 4514): `CN=Inspection CA,O=…`. Raises MalformedError."""
    try:
        return load_der_x509_certificate(certificate_der).issuer.rfc4514_string()
    except ValueError:
        raise MalformedError("bad-certificate", "This is not a DER certificate with a key of a known kind.") from None
