"""How each officer likes his pages."""

import msgspec
from msgspec import Struct
from sqlalchemy import Engine, select
from sqlalchemy.dialects.sqlite import insert as upsert

from vocu_client.store.sql import preferences


class Preference(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Language and theme, empty as the browser has it; whether his desktop tells him what concerns this country."""

    language: str = ""
    theme: str = ""
    notifications: bool = False


_preference: msgspec.json.Decoder[Preference] = msgspec.json.Decoder(Preference)


class Preferences:
    """By the officer's id; without team mode by the empty one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, officer: str) -> Preference:
        with self._engine.begin() as connection:
            value = connection.execute(select(preferences.c.value).where(preferences.c.officer == officer)).scalar()
        return _preference.decode(value) if value is not None else Preference()

    def keep(self, officer: str, preference: Preference) -> None:
        value = msgspec.json.encode(preference)
        statement = upsert(preferences).values(officer=officer, value=value)
        with self._engine.begin() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["officer"], set_={"value": value}))
