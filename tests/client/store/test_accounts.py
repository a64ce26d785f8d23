"""Who can write to the disk still cannot make himself an administrator."""

import pytest
from sqlalchemy import Engine, update

from vocu.errors import UntrustedError
from vocu_client.store import sql
from vocu_client.store.accounts import Account, Accounts, Passkey, Session, TeamRules

MASTER = bytes(range(32))
ANNA = Account(id="anna", name="Anna Kowalska", role="administrator", added_at=1)
BOB = Account(id="bob", name="Bob", role="reader", added_at=2)


@pytest.fixture
def accounts(engine: Engine) -> Accounts:
    accounts = Accounts(engine, MASTER)
    accounts.keep(ANNA)
    accounts.keep(BOB)
    return accounts


def test_accounts_come_back_as_they_were_kept(accounts: Accounts) -> None:
    assert accounts.all() == [ANNA, BOB]
    assert accounts.find("carla") is None


def test_the_rights_of_one_account_do_not_fit_another(accounts: Accounts, engine: Engine) -> None:
    table = sql.accounts
    with engine.begin() as connection:
        sealed = connection.execute(table.select().where(table.c.officer == "anna")).one().sealed
        connection.execute(update(table).where(table.c.officer == "bob").values(sealed=sealed))
    with pytest.raises(UntrustedError):
        accounts.find("bob")


def test_closing_an_account_ends_its_sessions_and_passkeys_in_one_step(accounts: Accounts) -> None:
    passkey = Passkey(id="YQ", officer="bob", public_key="YQ", sign_count=0, label="", added_at=1)
    accounts.keep_passkey(b"a", passkey)
    accounts.begin_session(Session(b"t", "bob", 1, 1), 0)
    accounts.begin_session(Session(b"u", "anna", 1, 1), 0)
    assert accounts.passkeys_of("bob") == [passkey]
    accounts.keep(Account(id="bob", name="Bob", role="reader", added_at=2, closed_at=3), end_sessions=True)
    assert accounts.session(b"t") is None
    assert accounts.session(b"u") == Session(b"u", "anna", 1, 1)
    assert accounts.passkey(b"a") is None


def test_the_rules_are_kept(accounts: Accounts) -> None:
    assert not accounts.rules().four_eyes
    accounts.keep_rules(TeamRules(four_eyes=True))
    assert accounts.rules().four_eyes


def test_old_failures_are_forgotten(accounts: Accounts) -> None:
    accounts.failed("x", 3, 1000, 0)
    assert accounts.failures("x") == (3, 1000)
    accounts.failed("y", 1, 9000, 5000)
    assert accounts.failures("x") == (0, 0)
