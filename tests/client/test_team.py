"""Rights hold, sessions end when they should, and a guess learns nothing."""

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Engine

from vocu.crypto.passwords import Argon2Cost
from vocu.errors import RefusedError
from vocu_client import team as rules
from vocu_client.store.sql import open_database
from vocu_client.team import ALONE, CODE_MS, IDLE_MS, LONGEST_WAIT_MS, SHIFT_MS, Officer, Team

CHEAP = Argon2Cost(memory_kib=64, passes=1, lanes=1)
PASSWORD, OTHER = "correct horse battery", "staple of another horse"


class Clock:
    def __init__(self) -> None:
        self.at = 1_000_000

    def __call__(self) -> int:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def team(tmp_path: Path, clock: Clock) -> Team:
    return Team(database(tmp_path), bytes(range(32)), CHEAP, clock)


def database(folder: Path) -> Engine:
    return open_database(folder / "desk.sqlite")


@pytest.fixture
def anna(team: Team) -> Officer:
    """The administrator."""
    return logged_in(team, team.found("anna", "Anna Kowalska", PASSWORD))


@pytest.fixture
def bob(team: Team, anna: Officer) -> Officer:
    """A poster."""
    return logged_in(team, team.redeem("bob", team.add(anna, "bob", "Bob", "poster"), OTHER))


def logged_in(team: Team, token: str) -> Officer:
    officer = team.officer_of(token)
    assert officer is not None
    return officer


def code_of(refused: pytest.ExceptionInfo[RefusedError]) -> str:
    return refused.value.code


def test_the_first_administrator_is_made_once(team: Team, anna: Officer) -> None:
    assert anna == Officer("anna", "Anna Kowalska", "administrator")
    assert team.founded
    with pytest.raises(RefusedError) as refused:
        team.found("eve", "Eve", PASSWORD)
    assert code_of(refused) == "founded"


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("reader", {"read"}),
        ("poster", {"read", "post"}),
        ("approver", {"read", "post", "approve"}),
        ("administrator", {"read", "post", "approve", "administer"}),
    ],
)
def test_a_role_has_its_rights_and_no_others(role: rules.Role, may: set[str]) -> None:
    assert {right for right in rules.RIGHTS if Officer("x", "X", role).may(right)} == may


def test_who_sits_alone_may_do_everything() -> None:
    assert all(ALONE.may(right) for right in rules.RIGHTS)


@pytest.mark.parametrize("role", ["reader", "poster", "approver"])
def test_only_an_administrator_touches_accounts(team: Team, bob: Officer, role: rules.Role) -> None:
    by = Officer("bob", "Bob", role)
    for attempt in (
        lambda: team.add(by, "eve", "Eve", "administrator"),
        lambda: team.reset(by, "anna"),
        lambda: team.change_role(by, "bob", "administrator"),
        lambda: team.close(by, "anna"),
        lambda: team.set_four_eyes(by, False),
    ):
        with pytest.raises(RefusedError) as refused:
            attempt()
        assert code_of(refused) == "not-your-right"
    assert {account.id: account.role for account in team.accounts()} == {"anna": "administrator", "bob": "poster"}


def test_a_new_officer_chooses_his_password_with_a_code_that_is_good_once(team: Team, anna: Officer) -> None:
    code = team.add(anna, "bob", "Bob", "reader")
    assert logged_in(team, team.redeem(" Bob ", code.lower().replace("-", " "), OTHER)).role == "reader"
    with pytest.raises(RefusedError) as refused:
        team.redeem("bob", code, PASSWORD)
    assert code_of(refused) == "wrong-login"
    assert logged_in(team, team.log_in("bob", OTHER)).id == "bob"


def test_a_code_ends_after_a_day(team: Team, anna: Officer, clock: Clock) -> None:
    code = team.add(anna, "bob", "Bob", "reader")
    clock.at += CODE_MS + 1
    with pytest.raises(RefusedError) as refused:
        team.redeem("bob", code, OTHER)
    assert code_of(refused) == "wrong-login"


def test_closing_an_account_ends_its_sessions_at_once_and_for_good(team: Team, anna: Officer, bob: Officer) -> None:
    token = team.log_in("bob", OTHER)
    team.close(anna, "bob")
    assert team.officer_of(token) is None
    with pytest.raises(RefusedError) as refused:
        team.log_in("bob", OTHER)
    assert code_of(refused) == "wrong-login"
    for attempt in (lambda: team.reset(anna, "bob"), lambda: team.change_role(anna, "bob", "approver")):
        with pytest.raises(RefusedError) as refused:
            attempt()
        assert code_of(refused) == "account-closed"
    with pytest.raises(RefusedError) as refused:
        team.add(anna, "bob", "Another Bob", "reader")
    assert code_of(refused) == "officer-exists"
    assert team.name_of("bob") == "Bob"


def test_a_new_role_or_password_ends_the_sessions(team: Team, anna: Officer, bob: Officer) -> None:
    token = team.log_in("bob", OTHER)
    team.change_role(anna, "bob", "approver")
    assert team.officer_of(token) is None
    old = team.log_in("bob", OTHER)
    new = team.change_password(bob, OTHER, PASSWORD)
    assert team.officer_of(old) is None
    assert logged_in(team, new).role == "approver"


def test_changing_a_password_needs_the_old_one(team: Team, bob: Officer) -> None:
    with pytest.raises(RefusedError) as refused:
        team.change_password(bob, PASSWORD, "something else entirely")
    assert code_of(refused) == "wrong-login"


def test_a_reset_password_stops_working_at_once(team: Team, anna: Officer, bob: Officer) -> None:
    token = team.log_in("bob", OTHER)
    code = team.reset(anna, "bob")
    assert team.officer_of(token) is None
    with pytest.raises(RefusedError):
        team.log_in("bob", OTHER)
    assert logged_in(team, team.redeem("bob", code, PASSWORD)).id == "bob"


def test_the_last_administrator_stays(team: Team, anna: Officer, bob: Officer) -> None:
    pending = team.add(anna, "carla", "Carla", "administrator")
    for attempt in (
        lambda: team.close(anna, "anna"),
        lambda: team.change_role(anna, "anna", "reader"),
        lambda: team.reset(anna, "anna"),
    ):
        with pytest.raises(RefusedError) as refused:
            attempt()
        assert code_of(refused) == "last-administrator"
    team.redeem("carla", pending, PASSWORD)
    team.close(anna, "anna")
    assert team.founded


def test_a_session_ends_when_nothing_is_done_and_after_a_shift(team: Team, bob: Officer, clock: Clock) -> None:
    token = team.log_in("bob", OTHER)
    clock.at += IDLE_MS
    assert team.officer_of(token, active=False) is not None
    clock.at += 1
    assert team.officer_of(token) is None
    token, began = team.log_in("bob", OTHER), clock.at
    while clock.at + IDLE_MS // 2 <= began + SHIFT_MS:
        clock.at += IDLE_MS // 2
        assert team.officer_of(token) is not None
    clock.at = began + SHIFT_MS + 1
    assert team.officer_of(token) is None


def test_sessions_that_nobody_came_back_to_are_forgotten(team: Team, bob: Officer, clock: Clock) -> None:
    old = [team.log_in(bob.id, OTHER) for _ in range(3)]
    clock.at += SHIFT_MS + 1
    new = team.log_in(bob.id, OTHER)
    kept = [token for token in (*old, new) if team._accounts.session(sha256(token.encode()).digest())]
    assert kept == [new]


def test_who_logged_out_is_out(team: Team, bob: Officer) -> None:
    token = team.log_in("bob", OTHER)
    team.log_out(token)
    assert team.officer_of(token) is None
    assert team.officer_of("") is None
    assert team.officer_of("\udc80") is None


def test_the_disk_holds_no_token_that_could_be_shown(team: Team, bob: Officer, tmp_path: Path) -> None:
    token = team.log_in("bob", OTHER)
    held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert token.encode() not in held
    assert b"argon2id" not in held


@pytest.mark.parametrize("name", ["bob", "nobody", "\udc80"])
def test_no_answer_tells_whether_there_is_such_an_account(
    team: Team, bob: Officer, clock: Clock, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    worked: list[str] = []
    real = rules.is_password
    monkeypatch.setattr(rules, "is_password", lambda *given: worked.append("hash") or real(*given))
    answers = []
    for _ in range(5):
        with pytest.raises(RefusedError) as refused:
            team.log_in(name, "wrong password here")
        answers.append((refused.value.code, refused.value.message))
    assert [code for code, _ in answers] == ["wrong-login"] * 3 + ["wait-first"] * 2
    assert len({message for _, message in answers}) == 2
    assert worked == ["hash"] * 3


def test_each_wrong_password_makes_the_next_wait_longer_and_a_right_one_ends_that(
    team: Team, bob: Officer, clock: Clock
) -> None:
    waits = []
    for _ in range(16):
        while True:
            before = clock.at
            try:
                team.log_in("bob", "wrong password here")
            except RefusedError as refused:
                if refused.code == "wrong-login":
                    break
            clock.at = before + 500
        waits.append(clock.at)
    gaps = [later - earlier for earlier, later in pairwise(waits)]
    assert gaps[:6] == [0, 0, 1000, 2000, 4000, 8000]
    assert gaps[-1] == LONGEST_WAIT_MS
    with pytest.raises(RefusedError) as refused:
        team.log_in("bob", OTHER)
    assert code_of(refused) == "wait-first"
    clock.at += LONGEST_WAIT_MS
    team.log_in("bob", OTHER)
    with pytest.raises(RefusedError) as refused:
        team.log_in("bob", "wrong password here")
    assert code_of(refused) == "wrong-login"


@pytest.mark.parametrize("password", ["", "elevenchars", "x" * 257])
def test_a_password_that_is_too_short_or_endless_is_refused(team: Team, password: str) -> None:
    with pytest.raises(RefusedError) as refused:
        team.found("anna", "Anna", password)
    assert code_of(refused) == "bad-password"


@pytest.mark.parametrize("officer", ["", "a", "Anna", "anna k", "../anna", "anna\n", "x" * 33])
def test_a_login_name_is_plain(team: Team, officer: str) -> None:
    with pytest.raises(RefusedError) as refused:
        team.found(officer, "Anna", PASSWORD)
    assert code_of(refused) == "bad-officer-name"


def test_four_eyes_are_switched_by_the_administrator(team: Team, anna: Officer) -> None:
    assert not team.four_eyes
    team.set_four_eyes(anna, True)
    assert team.four_eyes


def test_whatever_is_asked_of_it_no_two_passwords_take_their_memory_at_once(
    team: Team, bob: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once, most = 0, 0

    def counted(*_: object, **__: object) -> str:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        time.sleep(0.02)
        at_once -= 1
        return "hashed"

    monkeypatch.setattr(rules, "hash_password", counted)
    monkeypatch.setattr(rules, "is_password", lambda *_: False)

    def guess(number: int) -> None:
        with contextlib.suppress(RefusedError):
            match number % 3:
                case 0:
                    team.redeem(f"nobody{number}", "AAAAA", "correct horse battery")
                case 1:
                    team.change_password(bob, "wrong wrong wrong", "correct horse battery")
                case _:
                    team.found("eve", "Eve", "correct horse battery")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(guess, range(12)))
    assert most == 1
