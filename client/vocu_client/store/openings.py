"""Which events of others were opened at this desk, and whether their authors were told; survives at every step."""

from collections.abc import Iterable

from msgspec import Struct
from sqlalchemy import Engine, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from vocu_client.store.sql import openings


class Batch(Struct, frozen=True):
    """What one confirmation says: the id that it has or will have as an event, to whom it goes, and what was opened."""

    id: str
    author: str
    events: tuple[str, ...]


class Openings:
    """An opening is noted once, then put into a batch once, then settled. Each step is durable before the next."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, opened: Iterable[tuple[str, str]]) -> None:
        """These events, each with its author, were opened; those noted before stay as they are."""
        rows = [{"event": event, "author": author} for event, author in opened]
        if rows:
            with self._engine.begin() as connection:
                connection.execute(upsert(openings).on_conflict_do_nothing(index_elements=["event"]), rows)

    def waiting(self) -> dict[str, tuple[str | None, int | None]]:
        """The authors with openings that are in no batch yet; with the id and time of the newest batch to each."""
        unbatched = select(openings.c.author).where(openings.c.settled == 0, openings.c.batch.is_(None)).distinct()
        newest = select(openings.c.author, openings.c.batch, func.max(openings.c.batched_at)).group_by(
            openings.c.author
        )
        with self._engine.begin() as connection:
            authors = connection.execute(unbatched).scalars().all()
            before = {row[0]: (row[1], row[2]) for row in connection.execute(newest)} if authors else {}
        return {author: before.get(author, (None, None)) for author in authors}

    def batch(self, author: str, batch: str, at: int, most: int) -> None:
        """Put what was opened of this author's into one batch."""
        chosen = select(openings.c.event).where(openings.c.author == author, openings.c.batch.is_(None)).limit(most)
        with self._engine.begin() as connection:
            connection.execute(update(openings).where(openings.c.event.in_(chosen)).values(batch=batch, batched_at=at))

    def unsettled(self) -> list[Batch]:
        """The batches that were not queued, as far as is known here."""
        query = (
            select(openings).where(openings.c.settled == 0, openings.c.batch.is_not(None)).order_by(openings.c.event)
        )
        found: dict[str, tuple[str, list[str]]] = {}
        with self._engine.begin() as connection:
            for row in connection.execute(query):
                found.setdefault(row.batch, (row.author, []))[1].append(row.event)
        return [Batch(batch, author, tuple(events)) for batch, (author, events) in found.items()]

    def settle(self, batch: str) -> None:
        """This batch is in the outbox, or will never be."""
        with self._engine.begin() as connection:
            connection.execute(update(openings).where(openings.c.batch == batch).values(settled=1))
