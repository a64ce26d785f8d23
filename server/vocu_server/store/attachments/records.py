"""What the database says of each file, and the steps from one state to the next, each a transaction of its own.

    coming    bytes may be there, nobody may rely on them: uploading, or nobody proved them yet
    safe      its bytes are there, whole, and on disk: events may name it
    going     nobody needs it any more; its row goes once its bytes are gone

Every step names the state that it starts from, so it does not matter which hub process takes it, or whether two do.
"""

from collections.abc import Iterable

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, select, update

from vocu.errors import RefusedError
from vocu_server.store.attachments.place import Stored, named_by
from vocu_server.store.sql import upsert
from vocu_server.store.tables import large_part, operation, stored_file, upload

COMING, SAFE, GOING = "coming", "safe", "going"
DAY_MS = 24 * 3600 * 1000

_file = stored_file.c
_named = exists().where(large_part.c.op == _file.op, large_part.c.sha256 == _file.sha256)


class Upload(Struct, frozen=True):
    """What somebody is about to upload. `counted` bytes of his country's quota; `size` may be less."""

    key: str
    op: str
    sha256: str
    size: int
    ncp: str
    counted: int


# --- for events and uploads ---


def touch(connection: Connection, op: str, sha256: str, size: int, now: int) -> bool:
    """Whether such a file is safe. It stays so for another day, and until this transaction ends nobody deletes it."""
    here = update(stored_file).where(*_is(op, sha256), _file.size == size, _file.state == SAFE)
    return connection.execute(here.values(at=now)).rowcount > 0


def find(connection: Connection, op: str, sha256: str) -> Stored | None:
    """Where to read a part. It need not be there: who asks after an erasure may find neither row nor bytes."""
    query = select(_file.key, _file.size).where(*_is(op, sha256), _file.state != GOING)
    row = connection.execute(query.order_by(_file.state != SAFE).limit(1)).first()
    return None if row is None else Stored(row.key, row.size)


def expect(connection: Connection, new: Upload, now: int, most: int) -> None:
    """Note who uploads what. Raises RefusedError (quota) where his country uploads more than `most` bytes in a day."""
    where = (upload.c.op == new.op, upload.c.ncp == new.ncp, upload.c.at > now - DAY_MS)
    today = connection.execute(select(func.coalesce(func.sum(upload.c.size), 0)).where(*where)).scalar_one()
    if today + new.counted > most:
        raise RefusedError("quota", "Your country has uploaded as much as the hub takes in a day; go on tomorrow.")
    counted = upsert(connection, upload).values(op=new.op, sha256=new.sha256, ncp=new.ncp, size=new.counted, at=now)
    connection.execute(counted.on_conflict_do_nothing())
    _note(connection, new.key, new.op, new.sha256, new.size, now)


def arrived(connection: Connection, key: str, now: int) -> bool:
    """Its bytes are safe. False where it took so long that the file was given up."""
    came = update(stored_file).where(_file.key == key, _file.state == COMING).values(state=SAFE, at=now)
    return connection.execute(came).rowcount > 0


def give_up(connection: Connection, new: Upload) -> None:
    """Nothing came of an upload, which does not count then."""
    connection.execute(update(stored_file).where(_file.key == new.key).values(state=GOING))
    connection.execute(delete(upload).where(upload.c.op == new.op, upload.c.sha256 == new.sha256))


def forget(connection: Connection, op: str, sha256: str) -> None:
    """This part was erased: all that holds its bytes is to go."""
    connection.execute(update(stored_file).where(*_is(op, sha256)).values(state=GOING))


# --- for whoever tidies up ---


def going(connection: Connection, most: int) -> list[str]:
    """Names of files whose bytes are to be erased."""
    return list(connection.execute(select(_file.key).where(_file.state == GOING).limit(most)).scalars())


def gone(connection: Connection, keys: Iterable[str]) -> None:
    """The bytes under these names are no more."""
    connection.execute(delete(stored_file).where(_file.key.in_(tuple(keys)), _file.state == GOING))


def expired(connection: Connection, now: int) -> list[str]:
    """Names of files that no entry names, and that nobody asked for within a day."""
    return list(connection.execute(select(_file.key).where(_is_expired(now))).scalars())


def expire(connection: Connection, key: str, now: int) -> None:
    """Give a file up, if that is still right: an event may have asked for it meanwhile."""
    connection.execute(update(stored_file).where(_file.key == key, _is_expired(now)).values(state=GOING))


def forget_uploads(connection: Connection, now: int) -> None:
    """Uploads count for one day."""
    connection.execute(delete(upload).where(upload.c.at <= now - DAY_MS))


def adopt(connection: Connection, found: list[Stored], now: int) -> int:
    """Note files of this hub's operations that no record knows (the database was restored, or is of an older version),
    and return how many there were. Nothing relies on them before they are proven; they have a day to live."""
    known = set(connection.execute(select(_file.key).where(_file.key.in_([each.key for each in found]))).scalars())
    ours = set(connection.execute(select(operation.c.op)).scalars())
    new = [each for each in found if each.key not in known and named_by(each.key)[0] in ours]
    for each in new:
        _note(connection, each.key, *named_by(each.key), each.size, now)
    return len(new)


def unproven(connection: Connection) -> list[str]:
    """Names of files that entries name, and of which nobody knows whether they are safe."""
    return list(connection.execute(select(_file.key).where(_file.state == COMING, _named)).scalars())


def proven(connection: Connection, key: str, size: int) -> None:
    """Somebody read the bytes: they are what the name says."""
    where = (_file.key == key, _file.state == COMING)
    connection.execute(update(stored_file).where(*where).values(state=SAFE, size=size))


def put_back(connection: Connection, key: str, size: int, now: int) -> None:
    """A backup's bytes lie under this name."""
    _note(connection, key, *named_by(key), size, now)
    proven(connection, key, size)


def _is(op: str, sha256: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return _file.op == op, _file.sha256 == sha256


def _is_expired(now: int) -> ColumnElement[bool]:
    return and_(_file.at <= now - DAY_MS, _file.state != GOING, ~_named)


def _note(connection: Connection, key: str, op: str, sha256: str, size: int, now: int) -> None:
    row = upsert(connection, stored_file).values(key=key, op=op, sha256=sha256, size=size, state=COMING, at=now)
    connection.execute(row.on_conflict_do_nothing())
