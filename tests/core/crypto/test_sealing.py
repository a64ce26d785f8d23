import hashlib
import hmac
import json
from base64 import urlsafe_b64encode

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from tests.core.crypto.cobblestone_reader import derive, read
from vocu.crypto.opening import OpeningKey
from vocu.crypto.sealing import (
    WRAP_SIZE,
    class_key,
    epoch_commitment,
    local_seal,
    pad,
    part_context,
    part_key,
    seal_part,
    wrap,
    wrap_info,
)

KEY = bytes(range(32))
CONTEXT = b"vocu/1 part\0" + bytes(32)
READER = OpeningKey.from_seed(bytes(32))


def expand(key: bytes, info: bytes) -> bytes:
    """HKDF-Expand with SHA-512, first block (RFC 5869 §2.3)."""
    return hmac.digest(key, info + b"\x01", "sha512")[:32]


def canon(value: dict) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def test_part_keys_are_derived_as_the_protocol_says() -> None:
    text = class_key(KEY, "text")
    assert text == expand(KEY, b"vocu/1 class\0text")
    assert part_key(text, "AAECAwQFBgcICQoLDA0ODw") == expand(text, b"vocu/1 mk\0AAECAwQFBgcICQoLDA0ODw")
    assert epoch_commitment(KEY) == hashlib.sha256(b"vocu/1 epoch-commit\0" + KEY).digest()


def test_a_class_key_opens_neither_another_class_nor_gives_the_epoch_away() -> None:
    keys = {class_key(KEY, part) for part in ("text", "nominal", "media", "wraps")}
    assert len(keys | {KEY, epoch_commitment(KEY)}) == 6


def test_the_place_of_a_part_and_of_a_wrap_is_hashed_as_the_protocol_says() -> None:
    place = part_context(
        op="OP", event_id="ID", type="message_posted", sender="DE-1", part="text", audience={"to": ["FR-1", "PL-1"]}
    )
    assert (
        place
        == b"vocu/1 part\0"
        + hashlib.sha256(
            b'{"aud":{"to":["FR-1","PL-1"]},"from":"DE-1","id":"ID","op":"OP","p":"text","type":"message_posted"}'
        ).digest()
    )
    info = wrap_info(
        op="OP", event_id="ID", part="text", device="FR-1", sealing_key=READER.public, sender="DE-1", roster="R"
    )
    kpk = urlsafe_b64encode(READER.public.data).rstrip(b"=").decode()
    signed = {"op": "OP", "id": "ID", "p": "text", "to": "FR-1", "kpk": kpk, "from": "DE-1", "roster": "R"}
    assert info == b"vocu/1 wrap\0" + hashlib.sha256(canon(signed)).digest()


@pytest.mark.parametrize(
    ("size", "padded"),
    [
        (0, 1024),
        (1020, 1024),
        (1021, 1088),
        (1084, 1088),
        (1085, 1152),
        (65532, 65536),
        (65533, 67584),
        (10**6, 1015808),
    ],
)
def test_sizes_are_padded_to_padme_steps(size: int, padded: int) -> None:
    assert len(pad(bytes(size))) == padded


@given(plaintext=st.one_of(st.binary(max_size=3000), st.integers(0, 2**21).map(bytes)))
def test_padding_is_reversible_monotone_and_costs_at_most_an_eighth(plaintext: bytes) -> None:
    padded = pad(plaintext)
    framed = 4 + len(plaintext)
    assert int.from_bytes(padded[:4], "big") == len(plaintext)
    assert padded[4:framed] == plaintext
    assert not any(padded[framed:])
    assert len(padded) == 1024 if framed <= 1024 else framed <= len(padded) <= framed * 1.12
    assert len(pad(plaintext + b"x")) >= len(padded)


def test_two_megabytes_of_sizes_look_like_a_few_hundred() -> None:
    assert len({len(pad(bytes(size))) for size in range(0, 2**21, 509)}) < 350


@given(
    plaintext=st.one_of(st.binary(max_size=200), st.integers(16383 * 2, 16385 * 2).map(bytes)),
    key=st.binary(min_size=32, max_size=32),
)
def test_an_independent_reader_opens_what_we_seal(plaintext: bytes, key: bytes) -> None:
    assert read(key, CONTEXT, seal_part(key, CONTEXT, plaintext)) == pad(plaintext)
    assert read(key, b"vocu/1 local\0draft", local_seal(key, b"draft", plaintext)) == plaintext


@pytest.mark.parametrize("size", [0, 1, 16383, 16384, 16385, 32768, 100_000])
def test_the_overhead_is_that_of_the_specification(size: int) -> None:
    sealed = local_seal(KEY, b"draft", bytes(size))
    assert len(sealed) == size + 72 + 16 * (size // 16384)
    assert read(KEY, b"vocu/1 local\0draft", sealed) == bytes(size)


def test_sealing_twice_gives_unlike_bytes() -> None:
    assert seal_part(KEY, CONTEXT, b"same") != seal_part(KEY, CONTEXT, b"same")
    assert wrap(KEY, READER.public, b"info") != wrap(KEY, READER.public, b"info")


def test_a_wrap_has_1168_bytes_and_takes_32() -> None:
    assert len(wrap(KEY, READER.public, b"info")) == WRAP_SIZE == 1168
    for wrong in (KEY[:-1], KEY + b"\0", b""):
        with pytest.raises(ValueError, match="32 bytes"):
            wrap(wrong, READER.public, b"info")


def test_the_independent_reader_itself_refuses_a_wrong_key() -> None:
    sealed = seal_part(KEY, CONTEXT, b"text")
    with pytest.raises(AssertionError, match="commitment"):
        read(bytes(32), CONTEXT, sealed)
    key, nonce, _ = derive(KEY, CONTEXT, sealed[:24])
    with pytest.raises(InvalidTag):
        AESGCM(key).decrypt(nonce, sealed[56:-1], b"")
