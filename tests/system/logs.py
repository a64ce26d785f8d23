"""What stands in a hub's database, read as a thief of the machine would."""

from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import URL, Connection, select

from tests.system.rig import Hub
from vocu.operation.header import Header, read_header
from vocu.protocol.frames import Entry
from vocu_server.fanout.audience import decode_entry
from vocu_server.settings import read_settings
from vocu_server.store.engines import Connections
from vocu_server.store.tables import entry, metadata, owner

T = TypeVar("T")

Chain = tuple[str, str | tuple[str, ...]]
"""A device and an audience: within it, order is promised."""


def database_of(hub: Hub) -> URL:
    return read_settings(hub.folder).database


def in_database(hub: Hub, work: Callable[[Connection], T]) -> T:
    """What the work returns, in a transaction of its own, past everything that the hub checks."""
    connections = Connections(database_of(hub), 1, "thief")

    def commit(connection: Connection) -> T:
        with connection.begin():
            return work(connection)

    try:
        return connections.use_now(commit)
    finally:
        connections.close()


def served_at(hub: Hub) -> str:
    """Where its one operation is served; only a test that follows no redirect has to ask."""
    if not hub.others:
        return hub.url
    return str(in_database(hub, lambda connection: connection.execute(select(owner.c.url)).scalar_one()))


def entries_of(hub: Hub) -> list[Entry]:
    """The entries of the hub's one operation, in order."""
    query = select(entry.c.body).order_by(entry.c.position)
    return [decode_entry(body) for body in in_database(hub, lambda c: c.execute(query).scalars().all())]


def lay_open(hub: Hub) -> None:
    """Put what a PostgreSQL holds of this hub beside its other files, to be searched with them."""

    def read(connection: Connection) -> bytes:
        values = (
            value for table in metadata.sorted_tables for row in connection.execute(select(table)) for value in row
        )
        return b"\0".join(value if isinstance(value, bytes) else str(value).encode() for value in values)

    if database_of(hub).get_backend_name() != "sqlite":
        (hub.folder / "postgres.rows").write_bytes(in_database(hub, read))


def headers_of(hub: Hub) -> list[Header]:
    """The headers of all entries but the genesis: entry n is number n - 1."""
    return [read_header(entry.header or b"") for entry in entries_of(hub)[1:]]


def ids_by_chain(headers: list[Header]) -> dict[Chain, list[str]]:
    """The ids of each device's events to each audience, in the log's order."""
    found: dict[Chain, list[str]] = defaultdict(list)
    for header in headers:
        found[(header.sender, header.to)].append(header.id)
    return found
