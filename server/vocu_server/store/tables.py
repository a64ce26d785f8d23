"""The tables of the hub's database, the same on SQLite and PostgreSQL."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table

metadata = MetaData()

schema = Table("schema", metadata, Column("version", Integer, nullable=False))

hub_key = Table(
    "hub_key",
    metadata,
    Column("name", String, primary_key=True, doc="hub or compiler"),
    Column("public", String, nullable=False, doc="base64: every process of the hub has the same"),
)

token = Table(
    "token",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("used_for", String),
)

operation = Table(
    "operation",
    metadata,
    Column("op", String, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("checkpoint", String, nullable=False),
)

owner = Table(
    "owner",
    metadata,
    Column("op", String, primary_key=True),
    Column("url", String, nullable=False, doc="where desks reach the process that took the operation last"),
)

entry = Table(
    "entry",
    metadata,
    Column("op", String, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("leaf", LargeBinary, nullable=False),
    Column("audience", LargeBinary, doc="who sees what; null where everybody sees everything"),
    Column("body", LargeBinary, nullable=False, doc="the entry in full, encoded as it travels"),
)

large_part = Table(
    "large_part",
    metadata,
    Column("op", String, primary_key=True),
    Column("sha256", String, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("part", Integer, primary_key=True),
)

stored_file = Table(
    "stored_file",
    metadata,
    Column("key", String, primary_key=True, doc="its name in the folder or bucket, used once only"),
    Column("op", String, nullable=False),
    Column("sha256", String, nullable=False, doc="of its bytes, in hex"),
    Column("size", Integer, nullable=False, doc="0 where it is not known yet"),
    Column("state", String, nullable=False, doc="coming, safe or going: store/attachments/records.py"),
    Column("at", BigInteger, nullable=False, doc="when an event last asked for it, or it was uploaded"),
)
Index("stored_file_sha256", stored_file.c.op, stored_file.c.sha256)

upload = Table(
    "upload",
    metadata,
    Column("op", String, primary_key=True),
    Column("sha256", String, primary_key=True),
    Column("ncp", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
)

join_request = Table(
    "join_request",
    metadata,
    Column("op", String, primary_key=True),
    Column("ticket", String, primary_key=True),
    Column("device", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
)

used_ticket = Table(
    "used_ticket",
    metadata,
    Column("op", String, primary_key=True),
    Column("ticket", String, primary_key=True, doc="of an invitation that let a device in"),
)

report = Table(
    "report",
    metadata,
    Column("op", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("position", Integer, nullable=False, doc="of the revision that counts"),
    Column("at", BigInteger, nullable=False, doc="hub_ms of the first revision"),
    Column("phase", String, nullable=False, doc="in which it was first reported"),
    Column("owner", String, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("unconfirmed", Boolean, nullable=False),
    Column("agency", String, nullable=False),
    Column("seizure_day", String, nullable=False),
    Column("place", String, nullable=False),
    Column("location_type", String, nullable=False),
    Column("direction", String, nullable=False),
    Column("transport_mode", String, nullable=False),
    Column("selection_reason", String, nullable=False),
    Column("seizures", BigInteger, nullable=False),
)

goods_line = Table(
    "goods_line",
    metadata,
    Column("op", String, primary_key=True),
    Column("report", String, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("commodity", String, nullable=False),
    Column("unit", String, nullable=False),
    Column("quantity", String, doc="a decimal as it was given; null while pending"),
    Column("value", String),
    Column("currency", String),
)
Index("goods_line_commodity", goods_line.c.op, goods_line.c.commodity)
