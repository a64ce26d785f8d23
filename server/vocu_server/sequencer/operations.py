"""The operations of a hub, each with its sequencer."""

import asyncio
from collections.abc import Iterator

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from vocu.canonical import b64, encode, unb64
from vocu.compilation.schedule import due_day
from vocu.errors import RefusedError
from vocu.ids import operation_id
from vocu.log.checkpoint import Checkpoint, origin, sign_checkpoint
from vocu.log.entry import WHOLE_OPERATION, leaf_data
from vocu.log.merkle import MerkleTree, leaf_hash
from vocu.operation.statements import Envelope, open_genesis
from vocu.protocol.frames import Entry, encode_entry
from vocu_server.clock import Clock
from vocu_server.fanout.audience import decode_entry
from vocu_server.sequencer.replica import Replica
from vocu_server.sequencer.sequencer import Sequencer
from vocu_server.settings import Limits
from vocu_server.store import directory, log
from vocu_server.store.attachments import Attachments
from vocu_server.store.keys import HubKeys
from vocu_server.store.log import StoredEntry
from vocu_server.store.sql import Database

events = structlog.get_logger()


class Operations:
    """Every operation of this hub: `load`, then `start` with the event loop running."""

    def __init__(
        self, keys: HubKeys, database: Database, attachments: Attachments, clock: Clock, limits: Limits
    ) -> None:
        self._keys = keys
        self._database = database
        self._attachments = attachments
        self._clock = clock
        self._limits = limits
        self._sequencers: dict[str, Sequencer] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def __iter__(self) -> Iterator[Sequencer]:
        return iter(tuple(self._sequencers.values()))

    def get(self, op: str) -> Sequencer:
        """Raises RefusedError where this hub does not hold the operation."""
        sequencer = self._sequencers.get(op)
        if sequencer is None:
            raise RefusedError("unknown-operation", "This hub does not hold that operation; check the invitation.")
        return sequencer

    def load(self) -> None:
        """Read every log from the disk. Raises UntrustedError where one is damaged."""
        for op in self._database.read_now(log.operations):
            replica = Replica(op, self._keys.hub, self._attachments)
            self._database.write_now(replica.rebuild)
            self._add(replica)
        now = self._clock()
        self._database.write_now(lambda connection: self._attachments.sweep(connection, now))

    def start(self) -> None:
        """Admit events, from now until `stop`."""
        for sequencer in self:
            self._start(sequencer)

    async def create(self, genesis: Envelope, token: str) -> str:
        """Begin an operation whose genesis names this hub, and return its id.

        Raises RefusedError: wrong-hub, bad-token, operation-exists; UntrustedError or MalformedError for its form.
        """
        payload = unb64(genesis.payload)
        parsed = open_genesis(payload, genesis.signatures)
        if (parsed.hub, parsed.compiler) != (b64(self._keys.hub.public.data), b64(self._keys.compiler.public.data)):
            raise RefusedError("wrong-hub", "This genesis names another hub's keys; ask this hub for its own.")
        op, at = operation_id(payload), self._clock()
        due_day(parsed, at, None)  # raises where the zone or a day does not exist
        signature = encode(genesis.signatures)
        leaf = leaf_data(WHOLE_OPERATION, at, payload, signature)
        entry = StoredEntry(0, leaf, None, encode_entry(Entry(0, leaf, payload, signature)))
        tree = MerkleTree()
        tree.append(leaf_hash(leaf))
        first = Checkpoint(origin=origin(op), size=1, root=tree.root())
        checkpoint = sign_checkpoint(first, self._keys.hub, post_quantum=True)
        replica = Replica(op, self._keys.hub, self._attachments)

        def begin(connection: Connection) -> None:
            directory.use_token(connection, token, op)
            log.begin(connection, op)
            log.append(connection, op, [entry], checkpoint)
            replica.rebuild(connection)

        try:
            await self._database.write(begin)
        except IntegrityError:
            raise RefusedError("operation-exists", "This hub holds that operation already.") from None
        self._start(self._add(replica))
        events.info("operation-created", op=op)
        return op

    async def genesis(self, op: str) -> Entry:
        """Entry 0: the payload as header, the canonical signatures as signature."""
        self.get(op)
        return decode_entry(await self._database.read(lambda connection: log.body(connection, op, 0)))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _add(self, replica: Replica) -> Sequencer:
        feed_bytes = self._limits.feed_mib * 1024 * 1024
        sequencer = Sequencer(replica, self._database, self._attachments, self._clock, feed_bytes)
        self._sequencers[replica.op] = sequencer
        return sequencer

    def _start(self, sequencer: Sequencer) -> None:
        self._tasks.append(asyncio.create_task(sequencer.run(), name=f"sequencer-{sequencer.op}"))
