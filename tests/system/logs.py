"""What stands in a hub's database, read as a thief of the machine would."""

import sqlite3
from collections import defaultdict
from pathlib import Path

from tests.system.rig import Hub
from vocu.operation.header import Header, read_header
from vocu.protocol.frames import Entry
from vocu_server.fanout.audience import decode_entry

Chain = tuple[str, str | tuple[str, ...]]
"""A device and an audience: within it, order is promised."""


def database_file(hub: Hub) -> Path:
    return hub.folder / "data" / "hub.sqlite"


def entries_of(hub: Hub) -> list[Entry]:
    """The entries of the hub's one operation, in order."""
    connection = sqlite3.connect(f"file:{database_file(hub)}?mode=ro", uri=True)
    try:
        rows = connection.execute("SELECT body FROM entry ORDER BY position").fetchall()
    finally:
        connection.close()
    return [decode_entry(body) for (body,) in rows]


def headers_of(hub: Hub) -> list[Header]:
    """The headers of all entries but the genesis: entry n is number n - 1."""
    return [read_header(entry.header or b"") for entry in entries_of(hub)[1:]]


def ids_by_chain(headers: list[Header]) -> dict[Chain, list[str]]:
    """The ids of each device's events to each audience, in the log's order."""
    found: dict[Chain, list[str]] = defaultdict(list)
    for header in headers:
        found[(header.sender, header.to)].append(header.id)
    return found
