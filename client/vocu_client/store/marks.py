"""What each officer has read, and which warnings and questions somebody has taken: "mine"."""

from collections.abc import Collection, Iterable

from msgspec import Struct
from sqlalchemy import Connection, Engine, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from vocu.errors import RefusedError
from vocu_client.store.sql import read_exceptions, read_marks, taken


class ReadMarks(Struct, frozen=True):
    """What one officer has read: all before log index `mark`, none from there on, but for the exceptions."""

    mark: int
    exceptions: frozenset[int]

    def has_read(self, index: int) -> bool:
        return (index < self.mark) != (index in self.exceptions)

    def unread(self, indexes: Iterable[int]) -> list[int]:
        """Those of these entries that the officer has not read."""
        return [index for index in indexes if not self.has_read(index)]


class Taken(Struct, frozen=True):
    """Who has taken a warning or a question, and since when."""

    event: str
    officer: str
    taken_at: int


class Marks:
    """The marks of all officers of this desk, by their ids; without team mode by the empty one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, officer: str) -> ReadMarks:
        exceptions = select(read_exceptions.c.position).where(read_exceptions.c.officer == officer)
        with self._engine.begin() as connection:
            mark = self._mark(connection, officer)
            return ReadMarks(mark, frozenset(connection.execute(exceptions).scalars()))

    def read(self, officer: str, indexes: Iterable[int]) -> None:
        """These entries were read."""
        self._set(officer, indexes, read=True)

    def unread(self, officer: str, indexes: Iterable[int]) -> None:
        """These entries are to show as unread again."""
        self._set(officer, indexes, read=False)

    def read_up_to(self, officer: str, size: int) -> None:
        """Everything before log index `size` was read."""
        with self._engine.begin() as connection:
            mark = max(size, self._mark(connection, officer))
            statement = upsert(read_marks).values(officer=officer, mark=mark)
            connection.execute(statement.on_conflict_do_update(index_elements=["officer"], set_={"mark": mark}))
            past = (read_exceptions.c.officer == officer) & (read_exceptions.c.position < size)
            connection.execute(delete(read_exceptions).where(past))

    def opened(self, indexes: Collection[int]) -> frozenset[int]:
        """Those of these entries that at least one officer of this desk has read."""
        with self._engine.begin() as connection:
            officers = connection.execute(select(read_marks.c.officer).union(select(read_exceptions.c.officer)))
            names = list(officers.scalars())
        everybody = [self.of(name) for name in names]
        return frozenset(index for index in indexes if any(marks.has_read(index) for marks in everybody))

    def take(self, event: str, officer: str, at: int, *, instead_of: str | None = None) -> None:
        """Say "mine". `instead_of` names who has it now, to take it over from him.

        Raises RefusedError (taken-already) where somebody else has it.
        """
        with self._engine.begin() as connection:
            holder = connection.execute(select(taken.c.officer).where(taken.c.event == event)).scalar()
            if holder == officer:
                return
            if holder != instead_of:
                raise RefusedError("taken-already", "A colleague has taken this meanwhile; ask, or take it over.")
            values = {"officer": officer, "taken_at": at}
            statement = upsert(taken).values(event=event, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=["event"], set_=values))

    def release(self, event: str, officer: str) -> None:
        """Give it back. Raises RefusedError (not-yours) where somebody else has it."""
        with self._engine.begin() as connection:
            holder = connection.execute(select(taken.c.officer).where(taken.c.event == event)).scalar()
            if holder not in (None, officer):
                raise RefusedError(
                    "not-yours", "A colleague has taken this; only he can release it. Take it over first."
                )
            connection.execute(delete(taken).where(taken.c.event == event))

    def taken(self) -> dict[str, Taken]:
        """Everything that is taken, by the event's id."""
        with self._engine.begin() as connection:
            return {row.event: Taken(*row) for row in connection.execute(select(taken))}

    def _set(self, officer: str, indexes: Iterable[int], *, read: bool) -> None:
        with self._engine.begin() as connection:
            mark = self._mark(connection, officer)
            for index in indexes:
                if (index < mark) == read:
                    here = (read_exceptions.c.officer == officer) & (read_exceptions.c.position == index)
                    connection.execute(delete(read_exceptions).where(here))
                else:
                    row = upsert(read_exceptions).values(officer=officer, position=index)
                    connection.execute(row.on_conflict_do_nothing())

    def _mark(self, connection: Connection, officer: str) -> int:
        return connection.execute(select(read_marks.c.mark).where(read_marks.c.officer == officer)).scalar() or 0
