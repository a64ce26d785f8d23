"""What the hub's store takes: posts a second in its own tables, on SQLite and on PostgreSQL, by how many it commits at
once. The PostgreSQL is the tests' own, on this machine, with every commit synced to the disk."""

import time
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path

from sqlalchemy import URL, make_url

from tests.postgres import PostgreSQL
from vocu_server.store import log
from vocu_server.store.log import StoredEntry
from vocu_server.store.sql import Database

BATCHES = (1, 10, 100)


def measure(folder: Path, post: bytes, seconds: float) -> dict[str, float]:
    """Durable posts a second, by store and batch."""
    server = PostgreSQL("fsync=on", "full_page_writes=on")
    try:
        server.start()
        stores = {
            "SQLite": URL.create("sqlite", database=str(folder / "store.sqlite")),
            "PostgreSQL": make_url(server.url),
        }
        return {
            f"the hub's store on {name}, {batch} per commit": _rate(url, post, batch, seconds)
            for name, url in stores.items()
            for batch in BATCHES
        }
    finally:
        server.close()


def _rate(url: URL, post: bytes, batch: int, seconds: float) -> float:
    op, positions, written = f"bench-{batch}", count(), 0
    with closing(Database(url)) as database:
        database.write_now(lambda connection: log.begin(connection, op))
        begin = time.perf_counter()
        while time.perf_counter() < begin + seconds:
            entries = [StoredEntry(next(positions), bytes(41), None, post) for _ in range(batch)]
            database.write_now(partial(log.append, op=op, entries=entries, checkpoint="note"))
            written += batch
        return written / (time.perf_counter() - begin)
