from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocu.errors import MalformedError
from vocu.log.entry import NARROWER, WHOLE_OPERATION, Leaf, leaf_data, parse_leaf


def test_leaf_data_has_the_41_bytes_that_the_protocol_lays_out() -> None:
    data = leaf_data(NARROWER, 0x0102030405, b"header", b"signature")
    assert data == b"\x02" + b"\x00\x00\x00\x01\x02\x03\x04\x05" + sha256(b"headersignature").digest()


@given(st.sampled_from([WHOLE_OPERATION, NARROWER]), st.integers(0, 2**53 - 1), st.binary(), st.binary())
def test_what_is_written_is_read_again(kind: int, hub_ms: int, header: bytes, signature: bytes) -> None:
    leaf = parse_leaf(leaf_data(kind, hub_ms, header, signature))
    assert leaf == Leaf(kind=kind, hub_ms=hub_ms, digest=sha256(header + signature).digest())


GOOD = leaf_data(WHOLE_OPERATION, 7, b"h", b"s")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(GOOD[:-1], id="too short"),
        pytest.param(GOOD + b"\0", id="too long"),
        pytest.param(b"\x00" + GOOD[1:], id="kind 0"),
        pytest.param(b"\x03" + GOOD[1:], id="kind 3"),
        pytest.param(GOOD[:1] + (2**53).to_bytes(8) + GOOD[9:], id="time of 2^53"),
    ],
)
def test_other_leaf_data_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError, match="bad-leaf"):
        parse_leaf(data)


@pytest.mark.parametrize(("kind", "hub_ms"), [(0, 1), (3, 1), (300, 1), (1, -1), (1, 2**53), (1, 2**64)])
def test_a_leaf_that_nobody_could_read_is_not_written(kind: int, hub_ms: int) -> None:
    with pytest.raises(MalformedError, match="bad-leaf"):
        leaf_data(kind, hub_ms, b"", b"")
