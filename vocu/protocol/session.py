"""How desk and hub prove themselves to each other before anything else is said (docs/protocol.md §7).

Each signs the other's nonce. The hub's answer carries its checkpoint, so a desk knows how fresh its view is.
"""

import hashlib

import msgspec
from msgspec import Struct

from vocu.canonical import b64, decode, encode
from vocu.crypto.keys import HubSigningKey, HubVerifyKey, SigningKey, VerifyKey
from vocu.crypto.signing import PayloadType, sign, verify
from vocu.errors import MalformedError, UntrustedError
from vocu.ids import DeviceID, Instant, OperationID
from vocu.protocol.frames import Auth, Challenge, Fresh


class HubHello(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the hub signs: both nonces (its own is empty in `fresh`), its clock, and its newest checkpoint."""

    op: OperationID
    device: DeviceID
    nonce_c: str
    nonce_s: str
    time: Instant
    checkpoint: str


class DeskAuth(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the desk signs. `size`: how much of the log it has; `tls`: hash of the certificate key it saw, or ""."""

    op: OperationID
    device: DeviceID
    nonce_c: str
    nonce_s: str
    hub: str
    tls: str
    size: Instant


_hello: msgspec.json.Decoder[HubHello] = msgspec.json.Decoder(HubHello)
_auth: msgspec.json.Decoder[DeskAuth] = msgspec.json.Decoder(DeskAuth)


def hub_hash(key: HubVerifyKey) -> str:
    """How a desk names the hub that it means to talk to."""
    return b64(hashlib.sha256(key.data).digest())


def sign_hello(hello: HubHello, key: HubSigningKey) -> tuple[bytes, bytes]:
    """The payload and signature of a `challenge` or `fresh` frame."""
    payload = encode(hello)
    return payload, sign(key, PayloadType.HUB_HELLO, payload)


def open_hello(frame: Challenge | Fresh, key: HubVerifyKey, *, op: str, device: str, nonce: bytes) -> HubHello:
    """The hub's answer to this nonce of ours. Raises UntrustedError where it is another hub's, or a repetition."""
    verify(key, PayloadType.HUB_HELLO, frame.payload, frame.sig)
    hello = decode(frame.payload, _hello)
    if (hello.op, hello.device, hello.nonce_c) != (op, device, b64(nonce)):
        raise UntrustedError("stale-hello", "The hub's answer is not to our question: somebody replays an old one.")
    if isinstance(frame, Fresh) == bool(hello.nonce_s):
        raise UntrustedError("stale-hello", "The hub's answer belongs to another kind of question.")
    return hello


def sign_auth(auth: DeskAuth, key: SigningKey) -> Auth:
    payload = encode(auth)
    return Auth(payload, sign(key, PayloadType.AUTH, payload))


def open_auth(frame: Auth, key: VerifyKey, hello: HubHello, hub: HubVerifyKey, tls: str) -> DeskAuth:
    """The desk's answer to our challenge. `tls`: the hash of our certificate's key, "" where a proxy holds it.

    Raises UntrustedError (bad-signature, tls-intercepted) or MalformedError (wrong-session).
    """
    verify(key, PayloadType.AUTH, frame.payload, frame.sig)
    auth = decode(frame.payload, _auth)
    said = (auth.op, auth.device, auth.nonce_c, auth.nonce_s, auth.hub)
    if said != (hello.op, hello.device, hello.nonce_c, hello.nonce_s, hub_hash(hub)):
        raise MalformedError("wrong-session", "This answer belongs to another session; say hello again.")
    if tls and auth.tls != tls:
        raise UntrustedError(
            "tls-intercepted",
            "The desk saw another certificate than this hub's: something on the way opens the TLS connection, as a "
            "rule its own network, to inspect it. Nothing sealed could be read, and nothing more is said there. "
            "Have the hub's name exempted from TLS inspection.",
        )
    return auth
