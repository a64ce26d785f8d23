"""What an operator may ask of a hub's data folder: what is in it, and whether it is what it claims to be."""

from typing import Any

from msgspec import Struct
from sqlalchemy import Connection

from vocu.canonical import b64, encode
from vocu.compilation.newsletter import compile_newsletter
from vocu.errors import UntrustedError
from vocu.log.checkpoint import open_checkpoint, origin
from vocu.operation.bodies import Compiled
from vocu_server.sequencer.replica import Replica
from vocu_server.store import log, projection
from vocu_server.store.attachments import Attachments
from vocu_server.store.keys import HubKeys
from vocu_server.store.sql import Database


class Holding(Struct, frozen=True):
    """One operation in a data folder: its entries, the root over them, and for how many days newsletters exist."""

    op: str
    size: int
    root: str


class Verified(Struct, frozen=True):
    """What was verified of one operation."""

    op: str
    size: int
    root: str
    newsletters: int
    projected: int


def holdings(database: Database, keys: HubKeys) -> list[Holding]:
    """Every operation, as the hub last signed for it. Raises UntrustedError where a checkpoint is not this hub's."""

    def read(connection: Connection) -> list[Holding]:
        found = []
        for op in log.operations(connection):
            signed = open_checkpoint(log.checkpoint(connection, op), keys.hub.public, origin(op))
            found.append(Holding(op, signed.size, b64(signed.root)))
        return found

    return database.read_now(read)


def verify_operation(database: Database, keys: HubKeys, files: Attachments, op: str) -> Verified:
    """Verify a whole log as a desk would, compile each newsletter again, and make the projection anew.

    Raises UntrustedError: damaged-log, false-figures, or wrong-projection (which is repaired).
    """
    rebuilt = Replica(op, keys.hub, files)
    database.read_now(rebuilt.rebuild)
    compiled = {each.position: each for each in rebuilt.state.compiled.values()}
    before, after = database.write_now(lambda connection: _replay(connection, Replica(op, keys.hub, files), compiled))
    if before != after:
        raise UntrustedError("wrong-projection", f"The tables of {op} were not what its log says; they are now.")
    return Verified(op, rebuilt.tree.size, b64(rebuilt.tree.root()), len(compiled), len(after))


def _replay(connection: Connection, replica: Replica, compiled: dict[int, Compiled]) -> tuple[list[Any], list[Any]]:
    """The projection as it was, and as the log, each entry examined again, makes it."""
    before = projection.rows(connection, replica.op)
    projection.drop(connection, replica.op)
    for stored in log.replay(connection, replica.op):
        act = replica.replay(stored, examined=True)
        if act is not None:
            projection.take(connection, replica.state, stored.position, replica.state.at, act)
        if (issue := compiled.get(stored.position + 1)) is not None:
            _compile_again(replica, issue)
    return before, projection.rows(connection, replica.op)


def _compile_again(replica: Replica, issue: Compiled) -> None:
    header = issue.figures["header"]
    figures = compile_newsletter(
        replica.ledger,
        day=issue.day,
        number=issue.number,
        position=issue.position,
        root=b64(replica.tree.root()),
        window_from=header["window"]["from"],
        window_to=header["window"]["to"],
        since=header["since"],
    )
    if encode(figures) != encode(issue.figures):
        raise UntrustedError("false-figures", f"Newsletter {issue.number} of operation {replica.op} does not add up.")
