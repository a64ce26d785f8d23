"""The header is read in one form only, and contradicts itself in nothing."""

from typing import Any

import pytest

from vocu.canonical import b64, encode
from vocu.errors import MalformedError
from vocu.log.entry import NARROWER, WHOLE_OPERATION
from vocu.operation.handling import SCHEMES, require_ceiling
from vocu.operation.header import read_header

SLIP = {"p": "stat", "enc": "clear", "sha256": "A" * 43, "size": 7}
WRAPS = {"p": "wraps", "enc": "clear", "sha256": "A" * 43, "size": 7}
TEXT = {"p": "text", "enc": "epoch", "epoch": 3, "sha256": "A" * 43, "size": 7}
HEADER: dict[str, Any] = {
    "v": "vocu/1", "op": "O" * 43, "id": "I" * 22, "type": "seizure_reported", "from": "D" * 22, "to": "all",
    "roster": "R" * 43, "ts": 1, "salt": b64(bytes(16)), "head": {"n": 1, "root": "A" * 43}, "dseq": 0,
    "prev": "A" * 43, "parts": [SLIP, TEXT, WRAPS],
}  # fmt: skip


def test_a_header_is_read_as_it_was_signed() -> None:
    header = read_header(encode(HEADER))
    assert (header.sender, header.to, header.leaf_kind) == ("D" * 22, "all", WHOLE_OPERATION)
    assert encode(header) == encode(HEADER)
    assert header.slip("text") is header.parts[1]
    assert header.slip("nominal") is None
    assert read_header(encode(HEADER | {"to": ["DE", "PL"]})).leaf_kind == NARROWER


@pytest.mark.parametrize(
    "change",
    [
        {"v": "vocu/2"},
        {"to": "everybody"},
        {"to": []},
        {"to": ["PL", "DE"]},
        {"to": ["DE", "DE"]},
        {"to": ["de"]},
        {"to": ["DE\n"]},
        {"dseq": -1},
        {"dseq": 2**53},
        {"dseq": "0"},
        {"ts": 2**47},
        {"id": "I" * 23},
        {"id": "I" * 21 + "+"},
        {"ref": "short"},
        {"parts": []},
        {"parts": [SLIP, SLIP]},
        {"parts": [SLIP | {"p": "media"}]},
        {"parts": [SLIP | {"enc": "epoch"}]},
        {"parts": [SLIP | {"epoch": 3}]},
        {"parts": [SLIP | {"enc": "direct"}]},
        {"parts": [SLIP | {"enc": "direct", "devices": []}]},
        {"parts": [SLIP | {"enc": "direct", "devices": ["E" * 22, "D" * 22]}]},
        {"parts": [SLIP | {"enc": "direct", "devices": ["D" * 22, "D" * 22]}]},
        {"parts": [SLIP | {"enc": "direct", "devices": sorted(f"{n:022}" for n in range(56))}]},
        {"parts": [SLIP | {"size": -1}]},
        {"parts": [WRAPS, SLIP]},
        {"remark": "free text"},
    ],
    ids=str,
)
def test_a_header_that_is_wrong_anywhere_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedError) as caught:
        read_header(encode(HEADER | change))
    assert caught.value.code == "bad-value"


@pytest.mark.parametrize("field", list(HEADER))
def test_a_header_lacks_nothing(field: str) -> None:
    with pytest.raises(MalformedError):
        read_header(encode({name: value for name, value in HEADER.items() if name != field}))


def test_what_is_marked_higher_than_the_ceiling_is_not_sent() -> None:
    for scheme in SCHEMES:
        for place, ceiling in enumerate(scheme):
            for marking in scheme[: place + 1]:
                require_ceiling(marking, ceiling)
            for marking in scheme[place + 1 :]:
                with pytest.raises(Exception, match="above-ceiling"):
                    require_ceiling(marking, ceiling)
    for marking, ceiling in (("SECRET", "TLP:RED"), ("H0", "TLP:RED"), ("", "H3"), ("H0", "no scheme")):
        with pytest.raises(Exception, match="unknown-marking"):
            require_ceiling(marking, ceiling)
