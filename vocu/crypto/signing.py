"""What is signed, and as what: DSSE signatures (docs/protocol.md §2, secure-systems-lab/dsse protocol.md).

The type is inside the signature, so that what a key signed as one thing cannot be passed off as another.
"""

from enum import StrEnum

from vocu.crypto.keys import HubSigningKey, HubVerifyKey, RootSigningKey, RootVerifyKey, SigningKey, VerifyKey


class PayloadType(StrEnum):
    """Everything that the keys of an operation sign, but for the hub's checkpoints."""

    GENESIS = "application/vnd.vocu.genesis.v1+json"
    ROOT = "application/vnd.vocu.root.v1+json"
    COUNTRY = "application/vnd.vocu.country.v1+json"
    EVENT = "application/vnd.vocu.event.v1+json"
    HUB_HELLO = "application/vnd.vocu.hubhello.v1+json"
    AUTH = "application/vnd.vocu.auth.v1+json"
    JOIN = "application/vnd.vocu.join.v1+json"


_PREFIX = {type_: f"DSSEv1 {len(type_)} {type_} ".encode() for type_ in PayloadType}


def pae(type: PayloadType, body: bytes) -> bytes:  # noqa: A002  `type` is the protocol's word
    """The bytes that are signed: DSSE's pre-authentication encoding."""
    return b"%b%d %b" % (_PREFIX[type], len(body), body)


def sign(key: SigningKey | RootSigningKey | HubSigningKey, type: PayloadType, body: bytes) -> bytes:  # noqa: A002
    """The signature of these bytes as that type: 64 bytes, of a root 3,373. The hub signs with Ed25519 alone here."""
    message = pae(type, body)
    return key.sign_ed25519(message) if isinstance(key, HubSigningKey) else key.sign(message)


def verify(
    key: VerifyKey | RootVerifyKey | HubVerifyKey,
    type: PayloadType,  # noqa: A002
    body: bytes,
    signature: bytes,
) -> None:
    """Raises UntrustedError `bad-signature` unless that key signed exactly these bytes as that type."""
    verifying = key.ed25519 if isinstance(key, HubVerifyKey) else key
    verifying.verify(pae(type, body), signature)
