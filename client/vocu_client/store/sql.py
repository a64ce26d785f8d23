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
Index("outbox_position", outbox.c.position)
uploads = Table(
    "upload",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("done", Integer, nullable=False),
)
"""The sealed chunks of waiting events' files, in their order, and which of them the hub has taken."""
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

accounts = Table(
    "account",
    metadata,
    Column("officer", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
passkeys = Table(
    "passkey",
    metadata,
    Column("credential", LargeBinary, primary_key=True),
    Column("officer", Text, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)
sessions = Table(
    "session",
    metadata,
    Column("token", LargeBinary, primary_key=True),
    Column("officer", Text, nullable=False, index=True),
    Column("began_at", Integer, nullable=False),
    Column("seen_at", Integer, nullable=False),
)
"""`token` is the hash of what the browser shows."""
failures = Table(
    "failure",
    metadata,
    Column("name", LargeBinary, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("newest_at", Integer, nullable=False),
)
"""Wrong passwords by the hash of the name that was typed, whether or not there is such an account."""
preferences = Table(
    "preference",
    metadata,
    Column("officer", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
read_marks = Table(
    "read_mark",
    metadata,
    Column("officer", Text, primary_key=True),
    Column("mark", Integer, nullable=False),
)
read_exceptions = Table(
    "read_exception",
    metadata,
    Column("officer", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
)
taken = Table(
    "taken",
    metadata,
    Column("event", Text, primary_key=True),
    Column("officer", Text, nullable=False),
    Column("taken_at", Integer, nullable=False),
)
handover_notes = Table(
    "handover_note",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
shifts = Table(
    "shift",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("officer", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("ended_at", Integer, nullable=False),
)
imports = Table(
    "import",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("imported_at", Integer, nullable=False),
    Column("undone_at", Integer),
    Column("sealed", LargeBinary, nullable=False),
    Column("reports", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
"""What was read from files: `sealed` says from which and by whom, `reports` is the sealed list of their ids."""
mail_settings = Table("mail_settings", metadata, Column("sealed", LargeBinary, nullable=False))
mailed = Table(
    "mailed",
    metadata,
    Column("key", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("at", Integer, nullable=False),
)
"""What was told by electronic mail: "begun" before it is handed over, "sent" once the mail server took it."""
consultations = Table(
    "consultation",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("officer", Text, nullable=False),
    Column("case", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
"""Only ever added to. No number is used twice, so that a gap shows."""
Index("consultation_case", consultations.c.officer, consultations.c.case)
openings = Table(
    "opening",
    metadata,
    Column("event", Text, primary_key=True),
    Column("author", Text, nullable=False),
    Column("batch", Text),
    Column("batched_at", Integer),
    Column("settled", Integer, nullable=False, server_default="0"),
)
"""Which events of others an officer opened, for their authors: in no batch yet, in one, in one that was queued."""
Index("opening_open", openings.c.author, sqlite_where=text("settled = 0"))


def open_database(path: Path) -> Engine:
    """The engine of this file, made if it is not there. Raises RefusedError for a file of a newer version."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin_immediate)
    metadata.create_all(engine)
    for index in outbox.indexes:  # of a database that was made before there was this index
        index.create(engine, checkfirst=True)
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
