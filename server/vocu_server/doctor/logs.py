"""The logs: whether they are what the hub signed for."""

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from vocu.canonical import b64
from vocu.errors import UntrustedError, VocuError
from vocu.log.checkpoint import open_checkpoint, origin
from vocu.log.entry import parse_leaf
from vocu_server.doctor.finding import Finding, bad, ok
from vocu_server.sequencer.replica import Replica
from vocu_server.store import log
from vocu_server.store.keys import HubKeys
from vocu_server.store.tables import entry

OF = "log"
RESTORE = "stop the hub, keep the disk as it is, and restore a backup; desks tell how far the log went"


def logs(connection: Connection, keys: HubKeys, *, deep: bool) -> Iterator[Finding]:
    """Each newest checkpoint is this hub's and covers what is there; where `deep`, every entry is verified anew."""
    found = log.operations(connection)
    for op in found:
        try:
            signed = open_checkpoint(log.checkpoint(connection, op), keys.hub.public, origin(op))
            count, last = _extent(connection, op)
            if (count, last) != (signed.size, signed.size - 1):
                yield bad(OF, f"{op}: {count} entries, and the hub signed for {signed.size}", RESTORE)
                continue
            if deep:
                _verify(connection, keys, op, signed.root)
        except VocuError as error:
            yield bad(OF, f"{op}: {error.message}", RESTORE)
        else:
            how = "every entry verified" if deep else "as many as the hub signed for"
            yield ok(OF, f"{op}: {signed.size} entries, {how}, root {b64(signed.root)}")
    if not found:
        yield ok(OF, "no operation yet")


def newest_entry(connection: Connection) -> int:
    """When the hub admitted its newest entry: ms since 1970, 0 where there is none."""
    leaves = [log.leaf(connection, op, _extent(connection, op)[1]) for op in log.operations(connection)]
    return max((parse_leaf(leaf).hub_ms for leaf in leaves), default=0)


def _verify(connection: Connection, keys: HubKeys, op: str, root: bytes) -> None:
    """Examine every entry as if it were new, and compare the root. Raises UntrustedError."""
    replica = Replica(op, keys.hub)
    for stored in log.replay(connection, op):
        replica.replay(stored, examined=True)
    if replica.tree.root() != root:
        raise UntrustedError("damaged-log", "Its entries are not those that the hub signed for.")


def _extent(connection: Connection, op: str) -> tuple[int, int]:
    """How many entries there are, and the position of the last one."""
    count, last = connection.execute(select(func.count(), func.max(entry.c.position)).where(entry.c.op == op)).one()
    return count, last
