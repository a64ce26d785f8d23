"""X-Wing (draft-connolly-cfrg-xwing-kem) through `unwrap`: our suite has no published case, so HPKE's key schedule is
computed here from the published shared secret, and the desk must open what is sealed with it."""

import json

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.shared import shared_file
from tests.vectors.hpke_reader import key_schedule
from vocu.crypto.opening import OpeningKey, unwrap
from vocu.crypto.sealing import WRAP_SIZE
from vocu.errors import SealedError

VECTOR_FILES = ["xwing/test-vectors.json"]

INFO = b"vocu/1 wrap\0" + bytes(32)
SECRET = bytes(range(32))


@pytest.fixture(scope="module")
def vectors() -> list[dict[str, bytes]]:
    found = json.loads(shared_file("vectors/xwing/test-vectors.json").read_text())
    assert len(found) >= 3
    return [{name: bytes.fromhex(value) for name, value in vector.items()} for vector in found]


def wrapped_by_hand(vector: dict[str, bytes], info: bytes) -> bytes:
    schedule = key_schedule(kem_id=0x647A, kdf_id=3, aead_id=2, shared_secret=vector["ss"], info=info)
    return vector["ct"] + AESGCM(schedule.key).encrypt(schedule.base_nonce, SECRET, b"")


def test_a_seed_gives_the_published_public_key(vectors: list[dict[str, bytes]]) -> None:
    for vector in vectors:
        assert OpeningKey.from_seed(vector["sk"]).public.data == vector["pk"]


def test_a_desk_opens_what_is_sealed_with_the_published_secret(vectors: list[dict[str, bytes]]) -> None:
    for vector in vectors:
        wrapped = wrapped_by_hand(vector, INFO)
        assert len(wrapped) == WRAP_SIZE
        assert unwrap(wrapped, OpeningKey.from_seed(vector["sk"]), INFO) == SECRET


def test_it_does_not_open_under_another_info_or_with_another_secret(vectors: list[dict[str, bytes]]) -> None:
    for vector in vectors:
        key = OpeningKey.from_seed(vector["sk"])
        other_secret = vector | {"ss": bytes(32)}
        for wrapped, info in [
            (wrapped_by_hand(vector, INFO), INFO + b"\0"),
            (wrapped_by_hand(other_secret, INFO), INFO),
        ]:
            with pytest.raises(SealedError):
                unwrap(wrapped, key, info)
