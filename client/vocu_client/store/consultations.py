"""Who opened which nominal part, when and why: kept at this desk alone, for the data-protection officer.

Directive (EU) 2016/680, Article 25: logs of consultation show the reason, the time, and who consulted.
"""

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Engine, insert, select, update

from vocu.canonical import decode, encode
from vocu.crypto.opening import local_open
from vocu.crypto.sealing import local_seal
from vocu.errors import RefusedError, UntrustedError
from vocu_client.store.sql import consultations

AGAIN = 60 * 60 * 1000
"""Within an hour, looking again is the same consultation."""
MAX_REASON = 500


class Consultation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One opening of the nominal part of a case (a report's id), with the reason given when it was first opened."""

    officer: str
    name: str
    case: str
    reason: str
    opened_at: int


_consultation: msgspec.json.Decoder[Consultation] = msgspec.json.Decoder(Consultation)


class Consultations:
    """Only ever added to. A row that was changed, moved or taken out is noticed when the list is read."""

    def __init__(self, engine: Engine, master: bytes) -> None:
        self._engine = engine
        self._master = master

    def give_reason(self, officer: str, name: str, case: str, reason: str, at: int) -> None:
        """Open a case for the first time. Raises RefusedError (no-reason)."""
        reason = " ".join(reason.split())
        if not reason or len(reason) > MAX_REASON:
            raise RefusedError(
                "no-reason", f"Say in a few words why you need to see this; at most {MAX_REASON} characters."
            )
        with self._engine.begin() as connection:
            self._add(connection, Consultation(officer=officer, name=name, case=case, reason=reason, opened_at=at))

    def may_open(self, officer: str, case: str, at: int) -> bool:
        """Whether this officer has given his reason for this case; if so, that he opens it now is kept."""
        within = (consultations.c.officer == officer) & (consultations.c.case == case)
        newest = select(consultations.c.seq, consultations.c.sealed).where(within).order_by(consultations.c.seq.desc())
        with self._engine.begin() as connection:
            row = connection.execute(newest.limit(1)).first()
            if row is None:
                return False
            last = self._open(row.seq, row.sealed)
            if at - last.opened_at >= AGAIN:
                self._add(connection, msgspec.structs.replace(last, opened_at=at))
        return True

    def all(self) -> list[Consultation]:
        """Every consultation, oldest first. Raises UntrustedError where some are missing or were changed."""
        query = select(consultations.c.seq, consultations.c.sealed).order_by(consultations.c.seq)
        with self._engine.begin() as connection:
            rows = connection.execute(query).all()
            used = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'consultation'").scalar()
        if [row.seq for row in rows] != list(range(1, (used or 0) + 1)):
            raise UntrustedError(
                "consultations-missing",
                "Somebody has taken entries out of this desk's log of consultations; compare it with a backup.",
            )
        return [self._open(row.seq, row.sealed) for row in rows]

    def _add(self, connection: Connection, consultation: Consultation) -> None:
        row = {"officer": consultation.officer, "case": consultation.case, "sealed": b""}
        (seq,) = connection.execute(insert(consultations).values(**row)).inserted_primary_key or (0,)
        sealed = local_seal(self._master, _context(seq), encode(consultation))
        connection.execute(update(consultations).where(consultations.c.seq == seq).values(sealed=sealed))

    def _open(self, seq: int, sealed: bytes) -> Consultation:
        return decode(local_open(self._master, _context(seq), sealed), _consultation)


def _context(seq: int) -> bytes:
    return b"consultation %d" % seq
