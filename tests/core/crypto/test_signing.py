import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocu.crypto.keys import HubSigningKey, RootSigningKey, SigningKey
from vocu.crypto.signing import PayloadType, pae, sign, verify
from vocu.errors import UntrustedError

BODY = b'{"op":"x"}'
KEYS = {
    "device": SigningKey.from_seed(bytes(range(32))),
    "root": RootSigningKey.from_seed(bytes(range(64))),
    "hub": HubSigningKey.from_seed(bytes(range(64, 128))),
}


def verifies(key, type_: PayloadType, body: bytes, signature: bytes) -> bool:
    try:
        verify(key, type_, body, signature)
    except UntrustedError:
        return False
    return True


def test_the_signed_bytes_are_those_of_dsse() -> None:
    expected = b"DSSEv1 34 application/vnd.vocu.event.v1+json 10 " + BODY
    assert pae(PayloadType.EVENT, BODY) == expected
    assert sign(KEYS["device"], PayloadType.EVENT, BODY) == KEYS["device"].sign(expected)


def test_the_types_are_those_of_the_protocol() -> None:
    names = ["genesis", "root", "country", "event", "hubhello", "auth", "join"]
    assert [str(type_) for type_ in PayloadType] == [f"application/vnd.vocu.{name}.v1+json" for name in names]


def test_of_every_signature_under_every_key_as_every_type_only_the_diagonal_verifies() -> None:
    """CVE-2022-35929, CVE-2022-39250: what was signed as one thing passes for nothing else, of nobody else."""
    meanings = list(itertools.product(KEYS, PayloadType))
    signatures = {(name, type_): sign(KEYS[name], type_, BODY) for name, type_ in meanings}
    accepted = {
        (signed, claimed)
        for signed, signature in signatures.items()
        for claimed in meanings
        if verifies(KEYS[claimed[0]].public, claimed[1], BODY, signature)
    }
    assert accepted == {(meaning, meaning) for meaning in meanings}


@given(
    left=st.tuples(st.sampled_from(PayloadType), st.binary()),
    right=st.tuples(st.sampled_from(PayloadType), st.binary()),
)
def test_two_meanings_never_share_their_signed_bytes(left, right) -> None:
    assert (pae(*left) == pae(*right)) == (left == right)


@given(body=st.binary(max_size=200), data=st.data())
def test_a_flipped_bit_is_noticed_wherever_it_is(body: bytes, data: st.DataObject) -> None:
    key = KEYS["device"]
    signature = sign(key, PayloadType.EVENT, body)
    verify(key.public, PayloadType.EVENT, body, signature)
    whole = bytearray(signature + body)
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    whole[bit // 8] ^= 1 << bit % 8
    assert not verifies(key.public, PayloadType.EVENT, bytes(whole[64:]), bytes(whole[:64]))


@pytest.mark.parametrize("name", KEYS)
def test_a_cut_or_lengthened_signature_is_refused(name: str) -> None:
    signature = sign(KEYS[name], PayloadType.ROOT, BODY)
    for wrong in (b"", signature[:-1], signature + b"\0", signature[:63]):
        with pytest.raises(UntrustedError) as alarm:
            verify(KEYS[name].public, PayloadType.ROOT, BODY, wrong)
        assert alarm.value.code == "bad-signature"


def test_the_hub_signs_a_hello_with_ed25519_alone() -> None:
    signature = sign(KEYS["hub"], PayloadType.HUB_HELLO, BODY)
    assert len(signature) == 64
    verify(KEYS["hub"].public.ed25519, PayloadType.HUB_HELLO, BODY, signature)
