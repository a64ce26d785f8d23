"""JSONTestSuite: what is not JSON is never accepted, and nothing crashes the reader."""

import base64
import json

import pytest
import rfc8785

from tests.shared import shared_file
from vocu.canonical import decode_any, encode
from vocu.errors import MalformedError

VECTOR_FILES = ["json/parsing.json"]


def accepted(kind: str) -> dict[str, bytes]:
    """The cases of that kind (y, n or i) which canonical JSON takes; any other outcome than MalformedError fails."""
    cases = json.loads(shared_file("vectors/json/parsing.json").read_bytes())
    taken = {}
    for name, encoded in cases.items():
        data = base64.b64decode(encoded)
        if name.startswith(f"{kind}_"):
            try:
                assert encode(decode_any(data)) == data
            except MalformedError:
                continue
            taken[name] = data
    return taken


def test_the_suite_is_whole() -> None:
    names = list(json.loads(shared_file("vectors/json/parsing.json").read_bytes()))
    assert [sum(name.startswith(kind) for name in names) for kind in ("y_", "n_", "i_")] == [95, 188, 35]


@pytest.mark.parametrize("kind", ["n", "i"])
def test_neither_false_nor_doubtful_json_is_accepted(kind: str) -> None:
    assert accepted(kind) == {}


def test_good_json_is_accepted_exactly_where_it_is_canonical() -> None:
    cases = json.loads(shared_file("vectors/json/parsing.json").read_bytes())
    canonical = {name for name, encoded in cases.items() if name.startswith("y_") and is_canonical(encoded)}
    assert accepted("y").keys() == canonical
    assert len(canonical) >= 30


def is_canonical(encoded: str) -> bool:
    """By the word of another implementation; floats and null are RFC 8785's, not ours."""
    data = base64.b64decode(encoded)
    value = json.loads(data)
    return rfc8785.dumps(value) == data and not any(holds(value, kind) for kind in (float, type(None)))


def holds(value: object, kind: type) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, kind) or any(holds(item, kind) for item in inner)
