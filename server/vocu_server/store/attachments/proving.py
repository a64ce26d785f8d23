"""Reading parts from beside a running hub: to verify them, to back them up, and to put them back."""

import contextlib
import hashlib
import secrets
from collections.abc import Iterator

from sqlalchemy import Connection

from vocu.errors import MalformedError, RefusedError
from vocu_server.store.attachments import records
from vocu_server.store.attachments.place import Place, named_by, new_key, unknown

CHUNK = 256 * 1024


def pieces(place: Place, key: str) -> Iterator[bytes]:
    """The bytes of a file, piece by piece. Raises RefusedError (unknown-part), PlaceError."""
    with contextlib.closing(place.open(key)) as reading:
        while piece := reading.read(CHUNK):
            yield piece


def is_whole(place: Place, key: str) -> int | None:
    """The size of a file whose bytes are there and have the hash that its name says; else None. Raises PlaceError."""
    digest, size = hashlib.sha256(), 0
    try:
        for piece in pieces(place, key):
            digest.update(piece)
            size += len(piece)
    except RefusedError as error:
        if error.code != "unknown-part":
            raise
        return None
    return size if digest.hexdigest() == named_by(key)[1] else None


def is_here(place: Place, connection: Connection, op: str, sha256: str) -> int | None:
    """`is_whole` of a part, wherever the database says that it lies."""
    found = records.find(connection, op, sha256)
    return None if found is None else is_whole(place, found.key)


def read(place: Place, connection: Connection, op: str, sha256: str) -> bytes:
    """All bytes of a part, as they lie there. Raises RefusedError (unknown-part), PlaceError."""
    found = records.find(connection, op, sha256)
    if found is None:
        raise unknown()
    return b"".join(pieces(place, found.key))


def put_back(place: Place, connection: Connection, op: str, sha256: str, data: bytes, now: int) -> None:
    """Put a part where the restored database says that it is, or note it where that says nothing.

    Raises MalformedError (bad-parts) where these are other bytes, PlaceError.
    """
    if hashlib.sha256(data).hexdigest() != sha256:
        raise MalformedError("bad-parts", "These bytes do not have the hash that the backup names.")
    found = records.find(connection, op, sha256)
    key = new_key(op, sha256) if found is None else found.key
    path = place.spool / f"{secrets.token_hex(16)}.part"
    try:
        path.write_bytes(data)
        place.put(key, path)
    finally:
        path.unlink(missing_ok=True)
    records.put_back(connection, key, len(data), now)
