"""Frames: each comes back as it went, and nothing but a frame is read."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocu.errors import MalformedError
from vocu.protocol import frames
from vocu.protocol.frames import Entry, Receipt, encode, encode_entries, encode_entry, read_from_desk, read_from_hub

OP, DEVICE, NONCE = "O" * 43, "D" * 22, bytes(16)
ENTRIES = (
    Entry(4, b"leaf", b"header", b"sig", (b"clear", None)),
    Entry(5, b"leaf"),
    Entry(2**53 - 1, b"", b"", b"", ()),
)
FROM_DESK = [
    frames.Hello("vocu/1", OP, DEVICE, NONCE),
    frames.Auth(b"{}", b"sig"),
    frames.Append(b"header", b"sig", (b"part", None)),
    frames.Freshen(NONCE),
]
FROM_HUB = [
    frames.Challenge(b"{}", b"sig"),
    frames.Welcome("token", 7),
    frames.Entries(ENTRIES, "checkpoint", 9),
    frames.Receipts((Receipt(b"digest", 3, b"leaf", (b"a", b"b")),), 4, "checkpoint"),
    frames.Refusal(b"digest", "stale-prev", "Sign again.", ("one", "two")),
    frames.Fresh(b"{}", b"sig"),
    frames.Failure("bad-frame", "Not a frame."),
    frames.Redirect("https://hub-2.example.org/vocu"),
]
# The first word of each frame, as docs/protocol.md §7 has it.
DOCUMENTED = {
    *(("desk", word) for word in ("hello", "auth", "append", "freshen")),
    *(("hub", word) for word in ("challenge", "welcome", "entries", "receipts")),
    *(("hub", word) for word in ("refusal", "fresh", "error", "redirect")),
}


def test_each_frame_comes_back_as_it_went() -> None:
    assert [read_from_desk(encode(frame)) for frame in FROM_DESK] == FROM_DESK
    assert [read_from_hub(encode(frame)) for frame in FROM_HUB] == FROM_HUB


def test_a_frame_is_an_array_whose_first_word_says_its_kind() -> None:
    sent = {("desk", msgspec.msgpack.decode(encode(frame))[0]) for frame in FROM_DESK}
    assert sent | {("hub", msgspec.msgpack.decode(encode(frame))[0]) for frame in FROM_HUB} == DOCUMENTED


def test_neither_side_takes_the_others_frames() -> None:
    for read, others in ((read_from_desk, FROM_HUB), (read_from_hub, FROM_DESK)):
        for frame in others:
            with pytest.raises(MalformedError, match="bad-frame"):
                read(encode(frame))


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        None,
        "hello",
        ["hello"],
        ["hello", "vocu/2", OP, DEVICE, NONCE],
        ["hello", "vocu/1", OP + "x", DEVICE, NONCE],
        ["hello", "vocu/1", OP, DEVICE[:-1], NONCE],
        ["hello", "vocu/1", OP, DEVICE, NONCE[:-1]],
        ["hello", "vocu/1", OP, DEVICE, "A" * 16],
        ["hello", "vocu/1", OP, DEVICE, NONCE, "more"],
        ["append", b"header", b"sig", [b""] * 7],
        ["append", b"header", b"sig", [1]],
        ["append", "header", b"sig", []],
        ["append", b"header", b"sig"],
        ["auth", b"p" * 16_385, b"sig"],
        ["auth", b"p", None],
        ["shout", b""],
        [1, 2, 3],
    ],
)
def test_what_is_almost_a_frame_is_refused(value: Any) -> None:
    with pytest.raises(MalformedError, match="bad-frame"):
        read_from_desk(msgspec.msgpack.encode(value))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xc1", id="never used"),
        pytest.param(b"\x94\xa6append\xc4\x00\xc4\x00\xdd\xff\xff\xff\xff", id="four thousand million parts"),
        pytest.param(b"\x94\xa6append\xc6\xff\xff\xff\xff", id="four thousand million bytes"),
        pytest.param(b"\x91" * 100_000, id="nested without end"),
        pytest.param(b"\x92\xa7freshen" + b"\x91" * 5000 + b"\xc0", id="nested in a field"),
        pytest.param(b"\x93\xa5error\xa1\xff\xa1\xff", id="no UTF-8"),
        pytest.param(encode(FROM_DESK[0]) + b"\x00", id="something after it"),
        pytest.param(encode(FROM_DESK[0])[:-1], id="cut short"),
    ],
)
def test_hostile_bytes_are_refused_on_both_sides(data: bytes) -> None:
    for read in (read_from_desk, read_from_hub):
        with pytest.raises(MalformedError, match="bad-frame"):
            read(data)


@given(st.binary(max_size=200), st.integers(0, len(FROM_DESK) - 1), st.integers(0, 60))
def test_whatever_is_read_is_a_frame_or_refused(noise: bytes, which: int, at: int) -> None:
    sound = encode(FROM_DESK[which])
    for data in (noise, sound[:at] + noise + sound[at:], sound[:at] + noise):
        try:
            frame = read_from_desk(data)
        except MalformedError as error:
            assert error.code == "bad-frame"  # noqa: PT017
        else:
            assert read_from_desk(encode(frame)) == frame


@pytest.mark.parametrize("count", [0, 1, 15, 16, frames.PAGE])
def test_entries_that_were_encoded_one_by_one_make_the_same_frame(count: int) -> None:
    entries = tuple(ENTRIES[number % 3] for number in range(count))
    data = encode_entries([encode_entry(entry) for entry in entries], "checkpoint", 2**40)
    assert read_from_hub(data) == frames.Entries(entries, "checkpoint", 2**40)


def test_an_append_holds_the_event_as_it_was_signed() -> None:
    signed = frames.Append(b"header", b"sig", (b"part", None)).signed
    assert (signed.header, signed.signature, signed.parts) == (b"header", b"sig", (b"part", None))
