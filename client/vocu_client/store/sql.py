"""The desk's database: tables, and how it is opened. Every change is durable before its call returns."""

from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    create_engine,
    event,
    insert,
    select,
    text,
)

from vocu.errors import RefusedError

SCHEMA_VERSION = 1

metadata = MetaData()

schema_version = Table("schema_version", metadata, Column("version", Integer, primary_key=True))

entries = Table(
    "entry",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("leaf_data", LargeBinary, nullable=False),
    Column("header", LargeBinary),
    Column("signature", LargeBinary),
    Column("parts", LargeBinary, nullable=False),
)
epochs = Table(
    "epoch",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
)
outbox = Table(
    "outbox",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("draft", LargeBinary, nullable=False),
    Column("queued_at", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("signed", LargeBinary),
    Column("position", Integer),
    Column("code", Text),
    Column("message", Text),
    sqlite_autoincrement=True,
)
WAITING = text("state IN ('queued', 'sent')")
"""Not yet in the log. Spelled out, not bound, so that SQLite sees that the index below serves the query."""
Index("outbox_waiting", outbox.c.seq, sqlite_where=WAITING)
signed_digests = Table(
    "signed",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("event_id", Text, nullable=False),
)
facts = Table("fact", metadata, Column("name", Text, primary_key=True), Column("value", LargeBinary, nullable=False))
alarms = Table(
    "alarm",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("raised_at", Integer, nullable=False),
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("details", Text, nullable=False),
)
invitations = Table(
    "invitation",
    metadata,
    Column("ticket", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

drafts = Table(
    "draft",
    metadata,
    Column("id", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("saved_at", Integer, nullable=False),
    Column("sealed", LargeBinary),
)
"""What officers began to type. `sealed` is empty once it was sent or thrown away, so that no late save revives it."""
draft_files = Table(
    "draft_file",
    metadata,
    Column("id", Text, primary_key=True),
    Column("draft", Text, nullable=False, index=True),
    Column("added_at", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("received", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
draft_pieces = Table(
    "draft_piece",
    metadata,
    Column("file", Text, ForeignKey("draft_file.id", ondelete="CASCADE"), primary_key=True),
    Column("offset", Integer, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)


def open_database(path: Path) -> Engine:
    """The engine of this file, made if it is not there. Raises RefusedError for a file of a newer version."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin_immediate)
    metadata.create_all(engine)
    path.chmod(0o600)
    with engine.begin() as connection:
        version = connection.execute(select(schema_version.c.version)).scalar()
        if version is None:
            connection.execute(insert(schema_version).values(version=SCHEMA_VERSION))
        elif version != SCHEMA_VERSION:
            engine.dispose()
            raise RefusedError("newer-desk", f"{path} was written by another version of vocu; use that one.")
    return engine


def _configure(connection: Any, _record: Any) -> None:
    # pysqlite would otherwise begin transactions late, and by itself.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
