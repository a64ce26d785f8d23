"""What an operator may ask of a hub's data folder: what is in it, and whether it is what it claims to be."""

from typing import Any

from msgspec import Struct
from sqlalchemy import Connection

from vocu.canonical import b64, unb64
from vocu.errors import UntrustedError
from vocu.log.checkpoint import open_checkpoint, origin
from vocu.operation.header import Header
from vocu_server.sequencer.replica import Replica
from vocu_server.store import log, projection
from vocu_server.store.attachments import proving
from vocu_server.store.attachments.place import Place
from vocu_server.store.keys import HubKeys
from vocu_server.store.sql import Database


class Holding(Struct, frozen=True):
    """One operation in a data folder: its entries, the root over them, and for how many days newsletters exist."""

    op: str
    size: int
    root: str


class Verified(Struct, frozen=True):
    """What was verified of one operation. `sealed`: so are the newsletters' figures, and nothing is projected."""

    op: str
    size: int
    root: str
    newsletters: int
    projected: int
    sealed: bool


def holdings(database: Database, keys: HubKeys) -> list[Holding]:
    """Every operation, as the hub last signed for it. Raises UntrustedError where a checkpoint is not this hub's."""

    def read(connection: Connection) -> list[Holding]:
        found = []
        for op in log.operations(connection):
            signed = open_checkpoint(log.checkpoint(connection, op), keys.hub.public, origin(op))
            found.append(Holding(op, signed.size, b64(signed.root)))
        return found

    return database.read_now(read)


def verify_operation(database: Database, keys: HubKeys, files: Place, op: str) -> Verified:
    """Verify a whole log as a desk would, compile each newsletter again where it is clear, and make the projection
    anew.

    Raises UntrustedError: damaged-log, damaged-part, false-figures, or wrong-projection (which is repaired).
    """
    rebuilt = Replica(op, keys.hub)
    database.read_now(rebuilt.rebuild)
    before, after = database.write_now(lambda connection: _replay(connection, Replica(op, keys.hub), files))
    if before != after:
        raise UntrustedError("wrong-projection", f"The tables of {op} were not what its log says; they are now.")
    return Verified(
        op,
        rebuilt.tree.size,
        b64(rebuilt.tree.root()),
        len(rebuilt.state.compiled),
        len(after),
        rebuilt.state.seals_stat,
    )


def _replay(connection: Connection, replica: Replica, files: Place) -> tuple[list[Any], list[Any]]:
    """The projection as it was, and as the log, each entry examined again, makes it."""
    before = projection.rows(connection, replica.op)
    projection.drop(connection, replica.op)
    for stored in log.replay(connection, replica.op):
        act = replica.replay(stored, examined=True)
        if act is not None:
            projection.take(connection, replica.state, stored.position, replica.state.at, act)
            _verify_files(connection, files, act.header)
    return before, projection.rows(connection, replica.op)


def _verify_files(connection: Connection, files: Place, header: Header) -> None:
    """The large parts and chunks that were not erased are here, with the bytes that were signed."""
    named = [*((slip.sha256, slip.size) for slip in header.parts), *(header.blobs or ())]
    for name, size in ((unb64(sha256).hex(), size) for sha256, size in named):
        if log.is_named(connection, header.op, name) and not (
            proving.is_here(files, connection, header.op, name) == size
        ):
            raise UntrustedError(
                "damaged-part", f"The large part {name} is missing or damaged. Restore the data folder from a backup."
            )
