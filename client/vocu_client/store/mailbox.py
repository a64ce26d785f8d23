"""How this desk sends electronic mail, and what it has handed to the mail server: each notice once."""

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.json import Decoder
from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from vocu.canonical import decode, encode
from vocu.crypto.opening import local_open
from vocu.crypto.sealing import local_seal
from vocu_client.store.sql import mail_settings, mailed

_SEALED_AS = b"mail settings"

Address = Annotated[str, Meta(pattern=r"^[^@\s<>,;\"]{1,64}@[A-Za-z0-9.-]{1,190}\Z")]


class MailSettings(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The mail server, and the duty mailbox that is told. Without TLS only on this machine."""

    host: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.:-]{1,255}\Z")]
    port: Annotated[int, Meta(ge=1, le=65535)]
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: Address
    recipients: Annotated[tuple[Address, ...], Meta(min_length=1, max_length=20)]
    user: str | None = None
    password: str | None = None
    minutes: Annotated[int, Meta(ge=5, le=1440)] = 30
    """How long what is addressed to this contact point may lie unopened."""
    newsletters: Literal["notice", "full"] = "notice"
    language: str = "en"
    since: int = 0
    """The log position from which on anything is told."""


_settings: Decoder[MailSettings] = Decoder(MailSettings)


class Mailbox:
    """Settings are sealed with the desk's own key, the password among them."""

    def __init__(self, engine: Engine, master: bytes) -> None:
        self._engine, self._master = engine, master

    @property
    def settings(self) -> MailSettings | None:
        """None: this desk sends no mail."""
        with self._engine.begin() as connection:
            sealed = connection.execute(select(mail_settings.c.sealed)).scalar()
        return decode(local_open(self._master, _SEALED_AS, sealed), _settings) if sealed is not None else None

    def keep(self, settings: MailSettings | None) -> None:
        """These from now on; None: send no more."""
        with self._engine.begin() as connection:
            connection.execute(delete(mail_settings))
            if settings is not None:
                sealed = local_seal(self._master, _SEALED_AS, encode(settings))
                connection.execute(insert(mail_settings).values(sealed=sealed))

    def told(self) -> frozenset[str]:
        """What was handed to the mail server, or may have been."""
        with self._engine.begin() as connection:
            return frozenset(connection.execute(select(mailed.c.key)).scalars())

    def begin(self, keys: Sequence[str], at: int) -> bool:
        """Before these are handed over. False: another process has begun with one of them."""
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(mailed), [{"key": key, "state": "begun", "at": at} for key in keys])
        except IntegrityError:
            return False
        return True

    def sent(self, keys: Sequence[str]) -> None:
        """The mail server took them."""
        with self._engine.begin() as connection:
            connection.execute(update(mailed).where(mailed.c.key.in_(keys)).values(state="sent"))

    def not_sent(self, keys: Sequence[str]) -> None:
        """The mail server certainly did not take them."""
        with self._engine.begin() as connection:
            connection.execute(delete(mailed).where(mailed.c.key.in_(keys)))

    def unsure(self, before: int) -> list[str]:
        """What was begun before this instant (UTC milliseconds) and never settled: the process died, or the line did,
        and nobody knows whether it went out. It is not sent again, so that nothing comes twice."""
        with self._engine.begin() as connection:
            rows = select(mailed.c.key).where(mailed.c.state == "begun", mailed.c.at < before).order_by(mailed.c.at)
            return list(connection.execute(rows).scalars())
