"""The desk's verified copy of the log, the epochs' secrets, and its alarms."""

from collections.abc import Iterable, Iterator

import msgspec
from sqlalchemy import Engine, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from vocu.crypto.opening import local_open
from vocu.crypto.sealing import local_seal
from vocu.errors import UntrustedError
from vocu.protocol.frames import Entry
from vocu_client.store.sql import alarms, entries, epochs, facts, signed_digests

_CHECKPOINT = "checkpoint"
_GRANTED = "stat key "
"""And the log index of the epoch whose statistical parts it opens."""
_PAGE = 1000
_ENTRY = "SELECT position, leaf_data, header, signature, parts FROM entry WHERE position = ?"
"""Plain SQL, for whoever opens all texts reads entries one by one: composing the query took longer than the query."""
_parts: msgspec.msgpack.Decoder[tuple[bytes | None, ...]] = msgspec.msgpack.Decoder(tuple[bytes | None, ...])


class Replica:
    """What was verified stays verified: entries are appended together with the checkpoint that covers them."""

    def __init__(self, engine: Engine, master: bytes) -> None:
        self._engine = engine
        self._master = master

    def append(
        self,
        shown: Iterable[Entry],
        checkpoint: str,
        secrets: dict[int, bytes],
        granted: dict[int, bytes] | None = None,
    ) -> None:
        """Keep verified entries, the checkpoint over them, the secrets of epochs that begin in them, and what opens the
        statistical parts of earlier ones where it was granted in them."""
        rows = [
            {
                "position": entry.index,
                "leaf_data": entry.leaf_data,
                "header": entry.header,
                "signature": entry.signature,
                "parts": msgspec.msgpack.encode(entry.parts),
            }
            for entry in shown
        ]
        with self._engine.begin() as connection:
            if rows:
                connection.execute(insert(entries), rows)
            for position, secret in secrets.items():
                sealed = local_seal(self._master, _epoch_context(position), secret)
                connection.execute(insert(epochs).values(position=position, secret=sealed))
            for position, key in (granted or {}).items():
                name = f"{_GRANTED}{position}"
                sealed = local_seal(self._master, name.encode(), key)
                connection.execute(upsert(facts).values(name=name, value=sealed).on_conflict_do_nothing())
            fact = upsert(facts).values(name=_CHECKPOINT, value=checkpoint.encode())
            connection.execute(fact.on_conflict_do_update(index_elements=["name"], set_={"value": fact.excluded.value}))

    def entries(self, since: int, until: int) -> Iterator[Entry]:
        """The entries from index `since` up to before `until`, in order. No lock is held while one is looked at."""
        for first in range(since, until, _PAGE):
            yield from self._page(first, min(first + _PAGE, until))

    def _page(self, since: int, until: int) -> list[Entry]:
        within = (entries.c.position >= since) & (entries.c.position < until)
        query = select(entries).where(within).order_by(entries.c.position)
        with self._engine.begin() as connection:
            return [
                Entry(row.position, row.leaf_data, row.header, row.signature, _parts.decode(row.parts))
                for row in connection.execute(query)
            ]

    def entry(self, index: int) -> Entry:
        """The entry at this index, which must be there."""
        with self._engine.begin() as connection:
            position, leaf, header, signature, parts = connection.exec_driver_sql(_ENTRY, (index,)).one()
        return Entry(position, leaf, header, signature, _parts.decode(parts))

    def checkpoint(self) -> str | None:
        """The checkpoint over all entries, as the hub signed it."""
        return self.newest()[0]

    def newest(self) -> tuple[str | None, int]:
        """The checkpoint over all entries, and how many these are at the same moment; another process may go on."""
        with self._engine.begin() as connection:
            value = connection.execute(select(facts.c.value).where(facts.c.name == _CHECKPOINT)).scalar()
            last = connection.execute(select(func.max(entries.c.position))).scalar()
        return (None, 0) if value is None or last is None else (value.decode(), last + 1)

    def secrets(self) -> dict[int, bytes]:
        """The secrets of the epochs that this desk is a reader of, by log index."""
        with self._engine.begin() as connection:
            rows = connection.execute(select(epochs)).all()
        return {row.position: local_open(self._master, _epoch_context(row.position), row.secret) for row in rows}

    def granted(self) -> dict[int, bytes]:
        """What opens the statistical parts of epochs from before this desk joined, by log index."""
        with self._engine.begin() as connection:
            rows = connection.execute(select(facts).where(facts.c.name.startswith(_GRANTED))).all()
        return {
            int(row.name.removeprefix(_GRANTED)): local_open(self._master, row.name.encode(), row.value) for row in rows
        }

    def replace_parts(self, position: int, parts: tuple[bytes | None, ...]) -> None:
        """Keep a large part that was fetched, or forget parts that were erased."""
        with self._engine.begin() as connection:
            connection.execute(
                update(entries).where(entries.c.position == position).values(parts=msgspec.msgpack.encode(parts))
            )

    def signed_as(self, digest: bytes) -> str | None:
        """The id of the event of this digest, if this desk itself signed it."""
        query = select(signed_digests.c.event_id).where(signed_digests.c.digest == digest)
        with self._engine.begin() as connection:
            return connection.execute(query).scalar()

    def raise_alarm(self, error: UntrustedError, at: int) -> None:
        """Keep an alarm with its evidence; from now on this desk seals nothing. `at`: UTC milliseconds."""
        with self._engine.begin() as connection:
            connection.execute(
                insert(alarms).values(
                    raised_at=at, code=error.code, message=error.message, details="\n".join(error.details)
                )
            )

    def alarms(self) -> list[tuple[int, str, str, str]]:
        """The alarms, oldest first: when (UTC milliseconds), code, message, evidence."""
        with self._engine.begin() as connection:
            rows = connection.execute(select(alarms).order_by(alarms.c.seq)).all()
        return [(row.raised_at, row.code, row.message, row.details) for row in rows]

    def silence_alarms(self) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(alarms))


def _epoch_context(position: int) -> bytes:
    return b"epoch %d" % position
