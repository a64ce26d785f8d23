"""The example of C2SP signed-note: our reader of notes, our key ids and our Ed25519 agree with the specification."""

import base64

import pytest

from tests.shared import shared_file
from vocu.crypto.keys import VerifyKey
from vocu.errors import UntrustedError
from vocu.log.checkpoint import ED25519
from vocu.log.note import format_note, key_id, parse_note

VECTOR_FILES = ["tlog/signed-note-example.txt", "tlog/signed-note-example.vkey"]


def verifier() -> tuple[str, bytes, bytes]:
    """Name, key id and Ed25519 key of `name+hex key id+base64(algorithm ‖ key)`."""
    name, hex_id, encoded = shared_file("vectors/tlog/signed-note-example.vkey").read_text().strip().split("+", 2)
    material = base64.b64decode(encoded)
    assert material[0] == ED25519
    return name, bytes.fromhex(hex_id), material[1:]


def test_the_example_verifies_and_is_written_back_as_it_was() -> None:
    data = shared_file("vectors/tlog/signed-note-example.txt").read_bytes()
    name, identifier, key = verifier()
    note = parse_note(data)
    (signature,) = note.signatures
    assert note.text == "This is an example message.\n"
    assert (signature.name, signature.key_id) == (name, identifier)
    assert key_id(name, ED25519, key) == identifier
    VerifyKey.from_bytes(key).verify(note.text.encode(), signature.value)
    assert format_note(note).encode() == data


def test_the_example_with_another_text_does_not_verify() -> None:
    data = shared_file("vectors/tlog/signed-note-example.txt").read_text()
    note = parse_note(data.replace("example message", "example massage"))
    with pytest.raises(UntrustedError, match="bad-signature"):
        VerifyKey.from_bytes(verifier()[2]).verify(note.text.encode(), note.signatures[0].value)
