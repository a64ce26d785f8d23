"""A backup's stream: only the offline key opens it, and only whole."""

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocu.canonical import b64, encode
from vocu.crypto.backups import FORMAT, BackupKey, BackupSeal, FirstLine
from vocu.crypto.restoring import SEED_SIZE, RestoringKey
from vocu.crypto.sealing import wrap
from vocu.crypto.stretching import Argon2Cost
from vocu.errors import MalformedError, RefusedError, UntrustedError

CHEAP = Argon2Cost(memory_kib=64, passes=1, lanes=1)
KEY = RestoringKey.from_seed(bytes(range(SEED_SIZE)))
OTHER = RestoringKey.from_seed(bytes(SEED_SIZE))
MADE = 1_700_000_000_000


def sealed(*pieces: bytes) -> tuple[bytes, bytes]:
    seal = BackupSeal(KEY.public, secrets.token_bytes(32), MADE)
    return seal.first_line, b"".join([*map(seal.update, pieces), seal.finish()])


def opened(line: bytes, stream: bytes, step: int = 10_000) -> bytes:
    backup = KEY.open(line)
    pieces = [backup.update(stream[at : at + step]) for at in range(0, len(stream), step)]
    return b"".join([*pieces, backup.finish()])


@given(st.lists(st.binary(max_size=40_000), max_size=4), st.integers(1, 70_000))
def test_what_was_sealed_in_any_pieces_opens_in_any_others(pieces: list[bytes], step: int) -> None:
    line, stream = sealed(*pieces)
    assert opened(line, stream, max(step, len(stream) // 50)) == b"".join(pieces)


@pytest.mark.parametrize("kept", [0, 40, 56, 56 + 16400, 56 + 2 * 16400, -1])
def test_a_stream_that_was_cut_short_does_not_open(kept: int) -> None:
    line, stream = sealed(bytes(50_000))
    with pytest.raises(UntrustedError, match="cut short"):
        opened(line, stream[:kept])


@given(st.data())
def test_a_flipped_bit_is_noticed(data: st.DataObject) -> None:
    line, stream = sealed(bytes(20_000))
    at = data.draw(st.integers(0, len(stream) - 1))
    changed = stream[:at] + bytes([stream[at] ^ 1]) + stream[at + 1 :]
    with pytest.raises(UntrustedError):
        opened(line, changed)


def test_a_changed_first_line_is_noticed() -> None:
    line, stream = sealed(b"words")
    with pytest.raises(UntrustedError):
        opened(line.replace(str(MADE).encode(), str(MADE + 1).encode()), stream)


def test_another_backup_s_first_line_does_not_open_this_one() -> None:
    (line, _), (_, stream) = sealed(b"one"), sealed(b"two")
    with pytest.raises(UntrustedError):
        opened(line, stream)


def test_another_key_is_told_which_one_is_needed() -> None:
    line, _ = sealed(b"words")
    with pytest.raises(RefusedError, match=KEY.public.id) as refused:
        OTHER.open(line)
    assert refused.value.code == "wrong-backup-key"


@pytest.mark.parametrize("line", [b"", b"{}\n", b"vocu", b"\x1f\x8b\x08", b'{"format":"vocu-backup/2"}\n'])
def test_something_else_is_not_a_backup(line: bytes) -> None:
    with pytest.raises(MalformedError, match="not a backup"):
        KEY.open(line)


def test_both_halves_of_the_key_survive_their_files() -> None:
    assert BackupKey.from_file(KEY.public.to_file()) == KEY.public
    document = KEY.to_file("an example of a passphrase", salt=bytes(16), cost=CHEAP)
    assert KEY.seed not in document
    assert RestoringKey.from_file(document, "an example of a passphrase").seed == KEY.seed


def test_a_private_key_is_for_those_who_know_the_passphrase() -> None:
    document = KEY.to_file("an example of a passphrase", salt=bytes(16), cost=CHEAP)
    with pytest.raises(RefusedError, match="does not open"):
        RestoringKey.from_file(document, "another")
    with pytest.raises(RefusedError, match="empty passphrase"):
        KEY.to_file("", salt=bytes(16), cost=CHEAP)


def test_one_half_is_not_taken_for_the_other() -> None:
    with pytest.raises(MalformedError, match="private half"):
        RestoringKey.from_file(KEY.public.to_file(), "words")
    with pytest.raises(MalformedError, match="public half"):
        BackupKey.from_file(KEY.to_file("words", salt=bytes(16), cost=CHEAP))


def test_a_wrap_of_an_operation_is_none_of_a_backup() -> None:
    """The blind hub: this key opens what was wrapped for a backup, even where somebody wraps other things for it."""
    foreign = wrap(bytes(32), KEY.public.sealing, b"vocu/1 wrap\0" + bytes(32))
    line = encode(FirstLine(format=FORMAT, made=MADE, key=KEY.public.id, wrap=b64(foreign))) + b"\n"
    with pytest.raises(UntrustedError):
        KEY.open(line)


def test_a_private_key_shows_nothing_of_itself() -> None:
    assert KEY.seed.hex()[:16] not in repr(KEY)
    assert "seed" not in repr(KEY)
