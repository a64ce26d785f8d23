"""The log on disk: each entry in full, encoded as it travels, with who sees what of it, and the newest checkpoint."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, CursorResult, bindparam, delete, insert, select, update

from vocu_server.store.sql import NotOwnedError
from vocu_server.store.tables import entry, large_part, operation


class StoredEntry(Struct, frozen=True):
    """One entry. `body` is the encoded `frames.Entry`; `audience` is None where everybody sees everything."""

    position: int
    leaf: bytes
    audience: bytes | None
    body: bytes


class LargePart(Struct, frozen=True):
    """What is kept as a file, by the hex SHA-256 of its bytes, and which part of which entry it belongs to: it is that
    part, or a chunk of a file that the part describes."""

    sha256: str
    position: int
    part: int


def operations(connection: Connection) -> list[str]:
    return list(connection.execute(select(operation.c.op).order_by(operation.c.op)).scalars())


def begin(connection: Connection, op: str) -> None:
    """A log without entries. Raises IntegrityError where there is one of this operation."""
    connection.execute(insert(operation).values(op=op, size=0, checkpoint=""))


def append(connection: Connection, op: str, entries: Sequence[StoredEntry], checkpoint: str) -> None:
    """Add entries, and the checkpoint that covers the log with them. Raises NotOwnedError where the log does not end
    where they begin: another process wrote it."""
    first, size = entries[0].position, entries[-1].position + 1
    if _run(connection, _GROW, (size, checkpoint, op, first)).rowcount != 1:
        raise NotOwnedError
    _run(connection, _ADD, [(op, each.position, each.leaf, each.audience, each.body) for each in entries])


# Every batch runs these two: to compose them took an idle hub longer than to run them.
_GROW = "UPDATE operation SET size = ?, checkpoint = ? WHERE op = ? AND size = ?"
_ADD = "INSERT INTO entry (op, position, leaf, audience, body) VALUES (?, ?, ?, ?, ?)"


def _run(connection: Connection, statement: str, values: Any) -> CursorResult[Any]:
    """Plain SQL with the driver's own marks for the values."""
    marks = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    return connection.exec_driver_sql(statement.replace("?", marks), values)


def checkpoint(connection: Connection, op: str) -> str:
    """The signed checkpoint over all entries on disk; empty before the first."""
    return str(connection.execute(select(operation.c.checkpoint).where(operation.c.op == op)).scalar_one())


def page(connection: Connection, op: str, start: int, stop: int, max_bytes: int) -> list[StoredEntry]:
    """Entries from `start` below `stop`, as many as `max_bytes` hold, at least one where there is one."""
    found: list[StoredEntry] = []
    taken = 0
    for row in connection.execute(_PAGE, {"op": op, "start": start, "stop": stop}):
        taken += len(row[3])
        if found and taken > max_bytes:
            break
        found.append(StoredEntry(*row))
    return found


_COLUMNS = (entry.c.position, entry.c.leaf, entry.c.audience, entry.c.body)
_PAGE = (
    select(*_COLUMNS)
    .where(entry.c.op == bindparam("op"), entry.c.position.between(bindparam("start"), bindparam("stop") - 1))
    .order_by(entry.c.position)
)


def replay(connection: Connection, op: str) -> Iterator[StoredEntry]:
    """All entries in order."""
    start = 0
    while rows := connection.execute(_NEXT, {"op": op, "start": start}).all():
        for row in rows:
            yield StoredEntry(*row)
        start = rows[-1].position + 1


_NEXT = (
    select(*_COLUMNS)
    .where(entry.c.op == bindparam("op"), entry.c.position >= bindparam("start"))
    .order_by(entry.c.position)
    .limit(500)
)


def leaf(connection: Connection, op: str, position: int) -> bytes:
    query = select(entry.c.leaf).where(entry.c.op == op, entry.c.position == position)
    return bytes(connection.execute(query).scalar_one())


def body(connection: Connection, op: str, position: int) -> bytes:
    query = select(entry.c.body).where(entry.c.op == op, entry.c.position == position)
    return bytes(connection.execute(query).scalar_one())


def replace_body(connection: Connection, op: str, position: int, new: bytes) -> None:
    """Keep the entry without what was erased from it; SQLite overwrites the old bytes."""
    where = (entry.c.op == op, entry.c.position == position)
    connection.execute(update(entry).where(*where).values(body=new))


def add_large_parts(connection: Connection, op: str, parts: Iterable[LargePart]) -> None:
    rows = [{"op": op, "sha256": each.sha256, "position": each.position, "part": each.part} for each in parts]
    if rows:
        connection.execute(insert(large_part), rows)


def drop_large_parts(connection: Connection, op: str, position: int, part: int) -> list[str]:
    """Forget what is kept in files for a part; the hashes of those files that no other entry needs."""
    where = (large_part.c.op == op, large_part.c.position == position, large_part.c.part == part)
    hashes = connection.execute(select(large_part.c.sha256).where(*where)).scalars().all()
    connection.execute(delete(large_part).where(*where))
    return [sha256 for sha256 in hashes if not is_named(connection, op, sha256)]


def is_named(connection: Connection, op: str, sha256: str) -> bool:
    """Whether an entry needs this file."""
    named = select(large_part.c.position).where(large_part.c.op == op, large_part.c.sha256 == sha256)
    return connection.execute(named.limit(1)).first() is not None


def entries_with(connection: Connection, op: str, sha256: str) -> list[tuple[int, bytes | None]]:
    """Where a large part belongs: its number within each entry that names it, and that entry's audience."""
    query = select(large_part.c.part, entry.c.audience).join(
        entry, (entry.c.op == large_part.c.op) & (entry.c.position == large_part.c.position)
    )
    rows = connection.execute(query.where(large_part.c.op == op, large_part.c.sha256 == sha256))
    return [(part, audience) for part, audience in rows]
