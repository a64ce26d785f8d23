"""Where the process is reached that serves an operation: it writes its address here when it has taken the lock."""

import re

from sqlalchemy import Connection, select

from vocu_server.store.sql import upsert
from vocu_server.store.tables import operation, owner

_is_id = re.compile(r"[A-Za-z0-9_-]{43}").fullmatch


def set_owner(connection: Connection, op: str, url: str) -> None:
    row = upsert(connection, owner).values(op=op, url=url)
    connection.execute(row.on_conflict_do_update(index_elements=["op"], set_={"url": url}))


def owner_of(connection: Connection, op: str) -> str:
    """The address of the process that took it last; empty where it gave none."""
    return connection.execute(select(owner.c.url).where(owner.c.op == op)).scalar() or ""


def is_held(connection: Connection, op: str) -> bool:
    """Whether this hub holds the operation, whichever process serves it. It may be anything that a stranger asks for:
    PostgreSQL fails on a text with a zero in it."""
    return (
        _is_id(op) is not None
        and connection.execute(select(operation.c.op).where(operation.c.op == op)).first() is not None
    )
