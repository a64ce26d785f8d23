"""From one shift to the next: where the last one ended in the log, and what it wants the next one to know."""

import msgspec
from msgspec import Struct
from sqlalchemy import Engine, delete, insert, select, update

from vocu.canonical import decode, encode
from vocu.crypto.opening import local_open
from vocu.crypto.sealing import local_seal
from vocu_client.store.sql import handover_notes, shifts


class Note(Struct, frozen=True, forbid_unknown_fields=True):
    """A note to the next shift."""

    officer: str
    written_at: int
    text: str


class Shift(Struct, frozen=True):
    """An ended shift; `position` is the log's size when it ended."""

    officer: str
    position: int
    ended_at: int


_note: msgspec.json.Decoder[Note] = msgspec.json.Decoder(Note)


class Handover:
    """Ended shifts and notes, oldest first; the notes are sealed with the desk's own key."""

    def __init__(self, engine: Engine, master: bytes) -> None:
        self._engine = engine
        self._master = master

    def leave_note(self, officer: str, text: str, at: int) -> None:
        with self._engine.begin() as connection:
            (seq,) = connection.execute(insert(handover_notes).values(sealed=b"")).inserted_primary_key or (0,)
            sealed = local_seal(self._master, _context(seq), encode(Note(officer, at, text)))
            connection.execute(update(handover_notes).where(handover_notes.c.seq == seq).values(sealed=sealed))

    def notes(self) -> dict[int, Note]:
        """The notes that nobody has taken down yet, by their numbers."""
        with self._engine.begin() as connection:
            rows = connection.execute(select(handover_notes).order_by(handover_notes.c.seq)).all()
        return {row.seq: decode(local_open(self._master, _context(row.seq), row.sealed), _note) for row in rows}

    def take_down(self, seq: int) -> None:
        """A note has done its work."""
        with self._engine.begin() as connection:
            connection.execute(delete(handover_notes).where(handover_notes.c.seq == seq))

    def end_shift(self, officer: str, position: int, at: int) -> None:
        """An officer goes home, with the log at this size."""
        with self._engine.begin() as connection:
            connection.execute(insert(shifts).values(officer=officer, position=position, ended_at=at))

    def last_shift(self, officer: str | None = None) -> Shift | None:
        """The newest end of a shift: of this officer, or of anybody."""
        query = select(shifts.c.officer, shifts.c.position, shifts.c.ended_at).order_by(shifts.c.seq.desc())
        if officer is not None:
            query = query.where(shifts.c.officer == officer)
        with self._engine.begin() as connection:
            row = connection.execute(query.limit(1)).first()
        return Shift(*row) if row is not None else None


def _context(seq: int) -> bytes:
    return b"handover note %d" % seq
