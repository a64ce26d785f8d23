import pytest
from cryptography.cobblestone import Cobblestone256Encryptor
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from hypothesis import given
from hypothesis import strategies as st

from tests.core.crypto.cobblestone_reader import derive
from vocu.crypto.opening import OpeningKey, local_open, open_part, unwrap
from vocu.crypto.sealing import class_key, local_seal, pad, part_context, part_key, seal_part, wrap, wrap_info
from vocu.errors import MalformedError, SealedError, UntrustedError

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
CONTEXT = b"vocu/1 part\0" + bytes(32)
PARIS, WARSAW = OpeningKey.from_seed(bytes(32)), OpeningKey.from_seed(bytes([1]) * 32)

PLACE = {
    "op": "OP",
    "event_id": "ID",
    "type": "message_posted",
    "sender": "DE-1",
    "part": "text",
    "audience": {"to": ["FR-1", "PL-1"]},
}
OTHER_PLACES = [
    {"op": "OP2"},
    {"event_id": "ID2"},
    {"type": "question_asked"},
    {"sender": "RU-1"},
    {"part": "nominal"},
    {"audience": {"to": ["FR-1"]}},
    {"audience": {"epoch": 7}},
]


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def sealed_unpadded(padded: bytes) -> bytes:
    """What a sender seals that does not pad as prescribed."""
    encryptor = Cobblestone256Encryptor(KEY, CONTEXT)
    return encryptor.update(padded) + encryptor.finalize()


def opens_locally(key: bytes, context: bytes, sealed: bytes) -> bool:
    try:
        local_open(key, context, sealed)
    except UntrustedError:
        return False
    return True


# Parts


@given(plaintext=st.binary(max_size=5000), key=st.binary(min_size=32, max_size=32), context=st.binary(max_size=64))
def test_what_is_sealed_opens(plaintext: bytes, key: bytes, context: bytes) -> None:
    assert open_part(key, context, seal_part(key, context, plaintext)) == plaintext
    assert local_open(key, context, local_seal(key, context, plaintext)) == plaintext


@pytest.mark.parametrize("size", [16375, 16380, 16384, 25 * 2**20])
def test_parts_of_many_chunks_open(size: int) -> None:
    plaintext = bytes(range(256)) * (size // 256 + 1)
    assert open_part(KEY, CONTEXT, seal_part(KEY, CONTEXT, plaintext[:size])) == plaintext[:size]


@pytest.mark.parametrize("moved", OTHER_PLACES, ids=str)
def test_a_moved_part_does_not_open(moved: dict) -> None:
    """Whoever re-signs a colleague's ciphertext, or shows it to another audience, gets bytes that do not open."""
    sealed = seal_part(KEY, part_context(**PLACE), b"container MSKU 1234567")
    assert open_part(KEY, part_context(**PLACE), sealed) == b"container MSKU 1234567"
    with pytest.raises(UntrustedError) as alarm:
        open_part(KEY, part_context(**PLACE | moved), sealed)
    assert alarm.value.code == "tampered-part"


def test_a_part_of_an_epoch_opens_with_its_own_class_key_only() -> None:
    sealed = seal_part(part_key(class_key(KEY, "text"), "ID"), CONTEXT, b"text")
    assert open_part(part_key(class_key(KEY, "text"), "ID"), CONTEXT, sealed) == b"text"
    for secret, part, event in [(OTHER_KEY, "text", "ID"), (KEY, "nominal", "ID"), (KEY, "text", "ID2")]:
        with pytest.raises(UntrustedError):
            open_part(part_key(class_key(secret, part), event), CONTEXT, sealed)


@given(bit=st.integers(0, (24 + 32 + 1024 + 16) * 8 - 1))
def test_a_flipped_bit_anywhere_is_noticed(bit: int) -> None:
    with pytest.raises(UntrustedError) as alarm:
        open_part(KEY, CONTEXT, flipped(seal_part(KEY, CONTEXT, b"text"), bit))
    assert alarm.value.code == "tampered-part"


def test_a_cut_lengthened_or_reordered_part_is_noticed() -> None:
    sealed = seal_part(KEY, CONTEXT, bytes(40_000))
    header, step = 56, 16 * 1024 + 16
    first, second, rest = sealed[header:][:step], sealed[header + step :][:step], sealed[header + 2 * step :]
    assert rest
    for wrong in [
        b"",
        sealed[:10],
        sealed[:header],
        sealed[:-1],
        sealed[: header + step],
        sealed[: header + 2 * step],
        sealed + b"\0",
        sealed + rest,
        sealed[:header] + second + first + rest,
    ]:
        with pytest.raises(UntrustedError) as alarm:
            open_part(KEY, CONTEXT, wrong)
        assert alarm.value.code == "tampered-part"


@pytest.mark.parametrize(
    "padded",
    [
        b"",
        b"\0\0\0",
        bytes(4),
        bytes(1023),
        bytes(1025),
        bytes(1088),
        pad(b"text")[:-1],
        pad(b"text") + b"\0",
        pad(b"text")[:-1] + b"\1",
        b"\0\0\0\4text\1".ljust(1024, b"\0"),
        (1021).to_bytes(4, "big") + bytes(1020),
        b"\xff" * 1024,
        (4).to_bytes(4, "little") + b"text".ljust(1020, b"\0"),
    ],
    ids=range(13),
)
def test_padding_that_is_not_the_prescribed_one_is_refused(padded: bytes) -> None:
    with pytest.raises(UntrustedError) as alarm:
        open_part(KEY, CONTEXT, sealed_unpadded(padded))
    assert alarm.value.code == "tampered-part"


def test_a_part_and_a_local_file_cannot_be_exchanged() -> None:
    with pytest.raises(UntrustedError):
        open_part(KEY, CONTEXT, local_seal(KEY, CONTEXT, pad(b"text")))
    with pytest.raises(UntrustedError):
        local_open(KEY, CONTEXT, seal_part(KEY, CONTEXT, b"text"))


def test_a_changed_local_file_is_noticed() -> None:
    sealed = local_seal(KEY, b"outbox 7", b"draft")
    for key, context, data in [
        (OTHER_KEY, b"outbox 7", sealed),
        (KEY, b"outbox 8", sealed),
        (KEY, b"outbox 7", sealed[:-1]),
    ]:
        with pytest.raises(UntrustedError) as alarm:
            local_open(key, context, data)
        assert alarm.value.code == "tampered-file"


# One ciphertext, two keys

GCM_POLYNOMIAL = 0xE1 << 120


def multiply(x: int, y: int) -> int:
    """In the field of GHASH (NIST SP 800-38D §6.3)."""
    product = 0
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            product ^= y
        y = y >> 1 ^ (GCM_POLYNOMIAL if y & 1 else 0)
    return product


def inverse(x: int) -> int:
    result, power = 1 << 127, x  # x^(2^128 - 2)
    for _ in range(127):
        power = multiply(power, power)
        result = multiply(result, power)
    return result


def encrypted_block(key: bytes, block: bytes) -> int:
    return int.from_bytes(Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(block), "big")


def two_key_ciphertext(keys: list[tuple[bytes, bytes]]) -> bytes:
    """One AES-GCM ciphertext that opens under two (key, nonce)s: "invisible salamanders", Dodis et al. 2018."""
    hash_keys = [encrypted_block(key, bytes(16)) for key, _ in keys]
    masks = [encrypted_block(key, nonce + b"\0\0\0\1") for key, nonce in keys]
    first, lengths = int.from_bytes(b"any first block.", "big"), 2 * 128
    partial = []  # the tags without the second block
    for h, mask in zip(hash_keys, masks, strict=True):
        square = multiply(h, h)
        partial.append(multiply(first, multiply(square, h)) ^ multiply(lengths, h) ^ mask)
    squares = [multiply(h, h) for h in hash_keys]
    second = multiply(partial[0] ^ partial[1], inverse(squares[0] ^ squares[1]))
    tag = partial[0] ^ multiply(second, squares[0])
    return b"".join(block.to_bytes(16, "big") for block in (first, second, tag))


def test_a_ciphertext_made_for_two_keys_opens_under_one_only() -> None:
    """Key-multi-opening: else a sender could show two countries two different texts in one signed event."""
    context, salt = b"vocu/1 local\0draft", bytes(24)
    derived = [derive(key, context, salt) for key in (KEY, OTHER_KEY)]
    chunk = two_key_ciphertext([(key, nonce) for key, nonce, _ in derived])
    texts = [AESGCM(key).decrypt(nonce, chunk, b"") for key, nonce, _ in derived]
    assert texts[0] != texts[1]  # under AES-GCM alone the attack works

    for _, _, commitment in derived:
        sealed = salt + commitment + chunk
        opened = [opens_locally(key, b"draft", sealed) for key in (KEY, OTHER_KEY)]
        assert sorted(opened) == [False, True]


# Wraps


@given(
    secret=st.binary(min_size=32, max_size=32), seed=st.binary(min_size=32, max_size=32), info=st.binary(max_size=64)
)
def test_what_is_wrapped_for_a_device_it_unwraps(secret: bytes, seed: bytes, info: bytes) -> None:
    key = OpeningKey.from_seed(seed)
    assert unwrap(wrap(secret, key.public, info), key, info) == secret


def refused(wrapped: bytes, key: OpeningKey, info: bytes) -> bool:
    with pytest.raises(SealedError) as sealed:
        unwrap(wrapped, key, info)
    return sealed.value.code == "cannot-open"


def test_a_wrap_opens_for_no_other_device() -> None:
    assert refused(wrap(KEY, PARIS.public, b"info"), WARSAW, b"info")


@pytest.mark.parametrize(
    "moved",
    [
        {"op": "OP2"},
        {"event_id": "ID2"},
        {"part": "nominal"},
        {"device": "PL-1"},
        {"sealing_key": WARSAW.public},
        {"sender": "RU-1"},
        {"roster": "S"},
    ],
    ids=lambda moved: next(iter(moved)),
)
def test_a_moved_wrap_does_not_open(moved: dict) -> None:
    place = {
        "op": "OP",
        "event_id": "ID",
        "part": "text",
        "device": "FR-1",
        "sealing_key": PARIS.public,
        "sender": "DE-1",
        "roster": "R",
    }
    wrapped = wrap(KEY, PARIS.public, wrap_info(**place))
    assert unwrap(wrapped, PARIS, wrap_info(**place)) == KEY
    assert refused(wrapped, PARIS, wrap_info(**place | moved))


@given(bit=st.integers(0, 1168 * 8 - 1))
def test_a_flipped_bit_in_a_wrap_is_noticed(bit: int) -> None:
    assert refused(flipped(wrap(KEY, PARIS.public, b"info"), bit), PARIS, b"info")


def test_a_truncated_lengthened_or_zeroed_wrap_is_refused() -> None:
    wrapped = wrap(KEY, PARIS.public, b"info")
    x25519 = slice(1088, 1120)
    zeroed = wrapped[: x25519.start] + bytes(32) + wrapped[x25519.stop :]
    for wrong in (b"", wrapped[:-1], wrapped[:1120], wrapped + b"\0", bytes(1168), zeroed):
        assert refused(wrong, PARIS, b"info")


def test_a_wrap_of_anything_but_32_bytes_is_refused() -> None:
    suite = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA512, AEAD.AES_256_GCM)
    for size in (0, 16, 31, 33, 64):
        assert refused(suite.encrypt(bytes(size), PARIS.public.hpke, info=b"info"), PARIS, b"info")


def test_a_seed_of_another_size_makes_no_key() -> None:
    with pytest.raises(MalformedError) as refusal:
        OpeningKey.from_seed(bytes(96))
    assert refusal.value.code == "bad-size"
