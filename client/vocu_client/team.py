"""Several officers at one desk: who they are, what each may do, and how a session begins and ends."""

import re
import secrets
import time
from collections.abc import Callable
from functools import cached_property
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Final, Literal

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Engine

from vocu.canonical import b64, unb64
from vocu.crypto.passwords import DEFAULT, Argon2Cost, hash_password, is_password
from vocu.errors import RefusedError
from vocu_client.store.accounts import Account, Accounts, Passkey, Role, Session, TeamRules

if TYPE_CHECKING:
    from vocu_client.passkeys import Passkeys

Right = Literal["read", "post", "approve", "administer"]
RIGHTS: Final[tuple[Right, ...]] = ("read", "post", "approve", "administer")
ROLES: Final[tuple[Role, ...]] = ("reader", "poster", "approver", "administrator")
"""Each may do what those before it may, and what `RIGHTS` says at its place."""

IDLE_MS = 60 * 60 * 1000
SHIFT_MS = 12 * 60 * 60 * 1000
"""A session ends after an hour in which nothing was done, and after twelve hours in any case."""
SEEN_MS = 60 * 1000
CODE_MS = 24 * 60 * 60 * 1000
FREE_TRIES = 3
LONGEST_WAIT_MS = 15 * 60 * 1000
FORGET_MS = 24 * 60 * 60 * 1000
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 256
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}\Z")
_CODE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_CODE_LENGTH = 20


class Officer(Struct, frozen=True):
    """Who sits at the desk. Without team mode there is one, without a name, who may do everything."""

    id: str = ""
    name: str = ""
    role: Role = "administrator"

    def may(self, right: Right) -> bool:
        return RIGHTS.index(right) <= ROLES.index(self.role)


ALONE: Final = Officer()


class Team:
    """The accounts of this desk. Only an administrator changes others' accounts; `by` is always who does it.

    What takes a password takes half a second on purpose, one after the other: call it in a thread.
    """

    def __init__(
        self, engine: Engine, master: bytes, cost: Argon2Cost = DEFAULT, now: Callable[[], int] | None = None
    ) -> None:
        self._now = now or (lambda: int(time.time() * 1000))
        self._accounts = Accounts(engine, master)
        self._cost = cost
        # Each guess takes 256 MiB; and no change of an account may overwrite another that came meanwhile.
        self._lock = Lock()

    @cached_property
    def passkeys(self) -> "Passkeys":
        # Imported late: the library takes a third of a second, for which no command should wait.
        from vocu_client.passkeys import Passkeys  # noqa: PLC0415

        return Passkeys(self._accounts, self._now)

    # --- who there is ---

    @property
    def founded(self) -> bool:
        """Whether there is an administrator; before that, only `found` does anything."""
        return any(_is_administrator(account) for account in self._accounts.all())

    def accounts(self) -> list[Account]:
        """All accounts, closed ones too."""
        return self._accounts.all()

    def account(self, officer: str) -> Account:
        """Raises RefusedError (unknown-officer)."""
        account = self._accounts.find(officer)
        if account is None:
            raise RefusedError("unknown-officer", "This desk has no account of that name.")
        return account

    def name_of(self, officer: str) -> str:
        """The display name of an officer's id; the id itself where there is no such account (any more)."""
        account = self._accounts.find(officer)
        return account.name if account is not None else officer

    # --- the administrator's work ---

    def found(self, officer: str, name: str, password: str) -> str:
        """Make the first administrator, and begin his session: returns its token. Raises RefusedError (founded)."""
        with self._lock:
            hashed = self._hash(password)
            if self.founded:
                raise RefusedError("founded", "This desk has an administrator already; he can add you.")
            account = self._new(officer, name, "administrator")
            self._accounts.keep(replace(account, password=hashed), end_sessions=True)
            return self._begin(account.id)

    def add(self, by: Officer, officer: str, name: str, role: Role) -> str:
        """A new account. Returns a one-time code, good for a day, with which its officer chooses a password."""
        _require_administrator(by)
        with self._lock:
            if self._accounts.find(officer) is not None:
                raise RefusedError("officer-exists", "There is or was an account of that name; choose another.")
            return self._give_code(self._new(officer, name, role))

    def reset(self, by: Officer, officer: str) -> str:
        """A one-time code, good for a day, for who forgot his password; that and his passkeys stop working at once."""
        _require_administrator(by)
        with self._lock:
            account = self._open_account(officer)
            self._keep_an_administrator(account)
            code = self._give_code(replace(account, password=None))
            for passkey in self._accounts.passkeys_of(officer):
                self._accounts.drop_passkey(officer, unb64(passkey.id))
            return code

    def change_role(self, by: Officer, officer: str, role: Role) -> None:
        """Takes effect at once: the officer logs in anew. Raises RefusedError (last-administrator)."""
        _require_administrator(by)
        with self._lock:
            account = self._open_account(officer)
            if role != account.role:
                self._keep_an_administrator(account)
                self._accounts.keep(replace(account, role=_known(role)), end_sessions=True)

    def close(self, by: Officer, officer: str) -> None:
        """Close an account for good, its sessions at once. Raises RefusedError (last-administrator)."""
        _require_administrator(by)
        with self._lock:
            account = self._open_account(officer)
            self._keep_an_administrator(account)
            closed = replace(account, closed_at=self._now(), password=None, code=None)
            self._accounts.keep(closed, end_sessions=True)

    @property
    def four_eyes(self) -> bool:
        """Whether a second officer approves what holds a nominal part."""
        return self._accounts.rules().four_eyes

    def set_four_eyes(self, by: Officer, on: bool) -> None:
        _require_administrator(by)
        self._accounts.keep_rules(TeamRules(four_eyes=on))

    # --- the officer's own ---

    def log_in(self, officer: str, password: str) -> str:
        """The token of a new session.

        Raises RefusedError: wrong-login, the same for no such account; wait-first, after several wrong passwords.
        """
        officer = _as_typed(officer)
        with self._lock:
            self._require_patience(officer)
            account, nobody = self._accounts.find(officer), self._hash_of_nobody
            there = account is not None and account.closed_at is None and account.password
            # An account that is not there costs the same time, or the answer would tell.
            if not is_password(password, there or nobody) or not there:
                raise self._failed(officer)
            self._accounts.succeeded(officer)
            return self._begin(officer)

    def log_in_with_passkey(self, address: str, response: str) -> str:
        """The token of a new session, for what a passkey answered. Raises RefusedError (passkey-refused)."""
        officer = self.passkeys.check(address, response)
        self._open_account(officer)
        return self._begin(officer)

    def redeem(self, officer: str, code: str, password: str) -> str:
        """Choose a password with a one-time code, and begin a session. Raises RefusedError as `log_in` does."""
        officer = _as_typed(officer)
        with self._lock:
            self._require_patience(officer)
            hashed = self._hash(password)
            account = self._accounts.find(officer)
            if (
                account is None
                or account.closed_at is not None
                or account.code is None
                or not secrets.compare_digest(account.code, _hash_of_code(code))
                or self._now() > account.code_until
            ):
                raise self._failed(officer)
            self._accounts.succeeded(officer)
            self._accounts.keep(replace(account, password=hashed, code=None, code_until=0), end_sessions=True)
            return self._begin(officer)

    def change_password(self, by: Officer, old: str, new: str) -> str:
        """Returns the token of a new session; all others of this officer end. Raises RefusedError (wrong-login)."""
        with self._lock:
            self._require_patience(by.id)
            hashed = self._hash(new)
            account = self._open_account(by.id)
            if account.password is not None and not is_password(old, account.password):
                raise self._failed(by.id)
            self._accounts.succeeded(by.id)
            self._accounts.keep(replace(account, password=hashed), end_sessions=True)
            return self._begin(by.id)

    def passkeys_of(self, officer: str) -> list[Passkey]:
        """Oldest first."""
        return self._accounts.passkeys_of(officer)

    def remove_passkey(self, by: Officer, passkey: str) -> None:
        for mine in self._accounts.passkeys_of(by.id):
            if mine.id == passkey:
                self._accounts.drop_passkey(by.id, unb64(mine.id))

    def officer_of(self, token: str, *, active: bool = True) -> Officer | None:
        """Whose session this is, as long as it lasts. `active`: whether the officer did something, or only his page."""
        session = self._accounts.session(_hash(token))
        if session is None:
            return None
        now = self._now()
        account = self._accounts.find(session.officer)
        over = now - session.seen_at > IDLE_MS or now - session.began_at > SHIFT_MS
        if account is None or account.closed_at is not None or over:
            self._accounts.end_session(session.token)
            return None
        if active and now - session.seen_at > SEEN_MS:
            self._accounts.session_seen(session.token, now)
        return Officer(account.id, account.name, account.role)

    def log_out(self, token: str) -> None:
        self._accounts.end_session(_hash(token))

    # --- shared ---

    def _new(self, officer: str, name: str, role: Role) -> Account:
        name = " ".join(name.split())
        if not _ID.match(officer):
            raise RefusedError(
                "bad-officer-name",
                "A name for logging in has 2 to 32 small letters, digits, dots, dashes or underscores; choose another.",
            )
        if not name or len(name) > 80:
            raise RefusedError("bad-display-name", "Give the name that colleagues know, 80 characters at most.")
        return Account(id=officer, name=name, role=_known(role), added_at=self._now())

    def _give_code(self, account: Account) -> str:
        code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
        until = self._now() + CODE_MS
        self._accounts.keep(replace(account, code=_hash_of_code(code), code_until=until), end_sessions=True)
        return "-".join(code[start : start + 5] for start in range(0, _CODE_LENGTH, 5))

    def _open_account(self, officer: str) -> Account:
        account = self.account(officer)
        if account.closed_at is not None:
            raise RefusedError("account-closed", "This account is closed for good; add a new one under another name.")
        return account

    def _keep_an_administrator(self, leaving: Account) -> None:
        others = (account for account in self._accounts.all() if account.id != leaving.id)
        if leaving.role == "administrator" and not any(map(_is_administrator, others)):
            raise RefusedError(
                "last-administrator", "This is the last administrator; make somebody else one first, then try again."
            )

    def _begin(self, officer: str) -> str:
        token, now = secrets.token_urlsafe(32), self._now()
        self._accounts.begin_session(Session(_hash(token), officer, now, now), now - SHIFT_MS)
        return token

    def _hash(self, password: str) -> str:
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise RefusedError(
                "bad-password", f"A password has at least {SHORTEST_PASSWORD} characters; several words are good."
            )
        return hash_password(password, salt=secrets.token_bytes(16), cost=self._cost)

    @cached_property
    def _hash_of_nobody(self) -> str:
        return self._hash(secrets.token_urlsafe(16))

    def _require_patience(self, officer: str) -> None:
        """After three wrong passwords each further one doubles the wait for the next, up to a quarter of an hour."""
        count, newest_at = self._accounts.failures(officer)
        wait = min(1000 * 2 ** min(count - FREE_TRIES, 20), LONGEST_WAIT_MS) if count >= FREE_TRIES else 0
        if self._now() < newest_at + wait:
            raise RefusedError("wait-first", "There were several wrong tries; wait a while, then try again.")

    def _failed(self, officer: str) -> RefusedError:
        count, _ = self._accounts.failures(officer)
        now = self._now()
        self._accounts.failed(officer, count + 1, now, now - FORGET_MS)
        return RefusedError("wrong-login", "These do not go together; type both again, or ask your administrator.")


def _is_administrator(account: Account) -> bool:
    """One who can come in: a new administrator counts once he has chosen his password."""
    return account.role == "administrator" and account.closed_at is None and account.password is not None


def _require_administrator(by: Officer) -> None:
    if not by.may("administer"):
        raise RefusedError("not-your-right", "Only an administrator of this desk does that; ask one.")


def _known(role: Role) -> Role:
    if role not in ROLES:
        raise RefusedError("unknown-role", f"A role is one of: {', '.join(ROLES)}.")
    return role


def _as_typed(officer: str) -> str:
    return officer.strip().lower().encode(errors="replace").decode()


def _hash(token: str) -> bytes:
    return sha256(token.encode(errors="replace")).digest()


def _hash_of_code(code: str) -> str:
    letters = "".join(letter for letter in code.upper() if letter in _CODE_LETTERS)
    return b64(sha256(letters.encode()).digest())
