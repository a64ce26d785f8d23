"""Where the process is reached that serves an operation: it writes its address here when it has taken the lock."""

from sqlalchemy import Connection, select

from vocu_server.store.sql import upsert
from vocu_server.store.tables import operation, owner


def set_owner(connection: Connection, op: str, url: str) -> None:
    row = upsert(connection, owner).values(op=op, url=url)
    connection.execute(row.on_conflict_do_update(index_elements=["op"], set_={"url": url}))


def owner_of(connection: Connection, op: str) -> str:
    """The address of the process that took it last; empty where it gave none."""
    return connection.execute(select(owner.c.url).where(owner.c.op == op)).scalar() or ""


def is_held(connection: Connection, op: str) -> bool:
    """Whether this hub holds the operation, whichever process serves it."""
    return connection.execute(select(operation.c.op).where(operation.c.op == op)).first() is not None
