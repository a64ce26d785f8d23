"""Canonical JSON against an independent implementation of RFC 8785, and against everything that it must not accept."""

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from vocu.canonical import MAX_DEPTH, MAX_INTEGER, b64, decode, decode_any, encode, unb64
from vocu.errors import MalformedError

texts = st.text(st.characters(exclude_categories=["Cs"]))
keys = st.text(st.characters(max_codepoint=127))
scalars = st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)


class Loose(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A type that leaves open all that canonical JSON does not."""

    number: int | None = None
    text: str | None = None
    named: dict[str, int] | None = None
    anything: Any = None


LOOSE = msgspec.json.Decoder(Loose)


def nesting(value: Any) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(nesting, value), default=0) if isinstance(value, list) else 0


@given(values)
def test_the_bytes_are_those_of_rfc_8785(value: Any) -> None:
    assert encode(value) == rfc8785.dumps(value)


@given(texts)
def test_every_character_is_escaped_as_rfc_8785_has_it(text: str) -> None:
    assert encode({"text": text}) == rfc8785.dumps({"text": text})


def test_control_characters_have_their_short_or_their_lower_case_escape() -> None:
    assert encode('\0\b\t\n\x0b\f\r\x1f\x7f"\\/é\u2028😀').decode() == (
        '"\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f\x7f\\"\\\\/é\u2028😀"'
    )


@given(values.filter(lambda value: nesting(value) <= MAX_DEPTH))
def test_what_is_encoded_is_decoded_again(value: Any) -> None:
    assert decode_any(encode(value)) == value


@given(st.integers(-MAX_INTEGER, MAX_INTEGER), texts, st.dictionaries(keys, st.integers(0, 9)))
def test_a_struct_is_decoded_again(number: int, text: str, named: dict[str, int]) -> None:
    value = Loose(number=number, text=text, named=named)
    assert decode(encode(value), LOOSE) == value


@given(values, st.sampled_from([None, 1, "\t"]), st.booleans(), st.booleans())
def test_another_spelling_of_the_same_value_is_refused(value: Any, indent: Any, sort: bool, ascii_only: bool) -> None:
    data = json.dumps(value, indent=indent, sort_keys=sort, ensure_ascii=ascii_only).encode()
    if data == encode(value):
        assert nesting(value) > MAX_DEPTH or decode_any(data) == value
    else:
        with pytest.raises(MalformedError):
            decode_any(data)


@given(st.binary() | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_whatever_is_accepted_is_encoded_to_the_same_bytes(data: bytes) -> None:
    try:
        value = decode_any(data)
    except MalformedError:
        return
    assert encode(value) == data == rfc8785.dumps(value)


REFUSED = [
    pytest.param(b"", id="nothing"),
    pytest.param(b"nul", id="cut off"),
    pytest.param(b"null", id="null"),
    pytest.param(b"[null]", id="null in a list"),
    pytest.param(b"1.5", id="float"),
    pytest.param(b"1.0", id="integral float"),
    pytest.param(b"1e3", id="exponent"),
    pytest.param(b"1e999", id="infinite"),
    pytest.param(b"NaN", id="not a number"),
    pytest.param(b"-0", id="minus zero"),
    pytest.param(b"01", id="leading zero"),
    pytest.param(b"9007199254740992", id="2^53"),
    pytest.param(b"-9007199254740992", id="minus 2^53"),
    pytest.param(b"18446744073709551616", id="2^64"),
    pytest.param(b"1" + b"0" * 5_000, id="5000 digits"),
    pytest.param(b'"\\ud800"', id="escaped surrogate"),
    pytest.param(b'"\\ud800\\ud800"', id="two high surrogates"),
    pytest.param(b'"\xed\xa0\x80"', id="raw surrogate"),
    pytest.param(b'"\xff"', id="not UTF-8"),
    pytest.param(b'"\xc0\xaf"', id="overlong UTF-8"),
    pytest.param(b'"\n"', id="raw control character"),
    pytest.param(b'"\\u00e9"', id="needless escape"),
    pytest.param(b'"\\u001F"', id="upper-case escape"),
    pytest.param(b'"\\u000a"', id="long escape"),
    pytest.param(b'"\\/"', id="escaped slash"),
    pytest.param(b"\xef\xbb\xbf{}", id="byte order mark"),
    pytest.param(b" 1", id="leading space"),
    pytest.param(b"1\n", id="trailing newline"),
    pytest.param(b"1 1", id="two values"),
    pytest.param(b"[1,]", id="trailing comma"),
    pytest.param(b'{"b":1,"a":2}', id="keys out of order"),
    pytest.param(b'{"a":1,"a":1}', id="duplicate key"),
    pytest.param(b'{"\xc3\xa9":1}', id="key beyond ASCII"),
    pytest.param(b'[{"a":{"\xc3\xa9":1}}]', id="inner key beyond ASCII"),
    pytest.param(b"[" * 9 + b"]" * 9, id="nine lists"),
    pytest.param(b'{"a":' * 9 + b"1" + b"}" * 9, id="nine objects"),
    pytest.param(b"[" * 500 + b"]" * 500, id="500 lists"),
    pytest.param(b"[" * 200_000, id="200,000 brackets"),
    pytest.param(b'{"a":' * 200_000, id="200,000 braces"),
]


@pytest.mark.parametrize("data", REFUSED)
def test_what_canonical_json_does_not_allow_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        decode_any(data)


@pytest.mark.parametrize("data", REFUSED)
def test_a_type_that_leaves_it_open_does_not_let_it_in(data: bytes) -> None:
    with pytest.raises(MalformedError):
        decode(b'{"anything":' + data + b"}", LOOSE)


@pytest.mark.parametrize(
    "data",
    [b'{"number":9007199254740992}', b'{"number":null}', b'{"named":{"\xc3\xa9":1}}', b'{"text":"\xc3\xa9","x":1}'],
)
def test_typed_fields_do_not_let_it_in_either(data: bytes) -> None:
    with pytest.raises(MalformedError):
        decode(data, LOOSE)


def test_eight_lists_and_objects_inside_each_other_are_allowed() -> None:
    data = b'[{"a":' * 4 + b"1" + b"}]" * 4
    assert encode(decode_any(data)) == data


def test_a_value_of_another_type_is_named_with_its_place() -> None:
    with pytest.raises(MalformedError, match=r"\$\.number.*bad-value"):
        decode(b'{"number":"1"}', LOOSE)


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(MalformedError, match="bad-value"):
        decode(b'{"nothing":1}', LOOSE)


def test_a_default_that_is_written_out_is_refused() -> None:
    with pytest.raises(MalformedError, match="not-canonical"):
        decode(b'{"anything":null}', LOOSE)


def test_a_decimal_is_a_string() -> None:
    assert encode({"litres": Decimal("12.50")}) == b'{"litres":"12.50"}'


def test_broken_characters_are_reported_not_thrown() -> None:
    with pytest.raises(MalformedError, match="bad-value"):
        encode({"text": b"\xff".decode("utf-8", "surrogateescape")})


def test_a_value_without_end_is_reported_not_thrown() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(MalformedError, match="bad-value"):
        encode(endless)


@given(st.binary())
def test_base64url_is_read_again(data: bytes) -> None:
    text = b64(data)
    assert unb64(text) == unb64(text, len(data)) == data
    assert "=" not in text


@given(st.text() | st.text("AQgw-_+/= \n", max_size=8))
def test_base64url_has_one_spelling(text: str) -> None:
    try:
        data = unb64(text)
    except MalformedError:
        return
    assert b64(data) == text


@pytest.mark.parametrize("text", ["A", "AA==", "AB", "A A", "AA\n", "+/", "é", "\ud800", "AAAAA"])
def test_other_base64_is_refused(text: str) -> None:
    with pytest.raises(MalformedError, match="bad-base64"):
        unb64(text)


def test_bytes_of_another_size_are_refused() -> None:
    with pytest.raises(MalformedError, match="bad-size"):
        unb64("AAAA", 4)


class Enveloped(msgspec.Struct, frozen=True):
    """A type that takes a part of the bytes as they stand, to be read later."""

    body: msgspec.Raw


@pytest.mark.parametrize("broken", [b'"\xff"', b'{"\xfb":1}', b'{"a":"\xc3"}', b'["\xed\xa0\x80"]'])
def test_broken_text_inside_what_is_taken_as_it_stands_is_refused(broken: bytes) -> None:
    with pytest.raises(MalformedError):
        decode(b'{"body":' + broken + b"}", msgspec.json.Decoder(Enveloped))
