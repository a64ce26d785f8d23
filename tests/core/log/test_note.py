import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocu.errors import MalformedError
from vocu.log.note import MAX_SIGNATURES, MAX_SIZE, Note, Signature, format_note, parse_note

LINE = "— a.example/b AAAAAQI=\n"
names = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="+"), min_size=1, max_size=10)
signatures = st.builds(
    Signature, name=names, key_id=st.binary(min_size=4, max_size=4), value=st.binary(min_size=1, max_size=80)
)
texts = st.lists(st.text(st.characters(exclude_categories=["C"])), min_size=1).map("\n".join).filter(bool)


@given(texts, st.lists(signatures, min_size=1, max_size=4))
def test_what_is_written_is_read_again(text: str, given_signatures: list[Signature]) -> None:
    note = Note(text=text + "\n", signatures=tuple(given_signatures))
    assert parse_note(format_note(note)) == note
    assert parse_note(format_note(note).encode()) == note


def test_the_text_ends_at_the_last_empty_line() -> None:
    assert parse_note(f"one\n\n— not a signature\n\n{LINE}").text == "one\n\n— not a signature\n"


def test_sixteen_post_quantum_signatures_fit() -> None:
    note = Note(text="t\n", signatures=(Signature(name="n", key_id=bytes(4), value=bytes(4627)),) * MAX_SIGNATURES)
    assert parse_note(format_note(note)) == note


@pytest.mark.parametrize(
    "note",
    [
        pytest.param("", id="nothing"),
        pytest.param("text\n", id="no signature"),
        pytest.param("text\n\n", id="empty signature block"),
        pytest.param(f"text\n{LINE}", id="no empty line"),
        pytest.param(f"text\n\n{LINE[:-1]}", id="no last newline"),
        pytest.param(f"\n\n{LINE}", id="no text"),
        pytest.param(f"text\r\n\n{LINE}", id="carriage return"),
        pytest.param(f"te\0xt\n\n{LINE}", id="control character"),
        pytest.param("text\n\n- a.example/b AAAAAQI=\n", id="hyphen for a dash"),
        pytest.param("text\n\n— a+b AAAAAQI=\n", id="plus in the name"),
        pytest.param("text\n\n— a\u00a0b AAAAAQI=\n", id="space in the name"),
        pytest.param("text\n\n— \u00a0ab AAAAAQI=\n", id="space before the name"),
        pytest.param("text\n\n—  AAAAAQI=\n", id="no name"),
        pytest.param("text\n\n— a\n", id="no base64"),
        pytest.param("text\n\n— a AAAAAQI\n", id="no padding"),
        pytest.param("text\n\n— a AAAAAQJ=\n", id="spare bits set"),
        pytest.param("text\n\n— a AAAA AQI=\n", id="space in base64"),
        pytest.param("text\n\n— a AAAA\u00e9QI=\n", id="base64 beyond ASCII"),
        pytest.param("text\n\n— a AAAAAA==\n", id="key id alone"),
        pytest.param("text\n\n" + LINE * (MAX_SIGNATURES + 1), id="too many signatures"),
        pytest.param("x" * MAX_SIZE + f"\n\n{LINE}", id="too long"),
        pytest.param(f"t\ud800\n\n{LINE}", id="surrogate"),
        pytest.param(b"t\xff\n\n" + LINE.encode(), id="not UTF-8"),
    ],
)
def test_another_form_is_refused(note: str | bytes) -> None:
    with pytest.raises(MalformedError, match="bad-note"):
        parse_note(note)


@given(st.text(), st.binary())
def test_nothing_crashes_the_reader(text: str, data: bytes) -> None:
    for hostile in (text, data, f"{text}\n\n{LINE}", f"t\n\n— {text}\n"):
        try:
            note = parse_note(hostile)
        except MalformedError:
            continue
        assert format_note(note) == (hostile if isinstance(hostile, str) else hostile.decode())
