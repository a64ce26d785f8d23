"""How desk and hub prove themselves: each to this nonce, of this operation, on this connection, and only once."""

from typing import Any

import msgspec
import pytest

from vocu.canonical import b64, encode
from vocu.crypto.keys import HubSigningKey, SigningKey
from vocu.crypto.signing import PayloadType, sign
from vocu.errors import MalformedError, UntrustedError, VocuError
from vocu.protocol.frames import Auth, Challenge, Fresh
from vocu.protocol.session import DeskAuth, HubHello, hub_hash, open_auth, open_hello, sign_auth, sign_hello

HUB, STRANGER = HubSigningKey.from_seed(bytes(64)), HubSigningKey.from_seed(bytes([1]) * 64)
DESK, OTHER = SigningKey.from_seed(bytes(32)), SigningKey.from_seed(bytes([1]) * 32)
OP, DEVICE, NONCE = "O" * 43, "D" * 22, bytes(range(16))
TLS = b64(bytes(32))
HELLO = HubHello(
    op=OP, device=DEVICE, nonce_c=b64(NONCE), nonce_s=b64(bytes(16)), time=1_705_312_800_000, checkpoint="note"
)
AUTH = DeskAuth(
    op=OP, device=DEVICE, nonce_c=HELLO.nonce_c, nonce_s=HELLO.nonce_s, hub=hub_hash(HUB.public), tls=TLS, size=7
)


def code_of(error: pytest.ExceptionInfo[VocuError]) -> tuple[str, type]:
    return error.value.code, type(error.value)


def challenge(key: HubSigningKey = HUB, frame: Any = Challenge, **fields: Any) -> Any:
    return frame(*sign_hello(msgspec.structs.replace(HELLO, **fields), key))


def opened(frame: Any, op: str = OP, device: str = DEVICE, nonce: bytes = NONCE) -> HubHello:
    return open_hello(frame, HUB.public, op=op, device=device, nonce=nonce)


def test_the_hubs_answer_to_our_nonce_is_believed() -> None:
    assert opened(challenge()) == HELLO
    fresh = msgspec.structs.replace(HELLO, nonce_s="")
    assert opened(challenge(frame=Fresh, nonce_s="")) == fresh


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        ({}, {"nonce": bytes(16)}),
        ({}, {"op": "P" * 43}),
        ({}, {"device": "E" * 22}),
        ({"nonce_c": ""}, {}),
        ({"nonce_s": ""}, {}),
        ({"frame": Fresh}, {}),
    ],
    ids=["a replay", "another operation", "another desk", "no nonce", "fresh as challenge", "challenge as fresh"],
)
def test_an_answer_to_another_question_is_not(fields: dict[str, Any], asked: dict[str, Any]) -> None:
    with pytest.raises(VocuError) as caught:
        opened(challenge(**fields), **asked)
    assert code_of(caught) == ("stale-hello", UntrustedError)


def test_another_hubs_answer_is_not_believed() -> None:
    with pytest.raises(VocuError) as caught:
        opened(challenge(STRANGER))
    assert code_of(caught) == ("bad-signature", UntrustedError)


def test_what_the_hub_signed_as_another_thing_is_no_hello() -> None:
    payload = encode(HELLO)
    for kind in PayloadType:
        if kind is not PayloadType.HUB_HELLO:
            with pytest.raises(UntrustedError):
                opened(Challenge(payload, sign(HUB, kind, payload)))


@pytest.mark.parametrize("payload", [b"", b"[]", b"{}", b"\xff", encode(HELLO) + b" ", b"[" * 9000])
def test_a_hello_of_another_form_is_malformed_though_the_hub_signed_it(payload: bytes) -> None:
    with pytest.raises(MalformedError):
        opened(Challenge(payload, sign(HUB, PayloadType.HUB_HELLO, payload)))


def admitted(frame: Auth, tls: str = TLS) -> DeskAuth:
    return open_auth(frame, DESK.public, HELLO, HUB.public, tls)


def test_a_desk_that_signs_our_nonce_and_saw_our_certificate_is_let_in() -> None:
    assert admitted(sign_auth(AUTH, DESK)) == AUTH


def test_behind_a_proxy_that_holds_the_certificate_the_desk_may_have_seen_any() -> None:
    for seen in ("", TLS, "another"):
        assert admitted(sign_auth(msgspec.structs.replace(AUTH, tls=seen), DESK), tls="").tls == seen


@pytest.mark.parametrize("seen", ["", b64(bytes([1]) * 32)])
def test_a_desk_that_saw_another_certificate_was_intercepted(seen: str) -> None:
    with pytest.raises(VocuError) as caught:
        admitted(sign_auth(msgspec.structs.replace(AUTH, tls=seen), DESK))
    assert code_of(caught) == ("tls-intercepted", UntrustedError)


@pytest.mark.parametrize(
    "fields",
    [
        {"op": "P" * 43},
        {"device": "E" * 22},
        {"nonce_c": b64(bytes(16))},
        {"nonce_s": b64(bytes([1]) * 16)},
        {"hub": hub_hash(STRANGER.public)},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_an_answer_from_another_session_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(VocuError) as caught:
        admitted(sign_auth(msgspec.structs.replace(AUTH, **fields), DESK))
    assert code_of(caught) == ("wrong-session", MalformedError)


def test_another_desks_signature_does_not_let_in() -> None:
    payload = encode(AUTH)
    for frame in (sign_auth(AUTH, OTHER), Auth(payload, b""), Auth(payload, sign(DESK, PayloadType.EVENT, payload))):
        with pytest.raises(VocuError) as caught:
            admitted(frame)
        assert code_of(caught) == ("bad-signature", UntrustedError)
