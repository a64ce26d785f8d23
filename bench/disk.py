"""What the disk allows: how many posts a second can be made durable, whoever makes them."""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path


def measure(folder: Path, post: bytes, seconds: float) -> dict[str, float]:
    """Durable posts a second, by how they are written."""
    return {
        "appended to a file, fdatasync after each": _append(folder / "append.log", post, seconds),
        "SQLite (WAL, FULL), 1 per commit": _sqlite(folder / "one.sqlite", post, 1, seconds),
        "SQLite (WAL, FULL), 50 per commit": _sqlite(folder / "fifty.sqlite", post, 50, seconds),
    }


def _append(path: Path, post: bytes, seconds: float) -> float:
    file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)

    def write() -> int:
        os.write(file, post)
        os.fdatasync(file)
        return 1

    try:
        return _rate(write, seconds)
    finally:
        os.close(file)


def _sqlite(path: Path, post: bytes, batch: int, seconds: float) -> float:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE entry (position INTEGER PRIMARY KEY, body BLOB)")
        positions = count()

        def write() -> int:
            with connection:
                rows = [(next(positions), post) for _ in range(batch)]
                connection.executemany("INSERT INTO entry VALUES (?, ?)", rows)
            return batch

        return _rate(write, seconds)


def _rate(write: Callable[[], int], seconds: float) -> float:
    begin, written = time.perf_counter(), 0
    while time.perf_counter() < begin + seconds:
        written += write()
    return written / (time.perf_counter() - begin)
