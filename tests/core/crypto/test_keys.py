import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocu.crypto.keys import (
    ED25519_SIGNATURE_SIZE,
    HUB_KEY_SIZE,
    ROOT_KEY_SIZE,
    ROOT_SIGNATURE_SIZE,
    SEALING_KEY_SIZE,
    HubSigningKey,
    HubVerifyKey,
    RootSigningKey,
    RootVerifyKey,
    SealingKey,
    SigningKey,
    VerifyKey,
)
from vocu.crypto.opening import OpeningKey
from vocu.errors import MalformedError, UntrustedError

MESSAGE = b"seizure DE-0007"
SEED, OTHER_SEED = bytes(range(32)), bytes(range(1, 33))
WEAK = bytes([1]) + bytes(31)  # the neutral element

P = 2**255 - 19


@pytest.mark.parametrize(
    ("make", "seed_size", "public_size"),
    [
        (SigningKey.from_seed, 32, 32),
        (RootSigningKey.from_seed, 64, 1984),
        (HubSigningKey.from_seed, 64, 1344),
        (OpeningKey.from_seed, 32, 1216),
    ],
    ids=["ed25519", "root", "hub", "x-wing"],
)
def test_a_seed_always_gives_the_same_key_and_only_its_own(make, seed_size: int, public_size: int) -> None:
    seed = bytes(range(seed_size))
    public = make(seed).public
    assert len(public.data) == public_size
    assert make(seed).public == public
    assert {public: "found"}[type(public).from_bytes(public.data)] == "found"
    for position in (0, seed_size - 1):
        other = seed[:position] + b"\xff" + seed[position + 1 :]
        assert make(other).public != public
    for wrong in (seed[:-1], seed + b"\0", b""):
        with pytest.raises(MalformedError) as refusal:
            make(wrong)
        assert refusal.value.code == "bad-size"


@pytest.mark.parametrize("make", [SigningKey.from_seed, OpeningKey.from_seed], ids=["signing", "opening"])
def test_a_private_key_does_not_show_its_seed(make) -> None:
    key = make(b"correct horse battery staple 123")
    assert key.seed == b"correct horse battery staple 123"
    assert "horse" not in repr(key)


@pytest.mark.parametrize(
    ("make", "size"),
    [
        (VerifyKey.from_bytes, 32),
        (RootVerifyKey.from_bytes, ROOT_KEY_SIZE),
        (HubVerifyKey.from_bytes, HUB_KEY_SIZE),
        (SealingKey.from_bytes, SEALING_KEY_SIZE),
    ],
    ids=["ed25519", "root", "hub", "sealing"],
)
def test_a_public_key_of_another_size_is_refused(make, size: int) -> None:
    for wrong in (0, size - 1, size + 1):
        with pytest.raises(MalformedError) as refusal:
            make(b"\x42" * wrong)
        assert refusal.value.code == "bad-size"


@given(y=st.integers(min_value=P, max_value=2**255 - 1), sign=st.sampled_from([0, 1]))
def test_a_y_coordinate_above_the_field_is_refused(y: int, sign: int) -> None:
    with pytest.raises(MalformedError) as refusal:
        VerifyKey.from_bytes((y | sign << 255).to_bytes(32, "little"))
    assert refusal.value.code == "weak-key"


@given(seed=st.binary(min_size=32, max_size=32))
def test_no_honest_key_is_refused(seed: bytes) -> None:
    key = SigningKey.from_seed(seed)
    key.public.verify(MESSAGE, key.sign(MESSAGE))


@pytest.mark.parametrize(
    ("public", "make"),
    [
        (RootSigningKey.from_seed(SEED + SEED).public, RootVerifyKey.from_bytes),
        (HubSigningKey.from_seed(SEED + SEED).public, HubVerifyKey.from_bytes),
    ],
    ids=["root", "hub"],
)
def test_a_weak_half_makes_the_whole_key_weak(public, make) -> None:
    with pytest.raises(MalformedError) as refusal:
        make(WEAK + public.data[32:])
    assert refusal.value.code == "weak-key"


def test_a_root_signature_needs_both_halves() -> None:
    root = RootSigningKey.from_seed(SEED + SEED)
    classical = RootSigningKey.from_seed(SEED + OTHER_SEED)  # an attacker who broke Ed25519 alone
    quantum_safe = RootSigningKey.from_seed(OTHER_SEED + SEED)  # or ML-DSA alone
    signature = root.sign(MESSAGE)
    assert len(signature) == ROOT_SIGNATURE_SIZE == 3373
    root.public.verify(MESSAGE, signature)
    ed25519, mldsa65 = signature[:ED25519_SIGNATURE_SIZE], signature[ED25519_SIGNATURE_SIZE:]
    forgeries = [
        classical.sign(MESSAGE),
        quantum_safe.sign(MESSAGE),
        ed25519,
        mldsa65,
        mldsa65 + ed25519,
        ed25519 + bytes(len(mldsa65)),
        signature[:-1],
        signature + b"\0",
        b"",
    ]
    for forgery in forgeries:
        with pytest.raises(UntrustedError) as alarm:
            root.public.verify(MESSAGE, forgery)
        assert alarm.value.code == "bad-signature"


def test_the_hub_signs_a_checkpoint_with_either_half() -> None:
    hub = HubSigningKey.from_seed(SEED + OTHER_SEED)
    hub.public.verify_ed25519(MESSAGE, hub.sign_ed25519(MESSAGE))
    hub.public.verify_mldsa44(MESSAGE, hub.sign_mldsa44(MESSAGE))
    assert hub.public.ed25519 == SigningKey.from_seed(SEED).public
    assert hub.public.ed25519.data + hub.public.mldsa44_data == hub.public.data
    for verify, signature in [
        (hub.public.verify_ed25519, hub.sign_mldsa44(MESSAGE)),
        (hub.public.verify_mldsa44, hub.sign_ed25519(MESSAGE)),
        (hub.public.verify_ed25519, hub.sign_ed25519(MESSAGE + b".")),
        (hub.public.verify_mldsa44, hub.sign_mldsa44(MESSAGE + b".")),
    ]:
        with pytest.raises(UntrustedError):
            verify(MESSAGE, signature)


def test_a_sealing_key_that_would_break_a_rotation_is_refused() -> None:
    good = OpeningKey.from_seed(SEED).public.data
    for weak in (good[:1184] + bytes(32), b"\xff" * 1184 + good[1184:]):
        with pytest.raises(MalformedError) as refusal:
            SealingKey.from_bytes(weak)
        assert refusal.value.code == "weak-key"
