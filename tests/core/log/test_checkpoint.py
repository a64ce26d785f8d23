import base64
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocu.crypto.keys import HubSigningKey
from vocu.errors import MalformedError, UntrustedError
from vocu.log.checkpoint import Checkpoint, open_checkpoint, origin, sign_checkpoint
from vocu.log.note import Note, Signature, format_note, key_id, parse_note

HUB = HubSigningKey.from_seed(bytes(range(64)))
STRANGER = HubSigningKey.from_seed(bytes(64))
ORIGIN = origin("o" * 43)
ROOT = sha256(b"root").digest()
CHECKPOINT = Checkpoint(origin=ORIGIN, size=20852163, root=ROOT)
BOTH = sign_checkpoint(CHECKPOINT, HUB, post_quantum=True)
ED25519_ONLY = sign_checkpoint(CHECKPOINT, HUB, post_quantum=False)


def signed(text: str) -> str:
    """Any text, truly signed by the hub's Ed25519 key."""
    signature = Signature(
        name=ORIGIN, key_id=key_id(ORIGIN, 1, HUB.public.ed25519.data), value=HUB.sign_ed25519(text.encode())
    )
    return format_note(Note(text=text, signatures=(signature,)))


def with_signatures(*signatures: Signature) -> str:
    return format_note(Note(text=parse_note(BOTH).text, signatures=signatures))


def test_the_text_is_origin_size_and_root_on_a_line_each() -> None:
    assert BOTH.split("\n\n")[0].split("\n") == [
        "vocu/" + "o" * 43,
        "20852163",
        base64.b64encode(ROOT).decode(),
    ]


def test_the_key_ids_are_those_of_c2sp_signed_note_and_tlog_cosignature() -> None:
    ed25519, mldsa44 = parse_note(BOTH).signatures
    public = HUB.public
    assert ed25519.key_id == sha256(ORIGIN.encode() + b"\n\x01" + public.ed25519.data).digest()[:4]
    assert mldsa44.key_id == sha256(ORIGIN.encode() + b"\n\x06" + public.mldsa44_data).digest()[:4]


def test_the_post_quantum_line_signs_the_message_of_tlog_cosignature() -> None:
    value = parse_note(BOTH).signatures[1].value
    name = bytes([len(ORIGIN)]) + ORIGIN.encode()
    message = b"subtree/v1\n\0" + name + bytes(8) + name + bytes(8) + (20852163).to_bytes(8, "big") + ROOT
    assert value[:8] == bytes(8)
    HUB.public.verify_mldsa44(message, value[8:])


@pytest.mark.parametrize("note", [BOTH, ED25519_ONLY, BOTH.encode()])
def test_what_the_hub_signed_opens(note: str | bytes) -> None:
    assert open_checkpoint(note, HUB.public, ORIGIN) == CHECKPOINT


@settings(max_examples=30)
@given(st.integers(0, 2**53 - 1), st.binary(min_size=32, max_size=32))
def test_an_opened_checkpoint_is_signed_to_the_same_note_again(size: int, root: bytes) -> None:
    note = sign_checkpoint(Checkpoint(origin=ORIGIN, size=size, root=root), HUB, post_quantum=False)
    assert sign_checkpoint(open_checkpoint(note, HUB.public, ORIGIN), HUB, post_quantum=False) == note


def test_a_post_quantum_signature_is_missed_where_it_is_required() -> None:
    assert open_checkpoint(BOTH, HUB.public, ORIGIN, require_post_quantum=True) == CHECKPOINT
    with pytest.raises(UntrustedError, match="bad-checkpoint"):
        open_checkpoint(ED25519_ONLY, HUB.public, ORIGIN, require_post_quantum=True)


def test_the_post_quantum_signature_alone_is_not_enough() -> None:
    with pytest.raises(UntrustedError, match="bad-checkpoint"):
        open_checkpoint(with_signatures(parse_note(BOTH).signatures[1]), HUB.public, ORIGIN)


def test_signatures_of_others_are_ignored_even_under_the_hubs_name_or_key_id() -> None:
    ours = parse_note(BOTH).signatures
    witness = Signature(name="witness.example/w1", key_id=ours[0].key_id, value=bytes(72))
    same_name = Signature(name=ORIGIN, key_id=b"\1\2\3\4", value=bytes(64))
    assert open_checkpoint(with_signatures(witness, same_name, *ours), HUB.public, ORIGIN) == CHECKPOINT
    with pytest.raises(UntrustedError, match="bad-checkpoint"):
        open_checkpoint(with_signatures(witness, same_name), HUB.public, ORIGIN)


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("change", ["flipped", "cut", "extended", "one byte"])
def test_a_false_signature_of_the_hub_condemns_the_note_even_beside_a_true_one(which: int, change: str) -> None:
    signatures = parse_note(BOTH).signatures
    value = signatures[which].value
    false = {"flipped": value[:-1] + bytes([value[-1] ^ 1]), "cut": value[:-1], "extended": value + b"\0"}
    liar = Signature(name=ORIGIN, key_id=signatures[which].key_id, value=false.get(change, b"\0"))
    for order in ((liar, *signatures), (*signatures, liar)):
        with pytest.raises(UntrustedError, match="bad-checkpoint"):
            open_checkpoint(with_signatures(*order), HUB.public, ORIGIN)


def test_another_size_root_or_key_under_the_same_signatures_is_refused() -> None:
    other_root = base64.b64encode(sha256(b"other").digest()).decode()
    for note in (
        BOTH.replace("\n20852163\n", "\n20852164\n"),
        BOTH.replace(base64.b64encode(ROOT).decode(), other_root),
        sign_checkpoint(CHECKPOINT, STRANGER, post_quantum=True),
    ):
        with pytest.raises(UntrustedError, match="bad-checkpoint"):
            open_checkpoint(note, HUB.public, ORIGIN)


def test_the_checkpoint_of_another_operation_is_refused() -> None:
    other = sign_checkpoint(Checkpoint(origin=origin("p" * 43), size=1, root=ROOT), HUB, post_quantum=True)
    under_our_name = signed(parse_note(other).text)
    for note in (other, under_our_name):
        with pytest.raises(UntrustedError, match="bad-checkpoint"):
            open_checkpoint(note, HUB.public, ORIGIN)


ENCODED_ROOT = base64.b64encode(ROOT).decode()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{ORIGIN}\n5\n", id="two lines"),
        pytest.param(f"{ORIGIN}\n5\n{ENCODED_ROOT}\nextension\n", id="extension line"),
        pytest.param(f"{ORIGIN}\n5\n{ENCODED_ROOT}\n\n", id="empty line"),
        pytest.param(f"{ORIGIN}\n05\n{ENCODED_ROOT}\n", id="leading zero"),
        pytest.param(f"{ORIGIN}\n+5\n{ENCODED_ROOT}\n", id="plus sign"),
        pytest.param(f"{ORIGIN}\n-5\n{ENCODED_ROOT}\n", id="negative"),
        pytest.param(f"{ORIGIN}\n5 \n{ENCODED_ROOT}\n", id="space after the size"),
        pytest.param(f"{ORIGIN}\n1_0\n{ENCODED_ROOT}\n", id="underscore"),
        pytest.param(f"{ORIGIN}\n٥\n{ENCODED_ROOT}\n", id="Arabic digit"),
        pytest.param(f"{ORIGIN}\n\n{ENCODED_ROOT}\n", id="no size"),
        pytest.param(f"{ORIGIN}\n{2**53}\n{ENCODED_ROOT}\n", id="size of 2^53"),
        pytest.param(f"{ORIGIN}\n{'9' * 5000}\n{ENCODED_ROOT}\n", id="size of 5000 digits"),
        pytest.param(f"{ORIGIN}\n5\n{base64.b64encode(ROOT[:-1]).decode()}\n", id="root of 31 bytes"),
        pytest.param(f"{ORIGIN}\n5\n{base64.b64encode(ROOT + b'x').decode()}\n", id="root of 33 bytes"),
        pytest.param(f" {ORIGIN}\n5\n{ENCODED_ROOT}\n", id="space before the origin"),
        pytest.param(f"{'o' * 256}\n5\n{ENCODED_ROOT}\n", id="origin of 256 bytes"),
        pytest.param(f"\n5\n{ENCODED_ROOT}\n", id="no origin"),
    ],
)
def test_another_form_is_refused_even_when_signed(text: str) -> None:
    with pytest.raises(MalformedError, match="bad-checkpoint-text"):
        open_checkpoint(signed(text), HUB.public, ORIGIN)


def test_a_root_in_another_spelling_is_refused_even_when_signed() -> None:
    for root in (ENCODED_ROOT.rstrip("="), base64.urlsafe_b64encode(b"\xff" * 32).decode(), "!" * 44):
        with pytest.raises(MalformedError):
            open_checkpoint(signed(f"{ORIGIN}\n5\n{root}\n"), HUB.public, ORIGIN)


@pytest.mark.parametrize(
    "checkpoint",
    [
        Checkpoint(origin="two words", size=1, root=ROOT),
        Checkpoint(origin="two\nlines", size=1, root=ROOT),
        Checkpoint(origin="", size=1, root=ROOT),
        Checkpoint(origin=ORIGIN, size=-1, root=ROOT),
        Checkpoint(origin=ORIGIN, size=2**53, root=ROOT),
        Checkpoint(origin=ORIGIN, size=1, root=ROOT[:-1]),
    ],
)
def test_what_nobody_could_open_is_not_signed(checkpoint: Checkpoint) -> None:
    with pytest.raises(MalformedError, match="bad-checkpoint-text"):
        sign_checkpoint(checkpoint, HUB, post_quantum=False)
