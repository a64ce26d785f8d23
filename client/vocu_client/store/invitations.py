"""The invitations that this desk wrote and nobody has used yet. Their codes are sealed with the desk's own key."""

from sqlalchemy import Engine, delete, insert, select

from vocu.crypto.opening import local_open
from vocu.crypto.sealing import local_seal
from vocu_client.store.sql import invitations


class Invitations:
    """Invitation files by their ticket, which is what the hub knows them by."""

    def __init__(self, engine: Engine, master: bytes) -> None:
        self._engine = engine
        self._master = master

    def keep(self, ticket: str, file: bytes) -> None:
        with self._engine.begin() as connection:
            sealed = local_seal(self._master, ticket.encode(), file)
            connection.execute(insert(invitations).values(ticket=ticket, sealed=sealed))

    def find(self, ticket: str) -> bytes | None:
        """The invitation file of this ticket, if this desk wrote it."""
        with self._engine.begin() as connection:
            query = select(invitations.c.sealed).where(invitations.c.ticket == ticket)
            sealed = connection.execute(query).scalar()
        return local_open(self._master, ticket.encode(), sealed) if sealed is not None else None

    def list(self) -> list[tuple[str, bytes]]:
        """All tickets with their files."""
        with self._engine.begin() as connection:
            rows = connection.execute(select(invitations.c.ticket, invitations.c.sealed)).all()
        return [(row.ticket, local_open(self._master, row.ticket.encode(), row.sealed)) for row in rows]

    def use_up(self, ticket: str) -> None:
        """An invitation is good once."""
        with self._engine.begin() as connection:
            connection.execute(delete(invitations).where(invitations.c.ticket == ticket))
