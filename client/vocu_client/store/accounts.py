"""The officers' accounts of a desk in team mode, their passkeys and their sessions. What an account may is sealed."""

from hashlib import sha256
from typing import Literal

import msgspec
from msgspec import Struct
from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from vocu.canonical import decode, encode
from vocu.crypto.opening import local_open
from vocu.crypto.sealing import local_seal
from vocu_client.store.sql import accounts, facts, failures, passkeys, sessions

Role = Literal["reader", "poster", "approver", "administrator"]
_RULES = "team-rules"


class Account(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """`password` is an Argon2id PHC string; `code`, the hash of a one-time code, is good until `code_until`."""

    id: str
    name: str
    role: Role
    added_at: int
    password: str | None = None
    code: str | None = None
    code_until: int = 0
    closed_at: int | None = None


class Passkey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A credential of an officer; all keys and ids in unpadded base64url."""

    id: str
    officer: str
    public_key: str
    sign_count: int
    label: str
    added_at: int


class Session(Struct, frozen=True):
    """`token` is the hash of what the browser shows."""

    token: bytes
    officer: str
    began_at: int
    seen_at: int


class TeamRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What this desk asks of its officers. `four_eyes`: a second one approves what holds a nominal part."""

    four_eyes: bool = False


_account: msgspec.json.Decoder[Account] = msgspec.json.Decoder(Account)
_passkey: msgspec.json.Decoder[Passkey] = msgspec.json.Decoder(Passkey)
_rules: msgspec.json.Decoder[TeamRules] = msgspec.json.Decoder(TeamRules)


class Accounts:
    """Rows and nothing else; who may do what to whom is the matter of `vocu_client.team`."""

    def __init__(self, engine: Engine, master: bytes) -> None:
        self._engine = engine
        self._master = master

    def all(self) -> list[Account]:
        """Also the closed ones, by their ids."""
        with self._engine.begin() as connection:
            rows = connection.execute(select(accounts).order_by(accounts.c.officer)).all()
        return [self._account(row.officer, row.sealed) for row in rows]

    def find(self, officer: str) -> Account | None:
        with self._engine.begin() as connection:
            sealed = connection.execute(select(accounts.c.sealed).where(accounts.c.officer == officer)).scalar()
        return self._account(officer, sealed) if sealed is not None else None

    def keep(self, account: Account, *, end_sessions: bool = False) -> None:
        sealed = local_seal(self._master, b"account " + account.id.encode(), encode(account))
        statement = upsert(accounts).values(officer=account.id, sealed=sealed)
        with self._engine.begin() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["officer"], set_={"sealed": sealed}))
            if end_sessions:
                connection.execute(delete(sessions).where(sessions.c.officer == account.id))
            if account.closed_at is not None:
                connection.execute(delete(passkeys).where(passkeys.c.officer == account.id))

    def passkeys_of(self, officer: str) -> list[Passkey]:
        query = select(passkeys).where(passkeys.c.officer == officer)
        with self._engine.begin() as connection:
            found = [self._passkey(row.credential, row.sealed) for row in connection.execute(query)]
        return sorted(found, key=lambda passkey: passkey.added_at)

    def passkey(self, credential: bytes) -> Passkey | None:
        with self._engine.begin() as connection:
            sealed = connection.execute(select(passkeys.c.sealed).where(passkeys.c.credential == credential)).scalar()
        return self._passkey(credential, sealed) if sealed is not None else None

    def keep_passkey(self, credential: bytes, passkey: Passkey) -> None:
        sealed = local_seal(self._master, b"passkey " + credential, encode(passkey))
        statement = upsert(passkeys).values(credential=credential, officer=passkey.officer, sealed=sealed)
        with self._engine.begin() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["credential"], set_={"sealed": sealed}))

    def drop_passkey(self, officer: str, credential: bytes) -> None:
        mine = (passkeys.c.credential == credential) & (passkeys.c.officer == officer)
        with self._engine.begin() as connection:
            connection.execute(delete(passkeys).where(mine))

    def begin_session(self, session: Session, forget_before: int) -> None:
        """Keep a session, and forget those that began so long ago that they are over, whoever never came back."""
        values = {name: getattr(session, name) for name in session.__struct_fields__}
        with self._engine.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.began_at < forget_before))
            connection.execute(insert(sessions).values(**values))

    def session(self, token: bytes) -> Session | None:
        query = select(sessions.c.token, sessions.c.officer, sessions.c.began_at, sessions.c.seen_at)
        with self._engine.begin() as connection:
            row = connection.execute(query.where(sessions.c.token == token)).first()
        return Session(*row) if row is not None else None

    def session_seen(self, token: bytes, at: int) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(sessions).where(sessions.c.token == token).values(seen_at=at))

    def end_session(self, token: bytes) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.token == token))

    def failures(self, name: str) -> tuple[int, int]:
        """How many wrong passwords were typed for this name, account or not, and when the newest."""
        query = select(failures.c.count, failures.c.newest_at).where(failures.c.name == _hash(name))
        with self._engine.begin() as connection:
            row = connection.execute(query).first()
        return (row[0], row[1]) if row is not None else (0, 0)

    def failed(self, name: str, count: int, at: int, forget_before: int) -> None:
        """Keep how often it went wrong, and forget what is long ago."""
        values = {"count": count, "newest_at": at}
        statement = upsert(failures).values(name=_hash(name), **values)
        with self._engine.begin() as connection:
            connection.execute(delete(failures).where(failures.c.newest_at < forget_before))
            connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))

    def succeeded(self, name: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(failures).where(failures.c.name == _hash(name)))

    def rules(self) -> TeamRules:
        with self._engine.begin() as connection:
            sealed = connection.execute(select(facts.c.value).where(facts.c.name == _RULES)).scalar()
        return decode(local_open(self._master, _RULES.encode(), sealed), _rules) if sealed else TeamRules()

    def keep_rules(self, rules: TeamRules) -> None:
        sealed = local_seal(self._master, _RULES.encode(), encode(rules))
        statement = upsert(facts).values(name=_RULES, value=sealed)
        with self._engine.begin() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": sealed}))

    def _account(self, officer: str, sealed: bytes) -> Account:
        return decode(local_open(self._master, b"account " + officer.encode(), sealed), _account)

    def _passkey(self, credential: bytes, sealed: bytes) -> Passkey:
        return decode(local_open(self._master, b"passkey " + credential, sealed), _passkey)


def _hash(name: str) -> bytes:
    return sha256(name.encode(errors="replace")).digest()
