import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocu.crypto import passwords
from vocu.crypto.passwords import DEFAULT, DEMO, Argon2Cost, hash_password, is_password, lock, unlock
from vocu.errors import MalformedError, RefusedError, VocuError

SECRET, SALT = bytes(range(32)), bytes(range(16))
CHEAP = Argon2Cost(memory_kib=64, passes=1, lanes=1)


def changed(document: bytes, **fields: object) -> bytes:
    value = json.loads(document) | fields
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


@settings(max_examples=30)
@given(secret=st.binary(max_size=200), passphrase=st.text(min_size=1, max_size=40).filter(str.isprintable))
def test_the_passphrase_opens_what_it_locked(secret: bytes, passphrase: str) -> None:
    document = lock(secret, passphrase, salt=SALT, cost=CHEAP)
    assert unlock(document, passphrase) == secret
    with pytest.raises(RefusedError) as refusal:
        unlock(document, passphrase + "x")
    assert refusal.value.code == "wrong-passphrase"


def test_the_costs_are_those_of_the_documentation() -> None:
    assert Argon2Cost(memory_kib=262_144, passes=3, lanes=4) == DEFAULT
    assert Argon2Cost(memory_kib=19_456, passes=2, lanes=1) == DEMO
    assert unlock(lock(SECRET, "Zollhund", salt=SALT, cost=DEMO), "Zollhund") == SECRET


def test_the_document_names_suite_and_parameters_and_hides_the_secret() -> None:
    document = lock(b"a very plain secret", "Zollhund", salt=SALT, cost=CHEAP)
    value = json.loads(document)
    assert value["suite"] == "vocu/1 argon2id cobblestone256"
    assert value["cost"] == {"memory_kib": 64, "passes": 1, "lanes": 1}
    assert b"plain secret" not in document
    assert changed(document) == document  # canonical


def test_a_passphrase_typed_on_another_keyboard_is_the_same() -> None:
    assert unlock(lock(SECRET, "Z\u00fcrich", salt=SALT, cost=CHEAP), "Zu\u0308rich") == SECRET


@pytest.mark.parametrize(
    "cost",
    [
        {"memory_kib": 2**30, "passes": 1, "lanes": 1},
        {"memory_kib": 64, "passes": 2**31, "lanes": 1},
        {"memory_kib": 64, "passes": 1, "lanes": 2**20},
        {"memory_kib": 0, "passes": 1, "lanes": 1},
        {"memory_kib": 64, "passes": 0, "lanes": 1},
        {"memory_kib": 64, "passes": 1, "lanes": -1},
        {"memory_kib": 64, "passes": 1},
        {"memory_kib": 64, "passes": 1, "lanes": 1, "threads": 1},
    ],
    ids=str,
)
def test_a_hostile_file_cannot_ask_for_more_than_the_bounds(cost: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    document = changed(lock(SECRET, "Zollhund", salt=SALT, cost=CHEAP), cost=cost)
    monkeypatch.setattr(passwords, "Argon2id", None)  # not even tried
    with pytest.raises(MalformedError) as refusal:
        unlock(document, "Zollhund")
    assert refusal.value.code == "bad-key-file"


@pytest.mark.parametrize(
    "fields",
    [{"suite": "vocu/2 argon2id"}, {"salt": "AA"}, {"salt": "?"}, {"sealed": "A"}, {"sealed": 7}, {"extra": 1}],
    ids=str,
)
def test_a_document_of_another_form_is_malformed(fields: dict) -> None:
    document = lock(SECRET, "Zollhund", salt=SALT, cost=CHEAP)
    with pytest.raises(MalformedError):
        unlock(changed(document, **fields), "Zollhund")


@settings(max_examples=100)
@given(st.data())
def test_no_changed_byte_opens(data: st.DataObject) -> None:
    document = bytearray(lock(SECRET, "Zollhund", salt=SALT, cost=CHEAP))
    position = data.draw(st.integers(0, len(document) - 1))
    document[position] ^= 1  # of a digit, at most one step dearer: the bounds keep it quick
    with pytest.raises(VocuError):
        unlock(bytes(document), "Zollhund")


def test_an_empty_passphrase_or_one_that_is_no_text_is_refused() -> None:
    with pytest.raises(RefusedError) as refusal:
        lock(SECRET, "", salt=SALT, cost=CHEAP)
    assert refusal.value.code == "empty-passphrase"
    with pytest.raises(MalformedError) as malformed:
        lock(SECRET, "Zoll\udcffhund", salt=SALT, cost=CHEAP)
    assert malformed.value.code == "bad-passphrase"


def test_a_salt_of_another_size_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        lock(SECRET, "Zollhund", salt=b"short", cost=CHEAP)


@settings(max_examples=30)
@given(password=st.text(max_size=40), other=st.text(max_size=40))
def test_a_password_is_recognised_and_no_other(password: str, other: str) -> None:
    hashed = hash_password(password, salt=SALT, cost=CHEAP)
    assert hashed.startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert is_password(password, hashed)
    same = unicodedata.normalize("NFC", other) == unicodedata.normalize("NFC", password)
    assert is_password(other, hashed) is same


def test_a_hash_that_is_none_recognises_nothing() -> None:
    assert not is_password("", "")
    assert not is_password("password", "password")
    assert not is_password("\ud800", hash_password("x", salt=SALT, cost=CHEAP))
