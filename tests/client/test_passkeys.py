"""A passkey opens its officer's account at this address, once for each challenge, and nothing else does."""

import hashlib
import json
from pathlib import Path
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from vocu.canonical import b64, unb64
from vocu.crypto.passwords import Argon2Cost
from vocu.errors import RefusedError
from vocu_client.passkeys import CHALLENGE_MS, Passkeys
from vocu_client.store.sql import open_database
from vocu_client.team import Officer, Team

ADDRESS = "https://desk.example:8470"
CHEAP = Argon2Cost(memory_kib=64, passes=1, lanes=1)
PASSWORD = "correct horse battery"


class Key:
    """A security key: it signs what the browser tells it, and says whether its owner showed himself."""

    def __init__(self, *, verified: bool = True) -> None:
        self.id = hashlib.sha256(str(id(self)).encode()).digest()
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._verified = verified
        self._count = 0

    def create(self, options: str, address: str = ADDRESS) -> str:
        said = json.loads(options)
        numbers = self._key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        statement = {"fmt": "none", "attStmt": {}, "authData": self._data(said["rp"]["id"], 0x40) + attested}
        client = _client_data("webauthn.create", said["challenge"], address)
        return self._answer(clientDataJSON=client, attestationObject=cbor2.dumps(statement))

    def get(self, options: str, address: str = ADDRESS) -> str:
        said = json.loads(options)
        client = _client_data("webauthn.get", said["challenge"], address)
        data = self._data(said["rpId"], 0)
        signature = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _data(self, rp: str, flags: int) -> bytes:
        self._count += 1
        flags |= 0x05 if self._verified else 0x01
        return hashlib.sha256(rp.encode()).digest() + bytes([flags]) + self._count.to_bytes(4, "big")

    def _answer(self, **response: bytes) -> str:
        said = {name: b64(value) for name, value in response.items()}
        return json.dumps({"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": said})


def _client_data(kind: str, challenge: str, address: str) -> bytes:
    return json.dumps({"type": kind, "challenge": challenge, "origin": address, "crossOrigin": False}).encode()


class Clock:
    at = 1_000_000

    def __call__(self) -> int:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def team(tmp_path: Path, clock: Clock) -> Team:
    team = Team(open_database(tmp_path / "desk.sqlite"), bytes(range(32)), CHEAP, clock)
    team.found("anna", "Anna", PASSWORD)
    anna = Officer("anna", "Anna", "administrator")
    team.redeem("bob", team.add(anna, "bob", "Bob", "poster"), PASSWORD)
    return team


@pytest.fixture
def key(team: Team) -> Key:
    """Bob's."""
    return registered(team, "bob", Key())


def registered(team: Team, officer: str, key: Key) -> Key:
    account = team.account(officer)
    team.passkeys.register(account, ADDRESS, key.create(team.passkeys.registration(account, ADDRESS)), " grey  key ")
    return key


def test_a_passkey_logs_its_officer_in(team: Team, key: Key) -> None:
    for _ in range(2):
        token = team.log_in_with_passkey(ADDRESS, key.get(team.passkeys.login(ADDRESS)))
        assert team.officer_of(token) == Officer("bob", "Bob", "poster")
    (passkey,) = team.passkeys_of("bob")
    assert (passkey.label, unb64(passkey.id)) == ("grey key", key.id)


def refused(team: Team, response: str) -> bool:
    with pytest.raises(RefusedError) as refusal:
        team.log_in_with_passkey(ADDRESS, response)
    return refusal.value.code == "passkey-refused"


def test_an_answer_is_good_once(team: Team, key: Key) -> None:
    answer = key.get(team.passkeys.login(ADDRESS))
    team.log_in_with_passkey(ADDRESS, answer)
    assert refused(team, answer)


def test_a_challenge_ends_after_some_minutes(team: Team, key: Key, clock: Clock) -> None:
    answer = key.get(team.passkeys.login(ADDRESS))
    clock.at += CHALLENGE_MS + 1
    assert refused(team, answer)


def test_an_answer_given_to_another_page_is_refused(team: Team, key: Key) -> None:
    assert refused(team, key.get(team.passkeys.login(ADDRESS), "https://desk.example.evil:8470"))
    assert refused(team, key.get(team.passkeys.login(ADDRESS), "https://desk.example"))


def test_a_challenge_that_nobody_gave_is_refused(team: Team, key: Key) -> None:
    options = json.loads(team.passkeys.login(ADDRESS)) | {"challenge": b64(bytes(32))}
    assert refused(team, key.get(json.dumps(options)))


def test_a_challenge_to_register_logs_nobody_in(team: Team, key: Key) -> None:
    options = json.loads(team.passkeys.registration(team.account("bob"), ADDRESS))
    assert refused(team, key.get(json.dumps({"challenge": options["challenge"], "rpId": "desk.example"})))


def test_a_key_whose_owner_did_not_show_himself_is_refused(team: Team) -> None:
    account = team.account("bob")
    answer = Key(verified=False).create(team.passkeys.registration(account, ADDRESS))
    with pytest.raises(RefusedError) as refusal:
        team.passkeys.register(account, ADDRESS, answer, "")
    assert refusal.value.code == "passkey-refused"


def test_a_registration_is_its_officer_s_alone(team: Team) -> None:
    answer = Key().create(team.passkeys.registration(team.account("anna"), ADDRESS))
    with pytest.raises(RefusedError) as refusal:
        team.passkeys.register(team.account("bob"), ADDRESS, answer, "")
    assert refusal.value.code == "passkey-refused"


def test_a_passkey_is_not_taken_over_by_another_account(team: Team, key: Key) -> None:
    with pytest.raises(RefusedError):
        registered(team, "anna", key)
    assert team.officer_of(team.log_in_with_passkey(ADDRESS, key.get(team.passkeys.login(ADDRESS)))).id == "bob"  # type: ignore[union-attr]


def test_a_removed_passkey_and_those_of_a_closed_or_reset_account_open_nothing(team: Team, key: Key) -> None:
    anna = Officer("anna", "Anna", "administrator")
    team.remove_passkey(anna, b64(key.id))
    assert team.passkeys_of("bob")
    team.remove_passkey(Officer("bob", "Bob", "poster"), b64(key.id))
    assert refused(team, key.get(team.passkeys.login(ADDRESS)))
    second = registered(team, "bob", Key())
    code = team.reset(anna, "bob")
    assert refused(team, second.get(team.passkeys.login(ADDRESS)))
    team.redeem("bob", code, PASSWORD)
    third = registered(team, "bob", Key())
    team.close(anna, "bob")
    assert refused(team, third.get(team.passkeys.login(ADDRESS)))


@pytest.mark.parametrize("response", ["", "{}", "[]", "null", '{"id": 1}', '{"id": "x", "rawId": "x", "response": {}}'])
def test_what_is_no_answer_is_refused(team: Team, response: str) -> None:
    assert refused(team, response)


@pytest.mark.parametrize("missing", ["clientDataJSON", "authenticatorData", "signature"])
def test_an_answer_with_a_part_missing_or_broken_is_refused(team: Team, key: Key, missing: str) -> None:
    for broken in (None, "AAAA", "é", 7):
        answer: dict[str, Any] = json.loads(key.get(team.passkeys.login(ADDRESS)))
        answer["response"][missing] = broken
        assert refused(team, json.dumps(answer))


@pytest.mark.parametrize(
    ("address", "possible"),
    [
        (ADDRESS, True),
        ("https://localhost:8470", True),
        ("http://localhost:8470", True),
        ("http://desk.example:8470", False),
        ("https://192.0.2.1:8470", False),
        ("https://[2001:db8::1]:8470", False),
        ("http://127.0.0.1:8470", False),
    ],
)
def test_passkeys_work_at_names_over_tls(team: Team, address: str, possible: bool) -> None:
    assert Passkeys.possible(address) is possible
    if not possible:
        with pytest.raises(RefusedError) as refusal:
            team.passkeys.login(address)
        assert refusal.value.code == "no-passkeys-here"
